"""What came from outside, made fit to be printed: a page's title or a file's name must not steer a terminal."""

from __future__ import annotations

import unicodedata


def clean(value: object) -> object:
    """Return a string without control and direction marks; anything else as it is."""
    if not isinstance(value, str):
        return value
    return "".join(mark for mark in value if mark in "\n\t" or unicodedata.category(mark)[0] != "C")
