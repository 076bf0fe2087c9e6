"""A bundle: the restored bulletin in a folder, and beside it the copies that its links lead to. It needs nobody else.

    FOLDER/BULLETIN.pdf              the restored document, under its own name
    FOLDER/copies/index.html         the copies, as `export site` writes them
    FOLDER/wxmirror-bundle.json      the mark by which a later bundle may take this one's place

Links are relative, so the folder may be moved, sent, or put on a server.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.mirror.exports.site import SiteFolder, page_name, put_in_place
from crawler.mirror.outputs import OutputExists, OutputNotWritable, write_whole
from crawler.mirror.restore.html import MARKUP
from crawler.mirror.restore.restoring import Restored, restore, tell_kind
from crawler.mirror.restore.text import decode
from storage.errors import WrongUsage
from storage.records import Fault, SnapshotView

if TYPE_CHECKING:
    from storage.archive import Archive

COPIES = "copies"
MARKER = "wxmirror-bundle.json"


class HasBase(WrongUsage):
    """The document says that its relative links lead to some site."""

    words = (
        "{file} says that its short links lead to {base}, so they cannot lead into a folder. Print it as a PDF and "
        "restore that, or give --base-url instead of --bundle."
    )


class NoBundle(WrongUsage):
    """The folder that would be written over is none of ours."""

    words = (
        "{out} exists and was not made by `restore --bundle`, so it is left as it is, even with --force. "
        "Choose another name."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What was written: the document's restoration and place, how many copies lie beside it, what was damaged."""

    restored: Restored
    document: Path
    copies: int
    faults: tuple[Fault, ...]


def restore_bundle(
    archive: Archive,
    body: bytes,
    file: Path,
    out: Path,
    *,
    only_gone: bool = False,
    published_on: date | None = None,
    force: bool = False,
) -> Bundle:
    """Write the restored bulletin and the copies that it leads to into the folder ``out``, whole or not at all.

    ``force`` writes over an earlier bundle. Raises OutputExists, NoBundle, OutputNotWritable, HasBase,
    UnreadableBulletin.
    """
    out = Path(os.path.abspath(out))
    refuse_place(out, file, force=force)
    refuse_base(body, str(file))
    needed: dict[str, SnapshotView] = {}

    def place_of(snapshot: SnapshotView) -> str:
        needed[snapshot.snapshot] = snapshot
        return f"{COPIES}/{page_name(snapshot)}"

    restored = restore(
        archive, body, str(file), base_url=None, only_gone=only_gone, published_on=published_on, place_of=place_of
    )
    part = out.with_name(f".{out.name}.part")
    name = f"restored-{file.name}" if file.name in (COPIES, MARKER) else file.name
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        site = SiteFolder(archive, part / COPIES)
        articles = list(dict.fromkeys(snapshot.article_url for snapshot in needed.values()))
        _, _, copies, *_ = site.write(articles, also=tuple(needed.values())) if needed else (0, 0, 0)
        marker = {"made_by": "wxmirror", "format": "bundle", "version": 1, "document": name}
        write_whole(part / MARKER, json.dumps(marker, ensure_ascii=False).encode(), force=True)
        write_whole(part / name, restored.body, force=True)
        put_in_place(part, out)
    except OSError as error:
        raise OutputNotWritable(out=out, reason=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Bundle(restored=restored, document=out / name, copies=copies, faults=site.damage.faults)


def refuse_place(out: Path, file: Path, *, force: bool) -> None:
    """Raise where ``out`` may not be written: it is there, and is no bundle, or ``force`` is not set."""
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir() or out.is_symlink() or any(out.iterdir()):
        if not force:
            raise OutputExists(out=out)
        is_bundle = not out.is_symlink() and (out / MARKER).is_file()
        # The original may lie in an earlier bundle: it is never written over.
        if not is_bundle or out in Path(os.path.abspath(file)).parents:
            raise NoBundle(out=out)


def refuse_base(body: bytes, file: str) -> None:
    """Raise HasBase for a document whose relative links lead to a site. Raises UnreadableBulletin."""
    kind = tell_kind(body, file)
    base = pdf_base(body, file) if kind == "application/pdf" else html_base(body) if kind == "text/html" else None
    if base:
        raise HasBase(file=file, base=base)


def html_base(body: bytes) -> str | None:
    """What a page's ``base`` names; None where it has none."""
    for markup in MARKUP.finditer(decode(body).text):
        if (markup["name"] or "").lower() == "base" and "href" in markup["body"].lower():
            return unescape(markup["body"].strip())
    return None


def pdf_base(body: bytes, file: str) -> str | None:
    """The base of a PDF's relative addresses; None where it has none. Raises UnreadableBulletin."""
    from pikepdf import Dictionary, Name  # takes a quarter of a second to load

    from crawler.mirror.restore.pdf import open_pdf, read_string

    with open_pdf(body, file) as pdf:
        held = pdf.Root.get(Name.URI)
        base = held.get(Name.Base) if isinstance(held, Dictionary) else None
        return read_string(base) if base is not None else None
