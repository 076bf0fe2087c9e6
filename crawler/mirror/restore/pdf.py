"""PDF: link annotations are rewritten where they are; printed addresses that have none get one laid over them.

Every link of the file counts: those on the pages, with the actions that follow them, and those of the bookmarks.
Text that is printed stays as it is printed. pikepdf writes the file anew with its objects as they were; a signature
cannot survive that, so a signed bulletin is given back with a caution.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from crawler.mirror.restore.links import Links, RestoredLink, is_wechat
from crawler.mirror.restore.printed import Box, PrintedAddress, find_printed
from crawler.mirror.restore.rewriting import Caution, Rewritten
from storage.errors import UnreadableBulletin

MOST_ACTIONS = 100  # that follow one another, and bookmarks within bookmarks
END_WITHIN = 2048  # bytes from the end in which %%EOF must stand; a file that is cut has none there
PRINTS = 4  # the annotation flag that PDF/A asks of every annotation


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One URI action, and where on a page one may click for it (a bookmark's has no place)."""

    action: Object
    url: str
    page: int | None = None  # from 0
    box: Box | None = None


def rewrite_pdf(body: bytes, file: str, links: Links) -> Rewritten:
    """Return a PDF whose links to WeChat lead to the archive.

    Raises UnreadableBulletin for a file that is protected, cut short or no PDF at all.
    """
    with open_pdf(body, file) as pdf:
        cautions = list(find_cautions(pdf))
        actions = list(find_actions(pdf))
        printed = find_printed(body, len(pdf.pages))
        fates, changed = lead_actions(actions, printed, links)
        laid, count = lay_links(pdf, [address for address in printed if not is_covered(address, actions)], links)
        fates += laid
        changed += count
        if not changed:
            return Rewritten(body=body, links=tuple(fates), changed=0)
        return Rewritten(body=save(pdf), links=tuple(fates), changed=changed, cautions=tuple(cautions))


def open_pdf(body: bytes, file: str) -> Pdf:
    """Open a PDF. Raises UnreadableBulletin."""
    try:
        pdf = Pdf.open(io.BytesIO(body))
    except pikepdf.PasswordError as error:
        raise UnreadableBulletin(file=file, kind="password") from error
    except pikepdf.PdfError as error:
        raise UnreadableBulletin(file=file, kind="damaged", detail="not a whole PDF") from error
    if pdf.is_encrypted:
        raise UnreadableBulletin(file=file, kind="password")
    if b"%%EOF" not in body[-END_WITHIN:]:
        raise UnreadableBulletin(file=file, kind="damaged", detail="not a whole PDF")
    return pdf


def save(pdf: Pdf) -> bytes:
    """Return the file's bytes: objects packed as they were, the same bytes for the same links every time."""
    out = io.BytesIO()
    pdf.save(
        out,
        object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        fix_metadata_version=False,
        linearize=pdf.is_linearized,
        deterministic_id=True,
    )
    return out.getvalue()


def find_cautions(pdf: Pdf) -> Iterator[Caution]:
    """Yield what a person should know: a signature that breaks, a damaged file that was put right."""
    form = pdf.Root.get(Name.AcroForm)
    flags = form.get(Name.SigFlags) if isinstance(form, Dictionary) else None
    rights = pdf.Root.get(Name.Perms)
    if (isinstance(flags, int) and flags & 1) or (isinstance(rights, Dictionary) and Name.DocMDP in rights):
        yield Caution.SIGNATURE_BROKEN
    if pdf.get_warnings():
        yield Caution.REPAIRED


# ---- links that are there


def find_actions(pdf: Pdf) -> Iterator[Action]:
    """Yield every URI action of a file: page by page, then the bookmarks."""
    for number, page in enumerate(pdf.pages):
        for annotation in page.get(Name.Annots, Array()):
            if isinstance(annotation, Dictionary) and Name.A in annotation:
                box = read_box(annotation.get(Name.Rect))
                for action, url in uri_actions(annotation.A):
                    yield Action(action=action, url=url, page=number, box=box)
    for bookmark in bookmarks(pdf):
        for action, url in uri_actions(bookmark.get(Name.A)):
            yield Action(action=action, url=url)


