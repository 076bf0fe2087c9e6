"""Where titles stand is told by what comes again through an issue: one small issue for each manner, in ``manners/``.

They are described as those of ``by_hand`` are; each link must come out in its item, and for sure.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.bulletins.arranging import with_names_of_sections, with_plain_names
from crawler.bulletins.chronicles import with_days
from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.formats.layout import comes_again
from crawler.bulletins.formats.leads import with_leads
from crawler.bulletins.formats.turns import title_in, with_turns
from crawler.bulletins.landmarks import DAY_ALONE, PERIOD, credit_of
from crawler.bulletins.reading import read_bulletin
from storage.records import PlacedBy
from tests.crawler.bulletins.by_hand.building import build
from tests.crawler.bulletins.by_hand.describing import Description, read_description
from tests.crawler.bulletins.by_hand.scoring import score

from .test_placing import ITEMS, TEXT, link, places, sure_titles

MANNERS = [each for path in sorted((Path(__file__).parent / "manners").iterdir()) for each in read_description(path)]


def paragraph(text: str, *, lead: str | None = None, url: str | None = None) -> Block:
    links = (Link(url=url, grounds=PlacedBy.HYPERLINK, anchor_text="原文"),) if url else ()
    return Block(kind=BlockKind.PARAGRAPH, text=text, plain=text, lead=lead, links=links)


def heading(text: str, level: int = 4) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, plain=text, level=level)


@pytest.mark.parametrize("manner", MANNERS, ids=[each.name for each in MANNERS])
def test_every_link_comes_out_in_its_item_and_for_sure(manner: Description) -> None:
    result = score(manner, build(manner))
    assert result.faults == []
    assert result.right == result.found == result.true
    assert result.wrong == result.invented == 0


# ---- titles in front of their texts --------------------------------------------------------------------------------


def titles(blocks: list[Block] | None) -> list[str]:
    return [block.plain for block in blocks or () if block.kind is BlockKind.HEADING]


def test_bold_words_in_front_of_nearly_all_citing_texts_are_titles() -> None:
    blocks = [paragraph(f"{title}　{TEXT}", lead=title, url=link(n)) for n, title in enumerate(ITEMS, 1)]
    assert titles(with_leads([heading("工作动态"), *blocks])) == ["工作动态", *ITEMS]


def test_bold_words_below_titles_of_one_text_each_are_a_part_of_it() -> None:
    blocks = [
        block
        for n, title in enumerate(ITEMS, 1)
        for block in (heading(title), paragraph(f"本报讯{n}　{TEXT}", lead=f"本报讯{n}", url=link(n)))
    ]
    assert with_leads(blocks) is None


def test_bold_words_that_come_again_are_no_titles() -> None:
    blocks = [paragraph(f"推荐理由　{TEXT}", lead="推荐理由", url=link(n)) for n in (1, 2, 3)]
    assert with_leads(blocks) is None


def test_the_name_of_a_paper_before_a_headline_is_no_title() -> None:
    blocks = [paragraph(f"云岭日报{n}：{title}", url=link(n)) for n, title in enumerate(ITEMS, 1)]
    assert with_leads(blocks) is None


def test_bold_words_in_front_of_some_citing_texts_only_are_no_titles() -> None:
    blocks = [
        paragraph(f"{title}　{TEXT}", lead=title if n == 1 else None, url=link(n)) for n, title in enumerate(ITEMS)
    ]
    assert titles(with_leads([block for block in blocks if block.lead])) == []


@pytest.mark.parametrize("words", ["一是{}", "第二，{}", "首先{}"])
def test_points_of_one_text_are_no_titles(words: str) -> None:
    blocks = [paragraph(f"{words.format(title)}。{TEXT}", url=link(n)) for n, title in enumerate(ITEMS, 1)]
    assert with_leads(blocks) is None


# ---- turns ---------------------------------------------------------------------------------------------------------


def test_the_short_line_behind_each_link_is_a_title() -> None:
    blocks = [
        block
        for n, title in enumerate(ITEMS, 1)
        for block in (paragraph(title), paragraph(TEXT), paragraph("原文链接", url=link(n)))
    ]
    assert titles(with_turns([paragraph("现将近期推文摘编如下。"), *blocks])) == list(ITEMS)


def test_texts_behind_links_are_no_titles() -> None:
    blocks = [block for n in (1, 2, 3) for block in (paragraph(TEXT), paragraph(TEXT), paragraph("原文", url=link(n)))]
    assert with_turns(blocks) == blocks


# ---- days and months -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["1月", "十二月", "2023年3月", "第一季度", "上半年", "2023年", "【5月】", "三月份"])
def test_what_only_says_when_is_a_section(words: str) -> None:
    assert PERIOD.match(words)


@pytest.mark.parametrize("words", ["1月要闻汇编", "三月的风", "年", "2023年度工作", "12日"])
def test_what_says_more_is_none(words: str) -> None:
    assert PERIOD.match(words) is None


def test_the_days_of_a_chronicle_go_on_below_the_name_of_the_next_month() -> None:
    days = [
        paragraph(f"{day}日　{title}，{TEXT}", url=link(day)) for day, title in zip((25, 14, 3), ITEMS, strict=True)
    ]
    told = with_days([heading("一月"), days[0], heading("三月"), days[1], heading("四月"), days[2]])
    assert sum(block.kind is BlockKind.HEADING for block in told) == 6


def test_a_day_in_brackets_is_no_credit_and_no_part_of_a_title() -> None:
    assert credit_of("（2023年11月14日）") is None
    assert DAY_ALONE.match("11月3日（星期五）")
    said = "\n".join(f"{n}.{title}（1月{n}日）\n{link(n)}" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(said) == list(ITEMS)


# ---- names of sections ---------------------------------------------------------------------------------------------


def test_a_few_plain_words_above_some_titles_name_sections() -> None:
    blocks = [heading(title) for title in ITEMS]
    told = with_plain_names([paragraph("青年之声"), *blocks[:2], paragraph(TEXT), paragraph("志愿同行"), blocks[2]])
    assert titles(told) == ["青年之声", *ITEMS[:2], "志愿同行", ITEMS[2]]
    assert [block.level for block in told if block.kind is BlockKind.HEADING] == [3, 4, 4, 3, 4]


def test_words_above_every_title_are_no_sections() -> None:
    blocks = [block for n, title in enumerate(ITEMS) for block in (paragraph(f"{'东西南'[n]}湖县"), heading(title))]
    assert with_plain_names(blocks) == blocks


# ---- beside the items ----------------------------------------------------------------------------------------------


def test_a_greeting_above_a_list_is_no_item() -> None:
    listed = "".join(f"<p>{n}、{title}：<a href='{link(n)}'>{link(n)}</a></p>" for n, title in enumerate(ITEMS, 1))
    page = f"<html><body><p>各单位：</p><p>本周推文如下，请转发。</p>{listed}</body></html>"
    assert sure_titles(page, "a.html") == list(ITEMS)


def test_links_of_a_menu_do_not_make_those_of_the_items_unsure() -> None:
    menu = "<div><a href='/'>首页</a>|<a href='/about'>关于</a></div>"
    items = "".join(
        f"<p><b>{title}</b><br>{TEXT}<br><a href='{link(n)}'>{link(n)}</a></p>" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body>{menu}<h2>系列文章</h2>{items}</body></html>", "a.html") == list(ITEMS)


def test_what_stands_below_an_address_of_the_office_belongs_to_no_item() -> None:
    items = "".join(f"<h3>{title}</h3><p>{TEXT}<a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1))
    foot = f"<p>办公室　电话：0000-000　邮箱：a@b.example</p><p>办理校友卡请<a href='{link(9)}'>点此</a>。</p>"
    assert places(f"<html><body>{items}{foot}</body></html>", "a.html")[9][0] is None


def test_a_line_that_the_table_of_contents_names_begins_an_item_though_a_full_line_stands_above() -> None:
    """Both lines above it are as wide as the column."""
    wide = "会议传达学习了上级有关会议精神并听取了工作情况汇报。" * 2
    listed = "\n".join(f"{n}. {title}" for n, title in enumerate(ITEMS, 1))
    items = "\n".join(f"{title}\n{wide[:26]}\n{wide[26:]}\n{link(n)}" for n, title in enumerate(ITEMS, 1))
    items = items.replace(f"\n{link(1)}", "")
    text = f"某某简报\n2023年3月1日\n目录\n{listed}\n{items}\n"
    assert [item.title for item in read_bulletin(text.encode(), "a.txt").items] == list(ITEMS)


def test_a_title_that_comes_thrice_in_a_long_issue_is_none_that_points() -> None:
    assert [comes_again(count, links) for count, links in ((3, 30), (3, 31), (100, 990), (2, 3), (2, 4))] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_a_turn_of_nothing_but_days_has_no_title() -> None:
    day = "2024  年      12      月      31      日      （星期一）"
    assert title_in([paragraph(day), paragraph(day)], range(2), is_first=False) is None


def test_a_short_heading_beside_one_that_is_named_as_sections_are_is_one_too() -> None:
    first = [heading(ITEMS[0]), paragraph(TEXT), heading("读者来信"), heading(ITEMS[1]), paragraph(TEXT)]
    told = with_names_of_sections([*first, heading("工作动态"), heading(ITEMS[2]), paragraph(TEXT), heading("稿约")])
    assert [block.plain for block in told if block.level == 3] == ["读者来信", "工作动态"]


def test_among_headings_with_nothing_below_them_short_ones_are_no_sections() -> None:
    first = [heading(ITEMS[0]), paragraph(TEXT), heading("读者来信"), heading(ITEMS[1]), heading("稿约")]
    told = with_names_of_sections([*first, heading("工作动态"), heading(ITEMS[2]), paragraph(TEXT)])
    assert [block.plain for block in told if block.level == 3] == ["工作动态"]
