"""An item being put together, and the credit that closes its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.bulletins.landmarks import CREDIT_LINE, INSTITUTION, figure_of, is_sentence_end, sender

# A credit that closes the last paragraph instead of standing on its own line: …参加会议。（广元市地方志编纂中心）
CLOSING_CREDIT = re.compile(r"(?<=[。！？；”])\s*[（(]\s*([^（）()]{2,40})\s*[）)]$")
LONGEST_ADDITION = 12  # characters beside a title in a list: a number, a day, 阅读原文
LONGEST_LISTED = 60  # characters of anything else there
LABELLED = re.compile(r"^(?:来源|供稿|稿源|撰稿|据|综合|作者|信息来源)\s*[：:]?\s*")


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """An item being put together."""

    title: str | None
    section: str | None
    page: int | None
    level: int = 0  # of the heading that opened it; 0: no heading did
    paragraphs: list[str] = field(default_factory=list)
    credit: str | None = None
    pages: set[int] = field(default_factory=set)
    has_links: bool = False
    number: int | None = None  # that opens its title

    def shows(self, mark: re.Pattern[str]) -> frozenset[int]:
        """The figures of a kind of marker that the item shows."""
        found = mark.finditer(f"{self.title or ''}\n{self.text}")
        return frozenset(figure_of(next(filter(None, each.groups()))) for each in found)

    @property
    def is_bare(self) -> bool:
        """Whether it is no more than a title."""
        return not any(paragraph_is_news(paragraph, self.title) for paragraph in self.paragraphs)

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


def paragraph_is_news(paragraph: str, title: str | None) -> bool:
    """Whether a paragraph says more than the item's title does."""
    beyond = len(paragraph.strip()) - len(title or "")
    return beyond > LONGEST_LISTED or (beyond > LONGEST_ADDITION and is_sentence_end(paragraph))


def take_closing_credit(draft: Draft) -> None:
    """Take the credit from the end of an item's last paragraph, where it has none of its own."""
    if draft.credit or not draft.paragraphs:
        return
    last = draft.paragraphs[-1]
    if found := CREDIT_LINE.match(last):
        draft.credit = found.group(1).strip()
        draft.paragraphs.pop()
    elif found := CLOSING_CREDIT.search(last):
        name = LABELLED.sub("", found.group(1))
        if name != found.group(1) or sender(name) != name or INSTITUTION.search(name):
            draft.credit = sender(name)
            draft.paragraphs[-1] = last[: found.start()].rstrip()
