"""The corpus of real pages, as the simulated site serves it: under the addresses that each page states."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .articles import ORIGIN

STATED = re.compile(
    r"(?:saved from url=\(\d+\)|og:url\" content=\"|content=\"(?=[^\"]*\" property=\"og:url\")"
    r"|\bmsg_link\s*=\s*[\"']|^<!--\s*)\s*(https?://mp\.weixin[^\s\"'<>]+)",
    re.M,
)
OR_STRING = r"(?:\s*\|\|\s*[\"']([^\"']*)[\"'])?"
VARIABLE = r"(?:var |window\.|d\.)%s\s*=\s*(?:[\"']([^\"']*)[\"'])" + OR_STRING * 2


@dataclass(frozen=True, kw_only=True)
class SavedPage:
    """A page of the corpus and every address that it says it has."""

    file: Path
    token: str | None = None
    biz: str | None = None
    mid: str | None = None
    idx: str | None = None
    signed: dict[str, str] = field(default_factory=dict)  # sn, chksm

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.file.stem

    @property
    def short_url(self) -> str | None:
        """The address by its token."""
        return f"{ORIGIN}/s/{self.token}" if self.token else None

    @property
    def long_url(self) -> str | None:
        """The long address, as signed as the page has it."""
        if not (self.biz and self.mid and self.idx):
            return None
        signed = "".join(f"&{name}={value}" for name, value in self.signed.items())
        return f"{ORIGIN}/s?__biz={self.biz}&mid={self.mid}&idx={self.idx}{signed}"


def saved_pages(corpus: Path) -> Iterator[SavedPage]:
    """Every article page of the corpus that states an address of its own."""
    for file in sorted((corpus / "pages").glob("*.html")):
        if file.name.startswith(("other-", "thirdparty-")):
            continue
        page = _addresses(file)
        if page.short_url or page.long_url:
            yield page


def saved_pictures(corpus: Path) -> dict[str, bytes]:
    """The bytes of the corpus's real pictures by the path id of the address that they were found under."""
    lines = (corpus / "images" / "MAP.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if "\thttp" in line)
    return {
        key: (corpus / "images" / file).read_bytes()
        for file, url, *_ in rows
        if (key := path_id(url)) and (corpus / "images" / file).is_file()
    }


def path_id(url: str) -> str | None:
    """The path id of a picture's address: /bucket/ID/size."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return parts[1] if len(parts) >= 2 else None


def _addresses(file: Path) -> SavedPage:
    source = file.read_text(encoding="utf-8", errors="replace")
    token: str | None = None
    stated: dict[str, str] = {}
    for match in STATED.finditer(source):
        url = urlsplit(html.unescape(match[1].replace(r"\x26", "&")).replace("&amp;", "&"))
        if found := re.match(r"/s/([\w-]{22})", url.path, re.ASCII):
            token = token or found[1]
        for name, values in parse_qs(url.query).items():
            stated.setdefault(name, values[0])
    for name, key in (("biz", "__biz"), ("mid", "mid"), ("idx", "idx"), ("sn", "sn")):
        if said := re.search(VARIABLE % name, source):
            value = next((part for part in said.groups() if part), "")
            if value:
                stated[key] = value
    return SavedPage(
        file=file,
        token=token,
        biz=stated.get("__biz"),
        mid=stated.get("mid"),
        idx=stated.get("idx"),
        signed={name: stated[name] for name in ("sn", "chksm") if stated.get(name)},
    )
