"""Full text search in Chinese: the same meaning on both databases, with nothing but what they bring along.

Neither database splits Chinese into words, so texts are indexed by pairs: 地方志 by 地方, 方志 and 志. Looking for
words asks the index for texts that hold all their pairs, and then checks the words themselves: exact, and needing no
positions, which keeps the index small and lifts PostgreSQL's limit of 16,383 positions. Latin words are found by their
beginning. Case, width and compatibility forms make no difference. The words are looked for in the shown snapshots and
in the items of the newest bulletins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select, text

from storage.records import Hit
from storage.schema import address as addresses
from storage.schema import article as articles
from storage.schema import bulletin as bulletins
from storage.schema import capture as captures
from storage.schema import item as items
from storage.schema import reading as readings
from storage.schema import snapshot as snapshots
from storage.shown import first, first_version, is_newest, joined_to_first

SNAPSHOT, ITEM = 0, 1  # the last bit of an entry's number says what it is
LONGEST = 200_000  # characters of a text that are indexed: PostgreSQL takes no entry over 1 MB
LONGEST_WORD = 64  # of Latin letters; PostgreSQL takes none over 2,046 bytes
AROUND = 40  # characters of a snippet before and after the words
AT_A_TIME = 200

_HAN_SIGNS = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OTHER = rf"[^\W_{_HAN_SIGNS}]"  # a letter or digit of another script
_RUN = re.compile(rf"[{_HAN_SIGNS}]+|{_OTHER}+")
_HAN = re.compile(rf"[{_HAN_SIGNS}]")
_PAIR = re.compile(rf"(?=([{_HAN_SIGNS}]{{2}}))")
_END = re.compile(rf"[{_HAN_SIGNS}](?![{_HAN_SIGNS}])|(?<!{_OTHER}){_OTHER}{{1,{LONGEST_WORD}}}")
# Unified ideographs and line ends have one form only, and join with nothing: most of a Chinese text is passed over.
_MAY_HAVE_FORMS = re.compile(r"[^\n\u3400-\u4dbf\u4e00-\u9fff]+")


def plain_words(words: str) -> str:
    """The text with case, width and compatibility forms made one."""
    return _MAY_HAVE_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), words).casefold()


def tokens(words: str) -> list[str]:
    """What a text is indexed by: pairs of Chinese characters, each run's last character, and other words."""
    plain = plain_words(words[:LONGEST])
    return list(dict.fromkeys(_PAIR.findall(plain) + _END.findall(plain)))


def index(db: Connection, kind: int, number: int, *parts: str | None) -> None:
    """Make a snapshot (SNAPSHOT) or an item (ITEM) findable by these texts."""
    words = " ".join(tokens("\n".join(part or "" for part in parts)))
    db.execute(_INSERT[db.dialect.name], {"number": number * 2 + kind, "words": words})


def forget(db: Connection, kind: int, number: int, *parts: str | None) -> None:
    """Take a text out of the index; ``parts`` are those it was indexed by."""
    words = " ".join(tokens("\n".join(part or "" for part in parts)))
    db.execute(_DELETE[db.dialect.name], {"number": number * 2 + kind, "words": words})


def search(db: Connection, words: str, *, limit: int) -> list[Hit]:
    """Snapshots and items that hold all the words (separated by spaces), the newest kept first."""
    wanted = [plain_words(word) for word in words.split()]
    query = _query(wanted, db.dialect.name)
    hits: list[Hit] = []
    for numbers in _candidates(db, query) if query else ():
        found = {**_snapshot_hits(db, numbers, wanted), **_item_hits(db, numbers, wanted)}
        hits += [found[number] for number in numbers if number in found]
        if len(hits) >= limit:
            break
    return hits[:limit]


