"""What a page is, told by its structure, with the evidence.

`classify` asks, in this order: the final address, the page's own frame and entry module, the article's container,
and only then, where there is no container, the text of the nodes that hold notices (docs/wechat.md, outcomes).
Phrases are never sought in the whole page: they stand in its scripts, and in articles about deletion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from bs4 import Tag
from bs4.element import PageElement

from storage.errors import NotAnArticle
from storage.records import Evidence, Outcome

from . import landmarks, urls
from .articles import read_type
from .notices import read_notice
from .opening import Page as Page
from .opening import open_page as open_page

Verdict = tuple[Outcome, tuple[Evidence, ...]]


def classify(page: Page) -> Verdict:
    """Return what the visit found, and by which tests that is known. A page that nobody knows is unrecognised."""
    for test in TESTS:
        if verdict := test(page):
            return verdict
    return Outcome.UNRECOGNISED, (Evidence(test="structure", seen=_sketch(page)),)


def told(outcome: Outcome, test: str, seen: str) -> Verdict:
    """One outcome with its one piece of evidence, cut to what a person reads."""
    return outcome, (Evidence(test=test, seen=seen[:200]),)


def by_fault(page: Page) -> Verdict | None:
    """No tree: too large, too many tags, too deep, or no HTML at all."""
    return (Outcome.UNRECOGNISED, (page.fault,)) if page.fault else None


def by_final_address(page: Page) -> Verdict | None:
    """Where the visit ended says what it found: the captcha above all, which has no words of its own."""
    host, path = split_address(page.final_url)
    for known_host, known_path, outcome, seen in landmarks.PATH_OUTCOMES:
        if host == known_host and path.startswith(known_path):
            return told(outcome, "final_address", seen or known_path)
    return None


def by_module(page: Page) -> Verdict | None:
    """The captcha's own page module and scripts; its text is drawn by script and stands nowhere in the page."""
    module = page_module(page)
    if module and landmarks.CAPTCHA_MODULE in module:
        return told(Outcome.CAPTCHA, "page_module", module)
    if landmarks.OLD_CAPTCHA in page.ids and landmarks.ARTICLE_FRAME not in page.ids:
        return told(Outcome.CAPTCHA, "container", f"#{landmarks.OLD_CAPTCHA}")
    for source in script_sources(page):
        if any(mark in source for mark in landmarks.CAPTCHA_SCRIPTS) and landmarks.ARTICLE_FRAME not in page.ids:
            return told(Outcome.CAPTCHA, "script", source)
    return None


def by_container(page: Page) -> Verdict | None:
    """An article's container: alive if it is WeChat's own page and whole."""
    container = find_container(page)
    if container is None:
        return None
    if is_foreign(page):
        return told(Outcome.UNRECOGNISED, "form", "third_party_host")
    evidence = [Evidence(test="container", seen=f"#{container}")]
    if module := page_module(page):
        evidence.append(Evidence(test="page_module", seen=module))
    evidence.append(Evidence(test="form", seen=form(page)))
    if (kind := read_type(page)) is not None and kind not in landmarks.KNOWN_KINDS:
        evidence.append(Evidence(test="kind", seen=f"item_show_type {kind}: not known yet"))
    if not is_whole(page, container):
        return Outcome.TRUNCATED, (*evidence, Evidence(test="end", seen="cut_off"))
    if is_shielded(page, container):
        return Outcome.REGION_BLOCKED, (*evidence, Evidence(test="variable", seen="is_area_shield"))
    return Outcome.ALIVE, tuple(evidence)


def by_migration(page: Page) -> Verdict | None:
    """The page of a moved account names the article's new address, or an empty one."""
    names = ("transferTargetLink", "transfer_target_link")
    stated = next((name for name in names if name in page.variables.values), None)
    if stated is None:
        return None
    return told(Outcome.MIGRATED, "migration_target", page.variables.find_text(*names) or "empty")


def by_notice(page: Page) -> Verdict | None:
    """The text of the nodes that hold notices."""
    return read_notice(page)


