"""What people decided about citations; bulletins in several forms; bulletins read anew."""

import sqlalchemy as sa
from alembic import op

from storage.schema import Moment, Number, Words

revision = "0004"
down_revision = "0003"

# Written out, because both databases take it as it stands, and Alembic would copy SQLite's tables to add them.
COLUMNS = (
    "ALTER TABLE bulletin ADD COLUMN form_of_id BIGINT",
    "ALTER TABLE bulletin_version ADD COLUMN reader_version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE item ADD COLUMN same_as_id BIGINT",
    "ALTER TABLE item ADD COLUMN shown_position INTEGER",
    "ALTER TABLE citation ADD COLUMN decision_id BIGINT",
    "ALTER TABLE citation ADD COLUMN shown_item_id BIGINT",
    "ALTER TABLE citation ADD COLUMN same_as_id BIGINT",
)


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(column)
    op.create_index("ix_bulletin_form_of_id", "bulletin", ["form_of_id"], unique=False)
    op.create_index("ix_citation_item_id", "citation", ["item_id"], unique=False)
    make_decision()
    make_bulletin_merge()
    make_earlier_reading()


def make_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", Number, nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("bulletin_id", Number, nullable=True),
        sa.Column("address_id", Number, nullable=True),
        sa.Column("cited_url", Words, nullable=False),
        sa.Column("named_sha256", sa.String(64), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=True),
        sa.Column("occurrences", sa.Integer(), nullable=True),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("reason", Words, nullable=True),
        sa.Column("decided_by", Words, nullable=False),
        sa.Column("decided_at", Moment, nullable=False),
        sa.Column("undone_by", Words, nullable=True),
        sa.Column("undone_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name="fk_decision_bulletin_id_bulletin"),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name="fk_decision_address_id_address"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("decision", name="uq_decision_decision"),
    )
    op.create_index("ix_decision_bulletin_id", "decision", ["bulletin_id"], unique=False)
    op.create_index("ix_decision_address_id", "decision", ["address_id"], unique=False)


def make_bulletin_merge() -> None:
    op.create_table(
        "bulletin_merge",
        sa.Column("id", Number, nullable=False),
        sa.Column("merge", sa.String(40), nullable=False),
        sa.Column("survivor_id", Number, nullable=False),
        sa.Column("merged_id", Number, nullable=False),
        sa.Column("evidence", Words, nullable=False),
        sa.Column("merged_by", Words, nullable=True),
        sa.Column("merged_at", Moment, nullable=False),
        sa.Column("undone_by", Words, nullable=True),
        sa.Column("undone_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["survivor_id"], ["bulletin.id"], name="fk_bulletin_merge_survivor_id_bulletin"),
        sa.ForeignKeyConstraint(["merged_id"], ["bulletin.id"], name="fk_bulletin_merge_merged_id_bulletin"),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin_merge"),
        sa.UniqueConstraint("merge", name="uq_bulletin_merge_merge"),
    )
    op.create_index("ix_bulletin_merge_survivor_id", "bulletin_merge", ["survivor_id"], unique=False)
    op.create_index("ix_bulletin_merge_merged_id", "bulletin_merge", ["merged_id"], unique=False)


def make_earlier_reading() -> None:
    op.create_table(
        "earlier_reading",
        sa.Column("version_id", Number, nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("replaced_at", Moment, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["bulletin_version.id"], name="fk_earlier_reading_version_id_bulletin_version"
        ),
        sa.PrimaryKeyConstraint("version_id", "reader_version", name="pk_earlier_reading"),
    )
