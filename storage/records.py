"""The words that travel through the house: what a bulletin, a citation, a capture and a snapshot are.

Plain frozen values; no behaviour but what follows from a record itself. Moments are aware and in UTC, days are
dates, addresses are strings of the three kinds that are never mixed: ``cited_url`` (as printed, session secrets
cut), ``fetch_url`` (as signed, over https) and ``article_url`` (canonical; it names, it is not for fetching).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

Headers = tuple[tuple[str, str], ...]
"""Header lines in the order they were sent, names as they were, secrets cut."""


class Standing(StrEnum):
    """What an article's captures amount to."""

    ALIVE = "alive"
    GONE = "gone"
    MOVED = "moved"
    LATER = "later"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What a visit found (design, section 5)."""

    ALIVE = "alive"
    DELETED = "deleted"
    VIOLATION = "violation"
    INFRINGEMENT = "infringement"
    COMPLAINT = "complaint"
    SEND_FAILED = "send_failed"
    ACCOUNT_BLOCKED = "account_blocked"
    ACCOUNT_CLOSED = "account_closed"
    LINK_EXPIRED = "link_expired"
    MIGRATED = "migrated"
    UNDER_REVIEW = "under_review"
    ACCOUNT_MIGRATING = "account_migrating"
    PRIVATE = "private"
    UNAVAILABLE = "unavailable"
    SYSTEM_ERROR = "system_error"
    TRUNCATED = "truncated"
    UNREACHABLE = "unreachable"
    CAPTCHA = "captcha"
    RATE_LIMITED = "rate_limited"
    CLIENT_ONLY = "client_only"
    REGION_BLOCKED = "region_blocked"
    ROBOTS_EXCLUDED = "robots_excluded"
    BAD_LINK = "bad_link"
    UNRECOGNISED = "unrecognised"

    @property
    def standing(self) -> Standing:
        """The standing that this outcome gives an article."""
        return STANDINGS[self]

    @property
    def is_telling(self) -> bool:
        """Whether the visit told something of the article itself (alive, gone or moved)."""
        return self.standing in (Standing.ALIVE, Standing.GONE, Standing.MOVED)


STANDINGS: Mapping[Outcome, Standing] = {
    Outcome.ALIVE: Standing.ALIVE,
    Outcome.DELETED: Standing.GONE,
    Outcome.VIOLATION: Standing.GONE,
    Outcome.INFRINGEMENT: Standing.GONE,
    Outcome.COMPLAINT: Standing.GONE,
    Outcome.SEND_FAILED: Standing.GONE,
    Outcome.ACCOUNT_BLOCKED: Standing.GONE,
    Outcome.ACCOUNT_CLOSED: Standing.GONE,
    Outcome.LINK_EXPIRED: Standing.GONE,
    Outcome.MIGRATED: Standing.MOVED,
    Outcome.UNDER_REVIEW: Standing.LATER,
    Outcome.ACCOUNT_MIGRATING: Standing.LATER,
    Outcome.PRIVATE: Standing.LATER,
    Outcome.UNAVAILABLE: Standing.LATER,
    Outcome.SYSTEM_ERROR: Standing.LATER,
    Outcome.TRUNCATED: Standing.LATER,
    Outcome.UNREACHABLE: Standing.LATER,
    Outcome.CAPTCHA: Standing.BLOCKED,
    Outcome.RATE_LIMITED: Standing.BLOCKED,
    Outcome.CLIENT_ONLY: Standing.BLOCKED,
    Outcome.REGION_BLOCKED: Standing.BLOCKED,
    Outcome.ROBOTS_EXCLUDED: Standing.BLOCKED,
    Outcome.BAD_LINK: Standing.UNKNOWN,
    Outcome.UNRECOGNISED: Standing.UNKNOWN,
}


# ---- addresses ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes an article one and the same: account, send-out, place in it. ``biz`` is padded base64."""

    biz: str
    mid: str
    idx: str

    @property
    def article_url(self) -> str:
        """The canonical name that this identity gives."""
        return f"https://mp.weixin.qq.com/s?__biz={self.biz}&mid={self.mid}&idx={self.idx}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One spelling of an article's address, told apart into its three uses."""

    cited_url: str
    fetch_url: str
    article_url: str
    identity: Identity | None = None  # None: a token or temporary address, known only after a visit
    is_temporary: bool = False  # signed for hours (src=, tempkey): it expires, the article may not


