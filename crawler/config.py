"""The settings: wxmirror.toml and the environment, as one typed, frozen value.

The file is looked for at WXMIRROR_CONFIG, else ./wxmirror.toml. Each setting is overridden by the environment variable
WXMIRROR_SECTION__NAME. An unknown key is refused with the nearest name that exists.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawler.words import language, say
from storage.errors import WrongSettings

VERSION = "0.1.0"
DEFAULT_FILE = "wxmirror.toml"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ArchiveSettings(_Section):
    """Where things are kept."""

    database_url: str | None = None  # None: SQLite in the archive's folder
    blobs_url: str | None = None  # None: a folder beside it
    min_free_gb: float = Field(default=1.0, ge=0)


class CrawlSettings(_Section):
    """How WeChat is visited."""

    article_delay_seconds: float = Field(default=6.0, ge=0)
    asset_concurrency: int = Field(default=4, ge=1, le=16)
    robots: Literal["cited", "obey"] = "cited"
    user_agent: str | None = None
    contact: str | None = None  # an e-mail or web address, named to the sites visited
    max_asset_mb: float = Field(default=64, gt=0)
    media: Literal["none", "audio", "all"] = "audio"


class SourceSettings(_Section):
    """A publisher of bulletins that is followed: a watched folder, an address on the web, or a mailbox."""

    name: str = Field(min_length=1, max_length=100)
    folder: Path | None = None
    url: str | None = None  # a page, a feed or a sitemap that lists bulletins: its content says which
    link_pattern: str | None = None  # a regular expression over addresses: those of bulletins
    page_pattern: str | None = None  # the same, for pages on which a bulletin's file is found
    next_pattern: str | None = None  # the same, for the link to the next page of the list
    next_url: str | None = None  # or that page's address, the second one's number in braces: list_{2}.html
    max_pages: int = Field(default=1, ge=1, le=1000)
    hosts: tuple[str, ...] = ()  # further hosts on which the bulletins lie: host or host:port
    imap: str | None = None  # a mail server, always over TLS: host or host:port
    user: str | None = None
    password_file: Path | None = None
    password_variable: str | None = None  # the environment variable that holds the password
    mailbox: str = "INBOX"
    allow_private: bool = False

    @property
    def kind(self) -> str:
        """Which of its keys says where its bulletins are: folder, url or imap."""
        return next(key for key in SOURCE_KEYS if getattr(self, key) is not None)

    @field_validator("link_pattern", "page_pattern", "next_pattern")
    @classmethod
    def _expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(say("not a regular expression: {error}", error=error)) from error
        return value

    @field_validator("url", "next_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None:
            check_web_address(value)
        return value

    @field_validator("next_url")
    @classmethod
    def _numbered(cls, value: str | None) -> str | None:
        if value and not re.search(r"\{\d+\}", value):
            raise ValueError(
                say("the second page's number belongs in braces, as in list_{example}.html", example="{2}")
            )
        return value

    @field_validator("imap")
    @classmethod
    def _server(cls, value: str | None) -> str | None:
        if value is not None and not HOST.fullmatch(value):
            raise ValueError(say("only the server's name is wanted, as imap.example.org or imap.example.org:993"))
        return value

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := next((host for host in value if not HOST.fullmatch(host)), None):
            raise ValueError(
                say("{host} is no host: write it as files.example.org or files.example.org:8080", host=wrong)
            )
        return value

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        places = [key for key in SOURCE_KEYS if getattr(self, key) is not None]
        if len(places) != 1:
            raise ValueError(
                say(
                    "a source has one of folder, url (page, feed or sitemap) and imap (mailbox); this one has {given}",
                    given=", ".join(places) or say("none of them"),
                )
            )
        for key in sorted(self.model_fields_set - {"name", *places, *SOURCE_KEYS[places[0]]}):
            other = next(place for place, keys in SOURCE_KEYS.items() if key in keys)
            raise ValueError(
                say("{key} goes with {other}; this source has {place}", key=key, other=other, place=places[0])
            )
        if self.imap and not self.user:
            raise ValueError(say("a mailbox needs user, the name to log in with"))
        if self.imap and (self.password_file is None) == (self.password_variable is None):
            raise ValueError(
                say("a mailbox needs password_file or password_variable: the password itself never stands here")
            )
        return self


SOURCE_KEYS: Mapping[str, frozenset[str]] = {
    "folder": frozenset(),
    "url": frozenset(
        {"link_pattern", "page_pattern", "next_pattern", "next_url", "max_pages", "hosts", "allow_private"}
    ),
    "imap": frozenset({"user", "password_file", "password_variable", "mailbox", "allow_private"}),
}
"""The keys that say where a source's bulletins are, and which others go with each."""

