"""QR codes in pictures are citations, placed like addresses printed there; hostile pictures cost little."""

from __future__ import annotations

import io
import struct
import zlib
from base64 import b64encode
from email.message import EmailMessage

import pikepdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from crawler.bulletins.formats import codes
from crawler.bulletins.reading import read_bulletin
from storage.records import Bulletin, PlacedBy
from tests.crawler.bulletins import office
from tests.crawler.bulletins.binding import code_picture
from tests.crawler.bulletins.office import OfdLine, Relations, document, ofd, paragraph, picture, run, table
from tests.crawler.bulletins.printing import FONT, Issue, News, print_issue
from tests.timing import computing_within

TOKEN = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt"
TEXT = "会议昨日召开，总结上一年度情况，安排部署本年任务，各部门和乡镇负责同志参加会议。"


def cited(bulletin: Bulletin) -> list[tuple[str | None, list[str | None]]]:
    return [(item.title, [citation.article_url for citation in item.citations]) for item in bulletin.items]


def grounds(bulletin: Bulletin) -> list[tuple[PlacedBy | None, float]]:
    return [(citation.placed_by, citation.confidence) for citation in bulletin.citations]


def two_items(*pictures: bytes) -> bytes:
    """A Word document of two items, a picture below the text of each."""
    relations, body = Relations(), []
    for number, title in enumerate(("甲市召开会议", "乙县启动编纂")):
        body += [paragraph(run(title), style="2"), paragraph(run(TEXT), indent=True)]
        body += [paragraph(picture(f"image{number}.png", relations), align="center")]
    return document("".join(body), relations, **{f"media/image{n}.png": body for n, body in enumerate(pictures)})


def test_a_code_below_an_items_text_is_its_citation() -> None:
    bulletin = read_bulletin(two_items(code_picture(TOKEN + "01"), code_picture(TOKEN + "02")), "简报.docx")
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01"]), ("乙县启动编纂", [TOKEN + "02"])]
    assert grounds(bulletin) == [(PlacedBy.INLINE, 0.92)] * 2


def test_a_code_in_a_row_of_a_table_is_the_rows() -> None:
    relations = Relations()
    rows = [[paragraph(run(name)) for name in ("标题", "来源", "二维码")]]
    for number, title in enumerate(("甲市召开会议", "乙县启动编纂"), 1):
        rows.append([paragraph(run(title)), paragraph(run("日报")), paragraph(picture(f"{number}.png", relations))])
    pictures = {f"media/{number}.png": code_picture(f"{TOKEN}0{number}") for number in (1, 2)}
    bulletin = read_bulletin(document(table(rows), relations, **pictures), "简报.docx")
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01"]), ("乙县启动编纂", [TOKEN + "02"])]
    assert {placed_by for placed_by, _ in grounds(bulletin)} == {PlacedBy.ROW}


def test_codes_in_a_page_are_citations_whatever_way_their_pictures_came() -> None:
    data = f"data:image/png;base64,{b64encode(code_picture(TOKEN + '01')).decode()}"
    page = (
        f'<h2>甲市召开会议</h2><p>{TEXT}</p><p><img src="{data}"></p>'
        f'<h2>乙县启动编纂</h2><p>{TEXT}<img src="cid:b"></p><h2>丙镇的做法</h2><p>{TEXT}</p>'
    )
    message = EmailMessage()
    message["Subject"], message["To"] = "简报", "a@example.org"
    message.set_content(page, subtype="html")
    message.add_related(code_picture(TOKEN + "02"), maintype="image", subtype="png", cid="<b>")
    bulletin = read_bulletin(message.as_bytes(), "信.eml")
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01"]), ("乙县启动编纂", [TOKEN + "02"]), ("丙镇的做法", [])]


def test_codes_on_a_page_of_print_are_the_items_above_them_drawn_or_as_pictures() -> None:
    news = [News("甲市召开会议", TEXT, "甲市档案馆", codes=[TOKEN + "01", TOKEN + "02"]), News("乙县启动编纂", TEXT)]
    bulletin = read_bulletin(print_issue(Issue(news)), "简报.pdf")
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01", TOKEN + "02"]), ("乙县启动编纂", [])]
    assert grounds(bulletin) == [(PlacedBy.INLINE, 0.92)] * 2


