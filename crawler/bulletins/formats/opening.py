"""Opens a file of any kind: tells its kind and has it read. Files within files (mail, archives) come here again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath

from crawler.bulletins.formats.flow import Block, BlockKind, Flow
from crawler.bulletins.formats.kinds import KINDS, Kind
from storage.errors import UnreadableBulletin

LARGEST = 100_000_000  # bytes
LARGEST_TEXT = 20_000_000  # bytes of a kind that is text all through
DEEPEST = 3  # files within files
MOST_FILES = 300  # within one
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in which Office keeps a protected document


def read_flow(body: bytes, depth: int = 0) -> Flow:
    """Return the flow of a file by its kind; ``depth`` is in how many files it lies.

    Raises UnreadableBulletin (its file name to be filled in by the caller).
    """
    kind = kind_of(body)
    if kind.reader is None:
        raise UnreadableBulletin(file="", kind=refusal(kind, body), detail=kind.name)
    if len(body) > (LARGEST_TEXT if kind.is_text else LARGEST):
        raise UnreadableBulletin(file="", kind="too_large", detail=megabytes(body))
    module, function = kind.reader.split(":")
    read = getattr(import_module(f"crawler.bulletins.formats.{module}"), function)
    flow: Flow = read(body, depth) if kind.is_container else read(body)
    return flow


def kind_of(body: bytes) -> Kind:
    """Return the first kind whose test a file passes."""
    return next(kind for kind in KINDS if kind.is_it(body))


def refusal(kind: Kind, body: bytes) -> str:
    """Why a kind is not read."""
    if ENCRYPTED in body:
        return "password"
    return "old_office" if kind.is_old_office else "unknown_kind"


def megabytes(body: bytes) -> str:
    """A size for people."""
    return f"{len(body) / 1e6:.0f} MB"


def read_files(files: Sequence[tuple[str, bytes]], depth: int) -> tuple[list[tuple[str, Flow]], tuple[str, ...]]:
    """The flows of the files in a file, by their names, and a warning for each that cannot be read."""
    if depth >= DEEPEST:
        raise UnreadableBulletin(file="", kind="too_complex", detail="archives within archives")
    if len(files) > MOST_FILES:
        raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_FILES} files")
    flows: list[tuple[str, Flow]] = []
    warnings: list[str] = []
    for name, body in files:
        try:
            flows.append((name, read_flow(body, depth + 1)))
        except UnreadableBulletin as error:
            if error.kind not in ("unknown_kind", "empty"):
                warnings.append(f"unread_part:{PurePosixPath(name).name}")
    return flows, tuple(warnings)


def together(flows: Sequence[tuple[str, Flow]], media_type: str) -> Flow:
    """Several flows as one: where there is more than one, each stands under the name of its file."""
    blocks: list[Block] = []
    for name, flow in flows:
        if len(flows) > 1:
            title = PurePosixPath(name).stem or name
            blocks.append(Block(kind=BlockKind.SECTION, text=title, plain=title))
        blocks += flow.blocks
    first = flows[0][1]
    warnings = tuple(dict.fromkeys(code for _, flow in flows for code in flow.warnings))
    return replace(first, media_type=media_type, blocks=tuple(blocks), warnings=warnings)
