"""What stands around the articles: placeholders, style sheets, icons, sounds, index pages of bulletin sites."""

from __future__ import annotations

from collections.abc import Iterable

from .answers import NOT_FOUND, Answer, text
from .pictures import MEDIA_TYPES, picture
from .proxy import Asked


def hotlink_placeholder() -> bytes:
    """The picture that a foreign Referer gets, with status 200: 470 by 349 points, whatever was asked for."""
    return picture("此图片来自微信公众平台 未经允许不可引用", "png", width=470, height=349)


def bulletin_index(links: Iterable[tuple[str, str]], *, next_page: str | None = None) -> str:
    """A publisher's page that lists bulletins: (address, title) pairs."""
    rows = "\n".join(f'<li><a href="{address}">{title}</a></li>' for address, title in links)
    more = f'<a class="next" href="{next_page}">下一页</a>' if next_page else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>简报</title></head><body><ul>{rows}</ul>{more}</body>'
    )


def conditional(answer: Answer, asked: Asked) -> Answer:
    """304 for whoever holds this very body."""
    etag = next((value for name, value in answer.headers if name.lower() == "etag"), None)
    if etag and asked.headers.get("if-none-match") == etag:
        return Answer(status=304, headers=(("ETag", etag),), content_type=None)
    return answer


def kind_of(bucket: str) -> str:
    """The kind of picture that a path's first part promises."""
    return next((kind for part, kind in (("jpg", "jpeg"), ("gif", "gif"), ("svg", "svg")) if part in bucket), "png")


def furniture(host: str, path: str, url: str) -> Answer:
    """Style sheets, icons, sounds and films of WeChat's other hosts."""
    ending = path.rpartition(".")[2].lower()
    if ending == "css":
        name = path.rpartition("/")[2].partition(".")[0]
        body = f'.{name}{{color:#07c160;background:url("//res.wx.qq.com/a/wx_fed/assets/res/{name}.png")}}\n'
        return text(body, "text/css")
    if path.endswith("/getvoice"):
        return Answer(body=picture(url, "mp3"), content_type="audio/mpeg")
    if ending in ("png", "jpg", "jpeg", "gif", "svg", "webp", "mp3", "mp4"):
        kind = "jpeg" if ending == "jpg" else ending
        return Answer(body=picture(f"{host}{path}", kind), content_type=MEDIA_TYPES[kind])
    return NOT_FOUND