def by_history(page: Page) -> Verdict | None:
    """Account pages: lists of articles, no article."""
    _, path = split_address(page.final_url)
    sheets = [str(tag.get("href") or "") for tag in page.elements if tag.name == "link"]
    is_history = "msgList" in page.variables.values or any(
        mark in sheet for sheet in sheets for mark in landmarks.HISTORY_SHEETS
    )
    if is_history or path.startswith(landmarks.HISTORY_PATHS):
        return told(Outcome.UNRECOGNISED, "form", "account_history_page")
    return None


def by_shell(page: Page) -> Verdict | None:
    """The empty shell of a page that scripts draw: served for articles that their author made private."""
    shell = page.ids.get(landmarks.VUE_SHELL)
    title = next((tag for tag in page.elements if tag.name == "title"), None)
    is_empty = shell is not None and shell.name == "div" and not shell.get_text(strip=True)
    if not is_empty or (title is not None and title.get_text(strip=True)):
        return None
    return told(Outcome.PRIVATE, "container", "#app (empty shell, no title)")


def by_cut(page: Page) -> Verdict | None:
    """WeChat's own frame has begun, or its head says that an article follows, but the page ends before it comes."""
    if ends_properly(page):
        return None
    body = next((tag for tag in page.elements if tag.name == "body"), None)
    if is_wechat_body(body):
        return told(Outcome.TRUNCATED, "end", "cut_off")
    if body is None and (proof := article_head(page)):
        return Outcome.TRUNCATED, (proof, Evidence(test="end", seen="cut_off"))
    return None


def article_head(page: Page) -> Evidence | None:
    """What in a head without a body proves an article of WeChat's: its stated address and kind, or the page's own name.

    Only articles have these: no notice, captcha or list has been seen with them (docs/wechat.md, outcomes). The heads
    of before 2019 say nothing of the kind, and are left unrecognised.
    """
    stated = page.meta("og:url") or ""
    if page.meta("og:type") == "article" and urls.is_wechat_host(split_address(stated)[0]):
        try:
            urls.read_address(stated)
            return Evidence(test="head", seen=f"og:url {stated}"[:200])
        except NotAnArticle:
            pass
    name = page.variables.find_text("PAGE_MID") or ""
    if name in landmarks.ARTICLE_MODULES:
        return Evidence(test="head", seen=f"PAGE_MID {name}")
    return None


def by_host(page: Page) -> Verdict | None:
    """Not WeChat's at all."""
    host, _ = split_address(page.final_url)
    if host and not urls.is_wechat_host(host):
        return told(Outcome.UNRECOGNISED, "form", "third_party_host")
    return None


TESTS: tuple[Callable[[Page], Verdict | None], ...] = (
    by_fault,
    by_final_address,
    by_module,
    by_container,
    by_migration,
    by_notice,
    by_history,
    by_shell,
    by_cut,
    by_host,
)


# ---- what the tests look at ---------------------------------------------------------------------------------


def split_address(url: str | None) -> tuple[str, str]:
    """Host and path of an address, empty where there is none."""
    try:
        parts = urlsplit(url or "")
        return (parts.hostname or "").lower(), parts.path
    except ValueError:
        return "", ""


def page_module(page: Page) -> str | None:
    """The page's own name (PAGE_MID), else that of its entry module (``appmsg``, ``error``, ``del``)."""
    stated = page.variables.find_text("PAGE_MID")
    if stated:
        return stated
    for tag in page.elements:
        if tag.name == "script" and tag.get("type") == "module":
            name = landmarks.ENTRY_MODULE.search(str(tag.get("src") or ""))
            if name:
                return name["name"]
    return None


def script_sources(page: Page) -> list[str]:
    """The addresses of the page's scripts."""
    return [str(tag.get("src") or "") for tag in page.elements if tag.name == "script" and tag.get("src")]


def find_container(page: Page) -> str | None:
    """The id of the article's container that has content, or whose page states an article; None for no article."""
    for identifier in (landmarks.BODY, landmarks.SHARE_PAGE, landmarks.TEXT_POST_TITLE):
        tag = page.ids.get(identifier)
        if tag is not None and has_content(tag):
            return identifier
    for identifier in (landmarks.ARTICLE_FRAME, landmarks.BODY):
        if identifier in page.ids and (states_article(page) or not is_notice_only(page.ids[identifier])):
            return identifier
    return None


