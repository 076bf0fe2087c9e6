"""The names that people read for standings, outcomes, grounds and problems; one place for all who show them."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.words import say
from storage.records import Outcome, PlacedBy, Role, Standing

STANDINGS: Mapping[Standing | None, str] = {
    Standing.ALIVE: "readable",
    Standing.GONE: "gone",
    Standing.MOVED: "moved",
    Standing.LATER: "try again later",
    Standing.BLOCKED: "access refused",
    Standing.UNKNOWN: "not understood",
    None: "not visited yet",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ALIVE: "readable",
    Outcome.DELETED: "deleted by its author",
    Outcome.VIOLATION: "removed by the platform for a violation",
    Outcome.INFRINGEMENT: "removed after an infringement complaint",
    Outcome.COMPLAINT: "removed after complaints",
    Outcome.SEND_FAILED: "never sent out",
    Outcome.ACCOUNT_BLOCKED: "account blocked",
    Outcome.ACCOUNT_CLOSED: "account closed",
    Outcome.LINK_EXPIRED: "temporary link expired",
    Outcome.MIGRATED: "moved with its account",
    Outcome.UNDER_REVIEW: "under review",
    Outcome.ACCOUNT_MIGRATING: "account is moving",
    Outcome.PRIVATE: "hidden by its author's privacy setting",
    Outcome.UNAVAILABLE: "temporarily unavailable",
    Outcome.SYSTEM_ERROR: "WeChat system error",
    Outcome.TRUNCATED: "page cut short",
    Outcome.UNREACHABLE: "not reachable",
    Outcome.CAPTCHA: "verification asked for",
    Outcome.RATE_LIMITED: "too many requests",
    Outcome.CLIENT_ONLY: "opens in the WeChat app only",
    Outcome.REGION_BLOCKED: "blocked in this region",
    Outcome.ROBOTS_EXCLUDED: "left out because of robots.txt",
    Outcome.BAD_LINK: "the address is wrong",
    Outcome.UNRECOGNISED: "a page that is not known",
}

PLACES: Mapping[PlacedBy | None, str] = {
    PlacedBy.ANNOTATION: "link area over the item",
    PlacedBy.HYPERLINK: "link in the item",
    PlacedBy.INLINE: "printed in the item",
    PlacedBy.ROW: "same table row",
    PlacedBy.NEAREST: "nearest item, to be confirmed",
    PlacedBy.PERSON: "placed by a person",
    None: "not placed",
}

ROLES: Mapping[Role, str] = {
    Role.BODY: "picture",
    Role.BACKGROUND: "background picture",
    Role.COVER: "cover",
    Role.AVATAR: "avatar",
    Role.CARD: "card",
    Role.AUDIO: "sound",
    Role.VIDEO: "video",
    Role.STYLE: "style sheet",
}


PROBLEMS: Mapping[str, str] = {
    "truncated": "the address is cut short; look for the whole one in the original",
    "ambiguous": "it cannot be told where the address ends; look it up in the original",
    "malformed": "a part of the address cannot be right; compare it with the original",
    "not_an_article": "it is not the address of a single article",
    "lookalike_host": "the host only looks like WeChat's; it is never visited",
    "user_info": "a user name stands before the host; such addresses are never visited",
    "port": "it names a port that WeChat does not use",
    "private_host": "it leads into a private network; such addresses are never visited",
    "album": "it is an album, a list of articles",
    "profile": "it is an account's own page",
    "captcha": "it is a verification page that does not say for which article",
    "resource": "it is a part of a page",
    "sogou_link": "it is a passing link of Sogou's search",
}
"""What a problem code of an address means (docs/decisions/addresses.md)."""

FAILURES: Mapping[str, str] = {
    "dns": "its name cannot be resolved; check the address and the network",
    "refused": "the connection was refused",
    "proxy": "the proxy refuses to lead there",
    "certificate": "its certificate does not verify",
    "timeout": "it did not answer in time",
    "too_large": "it is larger than is fetched",
    "guard": "it leads to a place that is never visited",
    "unusable": "its answer cannot be used",
    "lost": "the connection was lost",
}
"""What a failure word of an exchange means."""


def standing_name(standing: Standing | None) -> str:
    """Return the word for a standing; None is an article that was never visited."""
    return say(STANDINGS[standing])


def outcome_name(outcome: Outcome) -> str:
    """Return the words for what a visit found."""
    return say(OUTCOMES[outcome])


def place_name(placed_by: PlacedBy | None) -> str:
    """Return the words for why a citation stands where it stands."""
    return say(PLACES[placed_by])


def role_name(role: Role) -> str:
    """Return the word for what an asset is to its page."""
    return say(ROLES[role])


def problem_name(code: str) -> str:
    """Return the words for a problem or failure code; what is no code is taken for an English sentence."""
    return say(PROBLEMS.get(code) or FAILURES.get(code, code))
