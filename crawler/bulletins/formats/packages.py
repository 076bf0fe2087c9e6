"""Zip files and the XML in them, opened with bounds: a bulletin of some kilobytes may claim to hold terabytes.

Office documents, OFD, e-books and archives are all zip files. What is unpacked is counted as it comes out, never as
the directory promises; XML is read without entities, DTDs or network.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from lxml import etree

from storage.errors import UnreadableBulletin

MOST_MEMBERS = 20_000
LARGEST_MEMBER = 64_000_000  # bytes, unpacked
LARGEST_WHOLE = 200_000_000  # bytes of all members that are read
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, KeyError, RuntimeError)


class Package:
    """A zip file in memory. Its methods raise UnreadableBulletin for what is damaged, protected or too large."""

    def __init__(self, body: bytes) -> None:
        with told("the file's directory"):
            self.zip = zipfile.ZipFile(io.BytesIO(body))
        infos = self.zip.infolist()
        if len(infos) > MOST_MEMBERS:
            raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_MEMBERS} members")
        self.members = {info.filename: info for info in infos if not info.is_dir()}
        self.unpacked = 0

    @property
    def names(self) -> list[str]:
        """The names of the members, in the order of the directory."""
        return list(self.members)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member."""
        info = self.members[name]
        if info.flag_bits & 1:
            raise UnreadableBulletin(file="", kind="password", detail=name)
        with told(name), self.zip.open(info) as member:
            body = member.read(LARGEST_MEMBER + 1)
        self.unpacked += len(body)
        if len(body) > LARGEST_MEMBER or self.unpacked > LARGEST_WHOLE:
            raise UnreadableBulletin(file="", kind="too_complex", detail=f"{name}: unpacks too far")
        return body

    def spare(self, name: str, most: int) -> bytes | None:
        """Return the bytes of a member that can be done without: None where it is missing, damaged or larger."""
        info = self.members.get(name)
        if info is None or info.flag_bits & 1:
            return None
        try:
            with self.zip.open(info) as member:
                body = member.read(most + 1)
        except FAULTS:
            return None
        return body if len(body) <= most else None

    def parse(self, name: str) -> etree._Element | None:
        """Return the root of a member of XML; None where there is no such member."""
        return parse_xml(self.read(name), name) if name in self.members else None

    def relations(self, name: str) -> dict[str, tuple[str, bool]]:
        """What a part relates to, by relation id: the target and whether that lies outside the file."""
        root = self.parse(join(dirname(name), "_rels", f"{name.rpartition('/')[2]}.rels"))
        found = {}
        for relation in root.iter(RELATIONSHIP) if root is not None else ():
            target, is_outside = relation.get("Target") or "", relation.get("TargetMode") == "External"
            found[relation.get("Id") or ""] = (target if is_outside else within(name, target), is_outside)
        return found


def within(name: str, target: str) -> str:
    """The name of the member that a part's relation means."""
    path = unquote(target)
    return normpath(path.lstrip("/") if path.startswith("/") else join(dirname(name), path))


def parse_xml(body: bytes, name: str) -> etree._Element:
    """Return the root of an XML document. One with a DTD is refused: no office program writes any."""
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body[:65536]:
        raise UnreadableBulletin(file="", kind="damaged", detail=f"{name}: has a DTD")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableBulletin(file="", kind="damaged", detail=f"{name}: {error}") from error


@contextmanager
def told(name: str) -> Iterator[None]:
    """Say of what the zip reader stumbles over that the file is damaged."""
    try:
        yield
    except UnreadableBulletin:
        raise
    except FAULTS as error:
        raise UnreadableBulletin(file="", kind="damaged", detail=f"{name}: {error}") from error
