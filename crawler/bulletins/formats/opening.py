"""Opens a file of any kind: tells its kind and has it read. Files within files (mail, archives) come here again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import PurePosixPath

from crawler.bulletins.formats.flow import Block, BlockKind, Flow
from crawler.bulletins.formats.kinds import KINDS, Kind
from crawler.bulletins.formats.ole import is_locked
from storage.errors import UnreadableBulletin

LARGEST = 100_000_000  # bytes
LARGEST_TEXT = 20_000_000  # bytes of a kind that is text all through
DEEPEST = 3  # files within files
MOST_FILES = 300  # within one
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in which Office keeps a protected document


Convert = Callable[[bytes, str], bytes]
"""Makes a DOCX of a document of an older make (its suffix is named). Raises UnreadableBulletin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a file is opened: in how many others it lies, what older makes are converted by (None: they are refused),
    and whether pictures are looked at for QR codes."""

    depth: int = 0
    convert: Convert | None = None
    pictures: bool = True


def read_flow(body: bytes, opening: Opening | None = None) -> Flow:
    """Return the flow of a file by its kind.

    Raises UnreadableBulletin (its file name to be filled in by the caller).
    """
    opening = opening or Opening()
    kind = kind_of(body)
    if why := refusal(kind, body, opening):
        raise UnreadableBulletin(file="", kind=why, detail=kind.name)
    if len(body) > (LARGEST_TEXT if kind.is_text else LARGEST):
        raise UnreadableBulletin(file="", kind="too_large", detail=megabytes(body))
    if kind.converted and opening.convert:
        return read_converted(body, kind, opening, opening.convert)
    module, function = str(kind.reader).split(":")
    read = getattr(import_module(f"crawler.bulletins.formats.{module}"), function)
    flow: Flow = read(body, opening) if kind.takes_opening else read(body)
    return flow


def read_converted(body: bytes, kind: Kind, opening: Opening, convert: Convert) -> Flow:
    """The flow of a document of an older make, read as the DOCX that is made of it."""
    from crawler.bulletins.formats.docx import read_docx

    suffix, media_type = str(kind.converted).split(" ")
    try:
        flow = read_docx(convert(body, suffix), opening)
    except UnreadableBulletin as error:
        detail = kind.name if error.kind == "needs_libreoffice" else str(error.values["detail"])
        raise UnreadableBulletin(file="", kind=error.kind, detail=detail) from error
    return replace(flow, media_type=media_type)


def kind_of(body: bytes) -> Kind:
    """Return the first kind whose test a file passes."""
    return next(kind for kind in KINDS if kind.is_it(body))


def refusal(kind: Kind, body: bytes, opening: Opening) -> str | None:
    """Why a file is not read; None: it is."""
    if kind.is_old_office and (ENCRYPTED in body or (kind.converted and is_locked(body))):
        return "password"
    if kind.reader or (kind.converted and opening.convert):
        return None
    if kind.is_packed:
        return "packed"
    return "old_office" if kind.is_old_office else "unknown_kind"


def megabytes(body: bytes) -> str:
    """A size for people."""
    return f"{len(body) / 1e6:.0f} MB"


def read_files(files: Sequence[tuple[str, bytes]], opening: Opening) -> tuple[list[tuple[str, Flow]], tuple[str, ...]]:
    """The flows of the files in a file, by their names, and a warning for each that cannot be read."""
    if opening.depth >= DEEPEST:
        raise UnreadableBulletin(file="", kind="too_complex", detail="archives within archives")
    if len(files) > MOST_FILES:
        raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_FILES} files")
    flows: list[tuple[str, Flow]] = []
    warnings: list[str] = []
    for name, body in files:
        try:
            flows.append((name, read_flow(body, replace(opening, depth=opening.depth + 1))))
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
    unread = sum(flow.unread_pictures for _, flow in flows)
    return replace(first, media_type=media_type, blocks=tuple(blocks), warnings=warnings, unread_pictures=unread)