# ---- bulletins ----------------------------------------------------------------------------------------------


class PlacedBy(StrEnum):
    """Why a citation stands in its item (design, section 3.6)."""

    ANNOTATION = "annotation"
    HYPERLINK = "hyperlink"
    INLINE = "inline"
    ROW = "row"
    NEAREST = "nearest"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One link to an article, with its place. ``position`` counts from 1 through the whole bulletin."""

    position: int
    cited_url: str
    address: Address | None  # None: the problem says why
    anchor_text: str | None
    page: int | None  # from 1
    placed_by: PlacedBy | None  # None: unplaced
    confidence: float
    repair: str | None = None
    problem: str | None = None

    @property
    def article_url(self) -> str | None:
        """The canonical name of the article cited, where the address gives one."""
        return self.address.article_url if self.address else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of news in a bulletin. ``position`` counts from 1."""

    position: int
    section: str | None
    title: str | None
    text: str
    credit: str | None
    page: int | None
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One issue of a publication that cites WeChat articles, as it was understood."""

    file: str
    sha256: str
    media_type: str
    title: str | None
    issuer: str | None
    issue: str | None
    published_on: date | None
    items: tuple[Item, ...]
    unplaced: tuple[Citation, ...] = ()
    other_links: int = 0
    warnings: tuple[str, ...] = ()
    reader_version: int = 1  # of whoever understood it so

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation, placed or not, in the order of their positions."""
        placed = [citation for item in self.items for citation in item.citations]
        return tuple(sorted([*placed, *self.unplaced], key=lambda citation: citation.position))


