"""A video post kept in an archive, its film in pieces, as a crawl keeps it."""

from __future__ import annotations

from crawler.films import PIECE_BYTES
from crawler.wechat.reading import read_page
from storage.archive import Archive
from storage.records import AssetCapture, AssetLink, Role
from tests.crawler.mirror.keeping import MARCH, SHORT, capture_of, hop, keep_picture, png
from tests.simulated_wechat.films import Film, video_post

FILM = "https://mpvideo.qpic.cn/0bc3.f10002.mp4"
COVER = "https://mmbiz.qpic.cn/mmbiz_jpg/thecoverofafilmthatiskept/0?wx_fmt=jpeg"


def keep_film_post(archive: Archive, film: Film) -> AssetLink:
    """Keep a video post, its cover, and its film; the film as the page cites it."""
    page = video_post("影片", 2247483650, (f"{FILM}?dis_k=1", 1572, 1080, film.size))
    page = page.replace(b"mp_video_trans_info:", f"cover_url: '{COVER}', mp_video_trans_info:".encode())
    reading = read_page(page)
    archive.keep_capture(capture_of(SHORT, page, reading, at=MARCH), run=None, next_visit=lambda _: None)
    keep_picture(archive, COVER, png(3))
    (link,) = (link for link in reading.assets if link.role is Role.VIDEO)
    for offset in range(0, film.size, PIECE_BYTES):
        piece = film.read(offset, min(offset + PIECE_BYTES, film.size) - 1)
        archive.keep_part(link.key, piece, offset=offset, total=film.size, validator='"1"')
    pieces = tuple(hop(link.url, at=MARCH, status=206) for _ in range(0, film.size, PIECE_BYTES))
    asset = AssetCapture(
        key=link.key,
        url=link.url,
        captured_at=MARCH,
        hops=pieces,
        body=b"",
        media_type="video/mp4",
        is_original=True,
    )
    assert archive.keep_asset_in_parts(asset, link.key)
    return link
