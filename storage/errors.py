"""The errors that a person may meet, and how they carry their words.

Each error has ``words``, an English sentence with named places, and the values that fill them. Whoever shows
the error to a person (the command line, the reading room) translates the sentence by its English text; the
archive itself knows no language but this one. Every sentence says what happened and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class MirrorError(Exception):
    """The root of all errors that are shown to people. ``values`` fill the places in ``words``."""

    words: ClassVar[str] = "Something went wrong: {reason}."

    def __init__(self, **values: object) -> None:
        super().__init__(*values.values())
        self.values = values

    def __str__(self) -> str:
        return self.words.format(**self.values)


class ArchiveError(MirrorError):
    """The archive cannot do what was asked."""


class ReadingError(MirrorError):
    """A page or file that should be readable is not."""


class WrongUsage(MirrorError):
    """What was asked for cannot be done as it was asked; nothing is wrong with the archive."""


class NotInArchive(ArchiveError):
    """What was asked for is not held."""

    words = "{subject} is not in the archive."


class SheetsCame(ArchiveError):
    """Style sheets of a page were kept while the page was on its way; whoever keeps it asks again what they cite."""

    words = "Style sheets came in meanwhile: {sheets}."

    def __init__(self, *, sheets: list[str]) -> None:
        super().__init__(sheets=sheets)
        self.sheets = sheets


class NoArchive(ArchiveError):
    """There is no archive at this place."""

    words = "There is no archive in {place}. Run `wxmirror crawl BULLETIN` to begin one, or set WXMIRROR_ARCHIVE."


class ArchiveTooNew(ArchiveError):
    """The archive was made by a newer wxmirror."""

    words = (
        "The archive in {place} was made by a newer wxmirror (its schema is {found}). Install that version or newer."
    )


class ArchiveTooOld(ArchiveError):
    """The archive must be migrated first, and a reading command does not migrate."""

    words = "The archive in {place} was made by an older wxmirror. Run `wxmirror crawl` or `wxmirror serve` once: it is copied aside and brought up to date."


class NotCopiedAside(ArchiveError):
    """An older PostgreSQL archive could not be copied before it is brought up to date; nothing was changed."""

    words = "The archive in {place} was made by an older wxmirror. Before it is brought up to date its database must be copied, which did not work ({reason}). Install PostgreSQL's client programs, of the server's version or newer (on Debian: apt install postgresql-client); or copy the database by your own means, then run `wxmirror migrate --copied`. Nothing was changed."


class ArchiveReadOnly(ArchiveError):
    """The archive cannot be written to."""

    words = "The archive in {place} cannot be written to ({reason}). Check the folder's owner and whether the disk is mounted read-only."


class ArchiveDamaged(ArchiveError):
    """The database in the archive's folder is damaged, or something else that lies there under its name."""

    words = "The archive's database {file} is damaged, or is no database at all ({reason}). Nothing was changed, and the kept pages and pictures lie beside it as before. Put a backup of this file back in its place; if it does not belong there, move it away."


class ArchiveBusy(ArchiveError):
    """Another process holds the lock that was asked for."""

    words = "Another {job} is running on this archive. Wait for it to end, or look at `wxmirror status`."


class DiskFull(ArchiveError):
    """Too little room to go on safely."""

    words = "Only {free} left on the disk of the archive, {floor} must stay free. Free some space, or lower [archive] min_free_gb; nothing was lost."


class BlobDamaged(ArchiveError):
    """A blob's bytes do not match its name."""

    words = "The kept bytes {sha256} are damaged: {reason}. Restore this file from a backup; `wxmirror verify` lists all such files."


class NotReadBack(ArchiveError):
    """A new form of kept bytes did not say what the old one does; the old one stays."""

    words = "The new form of {sha256} could not be read back as it was written, so the old one stays and nothing was lost. The disk or the memory may be failing: check both, then run `wxmirror verify`."


class NotAnArticle(ReadingError):
    """An address that is no WeChat article's. ``reason`` is a word of crawler.wechat.urls."""

    words = "{url} is not the address of a WeChat article ({reason})."


class UnreadableArticle(ReadingError):
    """A page that has the frame of an article, but not what an article must have."""

    words = "The page cannot be read as an article: {reason}."


class UnreadableBulletin(ReadingError):
    """A file that cannot be read as a bulletin. ``kind`` is the word for programs, and chooses the sentence."""

    REASONS: ClassVar[Mapping[str, str]] = {
        "missing": "{file}: there is no such file. Check the name and the folder.",
        "not_a_file": "{file} is a folder, not a file. Name the bulletins in it one by one, or follow the folder as a source.",
        "no_permission": "{file} may not be read by this user. Change its permissions, or copy it.",
        "empty": "{file} is empty (0 bytes). Ask for the bulletin again.",
        "unknown_kind": "{file} is no kind of bulletin that wxmirror reads (it looks like {detail}). It reads PDF, OFD, Word (DOCX, DOC, WPS, RTF), Excel (XLSX), HTML, MHTML, EPUB, mail (EML, MSG), Markdown, CSV, plain text, and ZIP archives of these.",
        "old_office": "{file} is {detail}, a kind that wxmirror cannot read. Open it in Office or WPS, save it as DOCX, XLSX or PDF, and give that.",
        "packed": "{file} is {detail}, a kind that wxmirror cannot unpack. Unpack it, and give the files in it, or a ZIP archive of them.",
        "needs_libreoffice": "{file} is {detail}. wxmirror reads it through LibreOffice, which is not installed here. Install it (on Debian and Ubuntu: apt install libreoffice-writer) and try again, or open the file in Word or WPS, save it as DOCX or PDF, and give that.",
        "not_restorable": "The links in {file} cannot be replaced (it looks like {detail}). Links are replaced in PDF, HTML and plain text; save it as a PDF and restore that.",
        "damaged": "{file} is damaged or cut short ({detail}). Ask for the bulletin again, or open and save it anew.",
        "password": "{file} is protected by a password. Save a copy without the password and give that.",
        "too_large": "{file} is too large to be a bulletin ({detail}).",
        "too_complex": "{file} could not be read within its limits of time and memory ({detail}).",
    }

    def __init__(self, *, file: str, kind: str, detail: str = "") -> None:
        super().__init__(file=file, kind=kind, detail=detail)
        self.kind = kind
        self.words = self.REASONS[kind]  # type: ignore[misc]


class WrongSettings(WrongUsage):
    """wxmirror.toml or the environment holds something that is not understood."""

    words = "{place}: {reason}"
