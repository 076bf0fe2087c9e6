"""A bulletin as it is written down here: the truth of it, a line of ``=====``, and what it says.

The truth: ``@name value`` is a setting, ``§ name`` the section of the items after it, ``- title :: 1 2`` an item and
the labels of what it cites, ``? 3`` what belongs to no item. In what it says, ``{1}`` is the address of label 1
(``{1:long}`` in its long form, ``{1:long/46}`` cut into lines), ``{P3}`` stands for three sentences
that say nothing much.

Labels are turned into addresses that no article has: made from the names, in the shapes that WeChat gives.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "bulletins"
LATER = tuple(Path(__file__).parent / name for name in ("second", "third", "fourth", "fifth", "sixth"))
RULE = "\n=====\n"
PLACE = re.compile(r"\{(?P<label>\d+)(?::(?P<form>[a-z]+))?(?:/(?P<cut>\d+))?\}")
PADDING = re.compile(r"\{P(\d+)\}")
# How a long and a short address look besides: copied from a page's source, from a browser, from a telephone.
SHARED = {
    "amp": "&amp;chksm={chksm}&amp;scene=27#wechat_redirect",
    "rd": "&chksm={chksm}#rd",
    "share": "&chksm={chksm}&mpshare=1&scene=1&srcid=0318Kd7QyYc2mUx5Hn1aPz0W&sharer_sharetime=1710745522871"
    "&sharer_shareid=5b0c2f6c8a7d4e3f9012ab34cd56ef78#rd",
}
SHORT = {
    "bare": "{0}",
    "http": "http://{0}",
    "scene": "https://{0}?scene=1&click_id=12",
    "from": "https://{0}?from=groupmessage",
}
SENTENCES = tuple(
    sentence
    for sentence in (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
    if sentence
)


@dataclass(frozen=True, slots=True)
class TrueItem:
    """An item as a careful reader sees it, and the labels that it cites."""

    title: str
    section: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """One bulletin: its name (the same for all its forms), its kind, its truth and what it says."""

    stem: str
    kind: str
    settings: dict[str, str]
    items: tuple[TrueItem, ...]
    unplaced: tuple[str, ...]
    said: str
    addresses: Addresses = field(repr=False)
    later: str | None = None  # the set, if it is a later one

    @property
    def name(self) -> str:
        return f"{self.stem}.{self.kind}"

    @property
    def half(self) -> str:
        """The half that it is in: by its name alone, so that nobody chose; or the later set, or half of it."""
        if self.later == "fourth" and half_of(self.stem) == "held out":
            return "fourth held out"
        return self.later or half_of(self.stem)


def half_of(stem: str) -> str:
    """Return ``open`` or ``held out``."""
    return "open" if hashlib.sha256(stem.encode()).digest()[0] % 2 else "held out"


class Addresses:
    """What the labels of one bulletin lead to."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.labels: dict[str, str] = {}

    def address(self, label: str, form: str = "") -> str:
        """Return the address of a label as it is written, and remember which article that is."""
        digest = hashlib.sha256(f"{self.stem} {label}".encode())
        number = int(digest.hexdigest()[:12], 16)
        biz = base64.b64encode(str(3000000000 + number % 900000000).encode()).decode()
        mid, idx = 2247480000 + number % 9000000, 1 + number % 8
        if form in ("long", "mid", *SHARED):
            self.remember(label, f"https://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={idx}")
            sn = hashlib.md5(digest.digest(), usedforsecurity=False).hexdigest()
            chksm = (digest.hexdigest() * 2)[:76]
            start = f"__biz={biz}&mid={mid}&idx={idx}&sn={sn}"
            if form in SHARED:
                return f"https://mp.weixin.qq.com/s?{start}{SHARED[form].format(chksm=chksm)}"
            if form == "mid":
                return f"https://mp.weixin.qq.com/s?{start}"
            return f"http://mp.weixin.qq.com/s?{start}&chksm={chksm}&scene=21#wechat_redirect"
        token = base64.urlsafe_b64encode(digest.digest())[:22].decode()
        self.remember(label, f"https://mp.weixin.qq.com/s/{token}")
        return SHORT.get(form, "https://{0}").format(f"mp.weixin.qq.com/s/{token}")

    def remember(self, label: str, article_url: str) -> None:
        assert self.labels.setdefault(article_url, label) == label

    def fill(self, text: str, *, html: bool = False) -> str:
        """Return the text with its addresses for its labels."""

        def written(place: re.Match[str]) -> str:
            address = self.address(place["label"], place["form"] or "")
            if html:
                address = address.replace("&", "&amp;")
            if place["cut"]:
                width = int(place["cut"])
                address = "\n".join(address[start : start + width] for start in range(0, len(address), width))
            return address

        return PLACE.sub(written, text)


def read_all() -> list[Description]:
    """Return every bulletin in every form that it has."""
    return [form for folder in (FOLDER, *LATER) for path in sorted(folder.iterdir()) for form in read_description(path)]


def read_description(path: Path) -> list[Description]:
    """Return a bulletin, once for each kind of document that is made of it."""
    truth, said = path.read_text(encoding="utf-8").split(RULE, 1)
    stem, kind = path.stem.split(".")
    settings: dict[str, str] = {}
    items: list[TrueItem] = []
    unplaced: list[str] = []
    section = ""
    for line in truth.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "§":
            section = rest
        elif mark == "?":
            unplaced += rest.split()
        elif mark == "-":
            title, _, labels = rest.partition(" ::")
            items.append(TrueItem(title, section, tuple(labels.split())))
        else:
            assert mark.startswith("@"), line
            settings[mark[1:]] = rest
    kinds = [kind, *settings.pop("also", "").split()]
    padded = pad(said, stem)
    facts = (settings, tuple(items), tuple(unplaced), padded)
    later = path.parent.name if path.parent in LATER else None
    return [Description(stem, each, *facts, Addresses(stem), later) for each in kinds]


def pad(said: str, stem: str) -> str:
    """Return what is said, with sentences where only their number is written."""
    following = int(hashlib.sha256(stem.encode()).hexdigest()[:8], 16)

    def sentences(place: re.Match[str]) -> str:
        nonlocal following
        wanted = int(place[1])
        chosen = [SENTENCES[(following + 7 * step) % len(SENTENCES)] for step in range(wanted)]
        following += 7 * wanted
        return "".join(chosen)

    return PADDING.sub(sentences, said)
