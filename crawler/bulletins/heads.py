"""What a flow says of the issue as a whole: its title and head, filled from the colophon and the format's own word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import dropwhile, islice

from crawler.bulletins.formats.flow import Block, BlockKind, Flow
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import ISSUE, PUBLICATION
from crawler.bulletins.mastheads import PERIOD, Masthead, find_day, issuer_of, read_masthead, signed_by

SHORTEST_TITLE = 4  # characters
LONGEST_TITLE = 60  # characters of one that names a publication
LONGEST_INTRODUCTION = 120  # characters
FEWEST_LISTED = 2  # links that make a list
FIRST_HEADINGS = 2  # one of which may name the issue


# 请各社区转发👇, 以下为本周推送：: said to the readers, no title.
ADDRESSES_READERS = re.compile(r"^(?:敬?请|欢迎|点击|长按|以下|现将)|[👇⬇↓：:]\ufe0f?$")
# 某某市气象局2023年大事记, 某某学校校讯: whose publication it is says its name, where nothing else does.
OF_INSTITUTION = re.compile(
    r"(?:[12]\d{3}年度?|[一二三四五六七八九十\d]{1,3}月份?|第?[一二三四1-4]季度|[一每本]周|微信|公众号|新媒体|工作|宣传|报道|活动|学术|党建|会员|[·\s])*"
    rf"(?:{PUBLICATION.pattern.removesuffix('$')}|大事记|推送|推文(?:目录|汇总)?|推荐|小结|统计表|目录|台账|[校馆院会]讯|简讯|通告|(?:季|年|双月)刊)"
)
NO_INSTITUTION = re.compile(r"^(?:全[国省市县区]|各|本|我|[省市县区国校]内|[国海]外|世界|基层|高校|地方)")
LISTED = re.compile(r"如下|以下|汇总|汇编|摘编|推文|盘点|一览")


def document_title(flow: Flow) -> str | None:
    """The one heading of the highest level that opens a flow of several headings, or stands over a list of links.

    None where there is none.
    """
    headings = [block for block in flow.blocks if block.kind is BlockKind.HEADING]
    if not headings or headings[0].links or ADDRESSES_READERS.search(headings[0].plain):
        return None
    first, *others = headings
    if others and flow.title and names_document(first, flow.title):
        return close_gaps(first.plain)
    if not others and not heads_list(flow.blocks, first):
        return None
    return close_gaps(first.plain) if all(first.level < other.level for other in others) else None


def names_document(heading: Block, title: str) -> bool:
    """Whether a heading says what the document calls itself, or its beginning (〇〇通讯 2024年第3期)."""
    said = close_gaps(heading.plain)
    return len(said) >= SHORTEST_TITLE and close_gaps(title).startswith(said)


def heads_list(blocks: Sequence[Block], heading: Block) -> bool:
    """Whether below a heading, and the rest of the head, stands a list or table of several links."""
    below = blocks[blocks.index(heading) + 1 :]
    listed = list(dropwhile(introduces, below))
    entries = [block for block in listed if block.kind in (BlockKind.ENTRY, BlockKind.ROW) and block.links]
    return listed[:1] == entries[:1] and len(entries) >= FEWEST_LISTED


def masthead_of(flow: Flow, title: str | None) -> Masthead:
    """What the head says; the day of the colophon, the format's own title, issuer and day fill what it does not say."""
    lines = [block.text for block in flow.blocks if block.kind is BlockKind.MASTHEAD]
    head = read_masthead([*lines, title] if title and not any(find_day(line) for line in lines) else lines)
    if not (title or head.title or head.issue) and (numbered := numbered_title(flow)):
        head = read_masthead([*lines, numbered])
    printed = next((day for block in colophon(flow) if (day := find_day(block.text))), None)
    if not title and not head.is_named and names_publication(flow.title):
        title = flow.title
    title = (head.title if not title or head.is_named else title) or flow.title
    return replace(
        head,
        title=title,
        issuer=head.issuer or flow.issuer or signed_by([block.text for block in colophon(flow)]) or named_in(title),
        published_on=head.published_on or printed or flow.published_on,
    )


def numbered_title(flow: Flow) -> str | None:
    """The name and number of a publication that one of the first headings is (科技爱好者周刊#289：宽容从何而来)."""
    first = islice((block.plain for block in flow.blocks if block.kind is BlockKind.HEADING), FIRST_HEADINGS)
    return next((said for said in first if len(said) <= LONGEST_TITLE and is_numbered(said)), None)


def is_numbered(title: str) -> bool:
    """Whether a title is the name of a publication, its number, and nothing or a title of its own behind a colon."""
    found = ISSUE.search(title)
    if not found or title[found.end() :].strip(" ）)】")[:1] not in ("", "：", ":", "|", "｜"):
        return False
    return bool(PUBLICATION.search(title[: found.start()].rstrip(" （(【")))


def named_in(title: str | None) -> str | None:
    """The institution whose name a publication's title begins with; None where it says whom it is about, or none."""
    said = re.sub(r"[（(].*$", "", title or "")[:LONGEST_TITLE]
    ends = (end for end in range(len(said) - 1, SHORTEST_TITLE - 1, -1) if OF_INSTITUTION.fullmatch(said, end))
    return next((name for end in ends if (name := issuer_of(said[:end])) and not NO_INSTITUTION.match(name)), None)


def names_publication(title: str | None) -> bool:
    """Whether a title ends as names of publications do, its number and period aside."""
    if not title or len(title) > LONGEST_TITLE:
        return False
    return bool(PUBLICATION.search(close_gaps(PERIOD.sub("", ISSUE.sub("", title))).strip("（()） ")))


def introduces(block: Block) -> bool:
    """Whether a block between a heading and a list is a part of the head, or says what is listed; it links nothing."""
    is_head = block.kind in (BlockKind.MASTHEAD, BlockKind.CONTENTS)
    is_said = block.kind in (BlockKind.PARAGRAPH, BlockKind.CREDIT) and len(block.plain) <= LONGEST_INTRODUCTION
    return is_head or (is_said and not block.links and ("。" not in block.plain or bool(LISTED.search(block.plain))))


def colophon(flow: Flow) -> list[Block]:
    """The colophon's blocks."""
    return [block for block in flow.blocks if block.kind is BlockKind.COLOPHON]
