"""The facts that a page's scripts state, looked up by name across the eras.

The same fact is ``var nickname`` in 2013, ``d.nick_name`` in 2018 and ``cgiDataNew.nick_name`` in 2025
(docs/wechat.md, variables): a look-up names all its spellings, and the first that says something counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from . import landmarks
from .literals import Patience, Value, read_assignments

# Owners that mean the page's data object of 2018 to 2021, and those that mean the page itself.
_DATA_OWNERS = frozenset({"d", "cgiData"})
_PAGE_OWNERS = frozenset({"", "window", "_g"})
_DATA_OBJECTS = ("cgiData", "cgiDataNew")
NOTHING: tuple[Value, ...] = (None, "", [], {})


@dataclass(slots=True)
class Variables:
    """Values by name: ``name`` for page variables, ``cgiData.name`` and ``cgiDataNew.name`` for members."""

    values: dict[str, Value] = field(default_factory=dict)

    def keep(self, name: str, value: Value) -> None:
        """Keep the first value that says something; a later one only where there was nothing."""
        if self.values.get(name) in NOTHING:
            self.values[name] = value

    def find(self, *names: str) -> Value:
        """Return the first value that says something, else None. Zero says something, as 0 and as "0"."""
        for name in names:
            value = self.values.get(name)
            if value not in NOTHING:
                return value
        return None

    def find_text(self, *names: str) -> str | None:
        """Return the first string that says something; numbers count as their digits."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str) and value.strip():
                return value
            if isinstance(value, int) and not isinstance(value, bool) and value:
                return str(value)
        return None

    def find_number(self, *names: str) -> int | None:
        """Return the first whole number, written as one or as a string of digits; zero does not count."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
                value = int(value)
            if isinstance(value, int) and not isinstance(value, bool) and value:
                return value
        return None

    def find_members(self, *names: str) -> list[dict[str, Value]]:
        """Return the first non-empty list, as far as it holds objects."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, list) and value:
                return [member for member in value if isinstance(member, dict)]
        return []

    def find_object(self, *names: str) -> dict[str, Value]:
        """Return the first non-empty object, else an empty one."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, dict) and value:
                return value
        return {}


def read_variables(scripts: Iterable[str]) -> Variables:
    """Return what the data scripts state; bundles of program text are left out."""
    variables, patience = Variables(), Patience()
    for script in scripts:
        if landmarks.PROGRAM.search(script, 0, landmarks.PROGRAM_HEAD):
            continue
        for assignment in read_assignments(script, landmarks.VARIABLES, patience):
            if assignment.owner in _DATA_OWNERS:
                variables.keep(f"cgiData.{assignment.name}", assignment.value)
            elif assignment.owner in _PAGE_OWNERS:
                keep_page_variable(variables, assignment.name, assignment.value)
    return variables


def keep_page_variable(variables: Variables, name: str, value: Value) -> None:
    """Keep a page variable; the members of a data object are kept one by one."""
    if name in _DATA_OBJECTS and isinstance(value, dict):
        for member, member_value in value.items():
            variables.keep(f"{name}.{member}", member_value)
    variables.keep(name, value)
