"""What an alive page says of its article.

Every fact is looked up under all the names that it has had since 2013: the page's own data first, then its meta
elements, then its visible frame (docs/wechat.md, variables). What the page does not say stays None.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

from bs4 import Tag

from storage.records import Article

from .bodies import read_body
from .identities import read_identity
from .literals import Settled, Value, decode_string, js_decode
from .opening import Page
from .text import read_fragment

CHINA = timezone(timedelta(hours=8))
_MINUTE = re.compile(r"\s*(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?\s+(\d{1,2}):(\d{2})", re.ASCII)
_FIRST_SECOND, _LAST_SECOND = 1_262_304_000, 4_102_444_800  # 2010 to 2100; another number there is no moment
_LONGEST_NAME = 100_000  # characters; titles have up to 64, and nothing here may grow without end


def read_article(page: Page) -> Article:
    """Return the article of an alive page. What the page does not say is None."""
    identity = read_identity(page)
    published_at, precision = read_publication(page)
    variables = page.variables
    return Article(
        title=read_title(page),
        account_name=read_account_name(page),
        account_id=variables.find_text("cgiDataNew.user_name", "user_name", "cgiData.user_name"),
        account_alias=read_alias(page),
        biz=identity.biz,
        mid=identity.mid,
        idx=identity.idx,
        sn=identity.sn,
        item_show_type=read_type(page),
        author=read_author(page),
        published_at=published_at,
        published_precision=precision,
        modified_at=read_moment(variables.find_number("modify_time", "cgiDataNew.modify_time", "cgiData.modify_time")),
        digest=read_digest(page),
        source_url=read_url(page, "msg_source_url", "cgiDataNew.source_url", "source_url"),
        cover_url=read_cover(page),
        is_original=read_originality(page),
        region=read_region(page),
        preview_percent=read_preview(page),
        text=read_body(page),
    )


# ---- words ---------------------------------------------------------------------------------------------------


def read_title(page: Page) -> str | None:
    """The title, its entities undone once. Not the variable ``title``: that is the account's name."""
    stated = stated_text(page, "msg_title", "cgiDataNew.title", "cgiData.title")
    if stated:
        return stated
    heading = page.ids.get("activity-name") or page.ids.get("js_text_title")
    return own_text(heading) or stated or plain_meta(page, "og:title")


def read_account_name(page: Page) -> str | None:
    """The account's name as it was when the page was served."""
    stated = stated_text(page, "nickname", "cgiDataNew.nick_name", "cgiData.nick_name", "nick_name")
    return (
        stated
        or own_text(page.ids.get("js_name"))
        or own_text(page.ids.get("post-user"))
        or own_text(first_of_class(page, "account_nickname_inner"))
    )


def read_alias(page: Page) -> str | None:
    """The account's WeChat id: from the data, else from the account card of the frame (2013 to 2021)."""
    stated = page.variables.find_text("cgiDataNew.alias", "alias", "cgiData.alias")
    if stated:
        return stated
    for label in page.elements:
        if label.get("class") == "profile_meta_label" and label.get_text(strip=True) in (
            "微信号",
            "WeChat ID",
            "Weixin ID",
        ):
            value = label.find_next_sibling("span")
            return own_text(value) if isinstance(value, Tag) else None
    return None


def read_author(page: Page) -> str | None:
    """The author: stated, in a meta element, or (before 2019) the unnamed line beside the date."""
    stated = stated_text(page, "author", "cgiDataNew.author", "cgiData.author")
    if stated:
        return stated
    meta = plain_meta(page, "author") or plain_meta(page, "og:article:author")
    if meta:
        return meta
    for tag in page.elements:
        if tag.name in ("em", "span") and not tag.get("id") and "rich_media_meta_text" in str(tag.get("class") or ""):
            return own_text(tag)
    return stated if stated is not None else meta


def read_digest(page: Page) -> str | None:
    """The summary that is shown when the article is shared."""
    stated = stated_text(page, "msg_desc", "cgiDataNew.desc", "desc", "cgiData.desc")
    digest = stated or plain_meta(page, "og:description") or plain_meta(page, "description")
    return one_line(read_fragment(digest)) if digest and "<" in digest else digest or stated


# ---- moments -------------------------------------------------------------------------------------------------


def read_publication(page: Page) -> tuple[datetime | None, str | None]:
    """The moment of publication in UTC, and its precision.

    Unix seconds where the page has them; else the string ``YYYY-MM-DD HH:MM``, which is in China's time and exact to
    the minute. A day alone is no moment: it stays None.
    """
    seconds = page.variables.find_number(
        "ct",
        "create_time",
        "cgiData.ct",
        "cgiData.create_time",
        "cgiDataNew.create_timestamp",
        "cgiDataNew.ori_create_time",
        "oriCreateTime",
        "ori_create_time",
        "cgiDataNew.ori_send_time",
        "cgiData.ori_send_time",
    )
    exact = read_moment(seconds)
    if exact:
        return exact, "second"
    visible = page.ids.get("publish_time")
    for text in (
        page.variables.find_text("cgiDataNew.create_time", "createTime"),
        visible.get_text(" ", strip=True) if visible is not None else None,
    ):
        if text and (found := _MINUTE.match(text)) and (moment := read_minute(found)):
            return moment, "minute"
    return None, None


