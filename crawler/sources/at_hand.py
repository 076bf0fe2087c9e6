"""The sources that are asked before the reactor runs: folders and mailboxes, one after the other."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace

from crawler.config import SourceSettings
from crawler.intake import Intake
from crawler.sources.folders import take_folder
from crawler.sources.mailboxes import Mailbox, opened, place_of
from crawler.sources.patience import SourceFailed, failed, is_to_be_asked, succeeded
from crawler.words import say
from storage.errors import UnreadableBulletin
from storage.records import Bulletin, SourceState

MOST_MAILS = 500
"""Mails read in one run: a mailbox of many years comes in over several nights."""

LONGEST_NAME = 80

logger = logging.getLogger(__name__)


def ask_at_hand(source: SourceSettings, intake: Intake, *, by_hand: bool, must_stop: Callable[[], bool]) -> None:
    """Ask a folder or a mailbox, take in what is new, and remember how that went. Raises ArchiveError."""
    archive, clock = intake.held, intake.clock
    state = archive.source_state(source.name)
    if not is_to_be_asked(state, clock.now(), by_hand=by_hand):
        return
    try:
        if source.folder:
            take_folder(source, intake)
        else:
            take_mailbox(source, intake, state, must_stop)
            state = archive.source_state(source.name)
    except SourceFailed as failure:
        intake.tally.listener.problem(failure)
        archive.keep_source_state(failed(archive.source_state(source.name), failure, clock.now()))
    else:
        archive.keep_source_state(succeeded(state, clock.now()))


def take_mailbox(source: SourceSettings, intake: Intake, state: SourceState, must_stop: Callable[[], bool]) -> None:
    """Take in the mails that came since the last one read. Raises SourceFailed, ArchiveError."""
    with opened(source) as mailbox:
        numbers = mailbox.new_since(state.read_up_to)
        for number in numbers[:MOST_MAILS]:
            if must_stop():
                return  # what was read is remembered
            _take_mail(source, intake, mailbox, number)
            state = replace(state, read_up_to=mailbox.mark(number))
            intake.held.keep_source_state(state)
    if len(numbers) > MOST_MAILS:
        intake.tally.listener.note(
            say(
                "{source}: {count} more mails are read with the next run.",
                source=source.name,
                count=len(numbers) - MOST_MAILS,
            )
        )


def is_bulletin(bulletin: Bulletin) -> bool:
    """Whether a mail is kept: it cites an article, or holds a file that could not be read and may cite one."""
    return bool(bulletin.citations) or any(code.startswith("unread_part") for code in bulletin.warnings)


def mail_name(body: bytes) -> str:
    """The name under which a mail is taken in: its subject, which is somebody else's text."""
    from crawler.bulletins.formats.mail import header, parse  # only who has a mailbox waits for it

    try:
        subject = header(parse(body), "subject")
    except UnreadableBulletin:
        subject = ""
    plain = re.sub(r"[^\w 《》〈〉（）【】“”.,，。、()-]+", " ", subject).strip(" .")
    return f"{plain[:LONGEST_NAME] or say('(no title)')}.eml"


def _take_mail(source: SourceSettings, intake: Intake, mailbox: Mailbox, number: int) -> None:
    """Take in one mail; one that cannot be is told, and stays where it is, in the mailbox."""
    try:
        body = mailbox.read(number)
        if body is None:
            return
        bulletin = intake.reader.read_bulletin(body, mail_name(body))
    except UnreadableBulletin as error:
        intake.tally.listener.problem(error)
        return
    if is_bulletin(bulletin):
        # A mail never changes, so its digest names it, whatever number the server gives it next year.
        place = f"{place_of(source)}/{hashlib.sha256(body).hexdigest()[:32]}"
        intake.keep(bulletin, body, source=source.name, source_url=place)
    else:
        logger.info("left in the mailbox, since it cites no article: UID %s", number)
