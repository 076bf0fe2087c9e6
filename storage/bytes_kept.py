"""Bytes that are safe in the blob store, on their way into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from storage.documents import dumps, plain
from storage.records import Hop
from storage.rows import insert_missing
from storage.schema import blob as blobs
from storage.schema import hop_body as hop_bodies

REFERENCE = "reference"
"""The kind of blob that others are kept against."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that are safe, and what they are: page, hop, asset, bulletin or reference."""

    sha256: str
    size: int
    kind: str


def keep_bytes(db: Connection, kept: Sequence[Bytes | None], owner: str, kept_at: datetime) -> None:
    """Record blobs that are safe; bytes on the way to something are noted by what it was."""
    some = {one.sha256: one for one in kept if one}
    rows = [{"sha256": one.sha256, "size": one.size, "kind": one.kind, "kept_at": kept_at} for one in some.values()]
    insert_missing(db, blobs, rows, unique=["sha256"])
    on_the_way = [{"sha256": one.sha256, "first_seen_with": owner[:120]} for one in some.values() if one.kind == "hop"]
    insert_missing(db, hop_bodies, on_the_way, unique=["sha256"])


def hop_documents(hops: Sequence[Hop], bodies: Sequence[Bytes | None]) -> str:
    """An exchange as JSON: each hop with its body's digest in place of the body."""
    digests = [body.sha256 if body else None for body in bodies]
    return dumps([plain(hop) | {"body": sha256} for hop, sha256 in zip(hops, digests, strict=True)])
