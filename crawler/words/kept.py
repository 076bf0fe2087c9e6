"""English sentences that are kept in the archive, or told by parts that know no other language.

The archive's records and its audit say things in English, with values in them. Whoever shows one to a person finds here
which sentence it is and what stands in its places, so that it can be said in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KEPT_SENTENCES: Mapping[str, str] = {
    # What the crawl leaves as evidence.
    "cut": "the body is shorter than its Content-Length",
    "robots": "{address} does not allow {agent}",
    # What a source's page lacks (spiders.bulletins).
    "no link": "no link on it fits link_pattern",
    # What the audit says of bytes (storage.audit), and whose they are.
    "unknown blob": "the archive does not know blob {sha256}",
    "no file": "there is no file for blob {sha256}",
    "digest": "the bytes of blob {sha256} have the digest {digest}",
    "size": "blob {sha256} has {length} bytes, its row says {size}",
    "damaged blob": "The kept bytes {sha256} are damaged: {reason}. Restore this file from a backup; `wxmirror verify`"
    " lists all such files.",
    "unreadable": "blob {sha256}: {reason}",
    "page": "page {url}",
    "asset": "asset {url}",
    "bulletin": "bulletin {file}",
    "hop": "on the way to {owner}",
    "reference": "reference of {count} pages ({pages})",
    # Why bytes are damaged (storage.blobs).
    "other digest": "its bytes have another digest",
    "given": "the bytes given have the digest {digest}",
    "file gone": "its file is missing",
    "reference gone": "its reference is missing: {sha256}",
    "reference damaged": "its reference {sha256} is damaged ({reason})",
    # Why an archive cannot be written to (storage.engine).
    "for reading": "it was opened for reading",
    "journal": "{journal} holds changes that only a writer can bring in",
    # What a reader of pages saw of one that nobody knows (crawler.wechat.pages).
    "sketch": "title {title}, {elements} elements, {scripts} scripts",
    # What readers of bulletins stumble over (crawler.bulletins.formats).
    "doctype": "{member}: has a DTD",
    "bomb": "{member}: unpacks too far",
    "members": "more than {count} members",
    "paragraphs": "more than {count} paragraphs",
    "lines": "more than {count} lines",
    "tags": "more than {count} tags",
    "characters": "more than {count} characters",
    "files": "more than {count} files",
    "parts": "more than {count} parts",
    "attachments": "more than {count} attachments",
    "documents": "more than {count} old documents",
    "pages": "{count} pages",
    "no word/document.xml": "no word/document.xml",
    "no xl/workbook.xml": "no xl/workbook.xml",
    "no mail": "no text and no document",
    "no page": "no page",
    "no chapters": "no table of chapters",
    "no document": "no document",
    "archives": "archives within archives",
    "messages": "messages within messages",
    "groups": "groups within groups",
    "drawings": "drawings within drawings",
    "text": "the message's text unpacks too far",
}
"""English sentences that are kept or told by parts that know no other language."""

STUMBLES: Mapping[str, str] = {
    r"(?:zstd|could not determine|error determining|cannot decompress).*": "they cannot be unpacked",
    r"the file's directory: .*": "its list of contents is missing or damaged",
    r"(?P<member>[^\s:]+\.(?:xml|rels|x?html?|opf|ncx)): .*": "{member} in it cannot be read",
}
"""Sentences in place of a library's own words, which follow a colon and say nothing to people."""

_PLACES: Mapping[str, str] = {
    "sha256": "[0-9a-f]{64}",
    "digest": "[0-9a-f]{64}",
    "url": r"https?://\S+",
    "count": r"\d+",
    "elements": r"\d+",
    "scripts": r"\d+",
    "member": r"[^\s:]+\.(?:xml|rels|x?html?|opf|ncx)",
}
"""What may stand in a place, by its name; anything in others."""


def known_sentence(said: str) -> tuple[str, dict[str, str]]:
    """Return the sentence with its places unfilled, and what stands in them; one that is not known, as it is."""
    for sentence, shape in _SHAPES:
        if found := shape.fullmatch(said):
            return sentence, found.groupdict()
    return said, {}


def _shape(sentence: str) -> re.Pattern[str]:
    """The pattern of a sentence with named places."""
    parts = re.split(r"\{(\w+)\}", sentence)
    patterns = [
        f"(?P<{part}>{_PLACES.get(part, '.+')})" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    ]
    return re.compile("".join(patterns), re.DOTALL)


_SHAPES = [(sentence, _shape(sentence)) for sentence in KEPT_SENTENCES.values()]
_SHAPES += [(sentence, re.compile(shape, re.DOTALL)) for shape, sentence in STUMBLES.items()]
