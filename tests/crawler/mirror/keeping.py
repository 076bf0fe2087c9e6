"""Articles kept in a real archive, as a crawl would have kept them, for the tests of what is given back."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

import zstandard

from crawler.wechat.urls import asset_key, read_address
from storage.archive import Archive
from storage.records import (
    Article,
    AssetCapture,
    AssetLink,
    Bulletin,
    Capture,
    Citation,
    Evidence,
    Hop,
    Item,
    Outcome,
    PlacedBy,
    Reading,
    Role,
)

MARCH = datetime(2024, 3, 14, 2, 0, 5, tzinfo=UTC)
LONG = "https://mp.weixin.qq.com/s?__biz=MzAxOTEwNzM5Ng==&mid=2650753115&idx=1&sn=04ca1de8f7fe4ea9d5e5f47b2d027b63"
LONG_NAME = "https://mp.weixin.qq.com/s?__biz=MzAxOTEwNzM5Ng==&mid=2650753115&idx=1"
SHORT = "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"
OTHER = "https://mp.weixin.qq.com/s/ABCDEFGHIJKLMNOPQRSTU_"
REQUEST_HEADERS = (("Host", "mp.weixin.qq.com"), ("User-Agent", "wxmirror"))


def png(shade: int) -> bytes:
    """A picture of one grey point; each shade has other bytes."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes([0, shade]))),
        (b"IEND", b""),
    )
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def page_of(title: str, text: str, pictures: Sequence[str] = ()) -> bytes:
    """An article's page in the shape of WeChat's: lazy pictures, a hidden body, a script."""
    images = "".join(f'<p><img class="rich_pages" data-src="{url}" data-type="png"></p>' for url in pictures)
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title></title>
<script>window.token = "x"; document.write("never");</script></head>
<body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media">
<h1 id="activity-name" class="rich_media_title">{title}</h1>
<div id="js_content" class="rich_media_content" style="visibility:hidden;opacity:0"><p>{text}</p>{images}</div>
</div></body></html>""".encode()


def hop(
    url: str, *, at: datetime, status: int = 200, headers: Sequence[tuple[str, str]] = (), body: bytes | None = None
):
    """One exchange as the wire tap keeps it."""
    return Hop(
        method="GET",
        url=url,
        request_headers=REQUEST_HEADERS,
        status=status,
        reason={200: "OK", 206: "Partial Content", 302: "Found", 404: "Not Found"}[status],
        protocol="HTTP/1.1",
        response_headers=(("Content-Type", "text/html; charset=UTF-8"), *headers),
        started_at=at,
        ip_address="203.0.113.7",
        body=body,
    )


def keep_article(
    archive: Archive,
    url: str = SHORT,
    *,
    title: str = "标题",
    text: str = "第一段",
    pictures: Sequence[str] = (),
    styles: Sequence[AssetLink] = (),
    at: datetime = MARCH,
    hops: Sequence[Hop] = (),
) -> str:
    """Keep an alive capture of an article. Returns the snapshot's public id."""
    links = tuple(AssetLink(url=picture, role=Role.BODY, key=asset_key(picture)) for picture in pictures)
    reading = Reading(
        reader_version=1,
        outcome=Outcome.ALIVE,
        evidence=(Evidence(test="frame", seen="js_article"),),
        article=Article(title=title, account_name="方志四川", item_show_type=0, text=text),
        assets=(*links, *styles),
    )
    body = page_of(title, text, pictures)
    kept = archive.keep_capture(capture_of(url, body, reading, at=at, hops=hops), run=None, next_visit=lambda _: None)
    assert kept.snapshot
    return kept.snapshot


def keep_loss(archive: Archive, url: str = SHORT, *, at: datetime) -> None:
    """Keep a capture that found the article deleted."""
    reading = Reading(
        reader_version=1, outcome=Outcome.DELETED, evidence=(Evidence(test="notice", seen="该内容已被发布者删除"),)
    )
    capture = capture_of(url, b"<html>deleted</html>", reading, at=at)
    archive.keep_capture(capture, run=None, next_visit=lambda _: None)


def capture_of(url: str, body: bytes, reading: Reading, *, at: datetime, hops: Sequence[Hop] = ()) -> Capture:
    """A visit and what it brought home; the body came in gzip."""
    address = read_address(url)
    last = hop(address.fetch_url, at=at, headers=[("Content-Encoding", "gzip"), ("Content-Length", "99")])
    return Capture(
        address=address, captured_at=at, hops=(*hops, last), final_url=address.fetch_url, body=body, reading=reading
    )


def keep_picture(
    archive: Archive,
    cited: str,
    body: bytes,
    *,
    fetched: str | None = None,
    at: datetime = MARCH,
    is_original: bool = True,
) -> None:
    """Keep the bytes of a picture that pages cite, as fetched from another address."""
    url = fetched or cited
    archive.keep_asset(
        AssetCapture(
            key=asset_key(cited),
            url=url,
            captured_at=at,
            hops=(hop(url, at=at, headers=[("X-Picture", "yes")]),),
            body=body,
            media_type="image/png",
            is_original=is_original,
        )
    )


def keep_bulletin(archive: Archive, *urls: str, body: bytes = b"bulletin", on: date | None = date(2024, 3, 13)) -> str:
    """Keep a bulletin of one item that cites these addresses. Returns its public id."""
    cited = tuple(
        Citation(
            position=at,
            cited_url=url,
            address=read_address(url),
            anchor_text=None,
            page=1,
            placed_by=PlacedBy.INLINE,
            confidence=1.0,
        )
        for at, url in enumerate(urls, start=1)
    )
    item = Item(
        position=1, section="市州动态", title="广元市委书记批示", text="正文", credit=None, page=1, citations=cited
    )
    record = Bulletin(
        file="bulletin.txt",
        sha256=hashlib.sha256(body).hexdigest(),
        media_type="text/plain",
        title=None,
        issuer="四川省地方志工作办公室",
        issue=None,
        published_on=on,
        items=(item,),
    )
    return archive.keep_bulletin(record, body, source=None, source_url=None, kept_at=MARCH).bulletin


def damage(archive: Archive, body: bytes) -> None:
    """Flip a bit of these kept bytes on the disk."""
    name = hashlib.sha256(body).hexdigest()
    flipped = body[:-1] + bytes([body[-1] ^ 1])
    (file,) = (archive.folder / "blobs").rglob(f"{name}*")
    file.write_bytes(zstandard.ZstdCompressor().compress(flipped) if file.suffix == ".zst" else flipped)