# FTS5 keeps no copy of the text (content=''), so taking an entry out needs the words that it was made of.
_INSERT = {
    "sqlite": text("INSERT INTO search(rowid, words) VALUES (:number, :words)"),
    "postgresql": text(
        "INSERT INTO search(number, words) VALUES (:number, array_to_tsvector(string_to_array(:words, ' ')))"
    ),
}
_DELETE = {
    "sqlite": text("INSERT INTO search(search, rowid, words) VALUES ('delete', :number, :words)"),
    "postgresql": text("DELETE FROM search WHERE number = :number AND cast(:words AS text) IS NOT NULL"),
}
_SELECT = {
    "sqlite": text(
        "SELECT rowid FROM search WHERE search MATCH :query AND rowid < :below ORDER BY rowid DESC LIMIT :count"
    ),
    "postgresql": text(
        "SELECT number FROM search WHERE words @@ cast(:query AS tsquery) AND number < :below"
        " ORDER BY number DESC LIMIT :count"
    ),
}


def _query(wanted: Sequence[str], dialect: str) -> str:
    """All tokens of the words, in the database's own language; the last one of a run by its beginning."""
    parts: dict[str, None] = {}
    for word in wanted:
        for run in _RUN.findall(word):
            pairs = [run[start : start + 2] for start in range(len(run) - 1)] if _HAN.match(run) else []
            begins = not pairs
            exact = [f'"{pair}"' if dialect == "sqlite" else f"'{pair}'" for pair in pairs]
            begin = run[:LONGEST_WORD]
            open_ended = [f'"{begin}"*' if dialect == "sqlite" else f"'{begin}':*"] if begins else []
            parts |= dict.fromkeys(exact + open_ended)
    return (" AND " if dialect == "sqlite" else " & ").join(parts)


def _candidates(db: Connection, query: str) -> Iterator[list[int]]:
    below = 1 << 62
    while True:
        values = {"query": query, "below": below, "count": AT_A_TIME}
        numbers = [int(number) for number in db.scalars(_SELECT[db.dialect.name], values)]
        if not numbers:
            return
        yield numbers
        below = numbers[-1]


def _snapshot_hits(db: Connection, numbers: Sequence[int], wanted: Sequence[str]) -> dict[int, Hit]:
    own = (readings.c.capture_id == captures.c.id) & readings.c.is_newest
    query = (
        select(
            snapshots.c.id,
            snapshots.c.snapshot,
            captures.c.captured_at,
            articles.c.article_url,
            readings.c.title,
            readings.c.text,
        )
        .select_from(snapshots.join(captures).join(addresses).join(articles).join(readings, own))
        .where(snapshots.c.id.in_([number // 2 for number in numbers if number % 2 == SNAPSHOT]))
        .where(snapshots.c.fingerprint.is_not(None), articles.c.withdrawn_at.is_(None))
    )
    return {
        row.id * 2 + SNAPSHOT: Hit(
            title=row.title,
            snippet=snippet,
            article_url=row.article_url,
            snapshot=row.snapshot,
            captured_at=row.captured_at,
        )
        for row in db.execute(query)
        if (snippet := _snippet(wanted, row.title, row.text)) is not None
    }


def _item_hits(db: Connection, numbers: Sequence[int], wanted: Sequence[str]) -> dict[int, Hit]:
    named = func.coalesce(first_version.c.title, first_version.c.issuer, first_version.c.file).label("bulletin_title")
    query = (
        select(items, first.c.bulletin, named, first_version.c.published_on)
        .select_from(joined_to_first(items.join(bulletins, is_newest(items.c.version_id))))
        .where(items.c.same_as_id.is_(None), items.c.id.in_([number // 2 for number in numbers if number % 2 == ITEM]))
    )
    return {
        row.id * 2 + ITEM: Hit(
            title=row.title,
            snippet=snippet,
            bulletin=row.bulletin,
            bulletin_title=row.bulletin_title,
            item=row.shown_position or row.position,
            published_on=row.published_on,
        )
        for row in db.execute(query)
        if (snippet := _snippet(wanted, row.title, row.text)) is not None
    }


def _snippet(wanted: Sequence[str], title: str | None, body: str | None) -> str | None:
    """The text around the first of the words; None when a text that has all the pairs has not all the words."""
    words = plain_words(f"{title or ''}\n{body or ''}")
    if not all(word in words for word in wanted):
        return None
    place = plain_words(body or "").find(wanted[0])
    start = max(0, place - AROUND)
    return (body or "")[start : max(place, 0) + len(wanted[0]) + AROUND].strip()
