"""Tables in PDF: drawn here with rules, with stripes and with nothing but white between their columns."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from crawler.bulletins.formats.flow import Link
from crawler.bulletins.formats.pdf_tables import goes_on_over_page
from crawler.bulletins.reading import read_bulletin
from storage.records import Bulletin, PlacedBy
from tests.crawler.bulletins.printing import FONT

TITLES = ["龙王庙遗址考古取得新进展", "她把图书馆开进了大山", "古镇保护条例征求意见", "智慧水务平台上线"]
HEAD = ["云岭文旅信息", "2024年第3期　云岭市文化和旅游局　2024年4月3日"]
WIDE = (72.0, 140.0, 330.0, 420.0, 500.0)


def url(number: int) -> str:
    return f"https://mp.weixin.qq.com/s/{number:022d}"


@dataclass
class Sheet:
    """A page of A4, written from the top down."""

    body: io.BytesIO = field(default_factory=io.BytesIO)
    height: float = 780.0

    def __post_init__(self) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.canvas = Canvas(self.body)
        self.turn_page()
        for text in HEAD:
            self.write(text, 72)
            self.height -= 30

    def turn_page(self) -> None:
        self.canvas.setFont(FONT, 12)

    def write(self, text: str, left: float, *, link: str | None = None, up: float = 0.0) -> None:
        self.canvas.drawString(left, self.height + up, text)
        if link:
            right = left + pdfmetrics.stringWidth(text, FONT, 12)
            self.canvas.linkURL(link, (left, self.height + up - 3, right, self.height + up + 11))

    def rule(self, left: float, bottom: float, right: float, top: float) -> None:
        self.canvas.line(left, bottom, right, top)

    def read(self) -> Bulletin:
        self.canvas.save()
        return read_bulletin(self.body.getvalue(), "table.pdf")


def draw(manner: str, edges: tuple[float, ...] = WIDE) -> Sheet:
    """A table of the titles, each with its section, day and link, in a manner of setting tables."""
    sheet = Sheet()
    for number, title in enumerate([None, *TITLES]):
        top = sheet.height + 17
        cells = ["栏目", "标题", "日期", "链接"] if title is None else ["要闻", title, f"4月{number}日", "查看"]
        for cell, left in zip(cells, edges, strict=False):
            sheet.write(cell, left + 2, link=url(number) if cell == "查看" else None)
        sheet.height -= 24
        if manner == "ruled":
            sheet.rule(edges[0], top, edges[-1], top)
            sheet.rule(edges[0], top - 24, edges[-1], top - 24)
            for place in edges:
                sheet.rule(place, top - 24, place, top)
        elif manner == "striped" and number % 2:
            sheet.canvas.setFillGray(0.9)
            for left, right in pairwise(edges):
                sheet.canvas.rect(left, top - 24, right - left, 24, stroke=0, fill=1)
            sheet.canvas.setFillGray(0)
        elif manner == "lines":
            sheet.rule(edges[0], top - 24, edges[-1], top - 24)
    return sheet


def placed(bulletin: Bulletin) -> list[tuple[str | None, str]]:
    return [(item.title, citation.cited_url) for item in bulletin.items for citation in item.citations]


RIGHT = [(title, url(number)) for number, title in enumerate(TITLES, 1)]


@pytest.mark.parametrize("manner", ["ruled", "striped", "lines", "white"])
def test_each_row_of_a_table_is_an_item_in_whatever_manner_it_is_set(manner: str) -> None:
    bulletin = draw(manner).read()
    assert placed(bulletin) == RIGHT
    assert {item.section for item in bulletin.items} == {"要闻"}
    assert {citation.placed_by for item in bulletin.items for citation in item.citations} == {PlacedBy.ROW}


def test_cells_that_all_but_touch_are_told_apart_by_the_rule_between_them() -> None:
    edges = (72.0, 100.0, 248.0, 290.0, 330.0)
    assert placed(draw("ruled", edges).read()) == RIGHT


def test_words_broken_within_a_cell_are_of_one_row() -> None:
    """Every cell of a row is as high as its longest text, and the others stand in its middle."""
    sheet = Sheet()
    for number, title in enumerate(TITLES, 1):
        sheet.write(title[:7], 72, up=8)
        sheet.write(title[7:], 72, up=-8)
        sheet.write(f"4月{number}日", 300)
        sheet.write("查看", 400, link=url(number))
        sheet.height -= 44
    assert placed(sheet.read()) == RIGHT


def test_the_underlines_of_links_divide_no_rows() -> None:
    sheet = draw("ruled")
    for number in range(len(TITLES)):
        height = 720 - 24 * (number + 1)
        sheet.rule(WIDE[3] + 2, height - 1, WIDE[3] + 26, height - 1)
    assert placed(sheet.read()) == RIGHT


def test_a_link_over_nothing_in_a_row_is_that_rows() -> None:
    """A picture that is linked, where others have words."""
    sheet = draw("ruled")
    sheet.canvas.linkURL(url(9), (WIDE[3] + 40, 720 - 24 * 2 - 3, WIDE[3] + 52, 720 - 24 * 2 + 9))
    assert (TITLES[1], url(9)) in placed(sheet.read())


def test_a_table_goes_on_over_the_page_and_its_first_row_said_again_is_no_item() -> None:
    sheet = Sheet()
    for number, title in enumerate([None, *TITLES[:2], None, *TITLES[2:]]):
        if number == 3:
            sheet.canvas.showPage()
            sheet.turn_page()
            sheet.height = 700
        top, cells = sheet.height + 17, ["题目", "网址"]
        if title:
            cells = [title, url(TITLES.index(title) + 1)]
        for cell, left in zip(cells, (72, 250), strict=True):
            sheet.write(cell, left + 2)
        for height in (top, top - 24):
            sheet.rule(72, height, 540, height)
        for place in (72, 250, 540):
            sheet.rule(place, top - 24, place, top)
        sheet.height -= 24
    bulletin = sheet.read()
    assert placed(bulletin) == RIGHT
    assert [item.page for item in bulletin.items] == [1, 1, 2, 2]


def test_cells_that_each_hold_a_text_with_its_link_are_items_beside_each_other() -> None:
    sheet = Sheet()
    for number in (0, 2):
        top = sheet.height + 17
        for step in (0, 1):
            left = 72 + 230 * step
            sheet.write(TITLES[number + step], left + 4)
            sheet.write("县文旅局组织专家开展现场踏勘。", left + 4, up=-20)
            sheet.write("阅读全文", left + 4, up=-40, link=url(number + step + 1))
        for height in (top, top - 72):
            sheet.rule(72, height, 532, height)
        for place in (72, 302, 532):
            sheet.rule(place, top - 72, place, top)
        sheet.height -= 72
    assert placed(sheet.read()) == RIGHT


def test_a_table_that_cites_nothing_is_a_part_of_the_text_around_it() -> None:
    sheet = Sheet()
    sheet.write(TITLES[0], 72)
    sheet.height -= 24
    sheet.write("考古队公布了出土器物的数量，详见下表。", 96)
    sheet.height -= 24
    for name, count in (("类别", "件数"), ("陶器", "三十一"), ("铜器", "九"), ("玉器", "四")):
        sheet.write(name, 72)
        sheet.write(count, 250)
        sheet.height -= 24
    sheet.write("阅读全文", 72, link=url(1))
    assert placed(sheet.read()) == RIGHT[:1]


# ---- texts with their titles in front -------------------------------------------------------------------------------


def led(mode: int, stop: str = "。") -> Bulletin:
    """Texts that begin with their titles, drawn with a line around the type (mode 2) as Word makes bold, or not."""
    sheet = Sheet()
    for number, title in enumerate(TITLES, 1):
        text = sheet.canvas.beginText(72, sheet.height)
        for words, drawn in ((title, mode), (f"{stop}县文旅局组织专家开展现场踏勘，并形成报告。", 0)):
            text.setTextRenderMode(drawn)
            text.textOut(words)
        sheet.canvas.drawText(text)
        sheet.canvas.linkURL(url(number), (340, sheet.height - 3, 400, sheet.height + 11))
        sheet.height -= 30
    return sheet.read()


def test_bold_words_in_front_of_texts_are_their_titles_in_print_too():
    assert placed(led(mode=2)) == RIGHT


def test_short_first_sentences_of_all_citing_texts_are_their_titles():
    assert placed(led(mode=0)) == RIGHT


def test_where_nothing_tells_the_texts_apart_the_places_are_not_sure():
    citations = [each for item in led(mode=0, stop="，").items for each in item.citations]
    assert len(citations) == len(TITLES)
    assert all(each.confidence < 0.9 for each in citations)


def test_a_picture_is_linked_with_the_title_that_leads_to_the_same_article() -> None:
    """It stands beside its title, and nearer to the text of the item above."""
    sheet = Sheet()
    for number, title in enumerate(TITLES, 1):
        sheet.write(title, 150, link=url(number))
        sheet.canvas.linkURL(url(number), (72, sheet.height - 2, 140, sheet.height + 45))
        sheet.height -= 20
        sheet.write("县文旅局组织专家开展现场踏勘，并形成报告。", 72)
        sheet.height -= 60
    assert set(placed(sheet.read())) == set(RIGHT)


def test_two_columns_of_short_texts_are_read_one_after_the_other() -> None:
    """Few of their lines reach the edge of the column."""
    sheet = Sheet()
    for number in (0, 2):
        for step in (0, 1):
            left = 72 + 240 * step
            sheet.write(TITLES[number + step], left)
            sheet.write("县文旅局组织专家开展现场踏勘，形成了", left, up=-30)
            sheet.write("修缮报告。", left, up=-47)
            sheet.write("阅读全文", left, up=-77, link=url(number + step + 1))
        sheet.height -= 98
    assert sorted(placed(sheet.read())) == sorted(RIGHT)


def test_the_edge_of_a_cell_is_no_underline_of_the_link_that_fills_it() -> None:
    """Browsers draw the edges of each cell by themselves, the lower one right below the link."""
    sheet, edges = Sheet(), (72.0, 300.0, 500.0)
    for number, title in enumerate(TITLES, 1):
        top = sheet.height + 14
        sheet.write(title, edges[0] + 2)
        left, right = edges[1], edges[2]
        sheet.write("公众号", left + 2)
        sheet.write("查看", left + 2, up=-14)
        sheet.canvas.linkURL(url(number), (left + 1, sheet.height - 18, right - 1, sheet.height - 4))
        for one, other in pairwise(edges):
            sheet.rule(one, top, other, top)
            sheet.rule(one, top - 33, other, top - 33)
        for place in edges:
            sheet.rule(place, top - 33, place, top)
        sheet.height -= 33
    assert set(placed(sheet.read())) == set(RIGHT)


def row_over_page(*, title: str, rest: str, number: int, other: int) -> list[tuple[list[str], int]]:
    """What two rows say, and to what articles they lead, the second at the top of the next page."""
    return [(["1", title, url(number)[:30]], number), (["", rest, url(number)[30:]], other)]


@pytest.mark.parametrize(
    ("rest", "other", "is_one"),
    [("", 1, True), ("港史", 1, True), ("老物件征集", 2, False)],
)
def test_a_row_goes_on_over_the_page_under_its_own_link_alone(rest: str, other: int, *, is_one: bool) -> None:
    (words, target), (below, further) = row_over_page(title="三百件文物讲述开", rest=rest, number=1, other=other)
    links = [[(), (), (Link(url=url(n), grounds=PlacedBy.ROW),)] for n in (target, further)]
    assert goes_on_over_page((words, links[0], 1), (below, links[1], 2)) is is_one


@pytest.mark.parametrize(("number", "below", "is_one"), [("7", "", True), ("7", "8", False), ("", "", False)])
def test_a_row_without_a_number_at_the_top_of_a_page_ends_the_numbered_one_above(
    number: str, below: str, *, is_one: bool
) -> None:
    """Its title goes on over the page, its link does not."""
    links = [(), (), (Link(url=url(1), grounds=PlacedBy.ROW),)]
    above = [number, "北山县召开年鉴撰", "查看原文"], links, 1
    assert goes_on_over_page(above, ([below, "稿人培训会", ""], [(), (), ()], 2)) is is_one


def test_words_that_float_to_a_side_stand_at_their_height_though_drawn_first() -> None:
    """Browsers draw them before or after all other text."""
    sheet, start = Sheet(), 600.0
    for number in range(len(TITLES)):
        sheet.height = start - 90 * number
        sheet.write("更多", 460, link=url(number + 1))
    for number, title in enumerate(TITLES):
        sheet.height = start - 90 * number
        sheet.write(title, 72)
        sheet.height -= 30
        sheet.write("县文旅局组织专家开展现场踏勘，并形成报告，下一步将公开征求意见。", 72)
    bulletin = sheet.read()
    cited = [citation.cited_url for item in bulletin.items[1:] for citation in item.citations]
    assert cited == [url(number) for number in (2, 3, 4)]