def states_article(page: Page) -> bool:
    """Whether the page's own variables give an article its title."""
    return bool(page.variables.find_text("msg_title", "cgiDataNew.title", "cgiData.title"))


def has_content(tag: Tag) -> bool:
    """Whether there is text or a picture in the element."""
    return any(True for _ in tag.stripped_strings) or tag.find(["img", "iframe", "mpvoice", "svg"]) is not None


def is_notice_only(tag: Tag) -> bool:
    """Whether an old frame holds nothing but a notice."""
    return not has_content(tag) or tag.find(class_=re.compile("weui-msg|page_msg|global_error_msg")) is not None


def is_wechat_body(body: Tag | None) -> bool:
    """Whether the body element is WeChat's own, by its id or its classes."""
    if body is None:
        return False
    classes = str(body.get("class") or "").split()
    return body.get("id") == landmarks.BODY_ID or not landmarks.BODY_CLASSES.isdisjoint(classes)


def is_foreign(page: Page) -> bool:
    """Whether somebody else's page embeds the article: the body is not WeChat's, and no note says that the page was."""
    body = next((tag for tag in page.elements if tag.name == "body"), None)
    notes = (page.final_url, page.saved_from, page.meta("og:url"))
    hosts = {host for host, _ in map(split_address, notes) if host}
    if is_wechat_body(body):
        return False
    return not any(urls.is_wechat_host(host) for host in hosts)


def form(page: Page) -> str:
    """From whose hands the bytes are: the server's, a browser's, an exporter's."""
    if page.saved_as:
        return page.saved_as
    if has_local_files(page):
        return "browser_saved"
    if not states_article(page):
        return "exported"  # its scripts are gone
    body = next((tag for tag in page.elements if tag.name == "body"), None)
    classes = str(body.get("class") or "").split() if body is not None else []
    return "rendered_dom" if not landmarks.RENDERED_CLASSES.isdisjoint(classes) else "server"


def has_local_files(page: Page) -> bool:
    """Whether the page refers to files that a browser saved beside it."""
    for tag in page.elements:
        if tag.name in ("img", "script", "link"):
            source = str(tag.get("src") or tag.get("href") or "")
            if "_files/" in source and not source.startswith(("http:", "https:", "//", "data:")):
                return True
    return False


def ends_properly(page: Page) -> bool:
    """Whether the page's last thousand characters hold its end."""
    return "</html>" in page.text[-1000:].lower()


def is_whole(page: Page, container: str) -> bool:
    """Whether the article came whole: the page has its end, or all of the article stands before the cut.

    A saved page may have lost its ``</html>``. It is whole all the same if more follows the closed container and
    title, account and moment are known; what cannot be told whole is taken for cut.
    """
    if ends_properly(page):
        return True
    variables = page.variables
    is_told = (
        states_article(page)
        and variables.find_text("nickname", "cgiDataNew.nick_name", "cgiData.nick_name")
        and variables.find_number("ct", "create_time", "cgiDataNew.ori_create_time", "cgiData.create_time")
    )
    last: PageElement = page.ids[container]
    while isinstance(last, Tag) and last.contents:
        last = last.contents[-1]
    following = last.next_element
    while following is not None and not isinstance(following, Tag):
        following = following.next_element
    return bool(is_told) and following is not None


def is_shielded(page: Page, container: str) -> bool:
    """Whether the article is not shown in the place that we ask from: the flag is up and the container empty."""
    flag = page.variables.find_number("cgiDataNew.is_area_shield", "is_area_shield")
    return flag == 1 and not has_content(page.ids.get(landmarks.BODY, page.ids[container]))


def _sketch(page: Page) -> str:
    """A few words on a page that nobody knows, for the person who will look at it."""
    title = next((tag.get_text(" ", strip=True) for tag in page.elements if tag.name == "title"), "")
    return f"title {title[:80]!r}, {len(page.elements)} elements, {len(page.scripts)} scripts"
