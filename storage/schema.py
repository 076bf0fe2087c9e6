"""The archive's tables, as they are today.

How they came to be is told by the revisions in ``storage/migrations``; a test holds the two together. Three rules shape
them. An article is named only through an ``address`` (one spelling, never deleted), so that ``address.article_id`` is
the only thing that moves when articles are merged or taken apart. What a visit found is a ``capture``, whose row never
changes; what was understood of it is a ``reading``, of which there may be several. Long texts that must be unique
(addresses, asset keys) are indexed by their SHA-256, since PostgreSQL indexes no value over 2,700 bytes.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every revision that an archive may stand at, oldest first; the last is this code's."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Refuses naive moments on the way in; gives aware ones on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be kept: {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that both databases can hold: NUL and lone surrogates, which they cannot, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it will be kept."""
        return None if value is None else _UNKEEPABLE.sub("\ufffd", value)

    def process_literal_param(self, value: str | None, dialect: Dialect) -> str:
        """Return the text for a statement that is printed out."""
        return repr(value)


_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


def digest(value: str) -> str:
    """The SHA-256 by which a long text is found."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers only INTEGER PRIMARY KEY by itself.
Number = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Number, primary_key=True)


def _to(name: str, target: str, **options: Any) -> Column[Any]:
    """A reference to another table's row."""
    return Column(name, ForeignKey(target), **options)


# ---- bytes

blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),  # of the bytes themselves, not of their form at rest
    Column("kind", String(16), nullable=False),  # page, hop, asset, bulletin, reference
    Column("kept_at", Moment, nullable=False),
    # Null: encoded as it was kept, plain or compressed; else against this blob (`repack`).
    _to("reference", "blob.sha256"),
    Index("ix_blob_reference", "reference"),
)

# ---- articles and their addresses

article = Table(
    "article",
    metadata,
    _id(),
    Column("article_url", Words, nullable=False),  # its public name, for good
    Column("article_sha256", String(64), nullable=False, unique=True),
    Column("first_seen_at", Moment, nullable=False),
    _to("merged_into", "article.id"),  # the survivor, after a merge
    Column("withdrawn_at", Moment),
    Column("newest_cited_on", Date),  # of the newest bulletin that cites it: the order of first visits
    # What its captures amount to, worked out anew with every capture, merge and undo.
    Column("standing", String(16)),
    Column("last_told_at", Moment),
    Column("first_alive_at", Moment),
    Column("newest_snapshot_id", Number),
    # When it is visited next, and who is on the way.
    Column("next_visit_at", Moment),
    Column("rank", SmallInteger, nullable=False),  # storage.due
    Column("is_urgent", Boolean, nullable=False),  # a first visit, or a step under a day
    Column("owner", String(200)),
    Column("lease_until", Moment),
    Index("ix_article_next_visit_at", "next_visit_at"),
    Index("ix_article_merged_into", "merged_into"),
)

address = Table(
    "address",
    metadata,
    _id(),
    Column("cited_url", Words, nullable=False),
    Column("cited_sha256", String(64), nullable=False, unique=True),
    Column("fetch_url", Words, nullable=False),
    Column("article_url", Words, nullable=False),  # what this spelling is, whatever article it belongs to now
    Column("article_sha256", String(64), nullable=False),
    Column("biz", Words),
    Column("mid", Words),
    Column("idx", Words),
    Column("is_temporary", Boolean, nullable=False),
    Column("is_name", Boolean, nullable=False),  # stated by a page about itself: names, but was never printed
    Column("spent_at", Moment),  # a visit found the address itself used up (expired, wrong, moved)
    Column("first_seen_at", Moment, nullable=False),
    _to("article_id", "article.id", nullable=False),
    Index("ix_address_article_sha256", "article_sha256"),
    Index("ix_address_article_id", "article_id"),
)

merge = Table(
    "merge",
    metadata,
    _id(),
    Column("merge", String(40), nullable=False, unique=True),  # public id
    _to("survivor_id", "article.id", nullable=False),
    _to("merged_id", "article.id", nullable=False),
    Column("evidence", Words, nullable=False),
    Column("merged_at", Moment, nullable=False),
    Column("moved", Text, nullable=False),  # JSON: ids of the addresses that moved
    Column("survivor_next_visit_at", Moment),  # as it was before
    Column("undone_at", Moment),
    Index("ix_merge_survivor_id", "survivor_id"),
    Index("ix_merge_merged_id", "merged_id"),
)

tombstone = Table(
    "tombstone",
    metadata,
    _id(),
    _to("address_id", "address.id", nullable=False),
    Column("reason", Words, nullable=False),
    Column("withdrawn_by", Words, nullable=False),
    Column("withdrawn_at", Moment, nullable=False),
    Column("lifted_by", Words),
    Column("lifted_at", Moment),
    Index("ix_tombstone_address_id", "address_id"),
)

# ---- bulletins

