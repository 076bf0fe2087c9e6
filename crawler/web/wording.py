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


def refusal_words(reason: object) -> str:
    """Why an address cannot be looked up, and what to do."""
    return say(REASONS.get(str(reason), NO_ARTICLE))


def problem_words(problem: str | None) -> str:
    """Why a citation cannot be fetched."""
    return problem_name(problem or "not_an_article")
