"""PDF: printed here in the shape of real issues, and read back."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from crawler.bulletins.formats import pdf_bounds
from crawler.bulletins.formats.pdf_lines import PrintedLine, PrintedPage
from crawler.bulletins.formats.pdf_measures import without_furniture
from crawler.bulletins.reading import read_bulletin
from storage.errors import UnreadableBulletin
from storage.records import Bulletin, PlacedBy
from tests.crawler.bulletins.printing import FONT, Issue, News, print_issue

TOKEN = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt"
LONG = (
    "https://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA==&mid=2650700001&idx=1&sn=0123456789abcdef0123456789abcdef&chksm="
    + "0123456789ab" * 6
    + "0123"
)
BODY = (
    "3月8日，全州史志工作会议在云岭召开，总结2023年工作，安排部署2024年任务，州级各部门和各县市史志机构负责同志参加会议。\n"
    "会议要求，要深入学习贯彻会议精神和州委决策部署，围绕中心工作，进一步提高思想认识，坚持高标准、高质量的工作要求，"
    "推动史志工作再上新台阶；要在做好年鉴编纂的基础上，深入挖掘地情文化，更好地发挥以史资政、教化育人的作用。"
)
NEWS = [
    News(
        "青川州党史和地方志编纂委员会办公室召开全州年鉴编纂工作推进会",
        BODY,
        "青川州地方志编纂中心",
        link=TOKEN + "U1",
        section="市州动态",
    ),
    News("平湖县启动村志编纂", BODY, "平湖县地方志编纂中心", printed=LONG),
    News("老照片征集活动圆满结束", BODY, "云岭市档案馆", link=TOKEN + "U2", section="基层风采"),
    News("口述史采集走进茶马古道", BODY, "综合云岭市、平湖县史志部门信息", link=TOKEN + "U3", printed=TOKEN + "U4"),
]


@pytest.fixture(scope="module")
def issue() -> Bulletin:
    return read_bulletin(print_issue(Issue(NEWS, running_head="内部资料")), "issue.pdf")


def test_an_issue_in_pdf_gives_its_items_whole(issue: Bulletin) -> None:
    read = [(item.section, item.title, item.text, item.credit) for item in issue.items]
    sections = ["市州动态", "市州动态", "基层风采", "基层风采"]
    assert read == [(section, news.title, news.body, news.credit) for section, news in zip(sections, NEWS, strict=True)]


def test_the_head_of_an_issue_in_pdf_is_read(issue: Bulletin) -> None:
    assert (issue.title, issue.issuer, issue.issue) == ("方志动态", "四川省地方志工作办公室", "第5期")
    assert str(issue.published_on) == "2024-03-13"


def test_rectangles_over_titles_decide_the_item(issue: Bulletin) -> None:
    placed = [
        (item.position, citation.article_url, citation.anchor_text)
        for item in issue.items
        for citation in item.citations
        if citation.placed_by is PlacedBy.ANNOTATION
    ]
    assert placed == [(n, NEWS[n - 1].link, NEWS[n - 1].title) for n in (1, 3, 4)]


def test_an_address_printed_over_lines_is_mended(issue: Bulletin) -> None:
    [citation] = issue.items[1].citations
    assert citation.cited_url == LONG
    assert citation.repair == "joined_lines"
    assert citation.confidence >= 0.9


def test_running_heads_and_page_numbers_are_in_no_item(issue: Bulletin) -> None:
    whole = "".join(item.text for item in issue.items)
    assert "内部资料" not in whole
    assert "—" not in whole


def test_titles_in_body_type_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.crawler.bulletins.printing.TITLE", 16)
    bulletin = read_bulletin(print_issue(Issue(NEWS)), "plain.pdf")
    assert [item.title for item in bulletin.items] == [news.title for news in NEWS]


def test_a_link_over_a_picture_is_placed_but_not_surely() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont(FONT, 14)
    canvas.drawString(80, 700, "甲市召开会议")
    canvas.rect(80, 560, 100, 100)
    canvas.linkURL(TOKEN + "U5", (80, 560, 180, 660))
    canvas.save()
    [citation] = read_bulletin(out.getvalue(), "picture.pdf").citations
    assert citation.placed_by is PlacedBy.NEAREST
    assert citation.confidence < 0.9


def test_type_without_a_map_is_said_and_its_links_are_found() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas.setFont("Vera", 12)
    for row in range(12):
        canvas.drawString(80, 700 - 20 * row, "abcdefghijklmnopqrstuvwxyz"[row:] + "ABCDEFG"[:row])
    canvas.linkURL(TOKEN + "U6", (80, 690, 200, 712))
    canvas.save()
    bulletin = read_bulletin(without_maps(out.getvalue()), "unmapped.pdf")
    assert "unreadable_text:1" in bulletin.warnings
    assert [citation.article_url for citation in bulletin.citations] == [TOKEN + "U6"]


def without_maps(body: bytes) -> bytes:
    """The PDF with its type mapped to no characters but private ones."""
    document, out = pikepdf.open(io.BytesIO(body)), io.BytesIO()
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
            codes = "".join(f"<{code:02x}> <{0xE000 + code:04x}>\n" for code in range(100))
            head = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            head += "1 begincodespacerange <00> <ff> endcodespacerange\n"
            thing.ToUnicode = document.make_stream(f"{head}100 beginbfchar\n{codes}endbfchar endcmap end end".encode())
    document.save(out)
    return out.getvalue()


# ---- what cannot be read ----------------------------------------------------------------------------------------


def refusal(body: bytes) -> str:
    with pytest.raises(UnreadableBulletin) as refused:
        read_bulletin(body, "bad.pdf")
    assert refused.value.values["file"] == "bad.pdf"
    return refused.value.kind


def test_a_pdf_with_a_password_is_refused_as_such() -> None:
    document, out = pikepdf.open(io.BytesIO(print_issue(Issue(NEWS[:1])))), io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert refusal(out.getvalue()) == "password"


@pytest.mark.parametrize("kept", [8, 200, 0.5, 0.95])
def test_a_cut_pdf_is_damaged(kept: float) -> None:
    body = print_issue(Issue(NEWS[:1]))
    assert refusal(body[: int(kept if kept > 1 else kept * len(body))]) == "damaged"


def objects(*written: str) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    body = "".join(f"{number} 0 obj{thing}endobj\n" for number, thing in enumerate(written, 1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>".encode()


CATALOGUE = "<</Type/Catalog/Pages 2 0 R>>"
PAGES = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
DRAW = "<</Length 5>>stream\n/F Do\nendstream "


def form(times: int, drawn: int) -> str:
    content = "/F Do\n" * times
    return (
        f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {drawn} 0 R>>>>/Length {len(content)}>>"
        f"stream\n{content}endstream "
    )


EMPTY_FORM = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream "


@pytest.mark.parametrize("forms", [[form(3, 5)], [form(10, number) for number in range(6, 14)]], ids=["ring", "bomb"])
def test_drawings_that_unfold_for_ever_are_refused(forms: list[str]) -> None:
    assert refusal(objects(CATALOGUE, PAGES, PAGE, DRAW, *forms)) == "too_complex"


def test_it_is_the_count_of_drawings_that_refuses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_bounds, "MOST_DRAWINGS", 10**9)
    body = objects(CATALOGUE, PAGES, PAGE, DRAW, *[form(10, number) for number in range(6, 9)], EMPTY_FORM)
    assert read_bulletin(body, "folded.pdf").warnings == ("no_text", "no_links")
    monkeypatch.setattr(pdf_bounds, "MOST_DRAWINGS", 100)
    assert refusal(body) == "too_complex"


def test_pages_in_a_ring_end() -> None:
    body = objects(CATALOGUE, "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 3>>", PAGE, DRAW)
    assert "no_text" in read_bulletin(body, "ring.pdf").warnings


def test_more_pages_than_any_bulletin_has_are_refused() -> None:
    assert refusal(objects(CATALOGUE, PAGES.replace("/Count 1", "/Count 100000"), PAGE)) == "too_large"


def test_a_hundred_thousand_objects_are_read_in_bounded_time() -> None:
    last = 100_000
    annots = " ".join(f"{number} 0 R" for number in range(4, last))
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[{annots}]>>"
    link = "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://mp.weixin.qq.com/s/{:022d})>>>>"
    body = objects(CATALOGUE, PAGES, page, *(link.format(number) for number in range(4, last)))
    assert "too_many_links:1" in read_bulletin(body, "many.pdf").warnings


def test_pdfs_are_read_in_many_threads_at_once(issue: Bulletin) -> None:
    body = print_issue(Issue(NEWS, running_head="内部资料"))
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda _: read_bulletin(body, "issue.pdf").items, range(24)))
    assert all(items == issue.items for items in read)


@pytest.mark.parametrize("text", ["江州水文简报", "江州水文简报 第{}页"])
def test_what_stands_in_the_margins_of_both_pages_of_two_is_no_title(text: str) -> None:
    """Short issues have no third page on which it could come again; numbers may differ."""
    assert kept_of_margins([text.format(1), text.format(2)]) == []


def test_what_stands_in_the_margin_of_one_page_alone_is_kept() -> None:
    assert kept_of_margins(["江州水文简报", "老站长和他的水文本"]) == ["江州水文简报", "老站长和他的水文本"]


def kept_of_margins(texts: list[str]) -> list[str]:
    """What is left of pages with nothing but a line in the upper margin."""
    pages = [
        PrintedPage(
            height=842.0,
            width=595.0,
            unread=0,
            lines=[PrintedLine(text=text, page=number, left=72, bottom=792, right=200, top=801, size=9, is_bold=False)],
        )
        for number, text in enumerate(texts, 1)
    ]
    return [line.text for page in without_furniture(pages) for line in page.lines]


def test_an_address_that_ends_with_a_hyphen_takes_no_word_of_the_next_line() -> None:
    """pdfium gives a hyphen between letters at a line's end without the line break."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    body = io.BytesIO()
    canvas = Canvas(body)
    canvas.setFont(FONT, 12)
    titles = ["水文学会换届大会召开", "Bridge news 通报", "2024年科普大赛落幕"]
    tokens = [f"AbCdEfGhIjKlMnOpQrSt{letter}-" for letter in "abc"]
    lines = [
        [title, "会议传达学习了上级有关会议精神。", f"https://mp.weixin.qq.com/s/{token}"]
        for title, token in zip(titles, tokens, strict=True)
    ]
    for number, line in enumerate(line for item in lines for line in item):
        canvas.drawString(72, 780 - 20 * number, line)
    canvas.save()
    bulletin = read_bulletin(body.getvalue(), "hyphens.pdf")
    assert [item.title for item in bulletin.items] == titles
    assert [item.citations[0].cited_url[-22:] for item in bulletin.items] == tokens


def test_a_link_whose_middle_lines_lie_under_one_rectangle_is_one_link() -> None:
    """LibreOffice gives the first and the last line of a link each a rectangle, all between them one."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont(FONT, 12)
    chksm = "bd84d8dbc74254770f58904dba41ecccc3fc1626e53a13043b026c48bbf33feff9243a8f506b"
    url = f"https://mp.weixin.qq.com/s?__biz=MzI1NzA4OTQ5MQ==&mid=2650000001&idx=1&sn={'0a' * 16}&chksm={chksm}"
    printed = [url[start : start + 60] for start in range(0, len(url), 60)]
    for number, text in enumerate(["水文学会换届大会召开", "会议听取了工作情况汇报。", *printed]):
        canvas.drawString(72, 780 - 20 * number, text)
    right = 72 + max(canvas.stringWidth(text, FONT, 12) for text in printed)
    for bottom, top in ((735, 755), (695, 735), (675, 695)):
        canvas.linkURL(url, (72, bottom, right, top))
    canvas.save()
    [cited] = read_bulletin(out.getvalue(), "lines.pdf").citations
    assert cited.cited_url == url