# ---- what a visit brings home -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One test that told an outcome, and what it saw on the page."""

    test: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request and its answer, as they went over the wire (content coding undone in ``body``).

    ``body`` is None for the last hop of a capture, whose bytes are the capture's own.
    """

    method: str
    url: str
    request_headers: Headers
    status: int
    reason: str
    protocol: str  # "HTTP/1.1"
    response_headers: Headers
    started_at: datetime
    ip_address: str | None = None  # None behind a proxy: it would be the proxy's
    body: bytes | None = None


class Role(StrEnum):
    """What an asset is to its page."""

    BODY = "body"
    BACKGROUND = "background"
    COVER = "cover"
    AVATAR = "avatar"
    CARD = "card"
    AUDIO = "audio"
    VIDEO = "video"
    STYLE = "style"


FINGERPRINTED_ROLES = frozenset({Role.BODY, Role.BACKGROUND, Role.AUDIO, Role.VIDEO})
"""The media that are content: a new avatar or style sheet makes no new snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetLink:
    """A picture, sound, film or style sheet as a page cites it.

    ``url`` is absolute and decoded, exactly what stands on the page; ``key`` is the asset's identity (the path
    id of a qpic address, else the address without its fragment).
    """

    url: str
    role: Role
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """How many body media the page itself says it has (None: it does not say), and how many were found."""

    expected: int | None
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What an alive page says of itself. None: the page does not say; empty: it says nothing."""

    title: str | None
    account_name: str | None
    account_id: str | None = None  # gh_…
    account_alias: str | None = None
    biz: str | None = None
    mid: str | None = None
    idx: str | None = None
    sn: str | None = None
    item_show_type: int | None = None
    author: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None  # second, minute
    modified_at: datetime | None = None
    digest: str | None = None
    source_url: str | None = None
    cover_url: str | None = None
    is_original: bool | None = None
    region: str | None = None
    preview_percent: int | None = None
    text: str = ""

    @property
    def identity(self) -> Identity | None:
        """The page's own identity, where it states all three parts."""
        if self.biz and self.mid and self.idx:
            return Identity(biz=self.biz, mid=self.mid, idx=self.idx)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film as a page lists it: its largest rendition is the asset of this key, the others are the same film."""

    key: str
    renditions: tuple[FilmRendition, ...]  # the one with most pixels first


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmRendition:
    """One size of a film. ``size`` is what the page says it has in bytes; None: it does not say."""

    url: str
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one version of the reader understood of a page's bytes."""

    reader_version: int
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    article: Article | None = None
    assets: tuple[AssetLink, ...] = ()
    inventory: Inventory | None = None
    article_links: tuple[str, ...] = ()
    moved_to: str | None = None  # the fetchable target of a migration
    short_url: str | None = None  # the short address that an alive page states as its own
    films: tuple[Film, ...] = ()  # those that the page offers in several sizes

    @property
    def fingerprint(self) -> str | None:
        """The identity of the content: SHA-256 over title, text, author and the media in order; None unless alive."""
        if self.outcome is not Outcome.ALIVE or self.article is None:
            return None
        media = [link.key for link in self.assets if link.role in FINGERPRINTED_ROLES]
        parts = [self.article.title or "", self.article.text, self.article.author or "", *media]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One visit to one article, whatever it found. ``body`` is the page as it came, content coding undone."""

    address: Address
    captured_at: datetime
    hops: tuple[Hop, ...]
    final_url: str
    body: bytes
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCapture:
    """The bytes of one asset as they were served. ``is_original`` is False for a scaled rendition."""

    key: str
    url: str  # the address that gave the bytes
    captured_at: datetime
    hops: tuple[Hop, ...]
    body: bytes
    media_type: str  # told from the bytes
    is_original: bool


# ---- what is due --------------------------------------------------------------------------------------------


class DueFor(StrEnum):
    """Why a visit is due, in the order in which visits are made (design, section 5)."""

    FIRST = "first"
    LATER = "later"
    ASSETS = "assets"
    REVISIT = "revisit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An article to be visited. ``article`` is the archive's handle, good for this run only."""

    article: int
    address: Address
    due_for: DueFor
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetTask:
    """An asset that is not held, or held only as a scaled rendition."""

    key: str
    url: str  # as the page cites it
    role: Role
    article: int
    held_sha256: str | None = None  # the scaled rendition that is held already
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One past capture, as much of it as decides when to look again."""

    captured_at: datetime
    outcome: Outcome


class CitedBySheets(NamedTuple):
    """What a page's style sheets cite, as far as they are held."""

    links: tuple[AssetLink, ...]
    sheets: frozenset[str]  # keys of those that were read for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What keeping a capture came to."""

    capture: str  # public id
    snapshot: str | None  # public id of the snapshot made or confirmed
    is_new_snapshot: bool
    identity_conflict: bool
    article: int  # the article's handle now (a merge may have moved it)
    wanted: tuple[AssetTask, ...]  # assets still to fetch
    known: int  # assets that were held already


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A capture whose page is held, with what it was taken for last."""

    capture: str  # public id
    article_url: str
    captured_at: datetime
    final_url: str
    status: int | None  # of the last hop; None for a page that came by no exchange
    content_type: str | None
    page_sha256: str
    reading: Reading  # the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBulletin:
    """What keeping a bulletin came to."""

    bulletin: str  # public id
    version: int  # from 1
    is_new: bool  # False: these very bytes were held for this place already
    items: int
    citations: int
    articles: int
    new_articles: int
    joined_to: str | None = None  # the bulletin that this one was just told to be another form of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """The newest version of a kept bulletin, as its file is kept."""

    bulletin: str  # public id
    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFetch:
    """What is remembered of one address of a source, for conditional requests and for noticing changes."""

    source: str
    url: str
    fetched_at: datetime
    sha256: str | None  # None: what is there could not be had or read
    etag: str | None = None
    last_modified: str | None = None
    is_list: bool = False  # an address that leads to bulletins, and is none itself


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a followed source stands. ``failure`` is a code of crawler.words.sources, with its detail behind a colon."""

    source: str
    last_asked_at: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    failure: str | None = None  # of the last asking; None: it went well
    failures: int = 0  # in a row
    next_ask_at: datetime | None = None  # None: with the next run
    is_asked_to_wait: bool = False  # the source named next_ask_at itself (Retry-After)
    read_up_to: str | None = None  # how far a mailbox was read


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """How many bulletins of a source are held, and how many of its addresses or files gave none."""

    bulletins: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """The state of one way to WeChat (an address that requests leave from), shared by all who use it."""

    name: str
    refusals: int = 0  # captchas and rate limits in this night
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a crawl did (the JSON of ``crawl``)."""

    bulletins: int = 0
    items: int = 0
    citations: int = 0
    articles: int = 0
    visited: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    assets_kept: int = 0
    assets_known: int = 0
    assets_failed: int = 0
    assets_bytes: int = 0
    seconds: float = 0.0
    left_due: int = 0
    stopped_by: str | None = None  # breaker, way_out_down, time, disk, interrupt, error


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job, from the archive's history."""

    run: str  # public id
    job: str  # crawl, nightly, sweep
    planned_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    summary: RunSummary | None


