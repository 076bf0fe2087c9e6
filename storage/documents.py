"""Records as JSON, and back: how exchanges, readings and summaries are written into their columns.

Plain JSON with the records' own field names, so that it can be read in decades without this program. Pure ASCII
(``\\uXXXX``), since pages hold lone surrogates, which no database keeps as text. A field that is unknown on the way
back is passed over, one that is missing takes its default: older and newer archives stay readable.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def dumps(value: Any) -> str:
    """A record, or a list of records, as JSON."""
    return _WRITER.encode(value)


def loads(kind: type[T], document: str) -> T:
    """The record of this kind that ``dumps`` wrote."""
    return cast(T, revive(kind, json.loads(document)))


def plain(value: Any) -> Any:
    """What JSON can hold of a record, a mapping or a moment; parts are left to JSON, which asks again where it must."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return {name: getattr(value, name) for name in _fields(cast(Any, type(value)))}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not to be kept as JSON: {type(value).__name__}")


def revive(kind: Any, value: Any) -> Any:
    """The value of this kind that JSON gave back."""
    return _reviver(kind)(value)


_WRITER = json.JSONEncoder(default=plain, separators=(",", ":"))


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _reviver(kind: Any) -> Callable[[Any], Any]:
    """How values of this kind are brought back: found once per kind, since pages cite hundreds of assets."""
    if dataclasses.is_dataclass(kind):
        return _record_reviver(kind)
    if get_origin(kind) in (Union, types.UnionType):
        inner = _reviver(next(part for part in get_args(kind) if part is not type(None)))
        return lambda value: None if value is None else inner(value)
    if get_origin(kind) is tuple:
        return _tuple_reviver(get_args(kind))
    if kind in (datetime, date):
        return lambda value: kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    return lambda value: value


def _record_reviver(kind: Any) -> Callable[[Any], Any]:
    revivers = {name: _reviver(hint) for name, hint in get_type_hints(kind).items() if name in _fields(kind)}

    def revive_record(value: Mapping[str, Any]) -> Any:
        return kind(**{name: revivers[name](part) for name, part in value.items() if name in revivers})

    return revive_record


def _tuple_reviver(parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(parts) == 2 and parts[1] is Ellipsis:
        each = _reviver(parts[0])
        return lambda value: tuple(each(part) for part in value)
    revivers = [_reviver(part) for part in parts]
    return lambda value: tuple(reviver(part) for reviver, part in zip(revivers, value, strict=True))
