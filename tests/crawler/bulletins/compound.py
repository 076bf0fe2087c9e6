"""Writes compound files (OLE2, [MS-CFB]) and Outlook messages in them: as small as Outlook would open them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5

Tree = dict[str, "bytes | Tree"]


@dataclass
class Entry:
    """One entry of the directory."""

    name: str
    kind: int
    body: bytes = b""
    left: int = FREE
    right: int = FREE
    child: int = FREE
    start: int = END

    def row(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<BBIII", self.kind, 1, self.left, self.right, self.child)
        return (
            struct.pack("<64sH", name, len(name)) + links + b"\0" * 36 + struct.pack("<IQ", self.start, len(self.body))
        )


@dataclass
class Writer:
    """Lays streams out in sectors."""

    entries: list[Entry] = field(default_factory=lambda: [Entry("Root Entry", ROOT)])
    chains: list[int] = field(default_factory=list)  # the sector after each
    sectors: bytearray = field(default_factory=bytearray)

    def add(self, tree: Tree) -> int:
        """Entries for a tree; the number of the one at its top, as a balanced tree by name."""
        numbers = []
        for name in sorted(tree, key=lambda name: (len(name), name.upper())):
            content = tree[name]
            numbers.append(len(self.entries))
            self.entries.append(Entry(name, STREAM, content) if isinstance(content, bytes) else Entry(name, STORAGE))
            if not isinstance(content, bytes):
                self.entries[numbers[-1]].child = self.add(content)
        return self.balance(numbers)

    def balance(self, numbers: list[int]) -> int:
        if not numbers:
            return FREE
        middle = len(numbers) // 2
        top = self.entries[numbers[middle]]
        top.left, top.right = self.balance(numbers[:middle]), self.balance(numbers[middle + 1 :])
        return numbers[middle]

    def lay(self, body: bytes) -> int:
        """A chain of sectors; the number of its first."""
        if not body:
            return END
        first, count = len(self.chains), -(-len(body) // SECTOR)
        self.chains += [*range(first + 1, first + count), END]
        self.sectors += body.ljust(count * SECTOR, b"\0")
        return first

    def write(self, tree: Tree) -> bytes:
        self.entries[0].child = self.add(tree)
        small, small_chains = bytearray(), []
        for entry in self.entries[1:]:
            if entry.kind == STREAM and 0 < len(entry.body) < CUTOFF:
                entry.start, count = len(small_chains), -(-len(entry.body) // MINI)
                small_chains += [*range(entry.start + 1, entry.start + count), END]
                small += entry.body.ljust(count * MINI, b"\0")
            elif entry.kind == STREAM:
                entry.start = self.lay(entry.body)
        root = self.entries[0]
        root.body, root.start = bytes(small), self.lay(bytes(small))
        mini = self.lay(b"".join(struct.pack("<I", link) for link in small_chains).ljust(1, b"\xff"))
        rows = b"".join(entry.row() for entry in self.entries)
        directory = self.lay(rows)
        count = 1
        while count * SECTOR // 4 < len(self.chains) + count:
            count += 1
        fat = len(self.chains)
        chains = [*self.chains, *[FAT] * count]
        table = b"".join(struct.pack("<I", link) for link in chains).ljust(count * SECTOR, b"\xff")
        head = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
        head += struct.pack(
            "<IIIIIIIII", 0, count, directory, 0, CUTOFF, mini, -(-4 * len(small_chains) // SECTOR), END, 0
        )
        listed = [*range(fat, fat + count)]
        assert count <= 109
        head += b"".join(struct.pack("<I", number) for number in listed).ljust(SECTOR - len(head), b"\xff")
        return head + bytes(self.sectors) + table


def compound(tree: Tree) -> bytes:
    """A compound file of streams (bytes) and storages (trees)."""
    return Writer().write(tree)


def message(
    *,
    subject: str = "史志简报第3期",
    sender: str = "石门县地方志办公室",
    sent: datetime | None = datetime(2024, 3, 1, 23, 30, tzinfo=UTC),
    body: str = "",
    html: bytes = b"",
    rtf: bytes = b"",
    files: dict[str, bytes] | None = None,
    messages: list[Tree] | None = None,
    code_page: int = 65001,
    is_inner: bool = False,
) -> Tree:
    """The streams of a message; ``compound`` makes a file of them."""
    texts = {"0037": subject, "0C1A": sender, "1000": body}
    tree: Tree = {f"__substg1.0_{number}001F": text.encode("utf-16-le") for number, text in texts.items() if text}
    tree |= {f"__substg1.0_{number}0102": part for number, part in {"1013": html, "1009": rtf}.items() if part}
    rows = struct.pack("<HHII4x", 3, 0x3FDE, 6, code_page)
    if sent:
        ticks = int((sent - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
        rows += struct.pack("<HHIQ", 0x40, 0x39, 6, ticks)
    tree["__properties_version1.0"] = b"\0" * (24 if is_inner else 32) + rows
    parts: list[Tree] = [
        {"__substg1.0_3707001F": name.encode("utf-16-le"), "__substg1.0_37010102": part}
        for name, part in (files or {}).items()
    ]
    parts += [{"__substg1.0_3701000D": inner} for inner in messages or ()]
    for number, part in enumerate(parts):
        tree[f"__attach_version1.0_#{number:08X}"] = part | {"__properties_version1.0": b"\0" * 8}
    return tree


def packed_rtf(rtf: bytes) -> bytes:
    """RTF as Outlook packs it, without references but one: its opening words stand in what every reader knows."""
    opening = rb"{\rtf1\ansi"
    assert rtf.startswith(opening)
    pieces = [struct.pack(">H", 0 << 4 | len(opening) - 2), *(bytes([code]) for code in rtf[len(opening) :])]
    at_end = (207 + len(rtf)) % 4096
    pieces.append(struct.pack(">H", at_end << 4))
    packed = b""
    for start in range(0, len(pieces), 8):
        run = pieces[start : start + 8]
        packed += bytes([sum((len(piece) == 2) << bit for bit, piece in enumerate(run))]) + b"".join(run)
    return struct.pack("<IIII", len(packed) + 12, len(rtf), 0x75465A4C, 0) + packed
