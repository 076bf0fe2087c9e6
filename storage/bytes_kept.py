"""Bytes that are safe in the blob store, on their way into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Connection

from storage.documents import dumps, plain
from storage.records import AssetCapture, Capture, Hop
from storage.rows import insert_missing
from storage.schema import blob as blobs
from storage.schema import hop_body as hop_bodies

Brought = TypeVar("Brought", Capture, AssetCapture)

REFERENCE = "reference"
"""The kind of blob that others are kept against."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that are safe, and what they are: page, hop, asset, bulletin or reference."""

    sha256: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True)
class Safe(Generic[Brought]):
    """What was brought home, told without its bytes, which are safe: its own, and those of each hop on the way."""

    what: Brought
    body: Bytes | None
    hops: tuple[Bytes | None, ...]


@dataclass(frozen=True, slots=True)
class BytesOf:
    """Bytes that came with one thing, and when."""

    owner: str
    kept: Sequence[Bytes | None]
    kept_at: datetime


def keep_bytes(db: Connection, *all_of_them: BytesOf) -> None:
    """Record blobs that are safe; bytes on the way to something are noted by what it was."""
    some = {one.sha256: (one, its) for its in all_of_them for one in its.kept if one}
    rows = [
        {"sha256": one.sha256, "size": one.size, "kind": one.kind, "kept_at": its.kept_at} for one, its in some.values()
    ]
    insert_missing(db, blobs, rows, unique=["sha256"])
    on_the_way = [
        {"sha256": one.sha256, "first_seen_with": its.owner[:120]} for one, its in some.values() if one.kind == "hop"
    ]
    insert_missing(db, hop_bodies, on_the_way, unique=["sha256"])


def hop_documents(hops: Sequence[Hop], bodies: Sequence[Bytes | None]) -> str:
    """An exchange as JSON: each hop with its body's digest in place of the body."""
    digests = [body.sha256 if body else None for body in bodies]
    return dumps([plain(hop) | {"body": sha256} for hop, sha256 in zip(hops, digests, strict=True)])
