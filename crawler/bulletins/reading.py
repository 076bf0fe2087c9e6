"""A file's bytes become a Bulletin: its kind told, its flow read, its parts found, its citations placed."""

from __future__ import annotations

import hashlib

from crawler.bulletins.citations import Found, find_citations
from crawler.bulletins.drafts import Draft
from crawler.bulletins.formats.codes import can_read
from crawler.bulletins.formats.flow import Flow
from crawler.bulletins.formats.opening import LARGEST, Convert, Opening, megabytes, read_flow
from crawler.bulletins.items import Parts, read_parts
from storage.errors import UnreadableBulletin
from storage.records import Bulletin, Item

READER_VERSION = 6
"""Goes up with every change that makes more of files that are held already: `wxmirror reread` reads them again."""


def read_bulletin(body: bytes, file: str, *, convert: Convert | None = None, pictures: bool = True) -> Bulletin:
    """Return what a file says as a bulletin; ``file`` is only the name that it goes by.

    ``convert`` makes DOCX of documents of older makes; without it they are refused. ``pictures``: whether these are
    looked at for QR codes.

    Raises UnreadableBulletin for what is empty, damaged, protected, too large, or of no kind that is read.
    """
    if not body:
        raise UnreadableBulletin(file=file, kind="empty")
    if len(body) > LARGEST:
        raise UnreadableBulletin(file=file, kind="too_large", detail=megabytes(body))
    try:
        flow = read_flow(body, Opening(convert=convert, pictures=pictures))
    except UnreadableBulletin as error:  # the readers know no name
        detail = str(error.values["detail"])
        raise UnreadableBulletin(file=file, kind=error.kind, detail=detail) from error
    parts = read_parts(flow)
    found = find_citations(parts.links, parts.drafts)
    return Bulletin(
        file=file,
        sha256=hashlib.sha256(body).hexdigest(),
        media_type=flow.media_type,
        title=parts.masthead.title,
        issuer=parts.masthead.issuer,
        issue=parts.masthead.issue,
        published_on=parts.masthead.published_on,
        items=items_of(parts.drafts, found),
        unplaced=found.unplaced,
        other_links=found.other_links,
        warnings=warnings_of(flow, parts, found),
        reader_version=READER_VERSION,
    )


def items_of(drafts: tuple[Draft, ...], found: Found) -> tuple[Item, ...]:
    """The items with their citations; untitled text that cites nothing (a preface, a menu) is none beside others."""
    pairs = [pair for pair in zip(drafts, found.of_items, strict=True) if pair[0].title or pair[0].section or pair[1]]
    return tuple(
        Item(
            position=position,
            section=draft.section,
            title=draft.title,
            text=draft.text,
            credit=draft.credit,
            page=draft.page,
            citations=citations,
        )
        for position, (draft, citations) in enumerate(pairs or zip(drafts, found.of_items, strict=True), 1)
    )


def warnings_of(flow: Flow, parts: Parts, found: Found) -> tuple[str, ...]:
    """What a person should know of the reading, as short codes."""
    codes = list(flow.warnings)
    if not any(block.text.strip() for block in flow.blocks):
        codes.append("no_text")
    if not parts.links:
        codes.append("no_links")
    elif not found.unplaced and not any(found.of_items):
        codes.append("no_articles")
    if flow.unread_pictures and not found.unplaced and not any(found.of_items):
        codes.append(f"{'unread_pictures' if can_read() else 'no_code_reader'}:{flow.unread_pictures}")
    return tuple(codes)
