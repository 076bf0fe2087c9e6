"""Articles for the simulated WeChat: what was written, under which addresses. How they look is article_pages' part."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Literal

Kind = Literal["article", "pictures", "text", "old"]
ORIGIN = "https://mp.weixin.qq.com"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of an article: the path id of its address, and what its bytes are."""

    key: str
    kind: str = "png"
    size: int | None = None  # bytes of the original

    @property
    def bucket(self) -> str:
        """The first part of its path."""
        return {"jpeg": "mmbiz_jpg", "gif": "mmbiz_gif", "svg": "mmbiz_svg"}.get(self.kind, "mmbiz_png")

    def url(self, size: str = "640") -> str:
        """Its address at this size, as pages cite it."""
        return f"https://mmbiz.qpic.cn/{self.bucket}/{self.key}/{size}?wx_fmt={self.kind}"


@dataclass(frozen=True, kw_only=True)
class SimulatedArticle:
    """What an author wrote, and where WeChat put it."""

    name: str
    kind: Kind = "article"
    title: str
    account: str
    author: str = ""
    paragraphs: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()
    backgrounds: tuple[Picture, ...] = ()  # as background-image of a section
    published_at: datetime
    biz: str
    mid: str
    idx: str = "1"
    source_url: str = ""
    script_bytes: int = 0  # inlined script, of which real pages of 2025 carry two to three megabytes
    links: tuple[tuple[str, str], ...] = ()  # (address, words): links to other articles, at the end of the body
    extra: dict[str, str] = field(default_factory=dict)  # further members of cgiDataNew, as JavaScript

    @cached_property
    def token(self) -> str:
        """The 22 characters of its short address."""
        return base64.urlsafe_b64encode(hashlib.sha256(f"token {self.name}".encode()).digest()[:16]).decode()[:22]

    @property
    def sn(self) -> str:
        """The signature of its long address."""
        return hashlib.sha256(f"sn {self.name}".encode()).hexdigest()[:32]

    @property
    def chksm(self) -> str:
        """The check sum without which WeChat answers the long address with a captcha."""
        return hashlib.sha512(f"chksm {self.name}".encode()).hexdigest()[:76]

    @property
    def short_url(self) -> str:
        """https://mp.weixin.qq.com/s/TOKEN."""
        return f"{ORIGIN}/s/{self.token}"

    @property
    def long_url(self) -> str:
        """The long address as signed."""
        return f"{ORIGIN}/s?__biz={self.biz}&mid={self.mid}&idx={self.idx}&sn={self.sn}&chksm={self.chksm}&scene=21"

    @property
    def article_url(self) -> str:
        """The canonical name."""
        return f"{ORIGIN}/s?__biz={self.biz}&mid={self.mid}&idx={self.idx}"

    @property
    def cover(self) -> Picture:
        """The cover, which is none of the body's pictures."""
        return Picture(key=picture_key(f"cover {self.name}"), kind="jpeg")

    @property
    def avatar(self) -> Picture:
        """The account's round picture, the same in all its articles."""
        return Picture(key=picture_key(f"avatar {self.account}"), kind="png")

    def edited(self, **changes: object) -> SimulatedArticle:
        """The article after its author changed it."""
        return replace(self, **changes)  # type: ignore[arg-type]


def picture_key(name: str) -> str:
    """A path id as WeChat's picture hosts use them: some 80 letters and digits."""
    digest = hashlib.sha512(f"picture {name}".encode()).digest()
    return base64.b64encode(digest).decode().replace("+", "ib").replace("/", "ia").rstrip("=")


def write_article(
    name: str,
    *,
    kind: Kind = "article",
    pictures: int | tuple[Picture, ...] = 2,
    picture_sizes: tuple[int, int] | None = None,
    paragraphs: int | tuple[str, ...] = 3,
    **more: object,
) -> SimulatedArticle:
    """Write an article that follows from its name alone; ``more`` sets any field of SimulatedArticle.

    ``pictures`` and ``paragraphs`` are given, or how many of them to make; ``picture_sizes`` is the smallest and the
    largest length in bytes of those made.
    """
    chance = random.Random(name)
    account = 3_200_000_000 + chance.randrange(50_000_000)
    kinds = ("png", "jpeg", "gif", "webp")
    if isinstance(pictures, int):
        pictures = tuple(
            Picture(
                key=picture_key(f"{name} {number}"),
                kind=kinds[number % len(kinds)],
                size=chance.randrange(*picture_sizes) if picture_sizes else None,
            )
            for number in range(0 if kind == "text" else pictures)
        )
    if isinstance(paragraphs, int):
        paragraphs = tuple(_paragraph(chance, name, number) for number in range(paragraphs))
    fields: dict[str, object] = {
        "title": f"文章{name}",
        "account": f"公众号{account % 7}",
        "author": "张三",
        "paragraphs": paragraphs,
        "pictures": pictures,
        "published_at": datetime(2024, 3, 1, 8, 30, tzinfo=UTC) + timedelta(hours=chance.randrange(200)),
        "biz": base64.b64encode(str(account).encode()).decode(),
        "mid": str(2_247_483_650 + chance.randrange(20_000)),
    }
    return SimulatedArticle(name=name, kind=kind, **{**fields, **more})  # type: ignore[arg-type]


_WORDS = [
    "方志",
    "年鉴",
    "编纂",
    "会议",
    "工作",
    "档案",
    "地情",
    "史料",
    "馆藏",
    "乡镇",
    "村志",
    "修订",
    "资料",
    "专家",
    "培训",
    "出版",
    "文化",
    "历史",
    "红色",
    "传承",
]


def _paragraph(chance: random.Random, name: str, number: int) -> str:
    words = "".join(chance.choice(_WORDS) for _ in range(30))
    return f"第{number + 1}段，{name}：{words}。"
