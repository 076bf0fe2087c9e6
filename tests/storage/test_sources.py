"""What is remembered of sources: each address's last answer, and how the asking went."""

from __future__ import annotations

import dataclasses

from storage.archive import Archive
from storage.records import SourceCount, SourceFetch, SourceState
from tests.storage.making import NOON, days, make_bulletin, token_address

LIST = SourceFetch(
    source="方志办", url="https://www.example.org/list", fetched_at=NOON, sha256="a" * 64, etag='"1"', is_list=True
)


def test_an_address_is_remembered_with_its_last_answer(archive: Archive) -> None:
    archive.keep_source_fetch(LIST)
    later = dataclasses.replace(LIST, fetched_at=days(1), etag='"2"')
    archive.keep_source_fetch(later)
    assert archive.source_fetches("方志办") == {LIST.url: later}
    assert archive.source_fetches("another") == {}


def test_a_source_that_was_never_asked_has_nothing_to_tell(archive: Archive) -> None:
    assert archive.source_state("方志办") == SourceState(source="方志办")


def test_how_a_source_stands_is_remembered(archive: Archive) -> None:
    state = SourceState(
        source="方志办",
        last_asked_at=days(1),
        last_success_at=NOON,
        last_failure_at=days(1),
        failure="status:503",
        failures=2,
        next_ask_at=days(2),
        is_asked_to_wait=True,
        read_up_to="7:12",
    )
    archive.keep_source_state(state)
    archive.keep_source_state(dataclasses.replace(state, failures=3))
    assert archive.source_state("方志办") == dataclasses.replace(state, failures=3)


def test_a_source_is_told_how_many_bulletins_it_gave_and_what_gave_none(archive: Archive) -> None:
    archive.keep_bulletin(*make_bulletin(token_address()), source="方志办", source_url="a.pdf", kept_at=NOON)
    archive.keep_source_fetch(LIST)
    archive.keep_source_fetch(SourceFetch(source="方志办", url="b.pdf", fetched_at=NOON, sha256=None))
    assert archive.source_count("方志办") == SourceCount(bulletins=1, failed=1)
    assert archive.source_count("another") == SourceCount(bulletins=0, failed=0)