def uri_actions(first: Object | None) -> Iterator[tuple[Object, str]]:
    """Yield an action, and those that follow it, that lead to an address."""
    waiting = [first]
    for _ in range(MOST_ACTIONS):
        if not waiting:
            return
        action = waiting.pop(0)
        if isinstance(action, Array):
            waiting += list(action)
        elif isinstance(action, Dictionary):
            if action.get(Name.S) == Name.URI and isinstance(action.get(Name.URI), String):
                yield action, read_string(action.URI)
            waiting.append(action.get(Name.Next))


def bookmarks(pdf: Pdf) -> Iterator[Dictionary]:
    """Yield every bookmark of a file, whatever loops its outline has."""
    outlines = pdf.Root.get(Name.Outlines)
    waiting, seen = [outlines], set()
    while waiting:
        entry = waiting.pop()
        if not isinstance(entry, Dictionary) or entry.objgen in seen:
            continue
        seen.add(entry.objgen)
        yield entry
        waiting += [entry.get(Name.Next), entry.get(Name.First)]


def lead_actions(actions: list[Action], printed: list[PrintedAddress], links: Links) -> tuple[list[RestoredLink], int]:
    """Rewrite the actions; their fates in order, and how many were changed.

    All addresses were read before: several links may share one action.
    """
    fates, changed = [], 0
    for action in actions:
        fate = links.fate(whole_address(action, printed))
        if fate is None:
            continue
        fates.append(fate)
        if fate.replay_url and fate.replay_url != action.url:
            action.action.URI = String(fate.replay_url)
            changed += 1
    return fates, changed


def whole_address(action: Action, printed: list[PrintedAddress]) -> str:
    """Return the address that a link means.

    Programs that turn printed addresses into links stop at the end of the line: where the link's address is only the
    beginning of the one that is printed under it, the printed one is meant.
    """
    if action.box is None or not is_wechat(action.url):
        return action.url
    for address in printed:
        under = address.page == action.page and any(box.meets(action.box) for box in address.boxes)
        if under and address.url.startswith(action.url) and len(address.url) > len(action.url):
            return address.url
    return action.url


# ---- links that are missing


def is_covered(address: PrintedAddress, actions: list[Action]) -> bool:
    """Whether a link lies over a printed address already."""
    on_page = [action.box for action in actions if action.page == address.page and action.box]
    return any(box.meets(other) for box in address.boxes for other in on_page)


def lay_links(pdf: Pdf, printed: list[PrintedAddress], links: Links) -> tuple[list[RestoredLink], int]:
    """Lay a link over each printed address of which a copy is held, one rectangle a line."""
    fates, changed = [], 0
    for address in printed:
        fate = links.fate(address.url)
        if fate is None:
            continue
        fates.append(fate)
        if fate.replay_url:
            lay_link(pdf, address, fate.replay_url)
            changed += 1
    return fates, changed


def lay_link(pdf: Pdf, address: PrintedAddress, url: str) -> None:
    """Add the annotations of one printed address to its page."""
    page = pdf.pages[address.page]
    annotations = list(page.get(Name.Annots, Array()))
    for box in address.boxes:
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([round(edge, 2) for edge in (box.left, box.bottom, box.right, box.top)]),
            Border=Array([0, 0, 0]),
            F=PRINTS,
            A=Dictionary(Type=Name.Action, S=Name.URI, URI=String(url)),
        )
        annotations.append(pdf.make_indirect(link))
    page.Annots = Array(annotations)


# ---- reading


def read_string(value: Object) -> str:
    """Return a string of the file: UTF-16 where it says so, else UTF-8, else one byte a character."""
    written = bytes(value)
    if written.startswith((b"\xfe\xff", b"\xff\xfe")):
        return written.decode("utf-16", "replace")
    try:
        return written.decode()
    except UnicodeDecodeError:
        return written.decode("latin-1")


def read_box(value: Object | None) -> Box | None:
    """Return a rectangle of the file, its corners in whatever order they come."""
    try:
        x1, y1, x2, y2 = (float(edge) for edge in value)  # type: ignore[union-attr]
    except (TypeError, ValueError):
        return None
    return Box(left=min(x1, x2), bottom=min(y1, y2), right=max(x1, x2), top=max(y1, y2))
