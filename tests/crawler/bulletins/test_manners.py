"""Manners of setting an issue that led links astray: names below titles, captions, chronicles, words above all."""

from __future__ import annotations

import pytest

from crawler.bulletins.arranging import arranged
from crawler.bulletins.bylines import BYLINE, with_bylines
from crawler.bulletins.chronicles import with_days
from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.landmarks import CALL, CAPTION, CONTENTS, NUMBERING, mark_of
from crawler.bulletins.reading import read_bulletin
from storage.records import PlacedBy
from tests.timing import computing_within

from .test_placing import ITEMS, TEXT, link, places, sure_titles


def block(kind: BlockKind, text: str, *, level: int = 0, url: str | None = None) -> Block:
    links = (Link(url=url, grounds=PlacedBy.HYPERLINK),) if url else ()
    return Block(kind=kind, text=text, plain=text, level=level, links=links)


def heading(text: str, level: int = 4) -> Block:
    return block(BlockKind.HEADING, text, level=level)


# ---- below a title -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["袁 方", "俞建章", "□ 汤敏", "本刊记者 王晓明", "文/李明 张华", "王芳（云岭县档案馆）"]
)
def test_a_name_below_a_title_is_no_title(words):
    told = with_bylines([heading("条目标题怎样立得住"), heading(words, 5), block(BlockKind.PARAGRAPH, TEXT)])
    assert [each.kind for each in told] == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


@pytest.mark.parametrize("words", ["倡议书", "高温预警", "童心向党", "馆际之窗", "致谢"])
def test_short_titles_are_no_names(words):
    assert not BYLINE.match(words)


def test_a_name_that_text_does_not_follow_is_left_alone():
    blocks = [heading("条目标题怎样立得住"), heading("方言", 5), heading(ITEMS[0], 6)]
    assert with_bylines(blocks) == blocks


def test_the_second_half_of_a_title_behind_a_dash_is_a_part_of_it():
    (title, _) = with_bylines([heading("生命接力"), heading("——我市举行活动", 5), block(BlockKind.PARAGRAPH, TEXT)])
    assert title.plain == "生命接力——我市举行活动"


def test_captions_and_calls_are_told_from_titles():
    assert CAPTION.match("▲符玉兰（左三）在演出中 梁海 摄")
    assert CAPTION.match("孩子们在老街巡游（吴桐 摄）")
    assert not CAPTION.match("水文学会换届大会召开")
    assert CALL.match("【点击观看演出视频】")
    assert not CALL.match("【重点工作推进会召开】")


