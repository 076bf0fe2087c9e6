"""The JSON that the command line prints: records in, plain lists and dictionaries out.

The fields are a contract (docs/architecture.md, JSON). Moments are ISO 8601 in UTC, days are ISO dates, what is absent
is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.records import (
    Article,
    ArticleView,
    Bulletin,
    Citation,
    CitedBy,
    Item,
    Reading,
    Repacked,
    Run,
    RunSummary,
    Status,
    Verification,
)

if TYPE_CHECKING:
    from crawler.mirror.exports import Exported

Form = dict[str, Any]


def plain(value: Any) -> Any:
    """Return a record, or anything made of records, as JSON's own types; a field's name is its key."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {"never" if key is None else plain(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(entry) for entry in value]
    return value


def error_form(file: str, kind: str, message: str) -> Form:
    """The element of a file that could not be read."""
    return {"file": file, "error": {"kind": kind, "message": message}}


def bulletin_form(bulletin: Bulletin) -> Form:
    """An element of ``read``."""
    head = {name: plain(getattr(bulletin, name)) for name in
            ("file", "sha256", "media_type", "title", "issuer", "issue", "published_on")}  # fmt: skip
    return head | {
        "items": [item_form(item) for item in bulletin.items],
        "unplaced": [citation_form(citation) for citation in bulletin.unplaced],
        "other_links": bulletin.other_links,
        "warnings": list(bulletin.warnings),
    }


def item_form(item: Item) -> Form:
    """An item of a bulletin."""
    head = {name: getattr(item, name) for name in ("position", "section", "title", "text", "credit", "page")}
    return head | {"citations": [citation_form(citation) for citation in item.citations]}


def citation_form(citation: Citation) -> Form:
    """A citation, without what only the crawl needs."""
    names = (
        "position",
        "cited_url",
        "article_url",
        "anchor_text",
        "page",
        "placed_by",
        "confidence",
        "repair",
        "problem",
    )
    return {name: plain(getattr(citation, name)) for name in names}


ARTICLE_FIELDS = tuple(
    field.name for field in fields(Article) if field.name != "published_precision"
)  # fmt: skip


def reading_form(file: str, reading: Reading) -> Form:
    """An element of ``inspect``."""
    article = reading.article
    return {
        "file": file,
        "outcome": reading.outcome.value,
        "standing": reading.outcome.standing.value,
        "evidence": plain(reading.evidence),
        "article": {name: plain(getattr(article, name)) for name in ARTICLE_FIELDS} if article else None,
        "assets": plain(reading.assets),
        "inventory": plain(reading.inventory),
        "article_links": list(reading.article_links),
    }


def article_form(url: str, article_url: str | None, article: ArticleView | None) -> Form:
    """An element of ``find``; an address never seen has a null standing and empty lists."""
    if article is None:
        return {"url": url, "article_url": article_url, "aliases": [], "standing": None, "last_told_at": None,
                "snapshots": [], "captures": [], "cited_by": []}  # fmt: skip
    return {
        "url": url,
        "article_url": article.article_url,
        "aliases": list(article.aliases),
        "standing": plain(article.standing),
        "last_told_at": plain(article.last_told_at),
        "snapshots": [
            {
                "id": snapshot.snapshot,
                "captured_at": plain(snapshot.captured_at),
                "title": snapshot.title,
                "is_complete": snapshot.is_complete,
                "missing_assets": snapshot.missing_assets,
                "replay_path": snapshot.replay_path,
            }
            for snapshot in article.snapshots
        ],
        "captures": [
            {"captured_at": plain(capture.captured_at), "outcome": capture.outcome.value}
            for capture in article.captures
        ],
        "cited_by": [cited_by_form(citing) for citing in article.cited_by],
    }


def cited_by_form(citing: CitedBy) -> Form:
    """Where an article is cited."""
    names = ("bulletin", "published_on", "item", "item_title", "cited_url", "decision")
    return {name: plain(getattr(citing, name)) for name in names}


def summary_form(run: str | None, summary: RunSummary) -> Form:
    """The document of ``crawl``."""
    assets = {name: getattr(summary, f"assets_{name}") for name in ("kept", "known", "failed", "bytes")}
    counts = {name: getattr(summary, name) for name in ("bulletins", "items", "citations", "articles", "visited")}
    return {
        "run": run,
        **counts,
        "outcomes": dict(summary.outcomes),
        "assets": assets,
        "seconds": round(summary.seconds, 3),
        "left_due": summary.left_due,
        "stopped_by": summary.stopped_by,
    }


def run_form(run: Run | None) -> Form | None:
    """A run in the history; null where there was none."""
    if run is None:
        return None
    moments = {name: plain(getattr(run, name)) for name in ("planned_at", "started_at", "ended_at")}
    summary = summary_form(run.run, run.summary) if run.summary else None
    return {"run": run.run, "job": run.job, **moments, "summary": summary}


def status_form(status: Status, next_run: datetime | None) -> Form:
    """The document of ``status``."""
    numbers = (
        "bulletins",
        "items",
        "citations",
        "articles",
        "snapshots",
        "incomplete",
        "blobs",
        "bytes",
        "due",
        "to_review",
    )
    return {name: plain(getattr(status, name)) for name in numbers} | {
        "last_run": run_form(status.last_run),
        "next_run": plain(next_run),
    }


def verification_form(found: Verification, seconds: float) -> Form:
    """The document of ``verify``."""
    return {name: plain(getattr(found, name)) for name in ("blobs", "rows", "bytes", "orphans", "faults")} | {
        "seconds": round(seconds, 3)
    }


def repacked_form(done: Repacked, seconds: float) -> Form:
    """The document of ``repack``."""
    form: Form = plain(done)
    return form | {"seconds": round(seconds, 3)}


def export_form(exported: Exported) -> Form:
    """The document of ``export``."""
    form: Form = plain(exported)
    return form
