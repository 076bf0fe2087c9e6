"""The archive as it was first laid out: bulletins, articles, captures, snapshots, assets, runs.

Old archives were made by this very text: it is never edited, later revisions add to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", Number, nullable=False),
        sa.Column("article_url", sa.Text(), nullable=False),
        sa.Column("article_sha256", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", Number, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest_cited_on", sa.Date(), nullable=True),
        sa.Column("standing", sa.String(length=16), nullable=True),
        sa.Column("last_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest_snapshot_id", Number, nullable=True),
        sa.Column("next_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["article.id"], name="fk_article_merged_into_article"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("article_sha256", name="uq_article_article_sha256"),
    )
    op.create_index("ix_article_merged_into", "article", ["merged_into"], unique=False)
    op.create_index("ix_article_next_visit_at", "article", ["next_visit_at"], unique=False)
    op.create_table(
        "asset",
        sa.Column("id", Number, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("has_original", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_asset"),
        sa.UniqueConstraint("key_sha256", name="uq_asset_key_sha256"),
    )
    op.create_index("ix_asset_next_try_at", "asset", ["next_try_at"], unique=False)
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
    )
    op.create_table(
        "bulletin",
        sa.Column("id", Number, nullable=False),
        sa.Column("bulletin", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("newest_version_id", Number, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin"),
        sa.UniqueConstraint("bulletin", name="uq_bulletin_bulletin"),
    )
    op.create_table(
        "run",
        sa.Column("id", Number, nullable=False),
        sa.Column("run", sa.String(length=80), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("job", "planned_at", name="uq_run_job_planned_at"),
        sa.UniqueConstraint("run", name="uq_run_run"),
    )
    op.create_table(
        "source_fetch",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url_sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "url_sha256", name="pk_source_fetch"),
    )
    op.create_table(
        "way_out",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_way_out"),
    )
    op.create_table(
        "address",
        sa.Column("id", Number, nullable=False),
        sa.Column("cited_url", sa.Text(), nullable=False),
        sa.Column("cited_sha256", sa.String(length=64), nullable=False),
        sa.Column("fetch_url", sa.Text(), nullable=False),
        sa.Column("article_url", sa.Text(), nullable=False),
        sa.Column("article_sha256", sa.String(length=64), nullable=False),
        sa.Column("biz", sa.Text(), nullable=True),
        sa.Column("mid", sa.Text(), nullable=True),
        sa.Column("idx", sa.Text(), nullable=True),
        sa.Column("is_temporary", sa.Boolean(), nullable=False),
        sa.Column("is_name", sa.Boolean(), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("article_id", Number, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_address_article_id_article"),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
        sa.UniqueConstraint("cited_sha256", name="uq_address_cited_sha256"),
    )
    op.create_index("ix_address_article_id", "address", ["article_id"], unique=False)
    op.create_index("ix_address_article_sha256", "address", ["article_sha256"], unique=False)
    op.create_table(
        "bulletin_version",
        sa.Column("id", Number, nullable=False),
        sa.Column("bulletin_id", Number, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("issue", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("other_links", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name="fk_bulletin_version_bulletin_id_bulletin"),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name="fk_bulletin_version_sha256_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin_version"),
        sa.UniqueConstraint("bulletin_id", "sha256", name="uq_bulletin_version_bulletin_id_sha256"),
        sa.UniqueConstraint("bulletin_id", "version", name="uq_bulletin_version_bulletin_id_version"),
    )
    op.create_index("ix_bulletin_version_sha256", "bulletin_version", ["sha256"], unique=False)
    op.create_table(
        "hop_body",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("first_seen_with", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name="fk_hop_body_sha256_blob"),
        sa.PrimaryKeyConstraint("sha256", name="pk_hop_body"),
    )
    op.create_table(
        "merge",
        sa.Column("id", Number, nullable=False),
        sa.Column("merge", sa.String(length=40), nullable=False),
        sa.Column("survivor_id", Number, nullable=False),
        sa.Column("merged_id", Number, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("survivor_next_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merged_id"], ["article.id"], name="fk_merge_merged_id_article"),
        sa.ForeignKeyConstraint(["survivor_id"], ["article.id"], name="fk_merge_survivor_id_article"),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
        sa.UniqueConstraint("merge", name="uq_merge_merge"),
    )
    op.create_index("ix_merge_merged_id", "merge", ["merged_id"], unique=False)
    op.create_index("ix_merge_survivor_id", "merge", ["survivor_id"], unique=False)
    op.create_table(
        "rendition",
        sa.Column("id", Number, nullable=False),
        sa.Column("asset_id", Number, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hops", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_rendition_asset_id_asset"),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name="fk_rendition_sha256_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_rendition"),
        sa.UniqueConstraint("asset_id", "sha256", name="uq_rendition_asset_id_sha256"),
    )
    op.create_index("ix_rendition_sha256", "rendition", ["sha256"], unique=False)
    op.create_table(
        "capture",
        sa.Column("id", Number, nullable=False),
        sa.Column("capture", sa.String(length=40), nullable=False),
        sa.Column("address_id", Number, nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("page_sha256", sa.String(length=64), nullable=True),
        sa.Column("page_size", sa.BigInteger(), nullable=False),
        sa.Column("has_identity_conflict", sa.Boolean(), nullable=False),
        sa.Column("run_id", Number, nullable=True),
        sa.Column("hops", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name="fk_capture_address_id_address"),
        sa.ForeignKeyConstraint(["page_sha256"], ["blob.sha256"], name="fk_capture_page_sha256_blob"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_capture_run_id_run"),
        sa.PrimaryKeyConstraint("id", name="pk_capture"),
        sa.UniqueConstraint("capture", name="uq_capture_capture"),
    )
    op.create_index("ix_capture_address_id_captured_at", "capture", ["address_id", "captured_at"], unique=False)
    op.create_index(
        "ix_capture_conflict",
        "capture",
        ["id"],
        unique=False,
        sqlite_where=sa.text("has_identity_conflict"),
        postgresql_where=sa.text("has_identity_conflict"),
    )
    op.create_index("ix_capture_page_sha256", "capture", ["page_sha256"], unique=False)
    op.create_table(
        "item",
        sa.Column("id", Number, nullable=False),
        sa.Column("version_id", Number, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["bulletin_version.id"], name="fk_item_version_id_bulletin_version"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("version_id", "position", name="uq_item_version_id_position"),
    )
    op.create_table(
        "tombstone",
        sa.Column("id", Number, nullable=False),
        sa.Column("address_id", Number, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name="fk_tombstone_address_id_address"),
        sa.PrimaryKeyConstraint("id", name="pk_tombstone"),
    )
    op.create_index("ix_tombstone_address_id", "tombstone", ["address_id"], unique=False)
    op.create_table(
        "citation",
        sa.Column("id", Number, nullable=False),
        sa.Column("version_id", Number, nullable=False),
        sa.Column("item_id", Number, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cited_url", sa.Text(), nullable=False),
        sa.Column("address_id", Number, nullable=True),
        sa.Column("anchor_text", sa.Text(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("placed_by", sa.String(length=16), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("repair", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name="fk_citation_address_id_address"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_citation_item_id_item"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["bulletin_version.id"], name="fk_citation_version_id_bulletin_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_citation"),
        sa.UniqueConstraint("version_id", "position", name="uq_citation_version_id_position"),
    )
    op.create_index("ix_citation_address_id", "citation", ["address_id"], unique=False)
    op.create_table(
        "snapshot",
        sa.Column("id", Number, nullable=False),
        sa.Column("snapshot", sa.String(length=40), nullable=False),
        sa.Column("capture_id", Number, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("missing_assets", sa.Integer(), nullable=False),
        sa.Column("unfound_assets", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_snapshot_capture_id_capture"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sa.UniqueConstraint("capture_id", name="uq_snapshot_capture_id"),
        sa.UniqueConstraint("snapshot", name="uq_snapshot_snapshot"),
    )
    op.create_index("ix_snapshot_fingerprint", "snapshot", ["fingerprint"], unique=False)
    op.create_table(
        "reading",
        sa.Column("id", Number, nullable=False),
        sa.Column("capture_id", Number, nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("snapshot_id", Number, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_reading_capture_id_capture"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_reading_snapshot_id_snapshot"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint("capture_id", "reader_version", name="uq_reading_capture_id_reader_version"),
    )
    op.create_index("ix_reading_snapshot_id", "reading", ["snapshot_id"], unique=False)
    op.create_table(
        "snapshot_asset",
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asset_id", Number, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_snapshot_asset_asset_id_asset"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_snapshot_asset_snapshot_id_snapshot"),
        sa.PrimaryKeyConstraint("snapshot_id", "position", name="pk_snapshot_asset"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_snapshot_asset_asset_id", "snapshot_asset", ["asset_id"], unique=False)