source_fetch = Table(
    "source_fetch",
    metadata,
    Column("source", Words, primary_key=True),
    Column("url_sha256", String(64), primary_key=True),
    Column("url", Words, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("sha256", String(64)),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("is_list", Boolean, nullable=False, server_default=text("false")),  # leads to bulletins, is none itself
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Words, primary_key=True),
    Column("last_asked_at", Moment),
    Column("last_success_at", Moment),
    Column("last_failure_at", Moment),
    Column("failure", Words),  # why asking it failed the last time; None when it did not
    Column("failures", Integer, nullable=False),  # in a row
    Column("next_ask_at", Moment),
    Column("is_asked_to_wait", Boolean, nullable=False),  # it named next_ask_at itself
    Column("read_up_to", Words),  # how far a mailbox was read
)

bulletin = Table(
    "bulletin",
    metadata,
    _id(),
    Column("bulletin", String(40), nullable=False, unique=True),  # public id, from the identity
    Column("source", Words),
    Column("source_url", Words),
    Column("newest_version_id", Number),  # a bare number: a reference would close a circle
    Column("form_of_id", BigInteger),  # the bulletin that this one is another form of (storage.forms)
    Index("ix_bulletin_form_of_id", "form_of_id"),
    Index("ix_bulletin_source", "source"),
)

bulletin_merge = Table(
    "bulletin_merge",
    metadata,
    _id(),
    Column("merge", String(40), nullable=False, unique=True),  # public id
    _to("survivor_id", "bulletin.id", nullable=False),
    _to("merged_id", "bulletin.id", nullable=False),
    Column("evidence", Words, nullable=False),
    Column("merged_by", Words),  # null: by rule
    Column("merged_at", Moment, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Moment),
    Index("ix_bulletin_merge_survivor_id", "survivor_id"),
    Index("ix_bulletin_merge_merged_id", "merged_id"),
)

