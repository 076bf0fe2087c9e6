"""What every kind of document gives back when its links are rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.mirror.restore.links import RestoredLink


class Caution(StrEnum):
    """What a person should know of a restored document."""

    SIGNATURE_BROKEN = "signature_broken"
    REPAIRED = "repaired"
    PRINTED_LEFT = "printed_left"
    NO_LINKS = "no_links"


WARNINGS = {
    Caution.SIGNATURE_BROKEN: (
        "The bulletin carries a digital signature, which is no longer valid in the restored file; "
        "keep the original beside it."
    ),
    Caution.REPAIRED: (
        "The PDF's inner index was damaged and has been rebuilt; compare the restored file with the original."
    ),
    Caution.PRINTED_LEFT: (
        "Some addresses are printed as text, without a link; in an HTML page they are left as they are."
    ),
    Caution.NO_LINKS: "No WeChat address was found in this file.",
}
"""The sentence for each caution, to be said in the reader's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A document with its links rewritten. ``changed`` counts the places where something was written."""

    body: bytes
    links: tuple[RestoredLink, ...]
    changed: int
    cautions: tuple[Caution, ...] = ()
