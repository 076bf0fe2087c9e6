"""A large archive answers as quickly as a small one, in little memory."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.archive import Archive
from tests.storage.making import (
    NOON,
    claim,
    days,
    in_a_week,
    make_bulletin,
    make_capture,
    make_links,
    make_reading,
    token_address,
)
from tests.timing import slowness

ARTICLES = 100_000
MANY = [
    pytest.param(2_000, id="2,000"),
    pytest.param(ARTICLES, id="100,000", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
]


def fill(folder: Path, count: int) -> None:
    """Make an archive of so many articles, each cited and captured: one by the front door, then copies of its rows."""
    with Archive.open(folder, writing=True, create=True) as archive:
        archive.keep_bulletin(*make_bulletin(token_address("n1A")), source=None, source_url=None, kept_at=NOON)
        reading = make_reading(text="字" * 1500, assets=make_links(*"abcdefghij"))
        archive.keep_capture(make_capture(token_address("n1A"), reading), run=None, next_visit=in_a_week)
    with sqlite3.connect(folder / "archive.db") as db:
        db.create_function("sha", 1, lambda value: __import__("hashlib").sha256(value.encode()).hexdigest())
        db.execute(
            "CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS "
            "(SELECT 2 UNION ALL SELECT n + 1 FROM c WHERE n < ?) SELECT n FROM c",
            [count],
        )
        for table in ("article", "address", "item", "citation", "capture", "snapshot", "reading", "snapshot_asset"):
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(COPIED.get((table, column)) or COPIED.get(column, column) for column in columns)
            db.execute(f"INSERT INTO {table} SELECT {values} FROM {table}, n WHERE {KEY.get(table, 'id')} = 1")


NAME = "substr('https://mp.weixin.qq.com/s/n' || n || 'AAAAAAAAAAAAAAAAAAAAAA', 1, 49)"
COPIED = {
    "id": "n",
    "article_url": NAME,
    "cited_url": NAME,
    "fetch_url": NAME,
    "article_sha256": f"sha({NAME})",
    "cited_sha256": f"sha({NAME})",
    "article_id": "n",
    "newest_snapshot_id": "n",
    "address_id": "n",
    "item_id": "n",
    ("item", "position"): "n",
    ("citation", "position"): "n",
    ("capture", "capture"): "'c' || n",
    "capture_id": "n",
    ("snapshot", "snapshot"): "'c' || n",
    "snapshot_id": "n",
    "next_visit_at": "datetime(next_visit_at, '+' || (n % 9) || ' days')",
}
KEY = {"snapshot_asset": "snapshot_id"}

FIND = """
import gc, sys, time
from pathlib import Path
from storage.archive import Archive
from tests.storage.making import token_address
gc.freeze()  # one walk of the collector over all that was imported costs more than the look-up
begun = time.process_time()
with Archive.open(Path(sys.argv[1])) as archive:
    view = archive.article(token_address(f"n{sys.argv[2]}A"))
    assert len(view.snapshots) == len(view.captures) == len(view.cited_by) == 1
print(time.process_time() - begun)
assert not {"alembic", "scrapy", "fastapi", "bs4", "psycopg"} & set(sys.modules)
"""


@pytest.mark.parametrize("count", MANY)
def test_an_address_is_found_within_50_milliseconds(tmp_path: Path, count: int) -> None:
    fill(tmp_path, count)
    command = [sys.executable, "-c", FIND, str(tmp_path), str(count - 7)]
    times = [float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(5)]
    assert min(times) < 0.05 * slowness()


@pytest.mark.parametrize("count", MANY)
def test_what_is_due_and_the_numbers_are_there_within_seconds(tmp_path: Path, count: int) -> None:
    fill(tmp_path, count)
    with Archive.open(tmp_path, writing=True) as archive:
        begun = time.perf_counter()
        due = archive.due_articles(days(12))
        assert claim(archive, due[0], owner="me", now=days(12), until=days(13)) is not None
        status = archive.status(NOON)
        seconds = time.perf_counter() - begun
    assert len(due) == archive_due(count)
    assert sum(status.articles.values()) == status.snapshots == status.incomplete == count
    assert seconds < 5 * slowness()


def archive_due(count: int) -> int:
    """How many of so many articles are due on the twelfth day: those put off by up to five days."""
    return sum(1 for number in range(1, count + 1) if number == 1 or number % 9 <= 5)
