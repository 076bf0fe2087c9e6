"""How a Word document's paragraphs look: heading level, size, weight, alignment, from their styles and runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a style and those that it is based on say together. ``level`` 0: no heading."""

    level: int = 0
    size: float = USUAL_SIZE
    is_bold: bool = False
    alignment: str | None = None
    outline: int | None = None


PLAIN = Setting()


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document, by their id."""

    by_id: Mapping[str, Setting] = field(default_factory=dict)
    default_id: str = ""

    def of(self, paragraph: Paragraph) -> Setting:
        """What a paragraph's style says."""
        return self.by_id.get(paragraph.style or self.default_id, PLAIN)

    def looks(self, paragraph: Paragraph) -> Looks:
        """How a paragraph looks, its runs weighed by their length."""
        style, sizes, is_bold = self.of(paragraph), dict[float, int](), bool(paragraph.runs)
        for run in paragraph.runs:
            size = run.size or style.size
            sizes[size] = sizes.get(size, 0) + run.length
            is_bold = is_bold and (style.is_bold if run.is_bold is None else run.is_bold)
        outline = style.outline if paragraph.outline is None else paragraph.outline
        return Looks(
            level=style.level or (outline + 2 if outline is not None and outline < BODY_LEVEL else 0),
            size=max(sizes, key=sizes.__getitem__, default=style.size),
            is_bold=is_bold,
            is_centred=(paragraph.alignment or style.alignment) == "center",
            indent=paragraph.indent,
        )

    def lead(self, paragraph: Paragraph) -> str | None:
        """The words in bold with which the first line of a paragraph begins, where others follow."""
        bold, length = self.of(paragraph).is_bold, 0
        for run in paragraph.runs:
            is_bold = bold if run.is_bold is None else run.is_bold
            if not is_bold and paragraph.text[length : length + run.length].strip():
                break
            length += run.length
        else:
            return None
        words = paragraph.text[:length].partition("\n")[0].strip()
        return words if words and paragraph.text[length:].strip() else None


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
    return Styles({number: setting(chain(styles, number, default)) for number in styles}, default)


def chain(styles: Mapping[str, Style], number: str, default: str) -> list[Style]:
    """A style and those that it is based on, nearest first."""
    found: list[Style] = []
    while (style := styles.get(number or default)) and len(found) < DEEPEST:
        found.append(style)
        if style.based_on is None:
            break
        number = style.based_on
    return found


def setting(styles: Sequence[Style]) -> Setting:
    """What styles say together: the nearest that says anything of it."""
    return Setting(
        level=next(filter(None, (named_level(style.name) for style in styles)), 0),
        size=next((style.size for style in styles if style.size), USUAL_SIZE),
        is_bold=next((style.is_bold for style in styles if style.is_bold is not None), False),
        alignment=next((style.alignment for style in styles if style.alignment), None),
        outline=next((style.outline for style in styles if style.outline is not None), None),
    )


def named_level(name: str) -> int:
    """The level of the heading that a style is by its name; 0 where it is none."""
    found = HEADING_NAME.match(name)
    return int(found.group(1)) + 1 if found else int(name.lower() in TITLE_NAMES)


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
