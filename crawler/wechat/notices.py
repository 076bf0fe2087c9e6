"""The notices that stand where an article should: read from their own nodes, never from the whole page."""

from __future__ import annotations

import re

from bs4 import Tag

from storage.records import Evidence, Outcome

from . import landmarks
from .opening import Page

LONGEST_NOTICE = 500  # characters; the longest real one has 120


def read_notice(page: Page) -> tuple[Outcome, tuple[Evidence, ...]] | None:
    """Return the outcome that a notice tells, titles before descriptions; None for a page without a known one."""
    for test, text in notice_texts(page):
        outcome = told_by(text)
        if outcome is not None:
            return outcome, (Evidence(test=test, seen=text[:200]),)
    return None


def told_by(text: str) -> Outcome | None:
    """Return the outcome whose phrase occurs in a notice."""
    plain = plain_notice(text)
    return next((outcome for phrase, outcome in landmarks.NOTICES if phrase in plain), None)


def plain_notice(text: str) -> str:
    """One spelling of many: no blanks, lower case, 账号 for 帐号, 发布者 for 作者."""
    plain = re.sub(r"\s+", "", text).lower()
    return plain.replace("帐", "账").replace("被作者删除", "被发布者删除")


def notice_texts(page: Page) -> list[tuple[str, str]]:
    """Return what stands in the nodes that hold notices, the strongest first, with the node's name."""
    titles: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for tag in page.elements:
        classes = str(tag.get("class") or "").split()
        name = next((word for word in classes if word in landmarks.NOTICE_TITLE_CLASSES), None)
        if name:
            titles.append((f"notice .{name}", notice_text(tag)))
        elif name := next((word for word in classes if word in landmarks.NOTICE_CLASSES), None):
            others.append((f"notice .{name}", notice_text(tag)))
        elif tag.name in landmarks.NOTICE_TAGS and (block := notice_block(tag)):
            others.append((f"notice .{block} {tag.name}", notice_text(tag)))
    if not titles and not others:
        others = [("notice title", notice_text(tag)) for tag in page.elements if tag.name == "title"]
    return [(name, text) for name, text in titles + others if text]


def notice_text(tag: Tag) -> str:
    """The text of a node, without scripts, on one line; a node with more text than a notice has is none."""
    words: list[str] = []
    length = 0
    for string in tag.strings:
        words.append(string)
        length += len(string)
        if length > 20 * LONGEST_NOTICE:
            return ""
    text = re.sub(r"\s+", " ", "".join(words)).strip()
    return text if len(text) <= LONGEST_NOTICE else ""


def notice_block(tag: Tag) -> str | None:
    """The class of the notice block that an element stands in."""
    parent = tag.parent
    for _ in range(3):
        if parent is None:
            return None
        for word in str(parent.get("class") or "").split():
            if word in landmarks.NOTICE_BLOCKS:
                return word
        parent = parent.parent
    return None
