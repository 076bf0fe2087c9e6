"""Imports point down: scheduler -> spiders -> crawler -> storage; inside crawler two wings that never meet."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

OURS = {"scheduler", "spiders", "crawler", "storage", "tests", "examples", "benchmarks"}
FORMAT_READERS = {"bs4", "lxml", "pikepdf", "pypdfium2", "pypdfium2_raw", "tinycss2", "olefile", "PIL", "zxingcpp"}
READING_WING = {"crawler.mirror", "crawler.web"}

# What each part may import of ours, beside itself; the longest name that fits a module counts.
MAY_IMPORT: dict[str, set[str]] = {
    "storage": set(),
    "crawler.wechat": {"storage.records", "storage.errors"},
    "crawler.bulletins": {"storage.records", "storage.errors", "crawler.wechat"},
    "crawler.revisits": {"storage.records", "storage.errors"},
    "crawler.words": {"storage.records", "storage.errors"},
    "crawler.config": {"storage.errors", "crawler.words"},
    "crawler.mirror": {"storage", "crawler.wechat.urls", "crawler.words", "crawler.config"},
    "crawler.web": {"storage", "crawler.mirror", "crawler.wechat.urls", "crawler.words", "crawler.config"},
    "crawler": {
        "storage",
        "crawler.wechat",
        "crawler.bulletins",
        "crawler.revisits",
        "crawler.words",
        "crawler.config",
    },
    "spiders": {"storage", "crawler"},
    "scheduler": {"storage", "crawler", "spiders"},
    # The outermost edge: the commands may call every part.
    "crawler.cli": OURS - {"tests", "examples", "benchmarks"},
    "crawler.commands": OURS - {"tests", "examples", "benchmarks"},
    "crawler.restore_command": OURS - {"tests", "examples", "benchmarks"},
    "crawler.withdraw_command": OURS - {"tests", "examples", "benchmarks"},
    "crawler.forms": {"storage.records", "crawler.mirror", "crawler.words"},
    "crawler.showing": {"storage.records", "crawler.mirror", "crawler.words"},
}

PURE = {"crawler.wechat": FORMAT_READERS, "crawler.bulletins": FORMAT_READERS, "crawler.revisits": set[str]()}
"""Parts that touch no socket, database, clock, setting or logger, and what they may import of others."""

IMPURE_STANDARD = {"socket", "sqlite3", "logging", "asyncio", "threading", "subprocess", "urllib.request", "http"}
GUARDS = {"threading.Lock"}  # a reader of formats that is not safe in threads (pdfium) is called under a lock


def modules() -> Iterator[tuple[str, Path]]:
    for part in ("storage", "crawler", "spiders"):
        for file in (ROOT / part).rglob("*.py"):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), file
    yield "scheduler", ROOT / "scheduler.py"


@cache
def imports(file: Path) -> tuple[str, ...]:
    """Every module that a file imports, anywhere in it, those for type checking too."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 or file.name != "", "relative"
            module = node.module or ""
            if node.level:
                base = file.relative_to(ROOT).with_suffix("").parts[: -node.level]
                module = ".".join([*base, module] if module else base)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_within(module: str, parts: set[str]) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def part_of(module: str) -> str:
    return max((part for part in MAY_IMPORT if is_within(module, {part})), key=len)


@pytest.mark.parametrize(("module", "file"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_module_imports_only_what_lies_below_it(module: str, file: Path) -> None:
    part = part_of(module)
    for imported in imports(file):
        if imported.split(".")[0] in OURS:
            assert is_within(imported, MAY_IMPORT[part] | {part}), f"{module} imports {imported}"


@pytest.mark.parametrize(("module", "file"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_the_core_is_pure(module: str, file: Path) -> None:
    for part, readers in PURE.items():
        if is_within(module, {part}):
            for imported in imports(file):
                top = imported.split(".")[0]
                assert top in OURS or top in readers or top in sys.stdlib_module_names, f"{module} imports {imported}"
                assert imported in GUARDS or not is_within(imported, IMPURE_STANDARD), f"{module} imports {imported}"


@pytest.mark.parametrize(("module", "file"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_reading_needs_nothing_that_crawls(module: str, file: Path) -> None:
    if is_within(module, READING_WING | {"storage"}):
        assert not any(is_within(imported, {"scrapy", "twisted"}) for imported in imports(file))


def test_negative_control_an_import_that_points_up_is_noticed(tmp_path: Path) -> None:
    """The rule would fail for storage importing the crawler."""
    assert not is_within("crawler.config", MAY_IMPORT[part_of("storage.archive")] | {"storage"})
    assert not is_within(
        "crawler.wechat.pages.open_page", MAY_IMPORT[part_of("crawler.mirror.replay")] | {"crawler.mirror"}
    )
    assert is_within("crawler.wechat.urls.read_address", MAY_IMPORT[part_of("crawler.mirror.replay")])