def test_a_line_without_a_bullet_below_a_title_with_one_is_its_text():
    said = "".join(
        f"📖 {title}\n书还是主角{'吗？' if n == 2 else '。'}\n👉 {link(n)}\n\n" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(said) == [f"{title}" for title in ITEMS]


# ---- chronicles ----------------------------------------------------------------------------------------------------


def test_the_days_of_a_chronicle_are_its_items():
    days = "".join(
        f"<p>{n * 3}日，{title}，{TEXT}（<a href='{link(n)}'>报道</a>）</p>" for n, title in enumerate(ITEMS, 1)
    )
    titles = sure_titles(f"<html><body><h1>大事记</h1>{days}</body></html>", "a.html")
    assert [title.startswith(f"{n * 3}日，{ITEMS[n - 1]}") for n, title in enumerate(titles, 1)] == [True] * 3


def test_news_that_begin_with_a_day_below_their_titles_are_no_chronicle():
    blocks = [
        each
        for n, title in enumerate(ITEMS, 1)
        for each in (heading(title), block(BlockKind.PARAGRAPH, f"9月{n}日，{TEXT}", url=link(n)))
    ]
    assert with_days(blocks) == blocks


# ---- above all items -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["编者按：本刊改版，", "各位委员：名单已经公布，", "过往各期可在公众号查阅，"])
def test_what_is_said_to_the_readers_above_all_items_cites_no_news(words):
    items = "".join(f"<h3>{title}</h3><p>{TEXT}<a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1))
    page = f"<html><body><p>{words}<a href='{link(9)}'>见这里</a>。{TEXT}</p>{items}</body></html>"
    assert places(page, "a.html")[9][0] is None
    assert sure_titles(page, "a.html")[:3] == list(ITEMS)


def test_a_text_above_all_titles_that_may_be_news_is_not_sure():
    items = "".join(f"<h3>{title}</h3><p>{TEXT}<a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1))
    page = f"<html><body><p>{TEXT}<a href='{link(9)}'>原文</a></p>{items}</body></html>"
    assert places(page, "a.html")[9][1] < 0.9


def test_the_only_name_of_an_institution_at_the_top_is_the_issuer():
    items = "\n".join(f"{title}\n{link(n)}" for n, title in enumerate(ITEMS, 1))
    text = f"科普推文链接汇总\n尧山县科学技术协会\n\n{items}\n"
    assert read_bulletin(text.encode(), "a.txt").issuer == "尧山县科学技术协会"
    assert sure_titles(text) == list(ITEMS)


# ---- marks ---------------------------------------------------------------------------------------------------------


def test_two_figures_that_count_together_are_no_number_of_a_title():
    assert NUMBERING.match("七、八两个月，") is None
    assert mark_of("三、五年之内") is None
    assert mark_of("一、十大新闻") == "一、"


def test_a_dot_right_before_its_words_is_a_bullet():
    assert mark_of("·从延安整风看纪律教育") == "·"
    assert CONTENTS.match("目录（点击标题可阅读原文）")


@pytest.mark.long
@pytest.mark.parametrize("mark", ["9月3日，", "▲", "王 ", "——"])
def test_marks_without_end_are_read_at_once(mark):
    with computing_within(20):
        read_bulletin(("\n".join([mark * 3] * 20_000)).encode(), "a.txt")


# ---- heads and colophons -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "issuer", "day"),
    [
        (
            "媒体监测日报\n首安市卫生健康宣传教育中心　　2024年1月17日（星期三）",
            "首安市卫生健康宣传教育中心",
            "2024-01-17",
        ),
        ("非遗一月一览\n碧海市文化遗产保护中心　2024年8月5日发", "碧海市文化遗产保护中心", "2024-08-05"),
        ("年鉴工作通讯\n2023年第2期\n汉原省年鉴研究会 主编：鲁一平", "汉原省年鉴研究会", None),
        ("共青团工作简报\n第11期\n共青团赤水湾市委员会　　2024年11月", "共青团赤水湾市委员会", None),
        ("绥江盟讯\n2023年第4期（季刊）\n主办：民盟绥江市委员会", "民盟绥江市委员会", None),
        ("一周要闻（２０２４．１．８—１．１２）\n宁港口岸协会", "宁港口岸协会", "2024-01-12"),
    ],
)
def test_heads_say_issuer_and_day_in_many_manners(head, issuer, day):
    items = "\n\n".join(f"{number}. {title}\n{TEXT}\n{link(number)}" for number, title in enumerate(ITEMS, 1))
    bulletin = read_bulletin(f"{head}\n\n{items}\n".encode(), "a.txt")
    assert (bulletin.issuer, bulletin.published_on and bulletin.published_on.isoformat()) == (issuer, day)
    assert len(bulletin.items) == len(ITEMS)


def test_the_institution_and_the_day_at_the_end_sign_the_issue():
    items = "\n\n".join(f"{number}. {title}\n{TEXT}\n{link(number)}" for number, title in enumerate(ITEMS, 1))
    bulletin = read_bulletin(f"{items}\n\n安澜县史志办公室整理\n2024年10月8日\n".encode(), "a.txt")
    assert (bulletin.issuer, str(bulletin.published_on)) == ("安澜县史志办公室", "2024-10-08")


def test_a_page_and_a_text_with_front_matter_state_what_their_heads_do_not():
    meta = '<meta name="ContentSource" content="建安市地方志办公室">'
    page = f"<html><head>{meta}</head><body><h1>方志</h1><h3>{ITEMS[0]}</h3><p>{TEXT}</p></body></html>"
    assert read_bulletin(page.encode(), "a.html").issuer == "建安市地方志办公室"
    text = f"---\ntitle: 周报\ndate: 2024-05-26\n---\n\n# 周报\n\n## {ITEMS[0]}\n\n[原文]({link(1)})\n"
    assert str(read_bulletin(text.encode(), "a.md").published_on) == "2024-05-26"


def test_no_link_of_a_table_is_lost_behind_what_looks_like_a_colophon():
    rows = "".join(f"{title}\t{link(number)}\n" for number, title in enumerate(ITEMS, 1))
    assert len(places(f"月报\n\n填报单位：云岭县文联\n序号\t标题\n{rows}")) == len(ITEMS)


# ---- grounds of their own ------------------------------------------------------------------------------------------


def shaded(words: str) -> str:
    return f'<section style="background:#c0392b"><p>{words}</p></section>'


def test_names_on_a_ground_of_their_own_are_sections_where_titles_stand_below():
    items = "".join(
        f"{shaded(name)}<p><b>{title}</b></p><p>{TEXT}</p><p><a href='{link(n)}'>原文</a></p>"
        for n, (name, title) in enumerate(zip(("会议", "成果", "讲座"), ITEMS, strict=True), 1)
    )
    bulletin = read_bulletin(f"<html><body>{items}</body></html>".encode(), "a.html")
    assert [(item.section, item.title) for item in bulletin.items] == list(
        zip(("会议", "成果", "讲座"), ITEMS, strict=True)
    )


def test_titles_on_a_ground_of_their_own_are_titles_where_text_stands_below():
    items = "".join(
        f"{shaded(title)}<p>{TEXT}</p><p><a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body>{items}</body></html>", "a.html") == list(ITEMS)


def test_numbers_and_marked_words_on_a_ground_of_their_own_name_nothing():
    page = f"{shaded('01')}<p><b>{ITEMS[0]}</b></p><p>会上<span style='background:yellow'>强调</span>，{TEXT}</p>"
    (item,) = read_bulletin(f"<html><body>{page}</body></html>".encode(), "a.html").items[-1:]
    assert (item.title, item.section, item.text) == (ITEMS[0], None, f"会上强调，{TEXT}")


# ---- links beside, below and behind --------------------------------------------------------------------------------


def test_a_picture_and_the_title_below_it_that_lead_to_one_article_are_one_item():
    items = "".join(
        f'<div><div><a href="{link(n)}"><img src="a.jpg"></a></div><a href="{link(n)}">{title}</a><p>{TEXT}</p></div>'
        for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body>{items}</body></html>", "a.html") == list(ITEMS)


def test_a_link_behind_a_pointing_sign_belongs_to_the_item_with_title_and_text_above_it():
    items = "".join(
        f"<h3>{title}</h3><p>{TEXT}</p><p>👉 <a href='{link(n)}'>现场直击第{n}场的台前幕后</a></p>"
        for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body>{items}</body></html>", "a.html") == list(ITEMS)


@pytest.mark.parametrize("head", ["<p>往期回顾</p>", "<h3>往期回顾</h3>", "<p><b>往期推荐</b></p>"])
def test_links_below_earlier_issues_belong_to_no_item(head):
    items = "".join(f"<h3>{title}</h3><p>{TEXT}<a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1))
    last = "".join(f"<p><a href='{link(n)}'>校园一周第{n}期</a></p>" for n in (8, 9))
    found = places(f"<html><body>{items}{head}{last}</body></html>", "a.html")
    assert [found[n][0] for n in (1, 2, 3, 8, 9)] == [*ITEMS, None, None]


@pytest.mark.parametrize("words", ["省社科院研究员　王建国", "李 静 编译", "本刊记者　赵敏"])
def test_names_with_offices_and_parts_are_no_titles(words):
    assert BYLINE.match(words)


def test_a_name_of_a_section_in_the_type_of_titles_stands_above_them():
    blocks = [heading("工作动态"), heading(ITEMS[0]), block(BlockKind.PARAGRAPH, TEXT), heading(ITEMS[1])]
    assert [each.level for each in arranged(blocks) if each.kind is BlockKind.HEADING] == [3, 4, 4]


def test_what_is_announced_behind_a_colon_is_listed_for_the_item_above():
    items = "".join(
        f"<h3>{title}</h3><p>{TEXT}相关报道见：</p><p>[{n}]<a href='{link(n)}'>《第{n}场的台前幕后》</a></p>"
        for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body>{items}</body></html>", "a.html") == list(ITEMS)


def test_an_arrow_before_an_address_is_a_part_of_its_label():
    text = "\n\n".join(f"{n}. {title}\n{TEXT}\n阅读更多 -> {link(n)}" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"{text}\n\n往期：{link(9)}\n") == [*ITEMS, None]


def test_a_sender_below_a_title_is_no_title_but_units_below_the_name_of_a_section_are():
    told = with_bylines([heading("小麦赤霉病防控要点"), heading("植保站", 5), block(BlockKind.PARAGRAPH, TEXT)])
    assert told[1].kind is BlockKind.PARAGRAPH
    told = with_bylines([heading("部门动态"), heading("市教育局", 5), block(BlockKind.PARAGRAPH, TEXT)])
    assert told[1].kind is BlockKind.HEADING


# ---- below all items -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "更多内容请关注“书香松江”微信公众号：{}",
        "还没有关注我们公众号的读者请点{}",
        "上期《一周推文》请看{}",
        "欢迎关注我们：{}",
    ],
)
def test_a_line_that_leads_to_the_account_or_to_an_earlier_issue_is_of_no_item(call):
    items = "".join(
        f'<p><b>{title}</b></p><p>{TEXT}</p><p><a href="{link(n)}">全文</a></p>' for n, title in enumerate(ITEMS, 1)
    )
    bulletin = read_bulletin(
        f"<h1>一周推文</h1>{items}<p>{call.format(f'<a href={link(9)}>这里</a>')}</p>".encode(), "a.html"
    )
    assert [len(item.citations) for item in bulletin.items] == [1] * len(ITEMS)
    assert [citation.article_url for citation in bulletin.unplaced] == [link(9)]


def test_such_a_line_below_addresses_opens_no_item():
    items = "".join(f"📍{title}\n{TEXT}\n{link(n)}\n\n" for n, title in enumerate(ITEMS, 1))
    bulletin = read_bulletin(f"志愿者通知\n\n{items}还没有关注我们公众号的伙伴请点这里：{link(9)}\n".encode(), "a.txt")
    assert [len(item.citations) for item in bulletin.items] == [1] * len(ITEMS)
    assert [citation.article_url for citation in bulletin.unplaced] == [link(9)]
