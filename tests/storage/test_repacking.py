"""Pages take less room, and not one byte of them changes."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import repacking
from storage.archive import Archive
from storage.blobs import PACKED, FolderBlobs
from storage.errors import ArchiveBusy, ArchiveReadOnly, BlobDamaged, NotReadBack
from storage.packing import dictionary as as_dictionary
from storage.packing import pack, unpack
from storage.records import Repacked
from tests.commanding import Working
from tests.conftest import examples
from tests.storage.making import NOON, days, in_a_week, make_capture, make_reading, token_address

NOTHING = Repacked(pages=0, references=0, bytes_before=0, bytes_after=0)
OWN = b"<!--own-->"


def template(release: int) -> bytes:
    """Program text of 240 KB that is the same in all pages of a release, and compresses about 4 to 1."""
    choose = random.Random(release)
    names = [f"{choose.getrandbits(40):x}" for _ in range(500)]
    return "\n".join(f"function {choose.choice(names)}({choose.choice(names)}){{}}" for _ in range(6500)).encode()


RELEASES = {number: template(number) for number in (1, 2, 3)}


def make_page(number: int, release: int = 1) -> bytes:
    """A page: its release's template, and something of its own."""
    return RELEASES[release] + OWN + f"第{number}篇".encode() + random.Random(number).randbytes(2000)


def template_of(page: bytes) -> Sequence[bytes]:
    return [page.partition(OWN)[0]]


def keep(archive: Archive, number: int, release: int = 1) -> str:
    """Keep a page; its name."""
    page = make_page(number, release)
    capture = make_capture(token_address(f"n{number}"), make_reading(text=f"第{number}篇"), body=page, at=days(number))
    archive.keep_capture(capture, run=None, next_visit=in_a_week)
    return hashlib.sha256(page).hexdigest()


def files(archive: Archive) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (archive.folder / "blobs").rglob("*") if file.is_file()}


@pytest.fixture
def three(archive: Archive) -> tuple[Archive, list[str]]:
    """An archive with three pages of one release."""
    return archive, [keep(archive, number) for number in range(3)]


def the_reference(archive: Archive) -> Path:
    (found,) = archive.folder.rglob(hashlib.sha256(RELEASES[1]).hexdigest() + "*")
    return found


