"""The words under very many rectangles of a PDF's page."""

from __future__ import annotations

import io
from contextlib import closing
from random import Random

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from crawler.bulletins.formats.pdf_words import Groups, asked
from crawler.bulletins.reading import read_bulletin
from tests.crawler.bulletins.binding import bind_pdf, bind_pdf_columns, bind_pdf_turned
from tests.crawler.bulletins.made import make_issue
from tests.crawler.bulletins.printing import FONT
from tests.timing import computing_within

ACROSS, DOWN = 70, 70


@pytest.mark.parametrize("bind", [bind_pdf, bind_pdf_columns, bind_pdf_turned])
def test_words_from_groups_are_those_that_pdfium_tells(bind) -> None:
    chance = Random(5)
    with closing(pypdfium2.PdfDocument(bind(make_issue(7), 7))) as document:
        for page in document:
            text_page = page.get_textpage()
            groups = Groups(text_page)
            for _ in range(50):
                left, bottom = chance.randrange(-10, 600), chance.randrange(-10, 800)
                box = (left, bottom, left + chance.choice([3, 90, 600]), bottom + chance.choice([3, 20, 300]))
                assert groups.under(box) == asked(text_page, box)


def test_a_page_of_very_many_links_is_read_in_little_time() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(30 * ACROSS + 40, A4[1]))
    canvas.setFont(FONT, 6)
    for number in range(ACROSS * DOWN):
        x, y = 20 + number % ACROSS * 30, 20 + number // ACROSS * 10
        canvas.drawString(x, y, f"第{number}条")
        canvas.linkURL(f"https://mp.weixin.qq.com/s/{number:022d}", (x, y - 1, x + 24, y + 7))
    canvas.save()
    with computing_within(4.0):
        bulletin = read_bulletin(out.getvalue(), "page.pdf")
    assert len(bulletin.citations) == ACROSS * DOWN
    assert {citation.anchor_text for citation in bulletin.citations} == {f"第{n}条" for n in range(ACROSS * DOWN)}
