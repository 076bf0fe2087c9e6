"""Pages may be kept against a reference: which one."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Written out, because both databases take it as it stands, and Alembic would copy SQLite's table to add it.
    op.execute(
        "ALTER TABLE blob ADD COLUMN reference VARCHAR(64) CONSTRAINT fk_blob_reference_blob REFERENCES blob (sha256)"
    )
    op.create_index("ix_blob_reference", "blob", ["reference"], unique=False)
