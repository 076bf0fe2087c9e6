"""Articles as WARC 1.1: every visit as it went over the wire, every picture under the addresses that pages use for it.

What stands in the files, and why, is told in docs/warc.md. In short: request and response of each hop of each
capture, bodies with their content coding undone; a metadata record with who cites the article and what the visit
found; each asset once as it was fetched, then a revisit under each address that a page cites for it; and the
script-free copy of each snapshot as a conversion record, under an address of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from crawler.config import Config
from crawler.mirror.exports import Exported
from crawler.mirror.exports.damage import LOST, Damage
from crawler.mirror.exports.warc_file import ROLL_BYTES, WarcSeries, Written, warc_date
from crawler.mirror.exports.warc_http import Exchange, request_record, response_head, response_record, target_uri
from crawler.mirror.exports.warc_records import (
    Opening,
    copy_record,
    metadata_record,
    page_record,
    resource_record,
    revisit_record,
)
from crawler.mirror.replay import replay
from crawler.wechat import urls
from storage.archive import Archive
from storage.records import ArticleView, CaptureView, Rendition, SnapshotAsset, SnapshotView

ROBOTS_TXT = "https://mp.weixin.qq.com/robots.txt"
"""Under this address the crawl keeps what the articles' host asks of robots (an asset like any other)."""

DAMAGED = "damaged in the archive"

IN_PIECES = 206
"""The status of an answer that is a part of something: a film's (docs/decisions/films.md)."""


class Captures(StrEnum):
    """Which of an article's captures go out."""

    ALL = "all"
    SNAPSHOTS = "snapshots"  # those whose page a snapshot was made from


def export_warc(
    archive: Archive,
    out: Path,
    articles: Iterable[str],
    *,
    now: datetime,
    config: Config | None = None,
    captures: Captures = Captures.ALL,
    progress: Callable[[int, int], None] | None = None,
    roll_bytes: int = ROLL_BYTES,
) -> Exported:
    """Write these articles (by their canonical names) to ``out``: a .warc.gz, or a folder of them.

    A name in .warc gets its .gz. A further file is begun at ``roll_bytes``. The same archive at the same ``now`` gives
    the same bytes. Nothing is left behind by an export that fails. What is damaged is left out and named in the result.
    Raises OutputExists, OutputNotWritable.
    """
    began = time.perf_counter()
    out = out.with_name(f"{out.name}.gz") if out.suffix == ".warc" else out
    named = list(articles)
    opening = Opening(config or Config(), now)
    stem = f"wxmirror-{now.astimezone(UTC):%Y%m%d%H%M%S}"
    with WarcSeries(out, stem=stem, warcinfo=opening.record, roll_bytes=roll_bytes) as series:
        export = Export(archive, series, captures)
        for done, article_url in enumerate(named, start=1):
            export.write_article(article_url)
            if progress:
                progress(done, len(named))
        export.write_robots()
        paths = series.finish()
    return Exported(
        format="warc",
        out=out,
        bulletins=len(export.bulletins),
        articles=len(export.articles),
        snapshots=export.snapshots,
        assets=len(export.assets),
        bytes=sum(path.stat().st_size for path in paths),
        seconds=time.perf_counter() - began,
        faults=export.damage.faults,
    )


