"""Bulletins of old makes: DOC, WPS, RTF and OpenDocument texts are saved as DOCX by LibreOffice and read as that.

The readers of formats are pure and are handed the conversion; the process that does it is ``crawler.converting``.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from crawler.bulletins import reading
from crawler.converting import FAILED, LENGTH, MISSING, SECONDS, TOO_LONG
from storage.errors import UnreadableBulletin
from storage.records import Bulletin

MOST_CONVERSIONS = 40
"""Documents converted for one bulletin (an archive of many): one takes a second."""

KINDS = {MISSING: "needs_libreoffice", FAILED: "damaged", TOO_LONG: "too_complex"}


def read_bulletin(body: bytes, file: str) -> Bulletin:
    """Return what a file says as a bulletin, those of old makes too. Raises UnreadableBulletin."""
    return reading.read_bulletin(body, file, convert=Office().to_docx)


def read_without_pictures(body: bytes, file: str) -> Bulletin:
    """Return what a file says as a bulletin; its pictures are not looked at, and that is said."""
    bulletin = reading.read_bulletin(body, file, convert=Office().to_docx, pictures=False)
    return replace(bulletin, warnings=(*bulletin.warnings, "pictures_left_out"))


class Office:
    """LibreOffice, for one bulletin."""

    def __init__(self) -> None:
        self.conversions = 0

    def to_docx(self, body: bytes, suffix: str) -> bytes:
        """Return a document as DOCX. Raises UnreadableBulletin."""
        self.conversions += 1
        if self.conversions > MOST_CONVERSIONS:
            raise UnreadableBulletin(file="", kind="too_complex", detail=f"more than {MOST_CONVERSIONS} old documents")
        return to_docx(body, suffix)


def to_docx(body: bytes, suffix: str, *, seconds: float = SECONDS) -> bytes:
    """Return a document of the make that ``suffix`` names (doc, rtf, odt) as DOCX, by LibreOffice.

    Raises UnreadableBulletin where there is no LibreOffice, or it cannot read the document within its limits.
    """
    arguments = [sys.executable, "-m", "crawler.converting", suffix, str(seconds)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(LENGTH.pack(len(body)) + body)
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended at once, and its exit code says why
        docx = process.stdout.read()  # the pipe to it stays open meanwhile: closing it ends the conversion
    if process.returncode:
        kind = KINDS.get(process.returncode, "damaged")
        detail = "LibreOffice took too long" if kind == "too_complex" else "LibreOffice cannot open it"
        raise UnreadableBulletin(file="", kind=kind, detail=detail)
    return docx
