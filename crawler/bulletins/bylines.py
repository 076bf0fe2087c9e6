"""What stands right below a title and belongs to it: the second half of it behind a dash, the name of who wrote it.

Both are often set in a type of their own, and would look like titles themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crawler.bulletins.formats.flow import Block, BlockKind
from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import INSTITUTION, ends_statement

UNIT = re.compile(r"^[\u4e00-\u9fff\s]{3,20}$")  # what may be an institution's name
LONGEST_NAME = 16  # characters
FEWEST_NAMES, MOSTLY = 2, 0.75  # of the items have a name below their title
LONGEST_SUBTITLE = 60  # characters
SHORTEST_TITLE = 5  # characters of a title that has a name below it: shorter ones name sections
SUBTITLE = re.compile(r"^(?:[—–―]{1,2}|--)\s*(?=[\w“《‘「])")
# The commonest family names: two or three characters that begin so are a person's name.
FAMILY_NAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
    "金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄"
    "辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
)
NAME = (
    rf"(?:[{FAMILY_NAMES}]|欧阳|司马|上官|诸葛|慕容|司徒|夏侯)[\s\u3000]*[\u4e00-\u9fff](?:[\s\u3000]*[\u4e00-\u9fff])?"
)
BYLINE = re.compile(
    r"^(?:[□■◎]\s*)?(?:(?:本[刊报网台])?(?:特约|实习)?(?:记者|通讯员|作者|撰稿|撰文|文[/／]?图?)\s*[：:/／]?\s*)?"
    rf"(?:[\u4e00-\u9fff]{{3,14}}[\s\u3000]+)?{NAME}(?:[\s\u3000、，,]+{NAME}){{0,3}}"
    r"(?:[\s\u3000]*(?:编译|译|整理|编写|编辑|执笔|口述|采访|撰文?|著|文))?(?:\s*[（(][^（）()]{2,30}[）)])?$"
)


def with_bylines(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; the second half of a title joined to it, and names below titles as the first line of the text."""
    told: list[Block] = []
    named = names_below(blocks)
    for number, block in enumerate(blocks):
        above = told[-1] if told and told[-1].kind is BlockKind.HEADING else None
        below = blocks[number + 1] if number + 1 < len(blocks) else None
        if above and is_subtitle(block):
            told[-1] = joined(above, block)
        elif number in named or (above and is_byline(above, block, below)):
            told.append(replace(block, kind=BlockKind.PARAGRAPH, level=0))
        else:
            told.append(block)
    return told


def names_below(blocks: Sequence[Block]) -> frozenset[int]:
    """The headings below titles that say who sent the item, where nearly all items of the issue have one.

    Sections look the same with one item each; but their names stand above what is longer, those of senders below it.
    """
    kinds = [block.kind is BlockKind.HEADING for block in [*blocks[:1], *blocks, *blocks[-1:]]][1:]
    texts = [number for number in range(1, len(blocks)) if kinds[number - 1] and not kinds[number]]
    pairs = [number - 1 for number in texts if number > 1 and kinds[number - 2]]
    named = [number for number in pairs if is_lesser(blocks[number - 1], blocks[number])]
    if len(named) < FEWEST_NAMES or len(named) < MOSTLY * len(texts):
        return frozenset()
    return frozenset(named)


def is_lesser(title: Block, name: Block) -> bool:
    """Whether a heading is shorter than the title above it, in no larger type, and no more than a name."""
    is_name = len(name.plain) <= LONGEST_NAME and not re.search(r"[，。：；！？“《\d]", name.plain) and not name.links
    return is_name and len(close_gaps(name.plain)) < len(close_gaps(title.plain)) and name.level >= title.level


def is_subtitle(block: Block) -> bool:
    """Whether a block below a title begins with a dash and is no sentence."""
    if (
        block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ENTRY)
        or len(block.text) > LONGEST_SUBTITLE
    ):
        return False
    return bool(SUBTITLE.match(block.text)) and not ends_statement(block.text)


def joined(title: Block, subtitle: Block) -> Block:
    """A title with its second half."""
    rest = SUBTITLE.sub("——", subtitle.plain)
    return replace(
        title,
        text=title.text + rest,
        plain=title.plain + rest,
        end_page=subtitle.end_page,
        links=(*title.links, *subtitle.links),
    )


def is_byline(title: Block, block: Block, below: Block | None) -> bool:
    """Whether a heading right below a title is the name of who wrote the item."""
    if block.kind is not BlockKind.HEADING or block.links or len(close_gaps(title.plain)) < SHORTEST_TITLE:
        return False
    heads_text = below is not None and below.kind not in (BlockKind.HEADING, BlockKind.SECTION)
    is_unit = bool(UNIT.match(block.plain) and INSTITUTION.search(block.plain)) and is_lesser(title, block)
    return heads_text and (is_unit or bool(BYLINE.match(block.plain)))
