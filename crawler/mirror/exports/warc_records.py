"""The records that say something of an article: who cites it, what was found, where its pictures and its copy are.

docs/warc.md tells what each field means.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import BinaryIO

from crawler.config import VERSION, Config
from crawler.mirror.exports.warc_file import FIELDS, RESPONSE, Record, Written, is_compressed, warc_date, warc_fields
from crawler.mirror.exports.warc_http import target_uri
from crawler.wechat import urls
from storage.records import ArticleView, CaptureView, CitedBy, Rendition, SnapshotAsset, SnapshotView

COPY = "urn:wxmirror:copy:"
BULLETIN = "urn:wxmirror:bulletin:"
IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
SPECIFICATION = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
ROBOTS = {
    "cited": "cited (single articles that a bulletin cites are visited at a reader's pace whatever robots.txt says)",
    "obey": "obey (what robots.txt forbids is not visited)",
}
DESCRIPTION = (
    "Bodies are stored with their content and transfer coding undone. Content-Encoding, Transfer-Encoding and "
    "Content-Length are renamed X-Archive-Orig-*, a true Content-Length follows; session secrets are cut from headers. "
    "Digests are SHA-256 of the decoded bytes. A revisit under an address that was never asked for says that the page "
    f"cites the same picture there. Conversion records at {COPY}ADDRESS are script-free copies made for reading."
)


class Opening:
    """The warcinfo record that each file begins with."""

    def __init__(self, config: Config, now: datetime) -> None:
        self._now = now
        self._fields = [
            ("software", f"wxmirror/{VERSION}"),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", SPECIFICATION),
            *([("operator", config.crawl.contact)] if config.crawl.contact else []),
            ("robots", ROBOTS[config.crawl.robots]),
            ("http-header-user-agent", config.user_agent),
            ("description", DESCRIPTION),
        ]

    def record(self, file: str) -> Record:
        """Return the record for the file of this name."""
        return Record(
            type="warcinfo",
            name=f"{file} {warc_date(self._now)}",
            date=self._now,
            content_type=FIELDS,
            payload=warc_fields(self._fields),
            links=(("WARC-Filename", file),),
        )


def metadata_record(
    article: ArticleView,
    capture: CaptureView,
    snapshot: SnapshotView | None,
    cited: Sequence[SnapshotAsset],
    page: Written | None,
) -> Record:
    """Return the record that says who cites the article, how the visit came to it and what it found."""
    fields = [
        *(("via", f"{BULLETIN}{citing.bulletin}#item-{citing.item or 0}") for citing in article.cited_by),
        ("hopsFromSeed", "L" + "R" * (len(capture.hops) - 1)),
        *(("citedBy", cited_by(citing)) for citing in article.cited_by),
        ("article", article.article_url),
        ("capture", capture.capture),
        ("outcome", capture.outcome.value),
        *(("evidence", f"{evidence.test}: {evidence.seen}") for evidence in capture.evidence),
    ]
    if capture.identity_conflict:
        fields.append(("identityConflict", "the page names another article than its address"))
    if snapshot:
        fields += [("snapshot", snapshot.snapshot), ("copy", COPY + snapshot.article_url)]
    for asset in cited:
        if asset.rendition is None:
            fields.append(("missing", f"{urls.cut_secrets(asset.link.url)} ({asset.failure or 'not fetched yet'})"))
    return Record(
        type="metadata",
        name=capture.capture,
        date=capture.captured_at,
        uri=target_uri(capture.hops[-1].url if capture.hops else capture.address.fetch_url),
        content_type=FIELDS,
        payload=warc_fields(fields),
        links=(("WARC-Concurrent-To", page.id),) if page else (),
    )


def cited_by(citing: CitedBy) -> str:
    """Return where an article is cited, as JSON on one line."""
    form: dict[str, object] = {
        "bulletin": citing.bulletin,
        "title": citing.bulletin_title,
        "issuer": citing.issuer,
        "publishedOn": citing.published_on.isoformat() if citing.published_on else None,
        "item": citing.item,
        "itemTitle": citing.item_title,
        "citedUrl": citing.cited_url,
    }
    if (decision := citing.decision) is not None:
        moment = f"{decision.decided_at:%Y-%m-%dT%H:%M:%SZ}"
        form["decision"] = {"kind": decision.kind.value, "by": decision.decided_by, "at": moment}
    return json.dumps(form, ensure_ascii=False)


def page_record(capture: CaptureView, body: bytes) -> Record:
    """Return a page of which no exchange is known, as the bytes alone."""
    return Record(
        type="resource",
        name=capture.capture,
        date=capture.captured_at,
        uri=target_uri(capture.final_url or capture.address.fetch_url),
        content_type="text/html",
        payload=body,
        payload_sha256=capture.page_sha256,
    )


def resource_record(rendition: Rendition, stream: Callable[[], BinaryIO]) -> Record:
    """Return an asset that no single exchange brought, as the bytes alone; they may be too many for memory."""
    return Record(
        type="resource",
        name=f"{rendition.key} {rendition.sha256}",
        date=rendition.captured_at,
        uri=target_uri(rendition.url),
        content_type=rendition.media_type,
        stream=stream,
        payload_size=rendition.size,
        payload_sha256=rendition.sha256,
        is_compressed=is_compressed(rendition.media_type),
    )


def revisit_record(url: str, date: datetime, rendition: Rendition, held: Written, head: bytes, *, name: str) -> Record:
    """Return the record by which the bytes of ``held`` are found under another address, at another moment."""
    return Record(
        type="revisit",
        name=f"{name} {url}",
        date=date,
        uri=url,
        content_type=RESPONSE if head else None,
        head=head,
        payload_sha256=rendition.sha256,
        links=(
            ("WARC-Profile", IDENTICAL_PAYLOAD),
            ("WARC-Refers-To", held.id),
            ("WARC-Refers-To-Target-URI", held.uri),
            ("WARC-Refers-To-Date", warc_date(held.date)),
            ("WARC-Truncated", "length"),
        ),
    )


def copy_record(snapshot: SnapshotView, html: bytes, page: Written) -> Record:
    """Return a snapshot's copy for reading, under an address of its own (docs/decisions/warc-copies.md)."""
    return Record(
        type="conversion",
        name=snapshot.snapshot,
        date=snapshot.captured_at,
        uri=COPY + snapshot.article_url,
        content_type="text/html; charset=utf-8",
        payload=html,
        payload_sha256=hashlib.sha256(html).hexdigest(),
        links=(("WARC-Refers-To", page.id),),
    )
