"""Old documents through LibreOffice: read as they were meant, within limits, with nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from crawler import office
from crawler.bulletins import reading
from crawler.child import Child
from crawler.intake import Intake
from crawler.pacing import SystemClock
from crawler.readers import Reader
from crawler.tally import LogListener, Tally
from storage.archive import Archive
from storage.errors import UnreadableBulletin
from storage.records import PlacedBy
from tests.crawler.bulletins.office import Relations, document, hyperlink, paragraph, run, split_field, table, zipped
from tests.crawler.bulletins.written import MEDIA_TYPES, written_by_libreoffice
from tests.crawler.test_child import is_running, wait_for

TOKEN = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt"


def issue() -> bytes:
    """Headings, links of two makes, a table."""
    relations = Relations()
    rows = [
        [paragraph(run(name)) for name in ("标题", "链接")],
        [paragraph(run("丙镇的做法")), paragraph(hyperlink(TOKEN + "03", run("查看"), relations))],
    ]
    body = [
        paragraph(run("工作动态"), style="1"),
        paragraph(hyperlink(TOKEN + "01", run("甲市召开会议"), relations), style="2"),
        paragraph(run("会议昨日召开，总结上一年度情况。"), indent=True),
        paragraph(run("乙县启动编纂"), style="2"),
        paragraph(run("启动会昨日召开。") + split_field(TOKEN + "02", run("阅读原文"), relations), indent=True),
        paragraph(run("媒体聚焦"), style="1"),
        table(rows),
        paragraph(run("报：省地方志工作办公室。")),
    ]
    return document("".join(body), relations)


def cited(body: bytes) -> list[tuple[str | None, str | None, list[str | None]]]:
    bulletin = office.read_bulletin(body, "简报")
    return [
        (item.section, item.title, [citation.article_url for citation in item.citations]) for item in bulletin.items
    ]


@pytest.mark.office
@pytest.mark.parametrize("make", ["doc", "rtf", "odt"])
def test_links_headings_and_tables_of_old_documents_are_where_they_were(make: str) -> None:
    [old] = written_by_libreoffice([issue()], make)
    assert cited(old) == [
        ("工作动态", "甲市召开会议", [TOKEN + "01"]),
        ("工作动态", "乙县启动编纂", [TOKEN + "02"]),
        ("媒体聚焦", "丙镇的做法", [TOKEN + "03"]),
    ]
    bulletin = office.read_bulletin(old, "简报.wps")
    assert bulletin.media_type == MEDIA_TYPES[make]
    assert [citation.placed_by for citation in bulletin.citations] == [*[PlacedBy.HYPERLINK] * 2, PlacedBy.ROW]


@pytest.mark.office
def test_old_documents_in_an_archive_are_read_too() -> None:
    [old] = written_by_libreoffice([issue()], "doc")
    assert [title for _, title, _ in cited(zipped({"一月.doc": old}))] == ["甲市召开会议", "乙县启动编纂", "丙镇的做法"]


@pytest.mark.office
def test_what_is_kept_are_the_bytes_that_came(tmp_path: Path) -> None:
    [old] = written_by_libreoffice([issue()], "doc")
    child = Child()
    try:
        with Archive.open(tmp_path / "archive", writing=True, create=True) as archive:
            intake = Intake(archive, Reader(child), Tally(LogListener()), SystemClock())
            assert archive.read_blob(intake.take(old, "简报.doc")) == old
    finally:
        child.close()


@pytest.mark.office
@pytest.mark.parametrize("make", ["doc", "rtf"])
def test_a_cut_document_is_read_as_far_as_it_goes_or_refused(make: str) -> None:
    [old] = written_by_libreoffice([issue()], make)
    for share in (0.3, 0.7):
        with suppress(UnreadableBulletin):
            bulletin = office.read_bulletin(old[: int(share * len(old))], "简报")
            assert {citation.article_url for citation in bulletin.citations} <= {f"{TOKEN}0{n}" for n in (1, 2, 3)}


@pytest.mark.office
def test_a_document_protected_by_a_password_is_refused_as_such() -> None:
    [old] = written_by_libreoffice([issue()], "doc")
    place = old.index(b"\xec\xa5")  # where the stream of the text begins; the fifth word after has the flag
    locked = old[: place + 11] + bytes([old[place + 11] | 1]) + old[place + 12 :]
    with pytest.raises(UnreadableBulletin) as refused:
        office.read_bulletin(locked, "简报.doc")
    assert refused.value.kind == "password"


@pytest.mark.office
def test_a_document_that_names_pictures_elsewhere_asks_nobody_for_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        body = document_with_a_picture_at(f"http://127.0.0.1:{server.getsockname()[1]}/a.png")
        assert b"word/document.xml" in office.to_docx(body, "odt")
        with pytest.raises(BlockingIOError):
            server.accept()
        # Negative control: LibreOffice as it comes does ask.
        (tmp_path / "a.odt").write_bytes(body)
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", tmp_path, tmp_path / "a.odt"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bare:
            server.settimeout(20)
            server.accept()[0].close()
            server.close()
            bare.wait(60)


def document_with_a_picture_at(place: str) -> bytes:
    odf = "urn:oasis:names:tc:opendocument:xmlns"
    names = f'xmlns:office="{odf}:office:1.0" xmlns:text="{odf}:text:1.0" xmlns:draw="{odf}:drawing:1.0"'
    names += f' xmlns:svg="{odf}:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    image = f'<draw:image xlink:href="{place}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
    frame = f'<draw:frame text:anchor-type="as-char" svg:width="5cm" svg:height="5cm">{image}</draw:frame>'
    body = f"<office:body><office:text><text:p>text{frame}</text:p></office:text></office:body>"
    mimetype = "application/vnd.oasis.opendocument.text"
    entry = f'<m:file-entry m:full-path="/" m:media-type="{mimetype}"/>'
    entry += '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/>'
    members: dict[str, str | bytes] = {
        "mimetype": mimetype,
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{odf}:manifest:1.0">{entry}</m:manifest>',
        "content.xml": f'<office:document-content {names} office:version="1.2">{body}</office:document-content>',
    }
    return zipped(members)


def test_without_libreoffice_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnreadableBulletin, match="apt install libreoffice-writer") as refused:
        office.read_bulletin(rb"{\rtf1 text}", "简报.rtf")
    assert refused.value.kind == "needs_libreoffice"


def test_the_pure_reader_alone_refuses_old_documents() -> None:
    with pytest.raises(UnreadableBulletin) as refused:
        reading.read_bulletin(rb"{\rtf1 text}", "简报.rtf")
    assert refused.value.kind == "old_office"


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LibreOffice that never ends, and begins another process; the note has both their numbers and their folder."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tmp").mkdir()
    note = tmp_path / "note"
    program = tmp_path / "bin" / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $$ $! > {note}.part\nmv {note}.part {note}\nsleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return note


def assert_nothing_is_left(note: Path) -> None:
    for number in note.read_text().split():
        wait_for(lambda number=number: not is_running(int(number)))
    wait_for(lambda: not any((note.parent / "tmp").iterdir()))


def test_a_conversion_that_takes_too_long_is_ended_with_all_its_processes(endless: Path) -> None:
    with pytest.raises(UnreadableBulletin) as refused:
        office.to_docx(rb"{\rtf1 text}", "rtf", seconds=0.5)
    assert refused.value.kind == "too_complex"
    assert_nothing_is_left(endless)


def test_a_conversion_does_not_outlive_whoever_asked_for_it(endless: Path) -> None:
    program = "from crawler import office; office.to_docx(b'x', 'rtf')"
    with subprocess.Popen([sys.executable, "-c", program]) as asking:
        wait_for(endless.exists)
        asking.send_signal(signal.SIGKILL)
    assert_nothing_is_left(endless)


def test_an_archive_of_very_many_old_documents_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_CONVERSIONS", 0)
    [warning] = office.read_bulletin(zipped({"a.rtf": rb"{\rtf1 a}", "b.txt": b"text"}), "a.zip").warnings[:1]
    assert warning == "unread_part:a.rtf"
