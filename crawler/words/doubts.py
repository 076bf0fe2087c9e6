"""Why something waits for a person, what to do about it, and what was decided: the words for all who show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.words import say
from crawler.words.names import outcome_name, problem_name
from storage.records import ArticleEntry, CitationEntry, Decision, DecisionKind, Doubt, Outcome

HINTS: Mapping[Doubt, str] = {
    Doubt.UNPLACED: "Look the link up in the original bulletin and place it in its item.",
    Doubt.UNCERTAIN: "Look the link up in the original bulletin and place it in its item.",
    Doubt.PROBLEM: (
        "Look for the whole address in the original bulletin and keep its article with `wxmirror crawl ADDRESS`; "
        "then this entry can be ignored."
    ),
    Doubt.LINK_EXPIRED: (
        "Look for the article's lasting address (open it in WeChat, “Copy link”) and keep it with "
        "`wxmirror crawl ADDRESS`."
    ),
    Doubt.BAD_LINK: (
        "Compare the address with the original bulletin; if it was read wrongly, keep the right one with "
        "`wxmirror crawl ADDRESS`."
    ),
    Doubt.UNRECOGNISED: (
        "Open the address in a browser. If it is an article, tell the developers: "
        "the page is of a kind that is not known yet."
    ),
    Doubt.CLIENT_ONLY: (
        "It opens in the WeChat app or in another region only. Open it there, and keep the text if it matters."
    ),
    Doubt.REGION_BLOCKED: (
        "It opens in the WeChat app or in another region only. Open it there, and keep the text if it matters."
    ),
    Doubt.IDENTITY_CONFLICT: ("Open the address and see which article it is; the bulletin may have meant another one."),
}


def doubts_of(entry: CitationEntry | ArticleEntry) -> list[str]:
    """Why an entry waits, a sentence each."""
    return [_doubt(doubt, entry) for doubt in entry.doubts]


def hints_of(entry: CitationEntry | ArticleEntry) -> list[str]:
    """What to do about it, a sentence each."""
    return list(dict.fromkeys(say(HINTS[doubt]) for doubt in entry.doubts))


def decided_words(decision: Decision) -> str:
    """What was decided."""
    if decision.kind is DecisionKind.PLACE:
        return say("placed in item {position}: {title}", position=decision.item, title=decision.item_title or "—")
    return say("not listed any more")


def decision_words(decision: Decision, zone: str) -> str:
    """Who decided what, when, and why; and who took it back."""
    moment = _moment(decision.decided_at, zone)
    parts = [
        say("{who} decided on {moment}: {what}", who=decision.decided_by, moment=moment, what=decided_words(decision))
    ]
    if decision.reason:
        parts.append(say("reason: {reason}", reason=decision.reason))
    if decision.undone_at:
        undone = _moment(decision.undone_at, zone)
        parts.append(say("undone by {who} on {moment}", who=decision.undone_by or "—", moment=undone))
    return say("; ").join(parts)


def _moment(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _doubt(doubt: Doubt, entry: CitationEntry | ArticleEntry) -> str:
    if isinstance(entry, CitationEntry):
        if doubt is Doubt.PROBLEM:
            return problem_name(entry.problem or "")
        if doubt is Doubt.UNPLACED:
            return say("not placed in any item")
        return say("placed, but not surely ({confidence})", confidence=f"{entry.confidence:.0%}")
    if doubt is Doubt.IDENTITY_CONFLICT:
        return say("the page names another article than its address")
    return outcome_name(Outcome(doubt))