# ---- what people decide -------------------------------------------------------------------------------------


class DecisionKind(StrEnum):
    """What a person decided about a citation, or about an article."""

    PLACE = "place"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided. ``item`` and ``item_title`` are those of the version that the person looked at."""

    decision: str  # public id
    kind: DecisionKind
    bulletin: str | None  # public id; None: about the article itself
    cited_url: str
    occurrence: int | None  # which of the bulletin's citations of it, from 1
    decided_by: str
    decided_at: datetime
    reason: str | None = None
    item: int | None = None
    item_title: str | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None


class Doubt(StrEnum):
    """Why something waits for a person."""

    UNPLACED = "unplaced"
    UNCERTAIN = "uncertain"  # placed, but not surely
    PROBLEM = "problem"  # its address cannot be fetched
    IDENTITY_CONFLICT = "identity_conflict"
    BAD_LINK = "bad_link"
    UNRECOGNISED = "unrecognised"
    LINK_EXPIRED = "link_expired"
    CLIENT_ONLY = "client_only"
    REGION_BLOCKED = "region_blocked"


# ---- what the archive gives back ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotView:
    """One kept content of one article."""

    snapshot: str  # public id
    article_url: str
    captured_at: datetime
    title: str | None
    is_complete: bool
    missing_assets: int
    reading: Reading
    page_sha256: str
    fetch_url: str
    final_url: str

    @property
    def replay_path(self) -> str:
        """Its permanent address, below the base URL."""
        return f"/web/{self.captured_at:%Y%m%d%H%M%S}/{self.article_url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureView:
    """One capture, without its body."""

    capture: str
    address: Address
    captured_at: datetime
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    hops: tuple[Hop, ...]
    final_url: str
    page_sha256: str | None
    page_size: int
    snapshot: str | None
    identity_conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedBy:
    """Where an article is cited."""

    bulletin: str  # public id
    bulletin_title: str | None
    issuer: str | None
    published_on: date | None
    item: int | None  # position; None: unplaced
    item_title: str | None
    cited_url: str
    decision: Decision | None = None  # a person's, where one counts


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationEntry:
    """A citation as people name it when they decide about it; ``doubts`` say why it waits for one."""

    name: str  # to be copied: derived from the bulletin, the article's name and the occurrence
    bulletin: str  # public id
    bulletin_title: str | None
    published_on: date | None
    position: int  # of the citation in the bulletin
    occurrence: int  # which of the bulletin's citations of this article, from 1
    occurrences: int
    cited_url: str
    article_url: str | None
    anchor_text: str | None
    page: int | None
    item: int | None  # where it stands now
    item_title: str | None
    placed_by: PlacedBy | None
    confidence: float
    problem: str | None
    doubts: tuple[Doubt, ...]
    decision: Decision | None = None  # that counts
    lapsed: Decision | None = None  # made of an earlier version, and not to be carried over surely


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleEntry:
    """An article that waits for a person."""

    name: str
    article_url: str
    doubts: tuple[Doubt, ...]
    seen_at: datetime  # of the newest capture that is doubtful
    cited_by: tuple[CitedBy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that waits for a person: the newest bulletins first."""

    citations: tuple[CitationEntry, ...]
    articles: tuple[ArticleEntry, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.citations) + len(self.articles)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinMerge:
    """Two bulletins that were joined as forms of one. ``evidence`` is JSON; ``null`` where there was a word only."""

    bulletin: str  # public id of the one that stands for both
    form: str  # public id of the other
    evidence: str
    merged_by: str | None  # None: by rule
    merged_at: datetime
    undone_by: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What went when an article was withdrawn; ``bytes`` of disk."""

    texts: int  # copies whose title and text were read from their pages
    renditions: int
    blobs: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Why an article was taken out of the archive's sight, by whom and when."""

    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article with everything the archive knows of it, newest capture first."""

    article_url: str
    aliases: tuple[str, ...]  # every other spelling seen
    standing: Standing | None  # None: never visited
    last_told_at: datetime | None
    next_visit_at: datetime | None
    snapshots: tuple[SnapshotView, ...]
    captures: tuple[CaptureView, ...]
    cited_by: tuple[CitedBy, ...]
    tombstone: Tombstone | None = None  # withdrawn: neither visited nor shown

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was taken down; None: it was not."""
        return self.tombstone.withdrawn_at if self.tombstone else None

    @property
    def withdrawn_reason(self) -> str | None:
        """Why it was taken down."""
        return self.tombstone.reason if self.tombstone else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """Bytes held for an asset."""

    key: str
    sha256: str
    size: int
    media_type: str
    is_original: bool
    url: str
    captured_at: datetime
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotAsset:
    """An asset as a snapshot's page cites it, with the best rendition held, or the reason why there is none."""

    link: AssetLink
    rendition: Rendition | None
    failure: str | None = None
    next_try_at: datetime | None = None  # None: the original is held, or it is not tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationView:
    """A citation as kept, with the state of what it cites."""

    citation: Citation
    standing: Standing | None
    snapshot: SnapshotView | None  # the one a reader is led to: first at or after the bulletin's date, else nearest
    is_withdrawn: bool = False
    changed_to: SnapshotView | None = None  # what the article says now, where that is not what ``snapshot`` holds
    decision: Decision | None = None  # a person's, where one counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item as kept, with its citations."""

    item: Item
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinView:
    """A kept bulletin (its newest version). ``bulletin`` is its public id."""

    bulletin: str
    version: int
    record: Bulletin
    kept_at: datetime
    source: str | None
    source_url: str | None
    items: tuple[ItemView, ...]
    unplaced: tuple[CitationView, ...]
    forms: tuple[BulletinForm, ...] = ()  # the files that it lies in, the one that stands for all first


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinForm:
    """One file of a bulletin: a form of it, in its newest version."""

    bulletin: str  # the form's own public id
    file: str
    sha256: str
    media_type: str
    version: int
    kept_at: datetime
    source: str | None
    source_url: str | None
    evidence: str | None = None  # JSON: why it is one with the first


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinSummary:
    """A line in the list of bulletins."""

    bulletin: str
    title: str | None
    issuer: str | None
    issue: str | None
    published_on: date | None
    file: str
    kept_at: datetime
    items: int
    citations: int
    standings: Mapping[Standing | None, int]  # None: not visited yet
    forms: int = 1  # files that it lies in


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where words were found: in a snapshot of an article, or in an item of a bulletin."""

    title: str | None
    snippet: str
    article_url: str | None = None
    snapshot: str | None = None  # public id
    captured_at: datetime | None = None
    bulletin: str | None = None  # public id
    bulletin_title: str | None = None  # or its issuer, or its file
    item: int | None = None  # position
    published_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with the archive."""

    kind: str  # damaged, missing, mismatch, unreadable
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repacked:
    """What a repacking did."""

    pages: int  # kept against a reference from now on
    references: int  # made in this run
    bytes_before: int  # that these pages took on the disk
    bytes_after: int  # that they take now, with the new references


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What an audit of the archive found."""

    blobs: int
    rows: int
    bytes: int
    orphans: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The archive in numbers."""

    bulletins: int
    items: int
    citations: int
    articles: Mapping[Standing | None, int]
    snapshots: int
    incomplete: int
    blobs: int
    bytes: int
    due: int
    to_review: int
    last_run: Run | None
