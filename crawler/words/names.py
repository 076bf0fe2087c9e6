"""The names that people read for standings, outcomes, grounds and problems; one place for all who show them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.words import say
from crawler.words.kept import known_sentence
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
    "robots": "the site's robots.txt does not allow programs to fetch it",
    "no_links": "no link on it is a bulletin's",
    "damaged_list": "it cannot be read as a page, a feed or a sitemap",
    "entities": "it declares entities, which no feed or sitemap needs and attackers use",
    "no_folder": "there is no such folder",
    "closed_folder": "this user may not look into the folder",
    "no_password": "no password was found",
    "login": "the mail server refuses the user name or the password",
    "mailbox": "the account has no mailbox of this name",
    "no_tls": "the mail server does not speak TLS on this port",
    "mail": "the mail server's answer is not understood",
}
"""What a failure word of an exchange, or of asking a source, means."""

REMEDIES: Mapping[str, str] = {
    "status": "Open the address in a browser. If it has moved, change it in wxmirror.toml; if the site is down, wait.",
    "status 401": "The site wants a log-in, which wxmirror does not do. Put its bulletins into a watched folder.",
    "status 403": "The site turns programs away. Ask its operator, or put its bulletins into a watched folder.",
    "status 429": "Nothing needs to be done: the site is left alone until then.",
    "status 503": "Nothing needs to be done: the site is left alone until then.",
    "dns": "Check the name in wxmirror.toml, and whether this machine is connected to the network.",
    "refused": "Check the address and its port in wxmirror.toml, and the firewall.",
    "proxy": "Check https_proxy and no_proxy: the proxy does not lead to this host.",
    "certificate": "If your institution has an authority of its own, name it in SSL_CERT_FILE; else do not trust this site.",
    "timeout": "The site is slow or down. Try it by hand with `wxmirror sources try`.",
    "lost": "The site is unstable. Try it by hand with `wxmirror sources try`.",
    "too_large": "Fetch it by hand, and put it into a watched folder.",
    "guard: host": "If the bulletins lie on that host, add it to the source's hosts in wxmirror.toml.",
    "guard: port": "If the bulletins lie on that port, add host:port to the source's hosts in wxmirror.toml.",
    "guard: address": "If the source is inside your own network, set allow_private = true for it in wxmirror.toml.",
    "guard": "The address is none that is asked. Correct it in wxmirror.toml.",
    "unusable": "Open the address in a browser and see where it leads.",
    "robots": "Ask the site's operator to allow wxmirror, or put the bulletins into a watched folder.",
    "no_links": "Look at the links with `wxmirror sources try`, and set link_pattern or page_pattern in wxmirror.toml.",
    "damaged_list": "Open the address in a browser: is it the list? Correct url in wxmirror.toml.",
    "entities": "Ask the site's operator; follow a page that lists the bulletins instead.",
    "no_folder": "Make the folder, mount its disk, or correct folder in wxmirror.toml.",
    "closed_folder": "Give the user who runs wxmirror the right to read it.",
    "no_password": "Write the password into that file, or set that variable, for the user who runs wxmirror.",
    "login": "Check user and password. Many mail services want a code made for programs (授权码) and IMAP switched on.",
    "mailbox": "Correct mailbox in wxmirror.toml: one of the names in brackets.",
    "no_tls": "Use the port for IMAP over TLS, usually 993.",
    "mail": "Check the server's name and port in wxmirror.toml.",
}
"""What to do about a failure of a source; the longest beginning of its code counts."""

GUARDED: Mapping[str, str] = {
    "scheme": "no web address",
    "user_info": "a user name before the host",
    "port": "a port that was not named",
    "address": "a private address",
    "host": "a host that was not named",
}
"""What the guard found (crawler.guard.refusal)."""

STATUSES: Mapping[int, str] = {
    401: "the server refuses it (status {status})",
    403: "the server refuses it (status {status})",
    404: "the server has it no more (status {status})",
    410: "the server has it no more (status {status})",
    429: "the server asks for patience (status {status})",
}
"""What an HTTP status other than 200 means."""

MENDED: Mapping[str, str] = {
    "joined_lines": "joined over lines",
    "unescaped": "escapes undone",
    "respelled": "spelling put right",
    "completed": "completed",
    "unwrapped": "taken out of another address",
    "trimmed": "trailing signs cut",
}
"""How a cited address was mended (crawler.wechat.mending); several are joined by a plus sign."""

TESTS: Mapping[str, str] = {
    "final_address": "Where the visit ended",
    "page_module": "The page's own name",
    "container": "The article's frame",
    "script": "A script of the page",
    "form": "Form of the page",
    "kind": "Kind of the article",
    "end": "End of the page",
    "head": "Head of the page",
    "variable": "A value in the page",
    "migration_target": "Where the article moved",
    "structure": "What stands on the page",
    "bounds": "Size of the page",
    "notice": "Notice on the page",
    "robots": "robots.txt",
    "exchange": "Answer of the server",
    "reader": "Reading of the page",
}
"""What was looked at on a page, by the word that crawler.wechat.pages gives."""

FORMS: Mapping[str, str] = {
    "server": "as sent by WeChat's server",
    "browser_saved": "saved by a browser",
    "rendered_dom": "written out by a browser",
    "exported": "written out by another program",
    "mhtml": "saved by a browser as MHTML",
    "cut_off": "cut off",
    "too_large": "too large",
    "too_many_tags": "too many elements",
    "too_deep": "nested too deep",
    "not_html": "no HTML",
    "empty": "nothing stands there",
    "third_party_host": "another site's page",
    "account_history_page": "an account's list of articles",
}
"""What was seen there, where it is a word."""


def standing_name(standing: Standing | None) -> str:
    """Return the word for a standing; None is an article that was never visited."""
    return say(STANDINGS[standing])


def outcome_name(outcome: Outcome) -> str:
    """Return the words for what a visit found."""
    return say(OUTCOMES[outcome])


def place_name(placed_by: PlacedBy | None) -> str:
    """Return the words for why a citation stands where it stands."""
    return say(PLACES[placed_by])


def repair_name(repair: str) -> str:
    """Return the words for how an address was mended."""
    return say(", ").join(say(MENDED[one]) for one in repair.split("+"))


def role_name(role: Role) -> str:
    """Return the word for what an asset is to its page."""
    return say(ROLES[role])


def test_name(test: str) -> str:
    """Return the words for what was looked at on a page."""
    known = TESTS.get(test.partition(" ")[0])
    return say(known) if known else test


def seen_name(seen: str) -> str:
    """Return the words for what was seen there."""
    return say(FORMS[seen]) if seen in FORMS else problem_name(seen)


def problem_name(code: str) -> str:
    """Return the words for a problem or failure code; what is no code is taken for an English sentence.

    A failure may carry a status (``status 404``) or a detail (``guard: host``, ``lost: …``), which follows in brackets.
    """
    if code in PROBLEMS or code in FAILURES:
        return say(PROBLEMS.get(code) or FAILURES[code])
    if status := re.fullmatch(r"status (\d{3})", code):
        return status_name(int(status.group(1)))
    word, _, detail = code.partition(": ")
    if word in FAILURES and detail:
        return say("{words} ({detail})", words=say(FAILURES[word]), detail=say(GUARDED.get(detail, detail)))
    return kept_sentence(code)


def remedy(code: str) -> str:
    """Return what to do about a failure of a source."""
    known = [begin for begin in REMEDIES if code == begin or code.startswith((f"{begin} ", f"{begin}: "))]
    return say(REMEDIES[max(known, key=len)]) if known else ""


def status_name(status: int) -> str:
    """Return the words for what a server answered instead of what was asked for."""
    default = "the server is in trouble (status {status})" if status >= 500 else "the server answered {status}"
    return say(STATUSES.get(status, default), status=status)


def kept_sentence(sentence: str) -> str:
    """Return a sentence that the archive keeps or its audit says, in the reader's language."""
    english, values = known_sentence(sentence)
    return say(english, **{name: ", ".join(map(problem_name, value.split(", "))) for name, value in values.items()})
