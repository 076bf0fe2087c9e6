"""Restoring PDFs: annotations are rewritten, printed addresses get one, and the pages look the same."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from crawler.mirror.restore.links import Fate
from crawler.mirror.restore.restoring import restore
from crawler.mirror.restore.rewriting import Caution
from storage.errors import UnreadableBulletin
from tests.crawler.mirror.keeping import LONG, LONG_NAME, OTHER, SHORT, keep_article
from tests.timing import computing_within

BASE = "https://archive.example.org"
LED = f"{BASE}/web/20240314020005/{SHORT}"


def drawn(draw: Callable[[Canvas], object], **options) -> bytes:
    """A PDF of what ``draw`` puts on its canvas."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True, **options)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def linked(*urls: str) -> bytes:
    """A PDF with a link of a line for each address, titles over them."""

    def draw(canvas: Canvas) -> None:
        for line, url in enumerate(urls):
            top = 780 - 20 * line
            canvas.drawString(60, top, f"Title {line}")
            canvas.linkURL(url, (60, top - 3, 160, top + 12))

    return drawn(draw)


def edited(body: bytes, edit: Callable[[pikepdf.Pdf], object], **options) -> bytes:
    """A PDF changed by hand."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        edit(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def restored(archive, body: bytes, **options):
    return restore(archive, body, "bulletin.pdf", base_url=BASE, **options)


def annotations(body: bytes) -> list[tuple[int, tuple[float, ...], str]]:
    """Every link of a PDF, as pdfium reads it: page, rectangle, address."""
    found = []
    with pikepdf.open(io.BytesIO(body)) as pdf:
        for number, page in enumerate(pdf.pages):
            for link in page.get("/Annots", []):
                if link.get("/A") is not None and "/URI" in link.A:
                    found.append((number, tuple(round(float(edge), 2) for edge in link.Rect), str(link.A.URI)))
    return found


def pixels(body: bytes) -> list[bytes]:
    """Every page of a PDF as it looks."""
    seen = []
    with pypdfium2.PdfDocument(body) as document:
        for page in document:
            bitmap = page.render(scale=0.25, may_draw_forms=False)
            seen.append(bytes(bitmap.buffer))
            bitmap.close()
            page.close()
    return seen


def check(body: bytes) -> None:
    """qpdf finds nothing wrong with a PDF, where qpdf is to be had."""
    if not shutil.which("qpdf"):
        pytest.skip("no qpdf here")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(body)
        file.flush()
        done = subprocess.run(["qpdf", "--check", file.name], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_link_leads_to_the_copy_and_the_page_stays_as_it_was(archive):
    keep_article(archive)
    body = linked(SHORT, "https://www.example.org/", OTHER)

    result = restored(archive, body)

    before, after = annotations(body), annotations(result.body)
    assert [where[:2] for where in after] == [where[:2] for where in before]
    assert [url for *_, url in after] == [LED, "https://www.example.org/", OTHER]
    assert [link.fate for link in result.links] == [Fate.REPLACED, Fate.NEVER_KEPT]
    assert pixels(result.body) == pixels(body)
    check(result.body)


def test_two_links_that_share_one_action_both_lead_to_the_copy(archive):
    keep_article(archive)

    def share(pdf: pikepdf.Pdf) -> None:
        shared = pdf.make_indirect(Dictionary(S=Name.URI, URI=String(SHORT)))
        for link in pdf.pages[0].Annots:
            link.A = shared

    result = restored(archive, edited(linked(SHORT, SHORT), share))

    assert [url for *_, url in annotations(result.body)] == [LED, LED]
    assert [link.fate for link in result.links] == [Fate.REPLACED] * 2
    check(result.body)


def test_actions_that_follow_and_bookmarks_are_led_too(archive):
    keep_article(archive)

    def chain(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Annots[0].A.Next = Array([Dictionary(S=Name.URI, URI=String(SHORT))])
        mark = pdf.make_indirect(Dictionary(Title=String("x"), A=Dictionary(S=Name.URI, URI=String(SHORT))))
        mark.Next = mark  # a loop, as broken writers leave them
        pdf.Root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines, First=mark, Last=mark, Count=1))

    result = restored(archive, edited(linked("https://www.example.org/"), chain))

    with pikepdf.open(io.BytesIO(result.body)) as pdf:
        assert str(pdf.pages[0].Annots[0].A.Next[0].URI) == LED
        assert str(pdf.Root.Outlines.First.A.URI) == LED
    assert result.changed == 2


def test_a_printed_address_gets_a_link_laid_over_it(archive):
    keep_article(archive)
    body = drawn(lambda canvas: [canvas.drawString(60, 700, SHORT[:35]), canvas.drawString(60, 685, SHORT[35:])])

    result = restored(archive, body)

    laid = annotations(result.body)
    assert [url for *_, url in laid] == [LED, LED]
    for (_, (left, bottom, right, top), _), baseline in zip(laid, (700, 685), strict=True):
        assert left == pytest.approx(60, abs=2)
        assert bottom <= baseline + 1 < baseline + 8 <= top
        assert right > left + 60
    assert result.changed == 1
    assert pixels(result.body) == pixels(body)
    check(result.body)


def test_a_printed_address_on_a_turned_and_cropped_page_is_met(archive):
    keep_article(archive)

    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].MediaBox = [-30, -40, 600, 850]
        pdf.pages[0].CropBox = [10, 20, 590, 800]
        pdf.pages[0].Rotate = 180

    result = restored(archive, edited(drawn(lambda canvas: canvas.drawString(60, 700, SHORT)), turn))

    ((_, (left, bottom, _, top), url),) = annotations(result.body)
    assert (url, left) == (LED, pytest.approx(60, abs=2))
    assert bottom < 703 < top


def test_a_link_over_a_printed_address_is_not_doubled(archive):
    keep_article(archive)

    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, SHORT)
        canvas.linkURL(SHORT, (60, 695, 330, 712))

    result = restored(archive, drawn(draw))

    assert [url for *_, url in annotations(result.body)] == [LED]
    assert len(result.links) == 1


def test_a_link_cut_at_the_end_of_its_line_takes_the_printed_address(archive):
    """Programs that make links of printed addresses stop at the end of the line."""
    keep_article(archive, LONG)
    cut = LONG[:60]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, cut)
        canvas.drawString(60, 685, LONG[60:])
        canvas.linkURL(cut, (60, 695, 400, 712))

    result = restored(archive, drawn(draw))

    assert [url for *_, url in annotations(result.body)] == [f"{BASE}/web/20240314020005/{LONG_NAME}"]
    assert [link.fate for link in result.links] == [Fate.REPLACED]


@pytest.mark.parametrize(
    "make", [lambda: linked(SHORT), lambda: drawn(lambda canvas: canvas.drawString(60, 700, SHORT))]
)
def test_restoring_what_is_restored_changes_nothing(archive, make):
    keep_article(archive)
    once = restored(archive, make())

    again = restored(archive, once.body)

    assert again.body == once.body
    assert [(link.fate, link.article_url) for link in again.links] == [(Fate.REPLACED, SHORT)]


def test_the_same_file_is_restored_to_the_same_bytes(archive):
    keep_article(archive)
    body = linked(SHORT)
    assert restored(archive, body).body == restored(archive, body).body != body


def test_a_file_with_nothing_to_restore_comes_back_byte_for_byte(archive):
    body = linked(OTHER, "https://www.example.org/")
    assert restored(archive, body).body == body


def test_a_signed_bulletin_is_restored_with_a_caution(archive):
    keep_article(archive)
    signed = edited(linked(SHORT), lambda pdf: setattr(pdf.Root, "AcroForm", Dictionary(Fields=Array(), SigFlags=3)))
    assert restored(archive, signed).cautions == (Caution.SIGNATURE_BROKEN,)


def test_object_streams_stay_packed(archive):
    keep_article(archive)
    packed = edited(linked(*[SHORT] * 50), lambda pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    result = restored(archive, packed)
    assert b"/ObjStm" in result.body
    assert len(result.body) < 1.3 * len(packed)


@pytest.mark.parametrize("user", ["", "secret"])
def test_a_protected_bulletin_is_refused_clearly(archive, user):
    protected = edited(linked(SHORT), lambda pdf: None, encryption=pikepdf.Encryption(owner="owner", user=user))
    with pytest.raises(UnreadableBulletin) as refused:
        restored(archive, protected)
    assert refused.value.kind == "password"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_bulletin_cut_short_is_refused_clearly(archive, share):
    body = linked(*[SHORT] * 20)
    with pytest.raises(UnreadableBulletin) as refused:
        restored(archive, body[: int(len(body) * share)])
    assert refused.value.kind == "damaged"


def test_a_bulletin_with_a_wrong_index_is_put_right_with_a_caution(archive):
    keep_article(archive)
    wrong = linked(SHORT).replace(b"startxref\n", b"startxref\n9")
    result = restored(archive, wrong)
    assert result.cautions == (Caution.REPAIRED,)
    check(result.body)


@pytest.mark.parametrize("seed", range(4))
def test_a_mutilated_bulletin_is_restored_or_refused(archive, seed):
    """Bytes changed, lost and doubled anywhere: never another error, never a hang."""
    keep_article(archive)
    chance = random.Random(seed)
    whole = edited(
        drawn(lambda canvas: [canvas.drawString(60, 700, SHORT), canvas.linkURL(SHORT, (60, 600, 99, 620))]),
        lambda pdf: None,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    for _ in range(40):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 5, 30))):
            at, other = chance.randrange(len(body) - 40), chance.randrange(len(body) - 40)
            body[at : at + chance.choice((0, 1, 20))] = body[other : other + chance.choice((0, 1, 20))]
        with suppress(UnreadableBulletin):
            restored(archive, bytes(body))


def test_a_thousand_links_take_less_than_a_second(archive):
    keep_article(archive)
    body = linked(*[SHORT] * 30, *[f"https://mp.weixin.qq.com/s/{number:022}" for number in range(970)])
    with computing_within(2):  # a second by the measure of the docs; twice that on a busy machine
        result = restored(archive, body)
    assert (len(result.links), result.changed) == (1000, 30)


def test_a_real_bulletin_is_restored_whole(archive, corpus):
    body = (corpus / "bulletins" / "weekly289.pdf").read_bytes()
    before = annotations(body)
    kept = [url for *_, url in before if "mp.weixin" in url][:3]
    for url in kept:
        keep_article(archive, url)

    result = restored(archive, body, published_on=date(2024, 3, 13))

    after = annotations(result.body)
    assert [where[:2] for where in after] == [where[:2] for where in before]
    for (*_, was), (*_, now) in zip(before, after, strict=True):
        assert now.startswith(f"{BASE}/web/20240314020005/https://mp.weixin") if was in kept else now == was
    assert pixels(result.body) == pixels(body)
    check(result.body)


def test_a_real_bulletin_printed_as_pdf_gets_links_over_its_addresses(archive, corpus):
    """The addresses of the real issue, 270 characters long, run over lines and stand close under each other."""
    text = (corpus / "bulletins" / "sichuan-difangzhi-2024-03-13.txt").read_text()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    lines = [line[at : at + 66] for line in text.splitlines() for at in range(0, max(1, len(line)), 66)]

    def draw(canvas: Canvas) -> None:
        for first in range(0, len(lines), 48):
            canvas.setFont("STSong-Light", 10)
            for row, line in enumerate(lines[first : first + 48]):
                canvas.drawString(40, 800 - 16 * row, line)
            canvas.showPage()

    cited = next(line for line in text.splitlines() if line.startswith("http"))
    keep_article(archive, cited)
    body = drawn(draw)

    result = restored(archive, body)

    laid = annotations(result.body)
    assert [link.fate for link in result.links] == [Fate.REPLACED] * 2
    assert len(laid) == 2 * -(-len(cited) // 66)
    assert {url for *_, url in laid} == {result.links[0].replay_url}
    assert pixels(result.body) == pixels(body)
    check(result.body)
