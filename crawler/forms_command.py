"""``wxmirror review forms``, ``join`` and ``part``: which files are one bulletin in several forms."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.cli import emit, open_archive
from crawler.commands import bulletin_id
from crawler.files import read_file
from crawler.forms import plain
from crawler.showing.terminal import clean, human_moment, results
from crawler.words import say
from crawler.words.likeness import evidence_words

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.archive import Archive
    from storage.decisions import Word
    from storage.records import BulletinMerge


def run_forms(config: Config, *, as_json: bool) -> None:
    """List what was joined."""
    with open_archive(config) as archive:
        merges = archive.bulletin_merges()
        files = {one: _file(archive, one) for merge in merges for one in (merge.bulletin, merge.form)}
    if as_json:
        emit([merge_form(merge) for merge in merges])
        return
    if not merges:
        results().print(say("No bulletin lies here in several forms."))
    for merge in merges:
        pair = f"{files[merge.bulletin]} ({merge.bulletin}) = {files[merge.form]} ({merge.form})"
        results().print(clean(pair), style="bold")
        for words in merge_words(merge, config.schedule.zone):
            results().print(f"  {words}", style="dim")


def run_join(config: Config, one: str, other: str, word: Word, *, as_json: bool) -> None:
    """Join two bulletins on a person's word."""
    with open_archive(config, writing=True) as archive:
        archive.join_bulletins(own_id(archive, one), own_id(archive, other), word=word)
        merge = archive.bulletin_merges()[0]
    if as_json:
        emit(merge_form(merge))
    else:
        results().print(say("{form} is shown with {bulletin} from now on.", form=merge.form, bulletin=merge.bulletin))


def run_part(config: Config, bulletin: str, word: Word, *, as_json: bool) -> None:
    """Take a form out of its bulletin."""
    with open_archive(config, writing=True) as archive:
        form = archive.part_bulletin(own_id(archive, bulletin), word=word)
    if as_json:
        emit(merge_form(form))
    else:
        results().print(say("{form} is a bulletin by itself again.", form=form.form))


def own_id(archive: Archive, named: str) -> str:
    """The public id of the very form that is named, by it or by its file. Raises NotInArchive."""
    if (file := Path(named)).is_file():
        held = archive.bulletin_of(hashlib.sha256(read_file(file)).hexdigest())
        return held or bulletin_id(archive, named)
    return named


def merge_form(merge: BulletinMerge) -> dict[str, Any]:
    """What was joined, for programs."""
    form: dict[str, Any] = plain(merge)
    return form | {"evidence": json.loads(merge.evidence)}


def merge_words(merge: BulletinMerge, zone: str) -> list[str]:
    """Why two bulletins were joined, by whom, and who took them apart."""
    moment = human_moment(merge.merged_at, zone)
    by = clean(merge.merged_by) if merge.merged_by else say("told by their content")
    words = [f"{moment}  {by}", *evidence_words(merge.evidence)]
    if merge.undone_at:
        who = clean(merge.undone_by) if merge.undone_by else say("a new version that is another bulletin")
        words.append(say("undone by {who} on {moment}", who=who, moment=human_moment(merge.undone_at, zone)))
    return words


def _file(archive: Archive, bulletin: str) -> str:
    return next(form.file for form in archive.bulletin(bulletin).forms if form.bulletin == bulletin)
