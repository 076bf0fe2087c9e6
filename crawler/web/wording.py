"""The words of the reading room for what programs say in codes."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.words import say
from crawler.words.names import problem_name

# Why an address is refused, by the word that crawler.wechat.urls gives.
REASONS: Mapping[str, str] = {
    "truncated": "The address is cut short. Copy the whole address from the bulletin or from WeChat and try again.",
    "lookalike_host": "This address only looks like WeChat's; its host is another.",
    "album": "This is the address of an album, not of a single article.",
    "profile": "This is the address of an account's page, not of a single article.",
    "resource": "This is the address of a part of a page, not of an article.",
    "captcha": "This is the address of WeChat's verification page. Copy the article's own address instead.",
    "sogou_link": "This is a Sogou link, which works for minutes only. Open it and copy the article's own address.",
}
NO_ARTICLE = (
    "This is not the address of a WeChat article. Such addresses begin with https://mp.weixin.qq.com/s and are copied "
    "whole from the bulletin or with “Copy link” in WeChat."
)

# What was looked at on a page, by the word that crawler.wechat.pages gives.
TESTS: Mapping[str, str] = {
    "final_address": "Where the visit ended",
    "page_module": "The page's own name",
    "container": "The article's frame",
    "script": "A script of the page",
    "form": "Form of the page",
    "end": "End of the page",
    "variable": "A value in the page",
    "migration_target": "Where the article moved",
    "structure": "What stands on the page",
    "bounds": "Size of the page",
    "notice": "Notice on the page",
    "robots": "robots.txt",
    "exchange": "Answer of the server",
    "reader": "Reading of the page",
}
FORMS: Mapping[str, str] = {
    "server": "as sent by WeChat's server",
    "browser_saved": "saved by a browser",
    "rendered_dom": "written out by a browser",
    "exported": "written out by another program",
    "mhtml": "saved by a browser as MHTML",
    "cut_off": "cut off",
    "too_large": "too large",
    "third_party_host": "another site's page",
    "account_history_page": "an account's list of articles",
}


def refusal_words(reason: object) -> str:
    """Why an address cannot be looked up, and what to do."""
    return say(REASONS.get(str(reason), NO_ARTICLE))


def problem_words(problem: str | None) -> str:
    """Why a citation cannot be fetched."""
    return problem_name(problem or "not_an_article")


def test_words(test: str) -> str:
    """What was looked at on a page."""
    known = TESTS.get(test.partition(" ")[0])
    return say(known) if known else test


def seen_words(seen: str) -> str:
    """What was seen there."""
    return say(FORMS[seen]) if seen in FORMS else seen