bulletin_version = Table(
    "bulletin_version",
    metadata,
    _id(),
    _to("bulletin_id", "bulletin.id", nullable=False),
    Column("version", Integer, nullable=False),
    _to("sha256", "blob.sha256", nullable=False),
    Column("file", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("title", Words),
    Column("issuer", Words),
    Column("issue", Words),
    Column("published_on", Date),
    Column("other_links", Integer, nullable=False),
    Column("warnings", Text, nullable=False),  # JSON
    Column("kept_at", Moment, nullable=False),
    Column("reader_version", Integer, nullable=False, server_default="1"),  # whose items and citations are shown
    UniqueConstraint("bulletin_id", "version"),
    UniqueConstraint("bulletin_id", "sha256"),
    Index("ix_bulletin_version_sha256", "sha256"),
)

earlier_reading = Table(
    "earlier_reading",
    metadata,
    _to("version_id", "bulletin_version.id", primary_key=True),
    Column("reader_version", Integer, primary_key=True),
    Column("replaced_at", Moment, nullable=False),
    Column("document", Text, nullable=False),  # JSON: the Bulletin as that reader understood it
)

item = Table(
    "item",
    metadata,
    _id(),
    _to("version_id", "bulletin_version.id", nullable=False),
    Column("position", Integer, nullable=False),
    Column("section", Words),
    Column("title", Words),
    Column("text", Words, nullable=False),
    Column("credit", Words),
    Column("page", Integer),
    # Worked out anew with every version, reading, decision and merge (storage.settling); bare numbers.
    Column("same_as_id", BigInteger),  # the item of an earlier form that says the same; its own number: not shown
    Column("shown_position", Integer),  # null: its own
    UniqueConstraint("version_id", "position"),
)

citation = Table(
    "citation",
    metadata,
    _id(),
    _to("version_id", "bulletin_version.id", nullable=False),
    _to("item_id", "item.id"),
    Column("position", Integer, nullable=False),
    Column("cited_url", Words, nullable=False),
    _to("address_id", "address.id"),
    Column("anchor_text", Words),
    Column("page", Integer),
    Column("placed_by", String(16)),
    Column("confidence", Float, nullable=False),
    Column("repair", Words),
    Column("problem", Words),
    # Worked out anew, like an item's; bare numbers.
    Column("decision_id", BigInteger),  # what a person decided, and what counts
    Column("shown_item_id", BigInteger),  # where it stands after that; null: in its own item
    Column("same_as_id", BigInteger),  # the citation of another form that stands for it; its own number: not shown
    UniqueConstraint("version_id", "position"),
    Index("ix_citation_address_id", "address_id"),
    Index("ix_citation_item_id", "item_id"),
)

decision = Table(
    "decision",
    metadata,
    _id(),
    Column("decision", String(40), nullable=False, unique=True),  # public id
    Column("kind", String(16), nullable=False),  # place, ignore
    _to("bulletin_id", "bulletin.id"),  # null: about the article itself
    _to("address_id", "address.id"),  # null: the citation names none
    Column("cited_url", Words, nullable=False),
    Column("named_sha256", String(64), nullable=False),  # of the article's name, or the address where it has none
    Column("occurrence", Integer),  # which of the bulletin's citations of it, from 1
    Column("occurrences", Integer),  # of how many
    Column("context", Text, nullable=False),  # JSON: what stood around it, and why it was in review
    Column("target", Text),  # JSON: the item it was placed in
    Column("reason", Words),
    Column("decided_by", Words, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("undone_by", Words),
    Column("undone_at", Moment),
    Index("ix_decision_bulletin_id", "bulletin_id"),
    Index("ix_decision_address_id", "address_id"),
)

# ---- what visits brought home

run = Table(
    "run",
    metadata,
    _id(),
    Column("run", String(80), nullable=False, unique=True),  # public id
    Column("job", String(40), nullable=False),
    Column("planned_at", Moment),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("summary", Text),  # JSON
    UniqueConstraint("job", "planned_at"),
)

CONFLICT = "has_identity_conflict"

capture = Table(
    "capture",
    metadata,
    _id(),
    Column("capture", String(40), nullable=False, unique=True),  # public id
    _to("address_id", "address.id", nullable=False),
    Column("captured_at", Moment, nullable=False),
    Column("final_url", Words, nullable=False),
    _to("page_sha256", "blob.sha256"),
    Column("page_size", BigInteger, nullable=False),
    Column("has_identity_conflict", Boolean, nullable=False),
    _to("run_id", "run.id"),
    Column("hops", Text, nullable=False),  # JSON; the bodies on the way are blobs
    Index("ix_capture_address_id_captured_at", "address_id", "captured_at"),
    Index("ix_capture_page_sha256", "page_sha256"),
    Index("ix_capture_conflict", "id", sqlite_where=text(CONFLICT), postgresql_where=text(CONFLICT)),
)

hop_body = Table(
    "hop_body",
    metadata,
    _to("sha256", "blob.sha256", primary_key=True),
    Column("first_seen_with", String(120), nullable=False),  # what `verify` calls these bytes
)

snapshot = Table(
    "snapshot",
    metadata,
    _id(),
    Column("snapshot", String(40), nullable=False, unique=True),  # public id: its capture's
    _to("capture_id", "capture.id", nullable=False, unique=True),
    Column("fingerprint", String(64)),  # null: its page is read otherwise today, and nothing shows it
    Column("missing_assets", Integer, nullable=False),
    Column("unfound_assets", Integer, nullable=False),  # what the page says it has, less what was found on it
    Index("ix_snapshot_fingerprint", "fingerprint"),
)

reading = Table(
    "reading",
    metadata,
    _id(),
    _to("capture_id", "capture.id", nullable=False),
    Column("reader_version", Integer, nullable=False),
    Column("is_newest", Boolean, nullable=False),
    Column("outcome", String(24), nullable=False),
    _to("snapshot_id", "snapshot.id"),
    Column("title", Words),
    Column("details", Text, nullable=False),  # JSON: the Reading without its text
    Column("text", Words),  # last: lists need not read past it
    UniqueConstraint("capture_id", "reader_version"),
    Index("ix_reading_snapshot_id", "snapshot_id"),
)

asset = Table(
    "asset",
    metadata,
    _id(),
    Column("key", Words, nullable=False),
    Column("key_sha256", String(64), nullable=False, unique=True),
    Column("url", Words, nullable=False),  # as the newest page cites it
    Column("is_held", Boolean, nullable=False),
    Column("has_original", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failure", Words),
    Column("next_try_at", Moment),
    Index("ix_asset_next_try_at", "next_try_at"),
)

snapshot_asset = Table(
    "snapshot_asset",
    metadata,
    _to("snapshot_id", "snapshot.id", primary_key=True),
    Column("position", Integer, primary_key=True),
    _to("asset_id", "asset.id", nullable=False),
    Column("role", String(16), nullable=False),
    Column("url", Words, nullable=False),
    Column("is_needed", Boolean, nullable=False),
    Index("ix_snapshot_asset_asset_id", "asset_id"),
    sqlite_with_rowid=False,
)

rendition = Table(
    "rendition",
    metadata,
    _id(),
    _to("asset_id", "asset.id", nullable=False),
    _to("sha256", "blob.sha256", nullable=False),
    Column("media_type", Words, nullable=False),
    Column("is_original", Boolean, nullable=False),
    Column("url", Words, nullable=False),
    Column("captured_at", Moment, nullable=False),
    Column("hops", Text, nullable=False),  # JSON
    UniqueConstraint("asset_id", "sha256"),
    Index("ix_rendition_sha256", "sha256"),
)

# ---- the search index: derived, and of another kind on each database (storage.search)

SEARCH = {
    # Bytes over 127 are all part of words to "ascii", which is what the index's own tokens need.
    "sqlite": ("CREATE VIRTUAL TABLE search USING fts5(words, content='', detail=none, tokenize='ascii')",),
    "postgresql": (
        "CREATE TABLE search (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_words ON search USING gin (words)",
    ),
}


@event.listens_for(metadata, "after_create")
def make_search(_: MetaData, db: Connection, **__: object) -> None:
    """Make the search index of this database's kind."""
    for statement in SEARCH[db.dialect.name]:
        db.exec_driver_sql(statement)


# ---- the way out

way_out = Table(
    "way_out",
    metadata,
    Column("name", Words, primary_key=True),
    Column("next_slot_at", Moment),
    Column("refusals", Integer, nullable=False),
    Column("paused_until", Moment),
)