class Export:
    """One export under way: what has been written, for what points at it."""

    def __init__(self, archive: Archive, series: WarcSeries, captures: Captures) -> None:
        self._archive = archive
        self._series = series
        self._captures = captures
        self._payloads: dict[str, tuple[Written, bytes]] = {}  # by digest: the record that holds them, and its head
        self._revisits: set[tuple[str, str]] = set()  # address and moment
        self._tried: set[str] = set()  # assets, by key
        self.bulletins: set[str] = set()
        self.assets: set[str] = set()
        self.articles: set[str] = set()
        self.damage = Damage()
        self.snapshots = 0

    def write_article(self, article_url: str) -> None:
        """Write every capture of an article, and its snapshots with their assets."""
        article = self._archive.article(urls.read_address(article_url))
        if article is None or article.tombstone or article.article_url in self.articles:
            return
        self.articles.add(article.article_url)
        self.bulletins.update(citing.bulletin for citing in article.cited_by)
        snapshots = self._archive.snapshots(article.article_url)
        for outline in reversed(article.captures):
            snapshot = made_snapshot(outline, snapshots)
            if snapshot or self._captures is Captures.ALL:
                try:
                    capture = self._archive.capture(outline.capture)
                    body = self._archive.read_blob(capture.page_sha256) if capture.page_sha256 else b""
                except LOST as error:
                    self.damage.page(outline, error)
                else:
                    self._write_capture(article, capture, body, snapshot)

    def write_robots(self) -> None:
        """Write what robots.txt said: the evidence for the rule under which the articles were visited."""
        try:
            for rendition in self._archive.renditions(ROBOTS_TXT) if self.articles else ():
                self._write_rendition(rendition)
        except LOST as error:
            self.damage.asset(ROBOTS_TXT, error)

    def _write_capture(
        self, article: ArticleView, capture: CaptureView, body: bytes, snapshot: SnapshotView | None
    ) -> None:
        cited = self._archive.snapshot_assets(snapshot.snapshot) if snapshot else []
        page = self._write_page(capture, body)
        if snapshot and page:
            cited = self._write_assets(snapshot, cited)
            self._write_copy(snapshot, cited, page)
            self.snapshots += 1
        self._series.write(metadata_record(article, capture, snapshot, cited, page))

    def _write_page(self, capture: CaptureView, body: bytes) -> Written | None:
        """Write the hops of a visit; the page answers the last. With none it was imported, or nothing was reached."""
        if not capture.hops:
            return self._series.write(page_record(capture, body)) if body else None
        *redirects, last = [Exchange(hop=hop, body=hop.body or b"", name=capture.capture) for hop in capture.hops]
        for at, exchange in enumerate(redirects):
            self._write_exchange(exchange, at, capture.captured_at)
        return self._write_exchange(last.holding(body), len(redirects), capture.captured_at)

    def _write_exchange(self, exchange: Exchange, at: int, date: datetime) -> Written | None:
        response = None
        if exchange.has_answer:
            response = self._series.write(response_record(exchange, at, date))
        self._series.write(request_record(exchange, at, date, response))
        return response

    # ---- assets

    def _write_assets(self, snapshot: SnapshotView, cited: Sequence[SnapshotAsset]) -> list[SnapshotAsset]:
        """Write what a page cites; the same assets, less the renditions that could not be had."""
        written = []
        for asset in cited:
            if asset.rendition and asset.link.key not in self._tried:
                self._tried.add(asset.link.key)
                self._write_renditions(asset)
            if asset.rendition and asset.rendition.sha256 not in self._payloads:
                written.append(replace(asset, rendition=None, failure=DAMAGED))
                continue
            written.append(asset)
            if asset.rendition:
                self.assets.add(asset.link.key)
                self._write_revisit(asset.link.url, snapshot, asset.rendition)
        return written

    def _write_renditions(self, asset: SnapshotAsset) -> None:
        try:
            renditions = self._archive.renditions(asset.link.key)
        except LOST as error:  # a redirect's body on the way to one of them
            self.damage.asset(asset.link.url, error)
            return
        for rendition in renditions:
            try:
                self._write_rendition(rendition)
            except LOST as error:
                self.damage.asset(rendition.url, error)

    def _write_rendition(self, rendition: Rendition) -> None:
        """Write what was fetched; bytes that stand in the files already are not written again."""
        if not rendition.hops or rendition.hops[-1].status <= 0 or rendition.hops[-1].status == IN_PIECES:
            self._write_alone(rendition)
            return
        body = b"" if rendition.sha256 in self._payloads else self._archive.read_blob(rendition.sha256)
        name = f"{rendition.key} {rendition.sha256}"
        *redirects, last = [Exchange(hop=hop, body=hop.body or b"", name=name) for hop in rendition.hops]
        for at, exchange in enumerate(redirects):
            self._write_exchange(exchange, at, rendition.captured_at)
        held, at = self._payloads.get(rendition.sha256), len(redirects)
        if held is None:
            last = last.holding(body, media_type=rendition.media_type)
            if written := self._write_exchange(last, at, rendition.captured_at):
                self._payloads[rendition.sha256] = written, response_head(last)
        else:
            again = self._series.write(
                revisit_record(
                    target_uri(last.hop.url),
                    rendition.captured_at,
                    rendition,
                    held[0],
                    response_head(last, size=rendition.size),
                    name=name,
                )
            )
            self._series.write(request_record(last, at, rendition.captured_at, again))

    def _write_alone(self, rendition: Rendition) -> None:
        """Write bytes that no single exchange brought: they were imported, or came in pieces, as films do."""
        if rendition.sha256 not in self._payloads:
            record = resource_record(rendition, lambda: self._archive.open_blob(rendition.sha256))
            self._payloads[rendition.sha256] = self._series.write(record), b""

    def _write_revisit(self, cited_url: str, snapshot: SnapshotView, rendition: Rendition) -> None:
        """Write an asset under an address that this page cites for it, unless it was fetched from there."""
        held, head = self._payloads[rendition.sha256]
        url = target_uri(cited_url)
        place = (url, warc_date(snapshot.captured_at))
        if place in self._revisits or url == held.uri:
            return
        self._revisits.add(place)
        self._series.write(revisit_record(url, snapshot.captured_at, rendition, held, head, name=snapshot.snapshot))

    # ---- the copy for reading

    def _write_copy(self, snapshot: SnapshotView, cited: Sequence[SnapshotAsset], page: Written) -> None:
        held = {asset.link.url for asset in cited if asset.rendition}
        html = replay(self._archive, snapshot, place=lambda url: url if url in held else None)
        self._series.write(copy_record(snapshot, html, page))


def made_snapshot(capture: CaptureView, snapshots: Sequence[SnapshotView]) -> SnapshotView | None:
    """Return the snapshot that was made from this very capture; None where it only confirmed one, or found none."""
    return next(
        (
            snapshot
            for snapshot in snapshots
            if snapshot.snapshot == capture.snapshot
            and snapshot.captured_at == capture.captured_at
            and snapshot.page_sha256 == capture.page_sha256
        ),
        None,
    )
