"""A mailbox over a real IMAP conversation: read, never changed; bounded; nothing secret told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import twisted.mail.imap4  # noqa: F401  # registers its spelling of mailboxes' names

from crawler.config import SourceSettings
from crawler.sources import mailboxes
from crawler.sources.mailboxes import from_mail_letters, in_mail_letters, opened
from crawler.sources.patience import SourceFailed
from storage.errors import UnreadableBulletin
from tests.simulated_mail import PASSWORD, USER, MailServer, Scripted, make_mail


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with MailServer(tmp_path) as started:
        monkeypatch.setenv("SSL_CERT_FILE", str(started.authority))
        monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
        yield started


def source(port: int, **settings: Any) -> SourceSettings:
    given = {"user": USER, "password_variable": "MAIL_PASSWORD", "allow_private": True} | settings
    return SourceSettings(name="邮箱", imap=f"localhost:{port}", **given)


def why(follows: SourceSettings) -> str:
    """Why a mailbox cannot be had."""
    with pytest.raises(SourceFailed) as failure, opened(follows) as mailbox:
        mailbox.read(mailbox.new_since(None)[0])
    assert PASSWORD not in str(failure.value)
    assert failure.value.__cause__ is None  # a server may echo what it was sent
    return failure.value.reason


def test_mails_are_read_as_they_are_and_the_mailbox_is_not_changed(server: MailServer) -> None:
    number = server.deliver(make_mail("第一期", "正文 https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"))
    with opened(source(server.port)) as mailbox:
        assert mailbox.new_since(None) == [number]
        assert mailbox.read(number) == (server.folder / "INBOX" / "1.eml").read_bytes()
    verbs = [command.split()[1:3] for command in server.commands if len(command.split()) > 1]
    assert ["EXAMINE", '"INBOX"'] in verbs
    assert any("BODY.PEEK[]" in command for command in server.commands)
    changing = ("SELECT", "STORE", "EXPUNGE", "COPY", "APPEND", "CLOSE", "BODY[]")
    assert not [command for command in server.commands for verb in changing if verb in command]


def test_a_mail_is_read_once_and_the_next_one_after_it(server: MailServer) -> None:
    server.deliver(make_mail("第一期", "a"))
    with opened(source(server.port)) as mailbox:
        mark = mailbox.mark(mailbox.new_since(None)[-1])
    assert mark == "7:1"
    with opened(source(server.port)) as mailbox:
        assert mailbox.new_since(mark) == []
    server.deliver(make_mail("第二期", "b"))
    with opened(source(server.port)) as mailbox:
        assert mailbox.new_since(mark) == [2]


def test_a_mailbox_that_was_made_anew_is_read_from_its_beginning(server: MailServer) -> None:
    server.deliver(make_mail("第一期", "a"))
    server.renumber(8)
    with opened(source(server.port)) as mailbox:
        assert mailbox.new_since("7:1") == [1]


def test_an_empty_mailbox_has_nothing_new(server: MailServer) -> None:
    with opened(source(server.port)) as mailbox:
        assert mailbox.new_since(None) == []


def test_a_mailbox_is_named_as_people_name_it(server: MailServer) -> None:
    server.deliver(make_mail("第一期", "a"), "各地简报 & 信息")
    with opened(source(server.port, mailbox="各地简报 & 信息")) as mailbox:
        assert mailbox.new_since(None) == [1]


@pytest.mark.parametrize("name", ["INBOX", "简报", "R&D", "a/简报~/b", "😀", "&-", '引"号\\'])
def test_a_name_survives_the_way_to_mail_letters_and_back(name: str) -> None:
    assert in_mail_letters(name).isascii()
    assert from_mail_letters(in_mail_letters(name)) == name
    assert in_mail_letters(name).encode() == name.encode("imap4-utf-7")  # as Twisted writes it


def test_a_mailbox_that_is_missing_is_told_with_those_there_are(server: MailServer) -> None:
    server.deliver(make_mail("第一期", "a"), "简报")
    assert why(source(server.port, mailbox="简抱")) == "mailbox: INBOX, 简报"


def test_a_wrong_password_is_told_as_one(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    assert why(source(server.port)) == "login"


def test_a_password_stands_in_a_file_or_in_the_environment(server: MailServer, tmp_path: Path) -> None:
    server.deliver(make_mail("第一期", "a"))
    file = tmp_path / "password"
    settings = {"password_variable": None, "password_file": file}
    assert why(source(server.port, **settings)) == f"no_password: {file}"
    assert why(source(server.port, password_variable="NOT_SET")) == "no_password: NOT_SET"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    with opened(source(server.port, **settings)) as mailbox:
        assert mailbox.new_since(None) == [1]


@pytest.mark.parametrize("secret", ['a"b\\c d', "密码", "x"])
def test_a_password_of_any_letters_is_understood(secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer(tmp_path, password=secret) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        monkeypatch.setenv("MAIL_PASSWORD", secret)
        with opened(source(server.port)) as mailbox:
            assert mailbox.new_since(None) == []


def test_a_certificate_is_verified(server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert why(source(server.port)) == "certificate"
    assert server.commands == []  # no password was sent
    (tmp_path / "other").mkdir()
    with MailServer(tmp_path / "other", certified="mail.example.org") as misnamed:
        monkeypatch.setenv("SSL_CERT_FILE", str(misnamed.authority))
        assert why(source(misnamed.port)) == "certificate"


def test_a_private_address_is_asked_only_where_the_source_allows_it(server: MailServer) -> None:
    assert why(source(server.port, allow_private=False)) == "guard: address"
    assert server.commands == []


def test_nobody_at_home_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    assert why(source(9)) == "refused"
    unknown = source(993).model_copy(update={"imap": "mail.invalid"})
    assert why(unknown) == "dns"


# ---- servers that keep to nothing


def polite(line: bytes, *, fetch: bytes = b"", search: bytes = b"1") -> bytes:
    """What a server says that does as it should, but for what is given."""
    tag, verb = line.split()[0], line.split()[1].upper() if len(line.split()) > 1 else b""
    ok = tag + b" OK done\r\n"
    if verb == b"CAPABILITY":
        return b"* CAPABILITY IMAP4rev1\r\n" + ok
    if verb == b"EXAMINE":
        return b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" + ok
    if verb == b"UID" and b"SEARCH" in line:
        return b"* SEARCH " + search + b"\r\n" + ok
    if verb == b"UID":
        return fetch + ok
    return ok


def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **changed: bytes) -> Scripted:
    served = Scripted(tmp_path, lambda line: polite(line, **changed))
    monkeypatch.setenv("SSL_CERT_FILE", str(served.authority))
    monkeypatch.setenv("MAIL_PASSWORD", "plain")
    return served


def test_a_mail_that_says_it_is_too_large_is_left_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        scripted(tmp_path, monkeypatch, fetch=b"* 1 FETCH (UID 1 RFC822.SIZE 900000000)\r\n") as served,
        opened(source(served.port)) as mailbox,
        pytest.raises(UnreadableBulletin, match="900 MB"),
    ):
        mailbox.read(1)


@pytest.mark.parametrize(
    "fetch",
    [
        b"* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n* 1 FETCH (UID 1 BODY[] {99999999999}\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n" + b"* OK still there\r\n" * 100_000,
        b"\xff\xfe nonsense\r\n",
        b"* " + b"x" * 2_000_000 + b"\r\n",
    ],
    ids=["a mail of 100 GB", "chatter without end", "nonsense", "a line without end"],
)
def test_a_server_that_keeps_to_nothing_ends_as_a_failure(
    fetch: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "LONGEST_ANSWER", 1_000_000)
    with scripted(tmp_path, monkeypatch, fetch=fetch) as served:
        assert why(source(served.port)) == "mail"


def test_where_plain_words_are_wanted_the_password_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []

    def answer(line: bytes) -> bytes:
        said.append(line)
        return polite(line)

    with Scripted(tmp_path, answer) as served:
        monkeypatch.setenv("SSL_CERT_FILE", str(served.authority))
        monkeypatch.setenv("MAIL_PASSWORD", 'a"b\\c d')
        with opened(source(served.port)):
            pass
    [login] = [line for line in said if b"LOGIN" in line]
    assert login.split(b" ", 2)[2] == b'"jianbao@example.org" "a\\"b\\\\c d"\r\n'


def test_a_server_that_speaks_letter_by_letter_is_left_when_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "SESSION_SECONDS", 0.4)

    def dripping(line: bytes) -> Iterator[bytes]:
        if b"FETCH" not in line:
            yield polite(line)
            return
        for _ in range(1000):
            time.sleep(0.01)
            yield b"x"

    with Scripted(tmp_path, dripping) as served:
        monkeypatch.setenv("SSL_CERT_FILE", str(served.authority))
        monkeypatch.setenv("MAIL_PASSWORD", "plain")
        started = time.monotonic()
        assert why(source(served.port)) in ("mail", "lost", "no_tls")
        assert time.monotonic() - started < 5


def test_numbers_that_are_none_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(tmp_path, monkeypatch, search=b"3 x -1 2") as served, opened(source(served.port)) as mailbox:
        assert mailbox.new_since(None) == [2, 3]


def test_a_server_that_does_not_speak_tls_gets_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket
    import threading

    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                line.sendall(b"* OK IMAP4rev1 plain as day\r\n")
                heard.append(line.recv(4096))

        threading.Thread(target=serve, daemon=True).start()
        assert why(source(listening.getsockname()[1])) == "no_tls"
    assert not any(PASSWORD.encode() in said for said in heard)
