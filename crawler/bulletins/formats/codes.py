"""QR codes in pictures: what they say, where it is an address. Optional (``wxmirror[qr]``): Pillow and zxing-cpp.

Bulletins often print a code instead of a link. A picture is somebody else's bytes: its size is looked at before it is
unpacked, a large one is made small first (a code that a telephone reads from paper survives that), and one that cannot
be unpacked holds no code.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

KINDS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
LARGEST_BYTES = 30_000_000  # of a picture as it stands in the file
MOST_PIXELS = 40_000_000  # of a picture that is unpacked: 160 MB
SMALLEST = 21  # pixels: a code has as many modules
WIDEST = 1_600  # pixels that are looked at: a code a tenth as wide has five pixels a module
MOST_CODES = 20  # in one picture
LONGEST = 2_000  # characters of an address
FAULTS = (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, KeyError, OverflowError, zlib.error)
MOST_PICTURES = 200  # of one document
DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?://|mp\.weixin\.qq\.com/)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code that says an address, and where it stands in the picture, in pixels from the upper left."""

    url: str
    left: float
    top: float
    right: float
    bottom: float


@cache
def can_read() -> bool:
    """Whether what reads codes is installed."""
    return find_spec("PIL") is not None and find_spec("zxingcpp") is not None


class Pictures:
    """The pictures of one document, by their names in it: each is looked at once, and so many at the most."""

    def __init__(self, find: Callable[[str], bytes | None], *, are_wanted: bool = True) -> None:
        self.find = find
        self.are_wanted = are_wanted and can_read()
        self.known: dict[str, list[str]] = {}
        self.unread = 0

    def codes(self, name: str) -> list[str]:
        """The addresses that the codes of a picture say; one that may not be looked at is counted."""
        if name not in self.known:
            picture = unpacked_data(name) if name[:5].lower() == "data:" else self.find(name)
            if picture is None:
                return []
            if not self.are_wanted or len(self.known) >= MOST_PICTURES:
                self.unread += 1
                return []
            self.known[name] = addresses_in(picture)
        return self.known[name]


def unpacked_data(name: str) -> bytes | None:
    """The picture that a data: address is; None where it is none, or too large."""
    found = DATA.match(name)
    if not found or len(name) > 1.5 * LARGEST_BYTES:
        return None
    try:
        return b64decode(name[found.end() :])
    except ValueError:
        return None


def addresses_in(picture: bytes) -> list[str]:
    """Return the addresses that the codes of a picture in a file say, from top to bottom."""
    if not can_read() or len(picture) > LARGEST_BYTES:
        return []
    image = opened(picture)
    return [code.url for code in find_codes(image)] if image is not None else []


def opened(picture: bytes) -> Image | None:
    """A picture unpacked, in grey, not larger than need be; None for one that is damaged, too large or too small."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture), formats=KINDS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS or min(width, height) < SMALLEST:
                return None
            image.draft("L", (WIDEST, WIDEST))
            grey = on_white(image)
            grey.thumbnail((WIDEST, WIDEST))
            return grey
    except (*FAULTS, struct.error, Image.DecompressionBombError):
        return None


def on_white(image: Image) -> Image:
    """A picture in grey; what shines through is white."""
    from PIL import Image

    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("L")
    whole = image.convert("LA")
    white = Image.new("L", whole.size, 255)
    white.paste(whole.getchannel("L"), mask=whole.getchannel("A"))
    return white


def find_codes(image: Image) -> list[Code]:
    """The codes of a picture in grey that say an address, from top to bottom."""
    import zxingcpp

    read = zxingcpp.read_barcodes(
        image, formats=zxingcpp.barcode_formats_from_str("QRCode"), text_mode=zxingcpp.TextMode.Plain
    )
    found = []
    for code in read[:MOST_CODES]:
        url = code.text.strip()
        if len(url) > LONGEST or not ADDRESS.fullmatch(url):
            continue
        corners = code.position
        points = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
        across, down = [point.x for point in points], [point.y for point in points]
        found.append(Code(url=url, left=min(across), top=min(down), right=max(across), bottom=max(down)))
    return sorted(found, key=lambda code: (code.top, code.left))
