"""ZIP archives and e-books: the documents in them, one after the other."""

from __future__ import annotations

from dataclasses import replace
from posixpath import basename
from urllib.parse import unquote

from crawler.bulletins.formats.codes import LARGEST_BYTES
from crawler.bulletins.formats.flow import Flow
from crawler.bulletins.formats.html import read_html
from crawler.bulletins.formats.opening import Opening, read_files, together
from crawler.bulletins.formats.packages import Package, within
from storage.errors import UnreadableBulletin

JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
BELONGINGS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".bmp",
    ".svg",
    ".ico",
    ".css",
    ".js",
    ".woff",
    ".woff2",
    ".ttf",
)
CONTAINER = "META-INF/container.xml"
OPF = "{http://www.idpf.org/2007/opf}"
ROOT_FILE = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
MOST_CHAPTERS = 500


def read_zip(body: bytes, opening: Opening) -> Flow:
    """Return the flows of the documents in a ZIP archive as one.

    Raises UnreadableBulletin for an archive that holds none, or more than anyone packs by hand.
    """
    package = Package(body)
    names = [name for name in package.names if not is_junk(name)]
    flows, warnings = read_files([(spelled(package, name), package.read(name)) for name in names], opening)
    if not flows:
        raise UnreadableBulletin(file="", kind="unknown_kind", detail="a ZIP archive")
    whole = together(flows, "application/zip")
    return replace(whole, warnings=(*whole.warnings, *warnings))


def is_junk(name: str) -> bool:
    """Whether a member is what a system or a web page left beside the documents."""
    return any(part in JUNK for part in name.split("/")) or name.lower().endswith(BELONGINGS)


def spelled(package: Package, name: str) -> str:
    """A member's name; Chinese systems write GB18030 where the format says code page 437."""
    if package.members[name].flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("gb18030")
    except UnicodeError:
        return name


def read_epub(body: bytes, opening: Opening) -> Flow:
    """Return the chapters of an e-book in the order of its spine."""
    package = Package(body)
    container = package.parse(CONTAINER)
    place = next(container.iter(ROOT_FILE), None) if container is not None else None
    name = place.get("full-path", "") if place is not None else ""
    root = package.parse(name)
    if root is None:
        raise UnreadableBulletin(file="", kind="damaged", detail="no table of chapters")
    files = {item.get("id"): unquote(item.get("href") or "") for item in root.iter(OPF + "item")}
    spine = [within(name, files.get(part.get("idref"), "")) for part in root.iter(OPF + "itemref")][:MOST_CHAPTERS]

    def read_chapter(chapter: str) -> Flow:
        def find(address: str) -> bytes | None:
            return package.spare(within(chapter, address.partition("#")[0]), LARGEST_BYTES)

        return read_html(package.read(chapter), opening, find=find)

    flows = [("", read_chapter(chapter)) for chapter in spine if chapter in package.members]
    if not flows:
        raise UnreadableBulletin(file="", kind="damaged", detail=f"{basename(name)}: no chapters")
    title = root.findtext(f".//{DUBLIN_CORE}title", "").strip()
    blocks = tuple(block for _, flow in flows for block in flow.blocks)
    return replace(together(flows[:1], "application/epub+zip"), blocks=blocks, title=title or None)
