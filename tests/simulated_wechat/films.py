"""Films of any size that can be played: a second of red, and after it a box of filler that players step over.

The filler is made when it is asked for, so that the site holds no film; each megabyte of it says where it belongs.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
from dataclasses import dataclass
from functools import cache

from .answers import Answer

BLOCK = 1 << 20
RANGE = re.compile(r"bytes=(\d+)-(\d*)")

# 32 x 32 points, five pictures, H.264: ffmpeg -f lavfi -i color=c=red:s=32x32:r=5:d=1 -c:v libx264 -pix_fmt yuv420p
# -movflags +faststart -fflags +bitexact -flags:v +bitexact
SECOND_OF_RED = base64.b64decode(
    """
    AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAANRbW9vdgAAAGxtdmhkAAAAAAAAAAAAAAAAAAAD6AAAA+gAAQAAAQAAAAAAAAAAAAAA
    AAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAAqB0cmFrAAAAXHRraGQAAAAD
    AAAAAAAAAAAAAAABAAAAAAAAA+gAAAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAACAAAAAgAAAAAAAk
    ZWR0cwAAABxlbHN0AAAAAAAAAAEAAAPoAAAQAAABAAAAAAIYbWRpYQAAACBtZGhkAAAAAAAAAAAAAAAAAAAoAAAAKABVxAAAAAAALWhkbHIAAAAA
    AAAAAHZpZGUAAAAAAAAAAAAAAABWaWRlb0hhbmRsZXIAAAABw21pbmYAAAAUdm1oZAAAAAEAAAAAAAAAAAAAACRkaW5mAAAAHGRyZWYAAAAAAAAA
    AQAAAAx1cmwgAAAAAQAAAYNzdGJsAAAAv3N0c2QAAAAAAAAAAQAAAK9hdmMxAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAACAAIABIAAAASAAAAAAA
    AAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGP//AAAANWF2Y0MBZAAK/+EAGGdkAAqs2UlsBEAAAAMAQAAAAwKDxIllgAEABmjr
    48siwP34+AAAAAAQcGFzcAAAAAEAAAABAAAAFGJ0cnQAAAAAAAAXmAAAAAAAAAAYc3R0cwAAAAAAAAABAAAABQAACAAAAAAUc3RzcwAAAAAAAAAB
    AAAAAQAAADhjdHRzAAAAAAAAAAUAAAABAAAQAAAAAAEAACgAAAAAAQAAEAAAAAABAAAAAAAAAAEAAAgAAAAAHHN0c2MAAAAAAAAAAQAAAAEAAAAF
    AAAAAQAAAChzdHN6AAAAAAAAAAAAAAAFAAACwgAAAA0AAAAMAAAADAAAAAwAAAAUc3RjbwAAAAAAAAABAAADgQAAAD11ZHRhAAAANW1ldGEAAAAA
    AAAAIWhkbHIAAAAAAAAAAG1kaXJhcHBsAAAAAAAAAAAAAAAACGlsc3QAAAAIZnJlZQAAAvttZGF0AAACnwYF//+b3EXpvebZSLeWLNgg2SPu73gy
    NjQgLSBjb3JlIDE2NSAtIEguMjY0L01QRUctNCBBVkMgY29kZWMgLSBDb3B5bGVmdCAyMDAzLTIwMjUgLSBodHRwOi8vd3d3LnZpZGVvbGFuLm9y
    Zy94MjY0Lmh0bWwgLSBvcHRpb25zOiBjYWJhYz0xIHJlZj0zIGRlYmxvY2s9MTowOjAgYW5hbHlzZT0weDM6MHgxMTMgbWU9aGV4IHN1Ym1lPTcg
    cHN5PTEgcHN5X3JkPTEuMDA6MC4wMCBtaXhlZF9yZWY9MSBtZV9yYW5nZT0xNiBjaHJvbWFfbWU9MSB0cmVsbGlzPTEgOHg4ZGN0PTEgY3FtPTAg
    ZGVhZHpvbmU9MjEsMTEgZmFzdF9wc2tpcD0xIGNocm9tYV9xcF9vZmZzZXQ9LTIgdGhyZWFkcz0xIGxvb2thaGVhZF90aHJlYWRzPTEgc2xpY2Vk
    X3RocmVhZHM9MCBucj0wIGRlY2ltYXRlPTEgaW50ZXJsYWNlZD0wIGJsdXJheV9jb21wYXQ9MCBjb25zdHJhaW5lZF9pbnRyYT0wIGJmcmFtZXM9
    MyBiX3B5cmFtaWQ9MiBiX2FkYXB0PTEgYl9iaWFzPTAgZGlyZWN0PTEgd2VpZ2h0Yj0xIG9wZW5fZ29wPTAgd2VpZ2h0cD0yIGtleWludD0yNTAg
    a2V5aW50X21pbj01IHNjZW5lY3V0PTQwIGludHJhX3JlZnJlc2g9MCByY19sb29rYWhlYWQ9NDAgcmM9Y3JmIG1idHJlZT0xIGNyZj0yMy4wIHFj
    b21wPTAuNjAgcXBtaW49MCBxcG1heD02OSBxcHN0ZXA9NCBpcF9yYXRpbz0xLjQwIGFxPTE6MS4wMACAAAAAG2WIhAAS//7oyfzLKy/j1DezRimz
    SacbsHAv4QAAAAlBmiRsQ//+q4AAAAAIQZ5CeIIfNSEAAAAIAZ5hdEP/REAAAAAIAZ5jakP/REE=
    """
)

POST = """<!DOCTYPE html>
<html class="">
<head><meta property="og:description" content="影片说明"><title></title></head>
<body class="zh_CN wx_wap_page page_share_common page_share_video">
<div id="js_article" class="share_content_page"><div class="js_video_channel_container"></div></div>
<script>
window.PAGE_MID="mmbizwap:pages/common_share.html";
window.item_show_type = '5' || '';
try { window.cgiDataNew = {
  user_name: JsDecode('gh_0123456789ab'), nick_name: JsDecode('史志办'), title: JsDecode('TITLE'),
  create_time: JsDecode('2025-11-05 18:30'), create_timestamp: '1762338600' * 1,
  bizuin: JsDecode('MzAwMDAwMDAwMA=='), mid: 'MID' * 1, idx: '1' * 1, sn: JsDecode('0123456789abcdef0123456789abcdef'),
  item_show_type: '5' * 1, desc: JsDecode('影片说明'),
  video_page_infos: [ { mp_video_trans_info: [ FILMS ], }, ],
}; } catch (e) { window.cgiError = e; }
</script>
</body>
</html>
"""


@dataclass(frozen=True, kw_only=True)
class Film:
    """A film of so many bytes; ``number`` tells it from others of its size."""

    size: int
    number: int = 0
    has_ranges: bool = True
    has_etag: bool = True

    def read(self, first: int, last: int) -> bytes:
        """The bytes from first to last, both counted in."""
        head = SECOND_OF_RED
        head += (self.size - len(head)).to_bytes(4, "big") + b"free"
        pieces = [head[first : last + 1]]
        at = max(first, len(head))
        while at <= last:
            block, offset = divmod(at - len(head), BLOCK)
            pieces.append(filler(self.number, block)[offset : offset + last - at + 1])
            at += len(pieces[-1])
        return b"".join(pieces)

    @property
    def sha256(self) -> str:
        """The digest of the whole film."""
        seen = hashlib.sha256()
        for first in range(0, self.size, BLOCK):
            seen.update(self.read(first, min(first + BLOCK, self.size) - 1))
        return seen.hexdigest()

    def answer(self, headers: dict[str, str]) -> Answer:
        """The part of the film that is asked for."""
        tag = f'"{self.number}-{self.size}"'
        given = (("Accept-Ranges", "bytes"), *((("ETag", tag),) if self.has_etag else ()))
        whole = Answer(content_type="video/mp4", headers=given)
        asked = RANGE.fullmatch(headers.get("range", ""))
        if not asked or not self.has_ranges or headers.get("if-range", tag) != tag:
            return whole.but(body=self.read(0, self.size - 1))
        first, last = int(asked[1]), min(int(asked[2] or self.size), self.size - 1)
        if first > last:
            return whole.but(status=416, headers=(("Content-Range", f"bytes */{self.size}"),))
        place = ("Content-Range", f"bytes {first}-{last}/{self.size}")
        return whole.but(status=206, headers=(*given, place), body=self.read(first, last))


@cache
def _noise() -> bytes:
    return random.Random("film").randbytes(BLOCK - 16)


def filler(number: int, block: int) -> bytes:
    """One megabyte of filler."""
    return number.to_bytes(8, "big") + block.to_bytes(8, "big") + _noise()


def video_post(title: str, mid: int, *films: tuple[str, int, int, int | None]) -> bytes:
    """A video post in the anatomy of docs/wechat.md (kind 5); films as (address, width, height, stated bytes)."""
    listed = ", ".join(
        f"{{ format_id: '10002' * 1, width: '{width}' * 1, height: '{height}' * 1, "
        + (f"filesize: '{size}' * 1, " if size is not None else "")
        + f"url: ('{url}').replace(/^http:/, location.protocol), }}"
        for url, width, height, size in films
    )
    return POST.replace("TITLE", title).replace("MID", str(mid)).replace("FILMS", listed).encode()
