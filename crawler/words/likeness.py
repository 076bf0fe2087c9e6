"""Why two files are taken for one bulletin: the words for all who show it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from crawler.words import say

SHARED: Mapping[str, str] = {
    "issuer": "same issuer",
    "title": "same title",
    "published_on": "same day",
    "issue": "same issue number",
}


def evidence_words(evidence: str | None) -> list[str]:
    """The evidence that was kept (JSON), a line each; none where there was a person's word only."""
    found = json.loads(evidence) if evidence else None
    if not found:
        return []
    words = [say("the very same bytes")] if found["same_bytes"] else []
    if found.get("same_bytes_before"):
        words.append(say("the very same bytes as an earlier version"))
    if found["shared"]:
        words.append(say(", ").join(say(SHARED[name]) for name in found["shared"] if name in SHARED))
    both, one, other = found["articles"]
    words.append(say("{both} articles in both, of {one} and {other}", both=both, one=one, other=other))
    both, one, other = found["items"]
    words.append(say("{both} items in both, of {one} and {other}", both=both, one=one, other=other))
    return words
