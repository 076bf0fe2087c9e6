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
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

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
    """A publisher of bulletins that is followed: a watched folder, or an index page."""

    name: str
    folder: Path | None = None
    url: str | None = None
    link_pattern: str | None = None  # a regular expression over the addresses on the index page
    next_pattern: str | None = None  # the same, for the link to the next page of the index
    max_pages: int = Field(default=1, ge=1, le=1000)
    allow_private: bool = False

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        if (self.folder is None) == (self.url is None):
            raise ValueError("a source has either a folder or a url")
        for pattern in filter(None, (self.link_pattern, self.next_pattern)):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {pattern} ({error})") from error
        return self


class ScheduleSettings(_Section):
    """When the crawl runs by itself."""

    nightly: str = "30 2 * * *"  # cron: minute hour day month weekday
    until: str | None = "06:30"  # the night's end
    sweep: str | None = "15 * * * *"
    zone: str = "Asia/Shanghai"

    @field_validator("until")
    @classmethod
    def _hour(cls, value: str | None) -> str | None:
        if value:
            time.fromisoformat(value)
        return value or None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {value}") from error
        return value


class WebSettings(_Section):
    """The reading room."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    base_url: str | None = None  # as readers outside reach it: https://archive.example.org


class NotifySettings(_Section):
    """Whom to tell when a night ends badly."""

    urls: tuple[str, ...] = ()


class Config(_Section):
    """Everything that can be set."""

    folder: Path = Path("archive")  # WXMIRROR_ARCHIVE
    archive: ArchiveSettings = ArchiveSettings()
    crawl: CrawlSettings = CrawlSettings()
    sources: tuple[SourceSettings, ...] = ()
    schedule: ScheduleSettings = ScheduleSettings()
    web: WebSettings = WebSettings()
    notify: NotifySettings = NotifySettings()

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
        raise WrongSettings(place="WXMIRROR_CONFIG", reason=f"there is no file {place}")
    written = _read_file(place) if place.is_file() else {}
    for path, name, value in _environment(environ):
        section = written.setdefault(path[0], {}) if len(path) > 1 else written
        section[path[-1]] = value
        _refuse_unknown(Config, {path[0]: {path[-1]: value}} if len(path) > 1 else {path[0]: value}, name)
    try:
        return Config.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongSettings(
            place=f"{place.name} [{'.'.join(str(part) for part in first['loc'])}]",
            reason=f"{first['msg']} ({first['input']!r})",
        ) from error


def _read_file(place: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(place.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise WrongSettings(place=str(place), reason=str(error)) from error
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
            near = difflib.get_close_matches(key, model.model_fields, n=1, cutoff=0)
            raise WrongSettings(
                place=place,
                reason=f"unknown setting {key!r}; the nearest is {near[0]!r}" if near else f"unknown setting {key!r}",
            )
        section = _section(model.model_fields[key].annotation)
        for part in value if isinstance(value, list) else [value]:
            if section and isinstance(part, dict):
                _refuse_unknown(section, part, f"{place} [{key}]")


def _section(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def sample() -> str:
    """A wxmirror.toml with every setting, its default and what it means, in the reader's language."""
    from crawler.words import language

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
