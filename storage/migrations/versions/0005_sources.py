"""What is known of each followed source; which of its addresses are lists."""

import sqlalchemy as sa
from alembic import op

from storage.schema import Moment, Words

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Written out, because both databases take it as it stands, and Alembic would copy SQLite's table to add it.
    op.execute("ALTER TABLE source_fetch ADD COLUMN is_list BOOLEAN NOT NULL DEFAULT false")
    op.create_index("ix_bulletin_source", "bulletin", ["source"], unique=False)
    op.create_table(
        "source_state",
        sa.Column("source", Words, nullable=False),
        sa.Column("last_asked_at", Moment, nullable=True),
        sa.Column("last_success_at", Moment, nullable=True),
        sa.Column("last_failure_at", Moment, nullable=True),
        sa.Column("failure", Words, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_ask_at", Moment, nullable=True),
        sa.Column("is_asked_to_wait", sa.Boolean(), nullable=False),
        sa.Column("read_up_to", Words, nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_source_state"),
    )
