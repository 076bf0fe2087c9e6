"""Full text search over snapshots and items, with everything that is held already."""

import sqlalchemy as sa
from alembic import op

from storage.schema import SEARCH
from storage.search import ITEM, SNAPSHOT, index

revision = "0002"
down_revision = "0001"

AT_A_TIME = 500

SNAPSHOTS = """
    SELECT snapshot.id AS number, reading.title, reading.text
    FROM snapshot JOIN reading ON reading.capture_id = snapshot.capture_id AND reading.is_newest
    WHERE snapshot.fingerprint IS NOT NULL AND snapshot.id > :last ORDER BY snapshot.id LIMIT :count
"""
ITEMS = "SELECT id AS number, title, text FROM item WHERE id > :last ORDER BY id LIMIT :count"


def upgrade() -> None:
    db = op.get_bind()
    for statement in SEARCH[db.dialect.name]:
        op.execute(statement)
    for kind, query in ((SNAPSHOT, SNAPSHOTS), (ITEM, ITEMS)):
        last = 0
        while rows := db.execute(sa.text(query), {"last": last, "count": AT_A_TIME}).all():
            for row in rows:
                index(db, kind, row.number, row.title, row.text)
            last = rows[-1].number