def test_a_code_on_a_page_of_ofd_is_the_item_s_above_it() -> None:
    lines = [OfdLine("甲市召开会议", 60, 30, 8)]
    lines += [OfdLine(TEXT[:26], 28, 45 + 10 * number, 5.6) for number in range(3)]
    lines += [OfdLine("乙县启动编纂", 60, 130, 8)]
    lines += [OfdLine(TEXT[:26], 28, 145 + 10 * number, 5.6) for number in range(3)]
    body = ofd([lines], is_annotated=False, picture=code_picture(TOKEN + "01"), place="28 80 30 30")
    bulletin = read_bulletin(body, "简报.ofd")
    assert cited(bulletin) == [("甲市召开会议", [TOKEN + "01"]), ("乙县启动编纂", [])]
    assert grounds(bulletin) == [(PlacedBy.INLINE, 0.92)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_code_beside_an_items_text_is_its_citation_on_rotated_pages_too(rotation: int) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number, title in enumerate(("甲市召开会议", "乙县启动编纂"), 1):
        top = 820 - 200 * number
        canvas.setFont(FONT, 20)
        canvas.drawString(80, top, title)
        canvas.setFont(FONT, 12)
        for line in range(5):
            canvas.drawString(80, top - 30 - 20 * line, "会议昨日召开，总结上一年度情况，安排部署本年任务")
        canvas.drawImage(ImageReader(io.BytesIO(code_picture(f"{TOKEN}0{number}"))), 420, top - 110, 90, 90)
    canvas.save()
    with pikepdf.open(out) as pdf:
        pdf.pages[0].rotate(rotation, relative=False)
        pdf.save(out := io.BytesIO())
    bulletin = read_bulletin(out.getvalue(), "简报.pdf")
    assert [urls for _, urls in cited(bulletin)] == [[TOKEN + "01"], [TOKEN + "02"]]


def test_without_what_reads_codes_it_is_said_where_nothing_else_is_cited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "can_read", lambda: False)
    monkeypatch.setattr("crawler.bulletins.reading.can_read", lambda: False)
    pictures = code_picture(TOKEN + "01"), code_picture(TOKEN + "02")
    assert "no_code_reader:2" in read_bulletin(two_items(*pictures), "简报.docx").warnings
    news = [News("甲市召开会议", TEXT, link=TOKEN + "01", codes=[TOKEN + "01"])]
    assert read_bulletin(print_issue(Issue(news)), "简报.pdf").warnings == ()


def test_codes_that_say_no_address_are_no_citations() -> None:
    bulletin = read_bulletin(two_items(code_picture("WIFI:S:office;;"), code_picture("http://weixin.qq.com/r/x")), "a")
    assert (bulletin.citations, bulletin.other_links) == ((), 1)


# ---- hostile pictures


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A picture of one bit a pixel that says its size, and holds a body or nothing but white."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


HOSTILE = {
    "wider than a street": lambda: png(50_000, 50_000),
    "a bomb": lambda: png(40_000, 1_000, zlib.compress(b"\xff" * 200_000_000, level=1)),
    "truncated": lambda: code_picture(TOKEN + "02")[:200],
    "noise": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "empty": lambda: b"",
    "larger than a bulletin": lambda: bytes(250_000_000),
    "one pixel": lambda: png(1, 1, zlib.compress(b"\0\0")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_costs_little_and_hides_no_other(name: str) -> None:
    body = two_items(code_picture(TOKEN + "01"), HOSTILE[name]())
    with computing_within(1):
        assert cited(read_bulletin(body, "简报.docx"))[0] == ("甲市召开会议", [TOKEN + "01"])


@pytest.mark.parametrize("where", ["picture", "mask", "form", "pattern"])
def test_a_page_that_draws_a_picture_as_wide_as_a_street_is_not_drawn(where: str) -> None:
    news = [News("甲市召开会议", TEXT, link=TOKEN + "01", codes=[TOKEN + "02"])]
    with pikepdf.open(io.BytesIO(print_issue(Issue(news)))) as pdf:
        wide = pikepdf.Stream(pdf, b"x", Subtype=pikepdf.Name.Image, Width=50_000, Height=50_000)
        wide.BitsPerComponent, wide.ColorSpace = 8, pikepdf.Name.DeviceGray
        resources = pdf.pages[0].obj.Resources
        if where == "mask":
            next(iter(resources.XObject.values())).SMask = pdf.make_indirect(wide)
        elif where == "picture":
            resources.XObject.W = pdf.make_indirect(wide)
        else:
            inner = pikepdf.Stream(pdf, b"/W Do", Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(W=wide)))
            kind = {"form": "/XObject", "pattern": "/Pattern"}[where]
            inner[("/Subtype" if where == "form" else "/Type")] = pikepdf.Name(kind.replace("XObject", "Form"))
            resources[kind] = resources.get(kind, pikepdf.Dictionary())
            resources[kind].F = pdf.make_indirect(inner)
        pdf.save(out := io.BytesIO())
    with computing_within(1):
        bulletin = read_bulletin(out.getvalue(), "简报.pdf")
        assert [citation.article_url for citation in bulletin.citations] == [TOKEN + "01"]


def test_a_document_of_very_many_pictures_is_looked_at_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "MOST_PICTURES", 1)
    bulletin = read_bulletin(two_items(code_picture("no address"), code_picture(TOKEN + "02")), "简报.docx")
    assert "unread_pictures:1" in bulletin.warnings


def test_a_code_in_a_large_photograph_is_found() -> None:
    photo = Image.effect_noise((4000, 3000), 60)
    with Image.open(io.BytesIO(code_picture(TOKEN + "01", 8))) as code:
        photo.paste(code.convert("L").resize((500, 500)), (3000, 2200))
    photo.save(out := io.BytesIO(), "JPEG")
    assert codes.addresses_in(out.getvalue()) == [TOKEN + "01"]


def test_a_code_on_a_picture_that_shines_through_is_found() -> None:
    with Image.open(io.BytesIO(code_picture(TOKEN + "01"))) as code:
        grey = code.convert("L")
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=grey.point(lambda value: 255 - value))
    clear.save(out := io.BytesIO(), "PNG")
    assert codes.addresses_in(out.getvalue()) == [TOKEN + "01"]


def test_the_office_of_the_tests_makes_pictures_that_are_found() -> None:
    """Negative control: without its picture the document cites nothing."""
    assert read_bulletin(two_items(), "简报.docx").citations == ()
    assert office.picture("a.png", Relations()).count("part1") == 1
