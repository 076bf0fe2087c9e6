"""Markdown: headings, lists, paragraphs, and links of every form, read line by line.

Not a full reader: what is needed is which words a link stands on, and which heading they stand under. Code blocks
and raw HTML pass as text; pictures are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from itertools import groupby

from crawler.bulletins.formats.flow import Block, BlockKind, Flow, Link
from crawler.bulletins.formats.joining import join_lines
from crawler.bulletins.formats.rows import table_blocks
from crawler.bulletins.formats.structured import clean, make_block, told_apart
from crawler.bulletins.formats.text import decode
from crawler.bulletins.landmarks import ends_statement
from crawler.bulletins.mastheads import find_day
from storage.records import PlacedBy

HEADING = re.compile(r"^ {0,3}(#{1,6})(?!#)\s*(.*?)\s*#*\s*$")
UNDERLINE = re.compile(r"^ {0,3}([=-])\1{2,}\s*$")
ENTRY = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$")
RULE = re.compile(r"^ {0,3}(?:[-*_=] *){3,}$")
CELL_BORDER = re.compile(r"(?<!\\)\|")
DIVIDER = re.compile(r"^[\s|:-]+$")
DEFINITION = re.compile(r"^ {0,3}\[([^\]]{1,200})\]:\s*<?(\S+?)>?(?:\s+[\"'(].*)?$")
FOOTNOTE = re.compile(r"^ {0,3}\[(\^[^\]]{1,200})\]:\s*(.*)$")
ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>()\[\]\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
TARGET = r"\(\s*(?:<([^<>\n]{1,2000})>|((?:[^\s()]|\([^\s()]{0,500}\)){0,2000}))(?:\s+[\"'][^\"'\n]{0,300}[\"'])?\s*\)"
PICTURE = re.compile(r"!\[[^\[\]\n]{0,300}\]" + TARGET)
LINK = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){1,500})\](?:" + TARGET + r"|\[([^\[\]\n]{0,200})\])"
    r"|<((?:https?|ftp)://[^<>\s]{1,2000})>"
    r"|<a\b[^<>]{0,500}?href\s*=\s*[\"']([^\"'<>]{1,2000})[\"'][^<>]{0,500}>(.{0,500}?)</a>"
    r"|\[(\^?[^\[\]\n]{1,80})\](?![\[(:])",
    re.IGNORECASE,
)
BOLD_LINE = re.compile(r"^\s*(\*\*|__)(?=\S)(?:(?!\1).){2,60}\1\s*$")
LEAD = re.compile(r"^\s*(\*\*|__)(?=\S)((?:(?!\1).){4,60})\1(?=\s*\S)")  # bold words with a text behind them
FEWEST_LINES, MOST_EMPTY = 6, 0.1  # of the lines of a text pasted line by line
BOLD_LEVEL = 7  # a line all in bold type: below every real heading
EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.{1,300}?)(?<=\S)\1")


def read_markdown(body: bytes) -> Flow:
    """Return the flow of a Markdown text."""
    text, warnings = decode(body)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    stated = FRONT_MATTER.match(text)
    title = re.search(r"(?m)^title:\s*[\"']?(.+?)[\"']?\s*$", stated.group(1)) if stated else None
    day = re.search(r"(?m)^(?:date|published|pubDate):\s*[\"']?(.{8,40})$", stated.group(1)) if stated else None
    lines = spaced(text[stated.end() if stated else 0 :].split("\n"))
    targets = dict(found for line in lines if (found := definition_of(line)))
    blocks = list(read_blocks(lines, targets))
    used = {link.url for block in blocks for link in block.links}
    left = [f"[{name.lstrip('^')}] {url}" for name, url in targets.items() if url not in used]
    blocks += [read_block(BlockKind.PARAGRAPH, words, 0, {}) for words in left]
    return Flow(
        media_type="text/markdown",
        blocks=tuple(told_apart(blocks)),
        title=title.group(1) if title else None,
        published_on=find_day(day.group(1)) if day else None,
        warnings=warnings,
    )


def spaced(lines: list[str]) -> list[str]:
    """The lines; in a text of links but no other marks and next to no empty lines, each is a paragraph of its own."""
    empty = sum(not line.strip() for line in lines)
    if len(lines) < FEWEST_LINES or empty > MOST_EMPTY * len(lines) or any(map(opening, lines)):
        return lines
    return [spread for line in lines for spread in (line, "")]


def read_blocks(lines: list[str], targets: Mapping[str, str]) -> Iterator[Block]:
    """The blocks of a text; rows that follow each other are one table."""
    for is_table, found in groupby(pieces(lines), key=lambda piece: piece[0] is BlockKind.ROW):
        if not is_table:
            yield from (read_block(kind, words, level, targets) for kind, words, level in found)
            continue
        rows = [CELL_BORDER.split(words) for _, words, _ in found if not DIVIDER.match(words)]
        cells = [[read_block(BlockKind.ROW, cell, 0, targets) for cell in row] for row in rows]
        yield from table_blocks(
            [[cell.text.strip() for cell in row] for row in cells], [[cell.links for cell in row] for row in cells]
        )


def pieces(lines: list[str]) -> Iterator[tuple[BlockKind, str, int]]:
    """The headings, entries and paragraphs of a text: kind, words, level."""
    kind, words, level = BlockKind.PARAGRAPH, list[str](), 0
    for line in [*lines, ""]:
        if len(words) == 1 and kind is BlockKind.PARAGRAPH and (found := UNDERLINE.match(line)):
            yield BlockKind.HEADING, words[0], 1 if found.group(1) == "=" else 2
            words = []
            continue
        opened = opening(line)
        if opened or not line.strip():
            if words:
                yield kind, join_lines(words), level
            kind, first, level = opened or (BlockKind.PARAGRAPH, "", 0)
            words = [first] if first.strip() else []
            if kind is BlockKind.HEADING and words:
                yield kind, first, level
                kind, words, level = BlockKind.PARAGRAPH, [], 0
        else:
            if len(words) == 1 and kind is BlockKind.PARAGRAPH and BOLD_LINE.match(words[0]):
                yield kind, words[0], level
                words = []
            words.append(line.lstrip(" \t>"))


def opening(line: str) -> tuple[BlockKind, str, int] | None:
    """What a line opens: kind, words, level; None where it goes on with what is open."""
    if RULE.match(line) or definition_of(line):
        return BlockKind.PARAGRAPH, "", 0
    if found := HEADING.match(line):
        return BlockKind.HEADING, found.group(2), len(found.group(1))
    if found := ENTRY.match(line):
        return BlockKind.ENTRY, found.group(1), 0
    if line.lstrip().startswith("|"):
        return BlockKind.ROW, line.strip().strip("|"), 0
    return None


def definition_of(line: str) -> tuple[str, str] | None:
    """The name and the address that a line defines: a note may have words around its one address."""
    if note := FOOTNOTE.match(line):
        addresses = ADDRESS.findall(note.group(2))
        return (note.group(1).lower(), addresses[0]) if len(addresses) == 1 else None
    found = DEFINITION.match(line)
    return (found.group(1).lower(), found.group(2)) if found else None


def read_block(kind: BlockKind, words: str, level: int, targets: Mapping[str, str]) -> Block:
    """One block with its links; their words stay, their addresses go."""
    words = PICTURE.sub("", words)
    links: list[Link] = []
    grounds = PlacedBy.ROW if kind is BlockKind.ROW else PlacedBy.HYPERLINK
    text, free, place = "", "", 0
    for found in LINK.finditer(words):
        url, anchor = link_of(found, targets)
        if url is None:
            continue
        between = words[place : found.start()]
        text, free, place = text + between + anchor, free + between + " ", found.end()
        links.append(Link(url=url, grounds=grounds, anchor_text=clean(bare(anchor)) or None))
    text, free = text + words[place:], free + words[place:]
    if kind is BlockKind.PARAGRAPH and BOLD_LINE.match(words) and not ends_statement(bare(text)):
        kind, level = BlockKind.HEADING, BOLD_LEVEL
    block = make_block(kind, clean(bare(text)), links=links, anchored=clean(free), level=level)
    lead = LEAD.match(text) if kind in (BlockKind.PARAGRAPH, BlockKind.ENTRY) else None
    return replace(block, lead=clean(lead.group(2))) if lead else block


def link_of(found: re.Match[str], targets: Mapping[str, str]) -> tuple[str | None, str]:
    """The address and the words of a link; None where its target is defined nowhere."""
    words, bracketed, target, name, automatic, href, html_words, shortcut = found.groups()
    if automatic:
        return automatic, ""
    if href:
        return unescape(href), unescape(re.sub(r"<[^<>]*>", "", html_words))
    if shortcut:
        return targets.get(shortcut.lower()), "" if shortcut.startswith("^") or shortcut.isdecimal() else shortcut
    if name is not None:
        return targets.get((name or words).lower()), words
    return bracketed or target, words


def bare(text: str) -> str:
    """Text without the marks of emphasis."""
    return EMPHASIS.sub(r"\2", text)
