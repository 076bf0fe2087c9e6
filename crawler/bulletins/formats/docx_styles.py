"""How a Word document's paragraphs look: heading level, size, weight, alignment, from their styles and runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from crawler.bulletins.formats.docx_text import Paragraph, w

HEADING_NAME = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
TITLE_NAMES = ("title", "标题")
USUAL_SIZE = 21.0  # half-points: 五号, what Chinese Word sets where nothing says otherwise
DEEPEST = 12  # styles based on styles
BODY_LEVEL = 9  # an outline level that means body text


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One paragraph or character style; None: it says nothing of that."""

    name: str
    based_on: str | None
    size: float | None
    is_bold: bool | None
    alignment: str | None
    outline: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How one paragraph looks. ``level`` 0: no heading; ``size`` in half-points; ``indent`` in ems."""

    level: int
    size: float
    is_bold: bool
    is_centred: bool
    indent: float


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document, by their id."""

    by_id: dict[str, Style] = field(default_factory=dict)
    default_id: str = ""

    def chain(self, number: str | None) -> list[Style]:
        """A style and those that it is based on, nearest first."""
        found: list[Style] = []
        while (style := self.by_id.get(number or self.default_id)) and len(found) < DEEPEST:
            found.append(style)
            if style.based_on is None:
                break
            number = style.based_on
        return found

    def looks(self, paragraph: Paragraph) -> Looks:
        """How a paragraph looks, its runs weighed by their length."""
        chain = self.chain(paragraph.style)
        size = next((style.size for style in chain if style.size), USUAL_SIZE)
        bold = next((style.is_bold for style in chain if style.is_bold is not None), False)
        alignment = paragraph.alignment or next((style.alignment for style in chain if style.alignment), None)
        sizes = {run.size or size: 0 for run in paragraph.runs}
        for run in paragraph.runs:
            sizes[run.size or size] += run.length
        is_bold = bool(paragraph.runs) and all(bold if run.is_bold is None else run.is_bold for run in paragraph.runs)
        return Looks(
            level=self.level(paragraph, chain),
            size=max(sizes, key=lambda known: sizes[known], default=size),
            is_bold=is_bold,
            is_centred=alignment == "center",
            indent=paragraph.indent,
        )

    @staticmethod
    def level(paragraph: Paragraph, chain: list[Style]) -> int:
        """The level of the heading that a paragraph's outline level or style says it is; 0 where it is none."""
        outline = paragraph.outline
        for style in chain:
            if style.name.lower() in TITLE_NAMES:
                return 1
            if found := HEADING_NAME.match(style.name):
                return int(found.group(1)) + 1
            outline = style.outline if outline is None else outline
        return outline + 2 if outline is not None and outline < BODY_LEVEL else 0


def read_styles(root: etree._Element | None) -> Styles:
    """Return the styles that a document defines."""
    if root is None:
        return Styles()
    styles = {element.get(w("styleId")) or "": read_style(element) for element in root.iter(w("style"))}
    default = next(
        (
            element.get(w("styleId")) or ""
            for element in root.iter(w("style"))
            if element.get(w("type")) == "paragraph" and element.get(w("default")) in ("1", "true")
        ),
        "",
    )
    return Styles(styles, default)


def read_style(element: etree._Element) -> Style:
    """One style."""
    return Style(
        name=value(element, "name") or "",
        based_on=value(element, "basedOn"),
        size=number_of(value(element, "rPr", "sz")),
        is_bold=switch(element.find(f"{w('rPr')}/{w('b')}")),
        alignment=value(element, "pPr", "jc"),
        outline=int(level) if (level := value(element, "pPr", "outlineLvl") or "").isdecimal() else None,
    )


def value(element: etree._Element, *path: str) -> str | None:
    """The value of an element below another."""
    found = element.find("/".join(map(w, path)))
    return found.get(w("val")) if found is not None else None


def number_of(text: str | None) -> float | None:
    """A number, where a text is one."""
    return float(text) if text and re.fullmatch(r"\d{1,4}(?:\.\d{1,3})?", text) else None


def switch(element: etree._Element | None) -> bool | None:
    """What a switch such as <w:b/> says; None where it is not there."""
    if element is None:
        return None
    return element.get(w("val"), "true").lower() not in ("0", "false", "off", "none")
