"""Records to keep in tests: small, whole, and different where a test says so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from storage.archive import Archive
from storage.records import (
    Address,
    Article,
    AssetCapture,
    AssetLink,
    Bulletin,
    Capture,
    Citation,
    Evidence,
    Hop,
    Identity,
    Inventory,
    Item,
    Outcome,
    PlacedBy,
    Reading,
    Role,
    Told,
    Visit,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IDENTITY = Identity(biz="MzIyNjMxOTY0NA==", mid="2247483650", idx="1")
OTHER = Identity(biz="MzIyNjMxOTY0NA==", mid="2247483651", idx="2")


def claim(archive: Archive, article: int, **options: Any) -> Visit | None:
    """Take one article for a visit."""
    return next(iter(archive.claim([article], **options)), None)


def days(count: float) -> datetime:
    """The moment so many days after NOON."""
    return NOON + timedelta(days=count)


def token_address(name: str = "a") -> Address:
    """A short address; ``name`` makes its token."""
    url = f"https://mp.weixin.qq.com/s/{name:A<22.22}"
    return Address(cited_url=url, fetch_url=url, article_url=url)


def long_address(identity: Identity = IDENTITY, *, signed: str = "chksm=1") -> Address:
    """A long address that names its identity."""
    url = f"{identity.article_url}&{signed}"
    return Address(cited_url=f"{url}#rd", fetch_url=url, article_url=identity.article_url, identity=identity)


def temporary_address(name: str = "t") -> Address:
    """An address that is signed for some hours."""
    url = f"https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=1&signature={name}"
    return Address(cited_url=url, fetch_url=url, article_url=url, is_temporary=True)


def make_citation(address: Address | None, position: int = 1, *, confidence: float = 1.0) -> Citation:
    """A citation of this address."""
    return Citation(
        position=position,
        cited_url=address.cited_url if address else "http://mp.weixin.qq.com/s/short",
        address=address,
        anchor_text=None,
        page=1,
        placed_by=PlacedBy.INLINE,
        confidence=confidence,
        problem=None if address else "truncated",
    )


def make_bulletin(
    *addresses: Address,
    body: bytes = b"a bulletin",
    title: str = "市州动态",
    published_on: date | None = date(2026, 2, 27),
) -> tuple[Bulletin, bytes]:
    """A bulletin with one item for each address, and its bytes."""
    items = tuple(
        Item(
            position=position,
            section="市州动态",
            title=f"第{position}条",
            text=f"第{position}条的正文。",
            credit="供稿",
            page=1,
            citations=(make_citation(address, position),),
        )
        for position, address in enumerate(addresses, 1)
    )
    record = Bulletin(
        file="bulletin.txt",
        sha256=hashlib.sha256(body).hexdigest(),
        media_type="text/plain",
        title=title,
        issuer="四川省地方志工作办公室",
        issue=None,
        published_on=published_on,
        items=items,
        warnings=("no_text",),
    )
    return record, body


def make_links(*keys: str, role: Role = Role.BODY) -> tuple[AssetLink, ...]:
    """Pictures of these keys, as a page cites them."""
    return tuple(AssetLink(url=f"https://mmbiz.qpic.cn/mmbiz_png/{key}/640", role=role, key=key) for key in keys)


def make_hop(url: str, *, status: int = 200, body: bytes | None = None, at: datetime = NOON) -> Hop:
    """One request and its answer."""
    return Hop(
        method="GET",
        url=url,
        request_headers=(("User-Agent", "wxmirror"), ("Accept", "*/*")),
        status=status,
        reason="OK",
        protocol="HTTP/1.1",
        response_headers=(("Content-Type", "text/html; charset=UTF-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        started_at=at,
        body=body,
    )


def make_reading(
    outcome: Outcome = Outcome.ALIVE,
    *,
    title: str = "一个标题",
    text: str = "第一段\n第二段",
    identity: Identity | None = None,
    assets: Sequence[AssetLink] = (),
    expected: int | None = None,
    version: int = 1,
    short_url: str | None = None,
) -> Reading:
    """What a page says."""
    article = None
    if outcome is Outcome.ALIVE:
        article = Article(
            title=title,
            account_name="方志四川",
            biz=identity.biz if identity else None,
            mid=identity.mid if identity else None,
            idx=identity.idx if identity else None,
            published_at=NOON,
            published_precision="second",
            text=text,
        )
    return Reading(
        reader_version=version,
        outcome=outcome,
        short_url=short_url,
        evidence=(Evidence(test="frame", seen=str(outcome)),),
        article=article,
        assets=tuple(assets),
        inventory=Inventory(expected=expected, found=len(assets)) if article else None,
        article_links=("https://mp.weixin.qq.com/s/linked",) if article else (),
    )


def make_capture(
    address: Address,
    reading: Reading | None = None,
    *,
    at: datetime = NOON,
    body: bytes = b"<html>a page</html>",
    hops: Sequence[Hop] | None = None,
) -> Capture:
    """A visit."""
    return Capture(
        address=address,
        captured_at=at,
        hops=tuple(hops) if hops is not None else (make_hop(address.fetch_url, at=at),),
        final_url=address.fetch_url,
        body=body,
        reading=reading or make_reading(),
    )


def make_asset(
    key: str,
    body: bytes = b"\x89PNG picture",
    *,
    is_original: bool = True,
    at: datetime = NOON,
    media_type: str = "image/png",
) -> AssetCapture:
    """The bytes of a picture."""
    url = f"https://mmbiz.qpic.cn/mmbiz_png/{key}/{0 if is_original else 640}"
    return AssetCapture(
        key=key,
        url=url,
        captured_at=at,
        hops=(make_hop(url, at=at),),
        body=body,
        media_type=media_type,
        is_original=is_original,
    )


def in_a_week(told: Sequence[Told]) -> datetime | None:
    """A rule of revisits for tests: a week after the newest capture."""
    return told[-1].captured_at + timedelta(days=7)


def keep_pages_of_one_release(archive: Archive, count: int = 3) -> list[str]:
    """Keep pages that share 250 KB of program text, as WeChat's do; their names."""
    program = "\n".join(f"function f{number}(){{return {number * number}}}" for number in range(9000))
    names = []
    for number in range(count):
        page = (
            f"<script>'use strict';{program}</script><div id=\"js_content\"><p>第{number}篇</p></div></html>".encode()
        )
        capture = make_capture(token_address(f"r{number}"), make_reading(text=f"第{number}篇"), body=page)
        archive.keep_capture(capture, run=None, next_visit=in_a_week)
        names.append(hashlib.sha256(page).hexdigest())
    return names
