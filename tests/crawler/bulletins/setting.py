"""Sets made-up issues as plain text, in the manners in which institutions write them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random

from tests.crawler.bulletins.made import Made, Piece
from tests.crawler.bulletins.printing import wrap

CHINESE = "一二三四五六七八九十"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
MANNERS: dict[str, list[str]] = {
    "blanks": ["none", "items", "paragraphs", "paragraphs", "every"],
    "width": ["", "", "28", "38"],
    "indent": ["", "", "　　", "    "],
    "numbering": ["", "", "", "{c}、", "（{c}）", "{n}.", "{n}、", "{n}. ", "{o}", "（{n}）", "• ", "■", "◆ ", "- "],
    "sections": ["", "【{s}】", "【{s}】", "{s}", "{c}、{s}", "★ {s}"],
    "credit": [
        "",
        "（{credit}）",
        "（{credit}）",
        "（{credit}供稿）",
        "来源：{credit}",
        "供稿：{credit}",
        "（来源：{credit}）",
        "closing",
        "under",
    ],
    "links": [
        "alone",
        "alone",
        "label",
        "label",
        "bracketed",
        "label above",
        "inline",
        "below title",
        "beside title",
        "appendix",
    ],
    "label": ["原文链接：", "链接：", "阅读原文：", "网址：", "查看原文 ", "微信链接："],
    "contents": ["", "", "", "目录", "本期要目"],
    "head": ["official", "line", "title only", "labelled"],
    "tail": ["", "official", "staff"],
}


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a text is set; a value of each row of MANNERS."""

    blanks: str = "paragraphs"
    width: str = ""
    indent: str = ""
    numbering: str = ""
    sections: str = "【{s}】"
    credit: str = "（{credit}）"
    links: str = "alone"
    label: str = "原文链接："
    contents: str = ""
    head: str = "line"
    tail: str = ""

    def __str__(self) -> str:
        return " ".join(f"{part.name}={getattr(self, part.name)!r}" for part in fields(self))


def draw_manner(seed: int) -> Manner:
    """A manner by its seed; what no editor would do is drawn again."""
    chance = Random(f"manner {seed}")
    while True:
        manner = Manner(**{name: chance.choice(values) for name, values in MANNERS.items()})
        if is_legible(manner):
            return manner


def is_legible(manner: Manner) -> bool:
    """Whether a person could read it: wrapped text needs indents or gaps to tell its paragraphs apart."""
    same = manner.sections == "{c}、{s}" and manner.numbering == "{c}、"
    return not (same or (manner.width and manner.blanks in ("none", "items") and not manner.indent))


def set_text(made: Made, manner: Manner) -> str:
    """The issue as text."""
    return Setter(made, manner).run()


class Setter:
    """Writes one issue line by line."""

    def __init__(self, made: Made, manner: Manner) -> None:
        self.made, self.manner = made, manner
        self.rows: list[str] = []
        self.appendix: list[str] = []

    def run(self) -> str:
        self.head()
        if self.manner.contents:
            self.row(self.manner.contents)
            for number, piece in enumerate(self.made.pieces, 1):
                self.row(f"{number}. {piece.title} …… {number}")
            self.gap("items")
        sections: list[str] = []
        number = 0
        for piece in self.made.pieces:
            if self.manner.sections and piece.section and piece.section not in sections:
                self.row(self.manner.sections.format(s=piece.section, c=CHINESE[len(sections)]))
                self.gap("paragraphs")
                sections.append(piece.section)
                number = 0 if self.manner.sections == "{c}、{s}" else number
            self.piece(piece, number)
            number += 1
        if self.appendix:
            self.row("附：链接")
            for link in self.appendix:
                self.row(link)
        self.tail()
        return "\n".join(self.rows) + "\n"

    def row(self, text: str) -> None:
        self.rows.append(text)
        if self.manner.blanks == "every":
            self.rows.append("")

    def gap(self, of: str) -> None:
        order = ["none", "items", "paragraphs", "every"]
        if order.index(self.manner.blanks) >= order.index(of) and self.rows and self.rows[-1]:
            self.rows.append("")

    def head(self) -> None:
        made = self.made
        day = "{}年{}月{}日".format(*made.day)
        heads = {
            "official": [made.publication, f"第{made.number}期", f"{made.issuer}　　{day}"],
            "line": [f"{made.issuer} {day}"],
            "title only": [f"{made.publication}（第{made.number}期）", day],
            "labelled": [f"{made.publication} 第{made.number}期", f"主办：{made.issuer}", f"日期：{day}"],
        }
        for line in heads[self.manner.head]:
            self.row(line)
        self.gap("items")

    def piece(self, piece: Piece, number: int) -> None:
        manner = self.manner
        mark = manner.numbering.format(c=CHINESE[number], n=number + 1, o=CIRCLED[number])
        links = list(piece.links)
        title, paragraphs = mark + piece.title, list(piece.paragraphs)
        if manner.links == "beside title" and links:
            first = links.pop(0)
            title += f"（{manner.label}{first}）" if manner.indent else f"：{first}"
        if manner.links == "appendix" and links:
            paragraphs[-1] += "".join(f"[{len(self.appendix) + n}]" for n in range(1, len(links) + 1))
            self.appendix += [f"[{len(self.appendix) + n}] {link}" for n, link in enumerate(links, 1)]
            links = []
        if manner.links == "inline" and links:
            paragraphs[-1] += f"（{manner.label}{links.pop(0)}）"
        if manner.credit == "closing":
            paragraphs[-1] += f"（{piece.credit}）"
        for line in self.wrapped(title) if "http" not in title else [title]:
            self.row(line)
        if manner.links == "below title" and links:
            self.row(links.pop(0))
        if manner.credit == "under":
            self.row(f"来源：{piece.credit}")
        self.gap("paragraphs")
        for paragraph in paragraphs:
            for line in self.wrapped(manner.indent + paragraph):
                self.row(line)
            self.gap("paragraphs")
        self.close(piece, links)
        self.gap("items")

    def close(self, piece: Piece, links: list[str]) -> None:
        """Credit and addresses below an item."""
        manner = self.manner
        if manner.credit and manner.credit not in ("closing", "under"):
            self.row(manner.credit.format(credit=piece.credit))
            self.gap("paragraphs")
        for link in links:
            if manner.links == "label above":
                self.row(manner.label.strip())
                self.row(link)
            elif manner.links in ("label", "beside title"):
                self.row(manner.label + link)
            elif manner.links == "bracketed":
                self.row(f"（{manner.label}{link}）")
            else:
                self.row(link)

    def wrapped(self, text: str) -> list[str]:
        """The rows of a paragraph; an address goes whole on a row of its own, with what follows it."""
        if not self.manner.width:
            return [text]
        words, scheme, address = text.partition("http")
        rows = wrap(words, float(self.manner.width))
        for number in range(1, len(rows)):
            while rows[number] and rows[number][0] in "，。；、！）》”：":
                rows[number - 1] += rows[number][0]
                rows[number] = rows[number][1:]
        return [row for row in [*rows, scheme + address] if row]

    def tail(self) -> None:
        made = self.made
        day = "{}年{}月{}日".format(*made.day)
        tails = {
            "": [],
            "official": ["报：省地方志工作办公室。", "送：市委各部门。", f"{made.issuer} {day}印发"],
            "staff": ["编辑：李明", "主编：王红", "电话：028-86522000"],
        }
        for line in tails[self.manner.tail]:
            self.row(line)
