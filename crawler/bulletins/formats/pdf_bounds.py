"""Keeps pages from pdfium that would never end: drawings that draw drawings, a hundred million times over.

A form (a drawing with a name) may draw other forms; a file of 3 kB can unfold to more objects than a machine can
hold, and pdfium cannot be stopped from outside. The unfolding is counted here beforehand, without doing it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf

MOST_DRAWINGS = 200_000  # in one page, unfolded
LARGEST_FORM = 5_000_000  # bytes of a form that is looked into
DEEPEST = 30

FAULTS = (pikepdf.PdfError, RecursionError, ValueError, TypeError, AttributeError, KeyError, OverflowError)

Key = tuple[int, int]


class Bounds:
    """What is counted in a PDF before pdfium draws it; closed when the document is."""

    def __init__(self, body: bytes) -> None:
        try:
            self.document: pikepdf.Pdf | None = pikepdf.open(io.BytesIO(body), suppress_warnings=True)
        except FAULTS:
            self.document = None  # what pikepdf cannot read has no forms that it could count; pdfium says what it is

    def close(self) -> None:
        """Close the document."""
        if self.document is not None:
            self.document.close()

    def unfolds_too_far(self) -> bool:
        """Whether drawing a page would mean drawing more forms than any document needs, or forms in a ring."""
        if self.document is None:
            return False
        counts: dict[Key, int] = {}
        try:
            return any(unfolded(page.obj, counts, 0) > MOST_DRAWINGS for page in self.document.pages)
        except FAULTS:
            return False

    def has_large_pictures(self, number: int, most_pixels: int) -> bool:
        """Whether a page (from 0) draws a picture of too many pixels, or one that cannot be told."""
        if self.document is None:
            return True
        try:
            return has_large(self.document.pages[number].obj, most_pixels, set(), 0)
        except (*FAULTS, IndexError):
            return True


def has_large(owner: pikepdf.Object, most_pixels: int, seen: set[Key], depth: int) -> bool:
    """Whether a page, form or pattern draws a picture of too many pixels, itself or by what it draws."""
    if depth > DEEPEST or len(seen) > MOST_DRAWINGS:
        return True
    resources = owner.get("/Resources")
    for kind in ("/XObject", "/Pattern", "/ExtGState"):
        held = resources.get(kind) if isinstance(resources, pikepdf.Dictionary) else None
        for _, drawing in held.items() if isinstance(held, pikepdf.Dictionary) else ():
            if drawing.objgen != (0, 0) and drawing.objgen in seen:
                continue
            seen.add(drawing.objgen)
            masks = [drawing.get(name) for name in ("/SMask", "/Mask")]
            pictures = [drawing, *(mask for mask in masks if isinstance(mask, pikepdf.Stream))]
            if any(pixels(picture) > most_pixels for picture in pictures):
                return True
            inner = [drawing, *(mask.get("/G") for mask in masks if isinstance(mask, pikepdf.Dictionary))]
            if any(form is not None and has_large(form, most_pixels, seen, depth + 1) for form in inner):
                return True
    return False


def pixels(picture: pikepdf.Object) -> int:
    """How many pixels a picture says that it has; none for what is no picture."""
    return int(picture.get("/Width", 0)) * int(picture.get("/Height", 0))


def unfolded(owner: pikepdf.Object, counts: dict[Key, int], depth: int) -> int:
    """How many drawings the forms of a page or form come to; a form that draws itself counts as too many."""
    if depth > DEEPEST:
        return MOST_DRAWINGS + 1
    total = 1
    for name, form in forms_of(owner):
        key = form.objgen
        if key not in counts:
            counts[key] = MOST_DRAWINGS + 1  # stands while the form is being counted: a ring meets it
            counts[key] = unfolded(form, counts, depth + 1)
        if counts[key] > 1 or depth:
            total += counts[key] * uses(owner, name)
    return min(total, MOST_DRAWINGS + 1)


def forms_of(owner: pikepdf.Object) -> Iterator[tuple[str, pikepdf.Object]]:
    """The forms that a page or form may draw, with the names that it has for them."""
    resources = owner.get("/Resources")
    drawings = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    for name, drawing in drawings.items() if isinstance(drawings, pikepdf.Dictionary) else ():
        if isinstance(drawing, pikepdf.Stream) and drawing.get("/Subtype") == "/Form":
            yield name, drawing


def uses(owner: pikepdf.Object, name: str) -> int:
    """How often a page or form draws what has a name."""
    contents = owner if isinstance(owner, pikepdf.Stream) else owner.get("/Contents")
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    written = re.compile(re.escape(name.encode("utf-8", "surrogateescape")) + rb"\s+Do\b")
    return max(1, sum(len(written.findall(stream_bytes(stream))) for stream in streams))


def stream_bytes(stream: pikepdf.Object | None) -> bytes:
    """The decoded bytes of a content stream; none where it cannot be decoded."""
    if not isinstance(stream, pikepdf.Stream) or int(stream.get("/Length", 0)) > LARGEST_FORM:
        return b""
    return stream.read_bytes()