HOST = re.compile(r"[\w.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def check_web_address(value: str) -> None:
    """Raise ValueError, in the reader's words, for what is no address that can be asked."""
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        is_whole &= not re.search(r"\s", parts.netloc)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError(say("a whole address is wanted, as https://www.example.org/bulletins/"))
    if "@" in parts.netloc:
        raise ValueError(say("an address with a user name or password is never asked"))


class ScheduleSettings(_Section):
    """When the crawl runs by itself."""

    nightly: str = "30 2 * * *"  # cron: minute hour day month weekday
    until: str | None = "06:30"  # the night's end
    sweep: str | None = "15 * * * *"
    zone: str = "Asia/Shanghai"

    @field_validator("until")
    @classmethod
    def _hour(cls, value: str | None) -> str | None:
        try:
            if value:
                time.fromisoformat(value)
        except ValueError as error:
            raise ValueError(say("a time of day is wanted, as 06:30")) from error
        return value or None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(say("a time zone is wanted, as Asia/Shanghai")) from error
        return value


class WebSettings(_Section):
    """The reading room."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    base_url: str | None = None  # as readers outside reach it: https://archive.example.org


class NotifySettings(_Section):
    """Whom to tell when a run ends badly."""

    urls: tuple[str, ...] = ()
    when: Literal["trouble", "always"] = "trouble"

    @field_validator("urls", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value  # the environment knows no lists

    @field_validator("urls")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            check_web_address(url)
        return value


class Config(_Section):
    """Everything that can be set."""

    folder: Path = Path("archive")  # WXMIRROR_ARCHIVE
    archive: ArchiveSettings = ArchiveSettings()
    crawl: CrawlSettings = CrawlSettings()
    sources: tuple[SourceSettings, ...] = ()
    schedule: ScheduleSettings = ScheduleSettings()
    web: WebSettings = WebSettings()
    notify: NotifySettings = NotifySettings()

    @field_validator("sources")
    @classmethod
    def _each_by_its_name(cls, value: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
        names = [source.name for source in value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(say("two sources are called {name}; give each a name of its own", name=twice))
        return value

    @property
    def user_agent(self) -> str:
        """The user agent: as set, else one that names wxmirror and whom to write to."""
        contact = f"; +{self.crawl.contact}" if self.crawl.contact else ""
        return self.crawl.user_agent or f"Mozilla/5.0 (compatible; wxmirror/{VERSION}{contact})"


def load_config(environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Config:
    """Read wxmirror.toml, if there is one in ``folder`` (default: here), and the environment over it.

    Raises WrongSettings, naming the key or variable and what would be right.
    """
    place = Path(environ.get("WXMIRROR_CONFIG") or (folder or Path()) / DEFAULT_FILE)
    if "WXMIRROR_CONFIG" in environ and not place.is_file():
        raise WrongSettings(place="WXMIRROR_CONFIG", reason=say("there is no file {place}", place=place))
    written = _read_file(place) if place.is_file() else {}
    for path, name, value in _environment(environ):
        section = written.setdefault(path[0], {}) if len(path) > 1 else written
        section[path[-1]] = value
        _refuse_unknown(Config, {path[0]: {path[-1]: value}} if len(path) > 1 else {path[0]: value}, name)
    try:
        return Config.model_validate(written)
    except ValidationError as error:
        raise _told(error, place, written) from None  # its own message would print whatever stands in the section


def _told(error: ValidationError, place: Path, written: Mapping[str, Any]) -> WrongSettings:
    """What is wrong, in the reader's words: the setting, what stands there, and what would be right."""
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    if where[:1] == ["sources"] and len(where) > 1:
        named = written["sources"][int(where[1])].get("name", say("number {number}", number=int(where[1]) + 1))
        where[:2] = [f"sources: {named}"]
    if first["type"] == "value_error":
        reason = str(first["ctx"]["error"])
    elif first["type"] in WRONG_VALUES:
        values = {name: str(value).replace(" or ", ", ") for name, value in first.get("ctx", {}).items()}
        reason = say(WRONG_VALUES[first["type"]], **values)
    else:
        reason = first["msg"]
    is_short = isinstance(first["input"], str | int | float) and "@" not in str(
        first["input"]
    )  # no password is printed
    given = f" ({first['input']!r})" if is_short else ""
    return WrongSettings(place=f"{place.name} [{'.'.join(where)}]", reason=f"{reason}{given}")


WRONG_VALUES = {
    "missing": "this key is missing",
    "int_parsing": "a whole number is wanted",
    "int_type": "a whole number is wanted",
    "float_parsing": "a number is wanted",
    "float_type": "a number is wanted",
    "bool_parsing": "true or false is wanted",
    "bool_type": "true or false is wanted",
    "string_type": "a text in quotation marks is wanted",
    "tuple_type": "a list in square brackets is wanted",
    "path_type": "a folder or file in quotation marks is wanted",
    "greater_than": "it must be more than {gt}",
    "greater_than_equal": "it must be {ge} or more",
    "less_than_equal": "it must be {le} or less",
    "literal_error": "one of these is wanted: {expected}",
    "string_too_short": "it must not be empty",
    "string_too_long": "it must not be longer than {max_length} characters",
}


def _read_file(place: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(place.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line \d+", str(error))
        where = say("line {line}", line=at[0].split()[-1]) if at else say("the last line")
        reason = say("{where} is not as TOML wants it: texts in quotation marks, lists in square brackets", where=where)
        raise WrongSettings(place=str(place), reason=reason) from error
    except UnicodeDecodeError as error:
        raise WrongSettings(place=str(place), reason=say("the file is not in UTF-8: save it anew as that")) from error
    except OSError as error:
        raise WrongSettings(place=str(place), reason=error.strerror or str(error)) from error
    _refuse_unknown(Config, written, place.name)
    return written


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[list[str], str, str]]:
    if archive := environ.get("WXMIRROR_ARCHIVE"):
        yield ["folder"], "WXMIRROR_ARCHIVE", archive
    for name, value in environ.items():
        if name.startswith("WXMIRROR_") and "__" in name and not name.startswith("WXMIRROR_TEST"):
            yield name.removeprefix("WXMIRROR_").lower().split("__", 1), name, value


def _refuse_unknown(model: type[BaseModel], written: Mapping[str, Any], place: str) -> None:
    for key, value in written.items():
        if key not in model.model_fields:
            if key in ("password", "passwd", "secret"):
                raise WrongSettings(
                    place=place,
                    reason=say(
                        "no password stands in this file: write it into one of its own, and name that as password_file"
                    ),
                )
            near = MEANT.get(key) if MEANT.get(key) in model.model_fields else None
            near = near or difflib.get_close_matches(key, model.model_fields, n=1, cutoff=0)[0]
            raise WrongSettings(
                place=place, reason=say("unknown setting {key}; the nearest is {near}", key=repr(key), near=repr(near))
            )
        section = _section(model.model_fields[key].annotation)
        for part in value if isinstance(value, list) else [value]:
            if section and isinstance(part, dict):
                _refuse_unknown(section, part, f"{place} [{key}]")


MEANT = {"feed": "url", "rss": "url", "atom": "url", "sitemap": "url", "page": "url", "link": "url", "address": "url",
         "path": "folder", "directory": "folder", "dir": "folder", "pattern": "link_pattern",
         "server": "imap", "mail": "imap", "host": "imap", "username": "user", "login": "user"}  # fmt: skip
"""What people write, and what they mean by it where spelling does not tell."""


def _section(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def sample() -> str:
    """A wxmirror.toml with every setting, its default and what it means, in the reader's language."""
    return (Path(__file__).parent / "words" / f"sample.{language()}.toml").read_text(encoding="utf-8")


def keep_contact(contact: str) -> None:
    """Write the contact into ./wxmirror.toml; a file that is not there yet is begun from the sample."""
    place = Path(os.environ.get("WXMIRROR_CONFIG", DEFAULT_FILE))
    written = place.read_text(encoding="utf-8") if place.exists() else sample()
    line = f"contact = {json.dumps(contact, ensure_ascii=False)}"
    told, count = re.subn(r"^# contact = .*$", lambda _: line, written, count=1, flags=re.MULTILINE)
    if not count:
        told, count = re.subn(r"^\[crawl\]\s*$", lambda _: f"[crawl]\n{line}", written, count=1, flags=re.MULTILINE)
    place.write_text(told if count else f"{written}\n[crawl]\n{line}\n", encoding="utf-8")
