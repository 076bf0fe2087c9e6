"""English, where one is not many: ``{count} articles stay due`` is said as ``1 article stays due``.

The sentences stand in the code in the plural. What follows a place with a 1 in it is put into the singular: the noun,
and a verb that goes with it. Chinese needs none of this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WITH_S = (
    "article asset attachment bulletin byte character citation document element fault file form item line link mail "
    "member page paragraph part picture record reference script source spelling tag time"
)
NOUNS: Mapping[str, str] = {f"{noun}s": noun for noun in str.split(_WITH_S)} | {"copies": "copy"}

VERBS: Mapping[str, str] = {
    "are": "is",
    "have": "has",
    "hold": "holds",
    "lie": "lies",
    "stay": "stays",
    "take": "takes",
    "wait": "waits",
    "were": "was",
}

BETWEEN = ("damaged", "kept", "more", "new", "of", "old", "other", "them", "unchanged")
"""Words that may stand between a number and its noun or verb."""

_COUNTED = re.compile(
    r"\{(?P<place>\w+)\}(?P<between>(?: (?:" + "|".join(BETWEEN) + r"))*)"
    r"(?: (?P<noun>" + "|".join(NOUNS) + r")\b(?P<where> in it)?)?(?: (?P<verb>" + "|".join(VERBS) + r")\b)?"
)


def in_number(sentence: str, values: Mapping[str, object]) -> str:
    """Return a sentence with its places unfilled, in the singular wherever a 1 will stand."""

    def one(found: re.Match[str]) -> str:
        if str(values.get(found["place"])) != "1":
            return found[0]
        noun = f" {NOUNS[found['noun']]}{found['where'] or ''}" if found["noun"] else ""
        verb = f" {VERBS[found['verb']]}" if found["verb"] else ""
        return f"{{{found['place']}}}{found['between']}{noun}{verb}"

    return _COUNTED.sub(one, sentence)