def read_moment(seconds: int | None) -> datetime | None:
    """Unix seconds as a moment in UTC; None for what can be no article's."""
    if seconds is None or not _FIRST_SECOND <= seconds < _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def read_minute(found: re.Match[str]) -> datetime | None:
    """The moment that a date and a time on a page mean; None for a 31 February."""
    try:
        return datetime(*(int(part) for part in found.groups()), tzinfo=CHINA).astimezone(UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None


# ---- the rest ------------------------------------------------------------------------------------------------


def read_type(page: Page) -> int | None:
    """The kind of article (0 ordinary, 5 video, 8 pictures, 10 text …); pages before 2017 do not say."""
    for name in ("item_show_type", "cgiDataNew.item_show_type", "cgiData.item_show_type"):
        number = as_number(page.variables.values.get(name))
        if number is not None:
            return number
    return None


def read_originality(page: Page) -> bool | None:
    """Whether the article is declared original: 1 is; 0 (nothing declared) and 2 (a reprint) are not."""
    details = page.variables.find_object("cgiDataNew.copyright_info")
    for value in (
        page.variables.values.get("_copyright_stat"),
        page.variables.values.get("copyright_stat"),
        details.get("copyright_stat"),
    ):
        number = as_number(value)
        if number is not None:
            return number == 1
    return True if "copyright_logo" in page.ids else None


def read_region(page: Page) -> str | None:
    """The place that the page names for its author (since 2022): the province, else the country."""
    place = page.variables.find_object("cgiDataNew.ip_wording", "ip_wording")
    for name in ("province_name", "provinceName", "country_name", "countryName"):
        value = place.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def read_preview(page: Page) -> int | None:
    """How much of a paid article the page shows, in percent; None where all of it is there for everybody."""
    if not page.variables.find_number("cgiDataNew.is_pay_subscribe", "is_pay_subscribe"):
        return None
    details = page.variables.find_object("cgiDataNew.pay_subscribe_info", "pay_subscribe_info")
    stated = as_number(details.get("preview_percent"))
    return stated if stated is not None else page.variables.find_number("preview_percent", "previewPercent")


def read_cover(page: Page) -> str | None:
    """The picture that is shown where the article is shared."""
    return read_url(page, "msg_cdn_url", "cgiDataNew.cdn_url", "cgiData.cdn_url", "cdn_url") or page.meta("og:image")


def read_url(page: Page, *names: str) -> str | None:
    """An address among the variables, its entities undone until nothing changes (they come doubled)."""
    stated = stated_value(page, *names)
    return settled_url(stated) if stated is not None else None


def settled_url(url: str) -> str:
    """Undo entities up to three times: an address holds none of its own."""
    for _ in range(3):
        plain = unescape(url)
        if plain == url:
            break
        url = plain
    return url.strip()


# ---- how a fact is read --------------------------------------------------------------------------------------


def stated_value(page: Page, *names: str) -> str | None:
    """The first string that says something, else an empty one if the page states one, else None."""
    found = page.variables.find_text(*names)
    if found is not None:
        return found[:_LONGEST_NAME]
    return "" if any(page.variables.values.get(name) == "" for name in names) else None


def stated_text(page: Page, *names: str) -> str | None:
    """The same for words: on one line, entities undone once, unless the page's own code has done so."""
    value = page.variables.find_text(*names)
    if value is None:
        return stated_value(page, *names)
    plain = value if isinstance(value, Settled) else unescape(value)
    return one_line(plain[:_LONGEST_NAME])


def plain_meta(page: Page, name: str) -> str | None:
    """A meta element's words; the escapes of scripts have leaked into some (``\\x0a``)."""
    content = page.meta(name)
    if content is None:
        return None
    if "\\x" in content:
        content = unescape(js_decode(decode_string(f'"{content}"')))
    return one_line(content)


def own_text(tag: Tag | None) -> str | None:
    """The element's own words, without those of marks inside it ("paid", "original"), else all of its words."""
    if tag is None:
        return None
    own = one_line("".join(str(string) for string in tag.find_all(string=True, recursive=False)))
    return own or one_line(tag.get_text(" ")) or None


def one_line(text: str) -> str:
    """The words on one line, runs of blanks as one."""
    return re.sub(r"[\s\ufeff]+", " ", text).strip()


def first_of_class(page: Page, name: str) -> Tag | None:
    """The first element of this class."""
    return next((tag for tag in page.elements if name in str(tag.get("class") or "").split()), None)


def as_number(value: Value) -> int | None:
    """A whole number, written as one or in digits; zero counts."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
