"""RTF as Outlook keeps the text of a message: packed ([MS-OXRTFCP]), often with the HTML it was made of in it
([MS-OXRTFEX]), which is all that is read of it here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from storage.errors import UnreadableBulletin

HEAD = Struct("<IIII")  # packed size, unpacked size, kind, checksum
PACKED, PLAIN = 0x75465A4C, 0x414C454D
LARGEST = 20_000_000  # bytes, unpacked
WINDOW = 4096
# What every packed text may refer back to from its first byte on ([MS-OXRTFCP] 2.1.2.1).
KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u"
    rb"\tab\tx"
)
TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
SPOKEN = {
    "par": "\r\n", "line": "\r\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "endash": "–", "emdash": "—",
}  # fmt: skip
SYMBOLS = {b"~": "\u00a0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\"}
HIDDEN = ("fonttbl", "colortbl", "stylesheet", "info", "pntext", "listtable", "listoverridetable", "generator")
CHARSETS = {134: "gb18030", 136: "big5", 128: "cp932", 129: "cp949", 0: "cp1252"}
DEEPEST = 200  # groups within groups


def unpack_rtf(stream: bytes) -> bytes:
    """Return the RTF that a message's stream holds; nothing where it holds none."""
    if len(stream) < HEAD.size:
        return b""
    _, size, kind, _ = HEAD.unpack_from(stream)
    if kind == PLAIN:
        return stream[HEAD.size : HEAD.size + size]
    if kind != PACKED:
        return b""
    if size > LARGEST:
        raise UnreadableBulletin(file="", kind="too_complex", detail="the message's text unpacks too far")
    return bytes(unpacked(stream[HEAD.size :], size)[len(KNOWN) :][:size])


def unpacked(stream: bytes, size: int) -> bytearray:
    """What is known, and behind it what a stream unpacks to: bytes, and references to a window of what came before."""
    out = bytearray(KNOWN)
    place, most = 0, len(KNOWN) + size
    while place < len(stream) and len(out) < most:
        flags, place = stream[place], place + 1
        for bit in range(8):
            if flags >> bit & 1:
                if place + 1 >= len(stream):
                    return out
                pair, place = stream[place] << 8 | stream[place + 1], place + 2
                offset, length = pair >> 4, (pair & 15) + 2
                back = (len(out) - offset) % WINDOW
                if back == 0:  # it refers to where it would write: the end
                    return out
                for _ in range(length):
                    out.append(out[-back] if back <= len(out) else 0x20)
            elif place < len(stream):
                out.append(stream[place])
                place += 1
    return out


@dataclass(slots=True)
class Group:
    """What holds within a pair of braces."""

    is_hidden: bool = False
    is_tag: bool = False  # HTML as it stood
    is_for_rtf: bool = False  # said for readers of RTF only
    encoding: str = "cp1252"
    skipped: int = 1  # characters that stand for a \u for older readers


def from_html(rtf: bytes) -> str | None:
    r"""Return the HTML that a text in RTF was made of (\fromhtml1); None where it was made of something else."""
    if b"\\fromhtml" not in rtf[:1000]:
        return None
    return "".join(Unfolding(rtf).pieces())


class Unfolding:
    """Walks over the tokens of a text once."""

    def __init__(self, rtf: bytes) -> None:
        self.rtf = rtf
        found = re.search(rb"\\ansicpg(\d{3,5})", rtf[:1000])
        self.group = Group(encoding=encoding_of(int(found.group(1))) if found else "cp1252")
        self.outer: list[Group] = []
        self.fonts: dict[int, str] = {}
        self.font = 0  # the one that the font table is describing
        self.bytes = bytearray()  # of characters that take two
        self.left_out = 0  # characters still to be skipped behind a \u

    def pieces(self) -> Iterator[str]:
        """The text of the page, piece by piece."""
        for token in TOKEN.finditer(self.rtf):
            word, number, code, symbol, brace, text = token.groups()
            if code or text:
                self.take(bytes.fromhex(code.decode()) if code else text)
                continue
            if self.bytes:
                yield self.flush()
            if brace:
                self.turn(brace)
            elif symbol:
                self.group.is_hidden |= symbol == b"*" and not self.rtf.startswith(b"\\htmltag", token.end())
                yield self.say(SYMBOLS.get(symbol, ""))
            elif word:
                yield self.obey(word.decode(), int(number) if number else None)
        yield self.flush()

    def take(self, body: bytes) -> None:
        """Characters of the text."""
        if self.left_out:
            taken = min(self.left_out, len(body))
            self.left_out -= taken
            body = body[taken:]
        self.bytes += body

    def flush(self) -> str:
        """The characters that have come since the last word of command."""
        body, self.bytes = bytes(self.bytes), bytearray()
        return self.say(body.decode(self.group.encoding, "replace"))

    def say(self, text: str) -> str:
        """A text, where it belongs to the page."""
        return "" if self.group.is_hidden or (self.group.is_for_rtf and not self.group.is_tag) else text

    def turn(self, brace: bytes) -> None:
        """A group begins or ends."""
        self.left_out = 0
        if brace == b"}":
            self.group = self.outer.pop() if self.outer else Group()
            return
        if len(self.outer) >= DEEPEST:
            raise UnreadableBulletin(file="", kind="too_complex", detail="groups within groups")
        self.outer.append(self.group)
        group = self.group
        self.group = Group(group.is_hidden, group.is_tag, group.is_for_rtf, group.encoding, group.skipped)

    def obey(self, word: str, number: int | None) -> str:
        """One word of command; what it says of the text."""
        group = self.group
        if word == "htmltag":
            group.is_tag = True
        elif word == "htmlrtf":
            group.is_for_rtf = number != 0
        elif word in HIDDEN:
            group.is_hidden = True
        elif word == "f" and number is not None:
            self.font = number
            group.encoding = self.fonts.get(number, group.encoding)
        elif word == "fcharset" and number in CHARSETS and group.is_hidden:
            self.fonts[self.font] = CHARSETS[number]
        elif word == "uc" and number is not None:
            group.skipped = min(number, 8)
        elif word == "u" and number is not None:
            self.left_out = group.skipped
            return self.say(chr(number % 0x10000))
        return self.say(SPOKEN.get(word, ""))


def encoding_of(page: int) -> str:
    """The encoding of a code page of Windows."""
    return {936: "gb18030", 65001: "utf-8"}.get(page, f"cp{page}" if page in range(1250, 1259) else "cp1252")