def flip(file: Path) -> None:
    held = bytearray(file.read_bytes())
    held[len(held) // 2] ^= 1
    file.write_bytes(held)


# ---- what it does


def test_pages_of_one_release_take_less_room_and_come_back_exactly(three: tuple[Archive, list[str]]) -> None:
    archive, names = three
    before = sum(map(len, files(archive).values()))
    done = archive.repack(template_of, now=NOON)
    assert (done.pages, done.references) == (3, 1)
    assert [archive.read_blob(name) for name in names] == [make_page(number) for number in range(3)]
    assert done.bytes_before == before
    assert sum(map(len, files(archive).values())) == done.bytes_after < before / 2
    assert sorted(name for name in files(archive) if name.endswith(PACKED)) == sorted(name + PACKED for name in names)
    assert archive.verify().faults == ()


def test_repacking_twice_changes_nothing(three: tuple[Archive, list[str]]) -> None:
    archive, _ = three
    keep(archive, 7, release=2)
    archive.repack(template_of, now=NOON)
    first = files(archive)
    assert archive.repack(template_of, now=days(1)) == NOTHING
    assert files(archive) == first


def test_a_lone_page_stays_as_it_is(archive: Archive) -> None:
    name = keep(archive, 1)
    before = files(archive)
    assert archive.repack(template_of, now=NOON) == NOTHING
    assert files(archive) == before
    assert archive.read_blob(name) == make_page(1)


def test_a_later_page_is_kept_against_the_reference_that_is_there(three: tuple[Archive, list[str]]) -> None:
    archive, _ = three
    archive.repack(template_of, now=NOON)
    name = keep(archive, 9)
    done = archive.repack(template_of, now=NOON)
    assert (done.pages, done.references) == (1, 0)
    assert archive.read_blob(name) == make_page(9)


def test_each_release_has_a_reference_of_its_own(archive: Archive) -> None:
    names = {number: keep(archive, number, release=1 + number % 3) for number in range(9)}
    assert archive.repack(template_of, now=NOON).references == 3
    assert all(archive.read_blob(name) == make_page(number, 1 + number % 3) for number, name in names.items())


def test_a_page_that_is_kept_again_is_not_written_again(three: tuple[Archive, list[str]]) -> None:
    archive, _ = three
    archive.repack(template_of, now=NOON)
    before = files(archive)
    again = make_capture(token_address("n0"), make_reading(text="第0篇"), body=make_page(0), at=days(30))
    archive.keep_capture(again, run=None, next_visit=in_a_week)
    assert files(archive) == before


def test_pages_that_do_not_fit_a_batch_are_repacked_in_several(
    three: tuple[Archive, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _ = three
    monkeypatch.setattr(repacking, "BATCH", 2)
    told = []
    done = archive.repack(template_of, now=NOON, progress=lambda done, of: told.append((done, of)))
    assert (done.pages, told) == (3, [(1, 3), (2, 3), (3, 3)])


def test_work_that_is_over_ends_before_the_next_page_and_is_taken_up_again(three: tuple[Archive, list[str]]) -> None:
    archive, _ = three
    told: list[int] = []
    first = archive.repack(
        template_of, now=NOON, progress=lambda done, _: told.append(done), is_over=lambda: bool(told)
    )
    assert (first.pages, archive.repack(template_of, now=NOON).pages) == (1, 2)


def test_a_reference_holds_the_template_and_nothing_of_an_article(three: tuple[Archive, list[str]]) -> None:
    archive, _ = three
    archive.repack(template_of, now=NOON)
    reference = archive.read_blob(hashlib.sha256(RELEASES[1]).hexdigest())
    assert reference == RELEASES[1]


def test_without_one_of_the_pages_the_others_are_readable(three: tuple[Archive, list[str]]) -> None:
    archive, names = three
    archive.repack(template_of, now=NOON)
    FolderBlobs(archive.folder / "blobs").delete(names[0])
    assert [archive.read_blob(name) for name in names[1:]] == [make_page(1), make_page(2)]


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=3000), st.binary(max_size=3000), st.integers(0, 3))
def test_what_is_packed_comes_back_exactly(own: bytes, reference: bytes, copies: int) -> None:
    body = own + reference * copies + own
    packed = pack(body, hashlib.sha256(reference).hexdigest(), reference, level=3)
    assert unpack(packed, lambda _: as_dictionary(reference)) == body


# ---- what may go wrong


def test_a_flipped_bit_in_a_reference_is_named_with_what_depends_on_it(three: tuple[Archive, list[str]]) -> None:
    archive, names = three
    archive.repack(template_of, now=NOON)
    flip(the_reference(archive))
    with Archive(archive.folder, archive._database, FolderBlobs(archive.folder / "blobs")) as fresh:
        faults = {fault.subject: fault for fault in fresh.verify().faults}
        pages = [f"page {token_address(f'n{number}').article_url}" for number in range(3)]
        assert set(faults) == {*pages, f"reference of 3 pages ({', '.join(pages)})"}
        assert hashlib.sha256(RELEASES[1]).hexdigest() in faults[pages[0]].detail
        with pytest.raises(BlobDamaged):
            fresh.read_blob(names[0])


def test_a_flipped_bit_in_a_packed_page_is_named(three: tuple[Archive, list[str]]) -> None:
    archive, names = three
    archive.repack(template_of, now=NOON)
    flip(next(archive.folder.rglob(names[0] + PACKED)))
    (fault,) = archive.verify().faults
    assert fault.subject == f"page {token_address('n0').article_url}"


def test_nothing_is_kept_against_a_damaged_reference(three: tuple[Archive, list[str]]) -> None:
    archive, _ = three
    archive.repack(template_of, now=NOON)
    flip(the_reference(archive))
    name = keep(archive, 9)
    assert archive.repack(template_of, now=NOON).pages == 0
    assert archive.read_blob(name) == make_page(9)


def test_the_old_form_goes_only_after_the_new_one_was_read_back(
    three: tuple[Archive, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, names = three
    break_writing(monkeypatch)
    with pytest.raises(NotReadBack):
        archive.repack(template_of, now=NOON)
    assert [archive.read_blob(name) for name in names] == [make_page(number) for number in range(3)]
    assert not [name for name in files(archive) if name.endswith(PACKED)]


def test_negative_control_without_reading_back_a_page_would_be_lost(
    three: tuple[Archive, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, names = three
    break_writing(monkeypatch)
    monkeypatch.setattr(repacking, "read_back", lambda *_: None)
    archive.repack(template_of, now=NOON)
    with pytest.raises(BlobDamaged):
        archive.read_blob(names[0])


def break_writing(patch: pytest.MonkeyPatch) -> None:
    """A disk that flips a bit in what is written against a reference."""

    def pack_wrongly(body: bytes, *reference: object, **options: int) -> bytes:
        return pack(body[:-1] + bytes([body[-1] ^ 1]), *reference, **options)

    patch.setattr("storage.blobs.pack", pack_wrongly)


def test_an_archive_that_is_only_read_refuses(three: tuple[Archive, list[str]], database_url: str | None) -> None:
    with (
        Archive.open(three[0].folder, database_url=database_url) as archive,
        pytest.raises(ArchiveReadOnly, match="opened for reading"),
    ):
        archive.repack(template_of, now=NOON)


def test_while_a_crawl_runs_nothing_is_repacked(three: tuple[Archive, list[str]], open_archive) -> None:
    archive, _ = three
    with open_archive().lock("crawl"), pytest.raises(ArchiveBusy, match="crawl"):
        archive.repack(template_of, now=NOON)


def repack_in(folder: str, url: str) -> None:
    with Archive.open(Path(folder), database_url=url or None, writing=True) as archive:
        print("begun", flush=True)
        archive.repack(template_of, now=NOON)


@pytest.mark.parametrize("count", [3, pytest.param(12, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_killed_at_any_moment_every_page_is_there_and_the_next_run_goes_on(
    archive: Archive, database_url: str | None, count: int
) -> None:
    names = [keep(archive, number) for number in range(8)]
    choose = random.Random(count)
    for _ in range(count):
        with Working(repack_in, str(archive.folder), database_url or "") as child:
            assert child.stdout.readline() == "begun\n"
            time.sleep(choose.uniform(0, 0.8))
            child.kill()
        assert [archive.read_blob(name) for name in names] == [make_page(number) for number in range(8)]
        assert archive.verify().faults == ()
    finish(archive)
    assert archive.verify().faults == ()
    assert sum(name.endswith(PACKED) for name in files(archive)) == len(names)
    assert len([name for name in files(archive) if not name.startswith(".new-")]) == len(names) + 1


def finish(archive: Archive) -> None:
    """Repack, when the killed holder's lock is free (PostgreSQL notices a moment later)."""
    for _ in range(100):
        try:
            archive.repack(template_of, now=NOON)
        except ArchiveBusy:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the lock of a killed process stayed")
