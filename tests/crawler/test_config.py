"""The settings: what is wrong is named, with what would be right; no password is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.config import Config, NotifySettings, load_config
from storage.errors import WrongSettings

URL = 'url = "https://www.example.org/"'
MAIL = 'imap = "imap.example.org"\nuser = "a@example.org"'


def told(folder: Path, written: str) -> str:
    """What is said of these settings."""
    (folder / "wxmirror.toml").write_text(written, encoding="utf-8")
    with pytest.raises(WrongSettings) as wrong:
        load_config({}, folder)
    return str(wrong.value)


def of_source(folder: Path, written: str) -> str:
    return told(folder, f'[[sources]]\nname = "方志办"\n{written}\n')


def test_sources_of_every_kind_are_understood(tmp_path: Path) -> None:
    written = "".join(
        f'[[sources]]\nname = "{number}"\n{place}\n'
        for number, place in enumerate(('folder = "inbox"', URL, f'{MAIL}\npassword_file = "/etc/secret"'))
    )
    (tmp_path / "wxmirror.toml").write_text(written, encoding="utf-8")
    assert [source.kind for source in load_config({}, tmp_path).sources] == ["folder", "url", "imap"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "folder, url (page, feed or sitemap) and imap"),
        (f'{URL}\nfolder = "x"', "folder, url"),
        ('folder = "x"\nlink_pattern = "y"', "link_pattern goes with url"),
        (f'{MAIL}\npassword_file = "x"\nhosts = ["y"]', "hosts goes with url"),
        ('url = "www.example.org"', "a whole address is wanted"),
        ('url = "imaps://mail.example.org"', "a whole address is wanted"),
        (f'{URL}\nlink_pattern = "("', "not a regular expression"),
        (f'{URL}\nnext_url = "https://www.example.org/2"', "in braces"),
        (f'{URL}\nhosts = ["https://files.example.org/"]', "is no host"),
        (f"{URL}\nmax_pages = 0", "it must be 1 or more (0)"),
        (f'{URL}\nmax_pages = "many"', "a whole number is wanted ('many')"),
        ('imap = "imaps://imap.example.org"\nuser = "a"', "only the server's name"),
        ('imap = "imap.example.org"\npassword_file = "x"', "needs user"),
        (MAIL, "password_file or password_variable"),
        (f'{MAIL}\npassword_file = "x"\npassword_variable = "Y"', "password_file or password_variable"),
    ],
)
def test_a_source_that_cannot_be_followed_is_named_with_what_would_be_right(
    tmp_path: Path, written: str, words: str
) -> None:
    said = of_source(tmp_path, written)
    assert words in said
    assert "方志办" in said


@pytest.mark.parametrize(
    ("key", "near"),
    [("feed", "url"), ("sitemap", "url"), ("path", "folder"), ("link_patern", "link_pattern"), ("username", "user")],
)
def test_an_unknown_key_of_a_source_is_told_with_what_was_meant(tmp_path: Path, key: str, near: str) -> None:
    assert f"unknown setting '{key}'; the nearest is '{near}'" in of_source(tmp_path, f'{key} = "x"')


@pytest.mark.parametrize(
    "written",
    [f'{MAIL}\npassword = "geheim"', 'url = "https://user:geheim@www.example.org/"', f'{MAIL}\nsecret = "geheim"'],
)
def test_a_password_in_the_settings_is_refused_and_not_shown(tmp_path: Path, written: str) -> None:
    assert "geheim" not in of_source(tmp_path, written)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "two sources are called a" in told(tmp_path, '[[sources]]\nname = "a"\nfolder = "b"\n' * 2)


def test_a_source_without_a_name_is_told_by_its_number(tmp_path: Path) -> None:
    assert "sources: number 1.name]: this key is missing" in told(tmp_path, '[[sources]]\nfolder = "b"\n')


def test_addresses_of_robots_may_come_from_the_environment(tmp_path: Path) -> None:
    config = load_config({"WXMIRROR_NOTIFY__URLS": "https://a.example.org/x https://b.example.org/y"}, tmp_path)
    assert config == Config(notify=NotifySettings(urls=("https://a.example.org/x", "https://b.example.org/y")))
    with pytest.raises(WrongSettings, match="whole address"):
        load_config({"WXMIRROR_NOTIFY__URLS": "file:///etc/passwd"}, tmp_path)


def test_what_is_wrong_is_said_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")
    assert "不能大于 65535" in told(tmp_path, "[web]\nport = 99999")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"[crawl]\ncontact = x\n", "第 2 行不符合"),
        (b"[crawl\n", "不符合 TOML"),
        (b"\xff\xfe", "UTF-8"),
        (b'[schedule]\nzone = "Mars"\n', "请写时区"),
        (b'[schedule]\nuntil = "late"\n', "请写时刻"),
    ],
)
def test_settings_that_cannot_be_read_are_told_without_a_librarys_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bytes, told: str
) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")
    (tmp_path / "wxmirror.toml").write_bytes(written)
    with pytest.raises(WrongSettings) as wrong:
        load_config({}, tmp_path)
    assert told in str(wrong.value)
