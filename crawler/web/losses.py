"""What a copy lacks, and why: a report in words, for one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.mirror.framing import moment
from crawler.words import say
from crawler.words.names import problem_name
from storage.records import Inventory, Role, SnapshotAsset, SnapshotView, Standing

REASONS: Mapping[str, str] = {
    "empty": "the server sent nothing",
    "truncated": "what came was cut short",
    "placeholder": "WeChat sent its placeholder instead of the picture",
    "not an asset": "the server sent a page or a message instead",
    "unwanted": "left out by the setting [crawl] media",
    "timeout": "the server did not answer in time",
    "too_large": "larger than the setting [crawl] max_asset_mb allows",
    "no_ranges": "a large film that its server gives only in one piece",
    "changed": "it changed while it was being fetched",
    "dns": "the server's name could not be resolved",
    "refused": "no connection could be made",
    "proxy": "the proxy did not let the request through",
    "certificate": "the server's certificate is not valid",
    "lost": "the connection broke off",
    "unusable": "what came could not be used",
    "guard": "its address lies outside WeChat's servers and is never asked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Assets that a copy lacks for one reason."""

    role: Role
    urls: tuple[str, ...]
    reason: str  # in words
    next_try: str  # in words


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """How whole a copy is."""

    snapshot: SnapshotView
    assets: int
    held: int
    losses: tuple[Loss, ...]
    scaled: int  # held in a smaller size only, the original still being looked for
    inventory: Inventory | None

    @property
    def unfound(self) -> int:
        """How many media the page says it has, beyond those that were found on it."""
        if self.inventory is None or self.inventory.expected is None:
            return 0
        return max(0, self.inventory.expected - self.inventory.found)

    @property
    def is_minor(self) -> bool:
        """Whether nothing of the content lacks: an avatar is its account's."""
        return self.snapshot.is_complete and bool(self.losses)


def loss_report(
    snapshot: SnapshotView, assets: Sequence[SnapshotAsset], *, standing: Standing | None, now: datetime, zone: str
) -> LossReport:
    """Return what a snapshot lacks; each asset once, however often its page cites it."""
    lacking: dict[tuple[Role, str, str], dict[str, str]] = {}
    for asset in assets:
        if asset.rendition is None:
            next_try = next_try_words(asset, standing=standing, now=now, zone=zone)
            alike = lacking.setdefault((asset.link.role, reason_words(asset.failure), next_try), {})
            alike[asset.link.key] = asset.link.url
    return LossReport(
        snapshot=snapshot,
        assets=len({asset.link.key for asset in assets}),
        held=len({asset.link.key for asset in assets if asset.rendition}),
        losses=tuple(
            Loss(role=role, urls=tuple(urls.values()), reason=reason, next_try=next_try)
            for (role, reason, next_try), urls in lacking.items()
        ),
        scaled=len({asset.link.key for asset in assets if asset.rendition and not asset.rendition.is_original}),
        inventory=snapshot.reading.inventory,
    )


def reason_words(failure: str | None) -> str:
    """Why an asset is not held, from the word that the crawl left (crawler.fetching)."""
    if failure is None:
        return say("not asked for yet")
    known = REASONS.get(failure.partition(":")[0])
    return say(known) if known else problem_name(failure)


def next_try_words(asset: SnapshotAsset, *, standing: Standing | None, now: datetime, zone: str) -> str:
    """When an asset is asked for again."""
    if standing is Standing.GONE:
        return say("not again: the article is gone")
    if asset.next_try_at is None:
        return say("not again")
    if asset.next_try_at <= now:
        return say("with the next crawl")
    return moment(asset.next_try_at, zone)
