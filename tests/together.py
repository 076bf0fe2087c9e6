"""Tests that look at one costly thing, which go to one of several processes, so that it is made once.

pytest-xdist's own groups (``xdist_group``) are silently not kept under pytest 9.2 and later (pytest-xdist issue 1386).
"""

from __future__ import annotations

from typing import Any

READING = "tests/crawler/wechat/test_reading.py::"
TOGETHER = {
    "the corpus on show": ("tests/fidelity/",),
    "the crawl of the corpus": ("tests/stories/test_whole_corpus.py::",),
    "the readings of the corpus": tuple(
        READING + name
        for name in ("test_a_page_of_the_corpus_", "test_an_article_of_the_corpus_", "test_every_role_that_a_page_")
    ),
    "one night": ("tests/stories/test_a_night.py::",),
    "a folder of outputs that nobody reads": ("tests/crawler/test_outlets.py::",),
    "every module, parsed": ("tests/test_layers.py::",),
}
FEW = {"a crawl that is not killed": ("tests/stories/test_kill.py::",)}
"""What is made once more for the many rounds of CI=true, so that they are shared out."""


def group_of(nodeid: str, groups: dict[str, tuple[str, ...]]) -> str:
    """The group that a test belongs to, or itself."""
    return next((group for group, beginnings in groups.items() if nodeid.startswith(beginnings)), nodeid)


def scheduler(config: Any, log: Any, *, is_ci: bool) -> Any:
    """What tells each process of a run which tests are its own."""
    from xdist.scheduler import LoadScopeScheduling

    groups = TOGETHER if is_ci else TOGETHER | FEW

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid, groups)

    return Together(config, log)
