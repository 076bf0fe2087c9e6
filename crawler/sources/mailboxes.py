"""A mailbox, read over IMAP and never changed: EXAMINE instead of SELECT, BODY.PEEK instead of BODY.

The connection is TLS from its first byte, its certificate verified, to the very address that was looked up and found
public (or allowed). What the server says is bounded in size and time, and never repeated where people or logs could
see it after the password was sent: some servers echo what they refuse.
"""

from __future__ import annotations

import base64
import imaplib
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from crawler.config import VERSION, SourceSettings
from crawler.guard import is_public
from crawler.lines import failure_of
from crawler.sources.patience import SourceFailed
from storage.errors import UnreadableBulletin

PORT = 993
SILENCE_SECONDS = 30.0  # for each answer of the server
SESSION_SECONDS = 900.0  # from the first word to the last; what is not read by then is read with the next run
LARGEST = 50_000_000  # bytes of a mail: what servers pass on at the most
LONGEST_ANSWER = LARGEST + 5_000_000  # bytes that one command may bring
MOST_FOLDERS = 20  # named when the one that is wanted is missing


class TooMuch(imaplib.IMAP4.error):
    """The server says more than any answer takes."""


class Connection(imaplib.IMAP4_SSL):
    """A connection whose answers are bounded, to an address that was looked at."""

    def __init__(self, host: str, port: int, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._line: socket.socket | None = None
        self._end = threading.Timer(SESSION_SECONDS, self._cut)
        self._end.daemon = True
        self._begin_answer()
        super().__init__(host, port, ssl_context=ssl.create_default_context(), timeout=SILENCE_SECONDS)

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        """The connection's socket. Raises SourceFailed for a private address, OSError."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        allowed = [address for address in addresses if self._allow_private or is_public(address.partition("%")[0])]
        if not allowed:
            raise SourceFailed(url=self.host, reason="guard: address")
        self._line = plain = _first_that_answers(allowed, self.port, timeout)
        self._end.start()
        try:
            encrypted: ssl.SSLSocket = self.ssl_context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            self._end.cancel()
            plain.close()
            raise
        self._line = encrypted
        return encrypted

    def shutdown(self) -> None:
        """Close the connection."""
        self._end.cancel()
        super().shutdown()

    def _cut(self) -> None:
        """End a session that has lasted too long, whatever is being waited for: a line may come letter by letter."""
        with suppress(OSError):
            if self._line:
                self._line.shutdown(socket.SHUT_RDWR)

    def send(self, data: Any) -> None:
        """Send a command, or a part of one; its answer is measured anew."""
        self._begin_answer()
        super().send(data)

    def read(self, size: int) -> bytes:
        """So many bytes of the answer. Raises TooMuch."""
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """A line of the answer. Raises TooMuch."""
        line = super().readline()
        self._count(len(line))
        return line

    def _begin_answer(self) -> None:
        self._room = LONGEST_ANSWER

    def _count(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise TooMuch("the answer is too long")


class Mailbox:
    """A folder of a mail account, opened for reading."""

    def __init__(self, connection: Connection, place: str, validity: str) -> None:
        self._connection = connection
        self._place = place
        self.validity = validity
        """Under another one the numbers of the mails mean other mails."""

    def new_since(self, read_up_to: str | None) -> list[int]:
        """The numbers of the mails that came after the one last read, the oldest first; all, where none was read."""
        validity, _, last = (read_up_to or "").partition(":")
        after = int(last) if validity == self.validity and last.isdigit() else 0
        with _told(self._place):
            _, told = self._connection.uid("SEARCH", f"UID {after + 1}:*")
        numbers = {int(number) for line in told if line for number in line.split() if number.isdigit()}
        return sorted(number for number in numbers if number > after)  # n:* holds the last mail even below n

    def mark(self, number: int) -> str:
        """What to remember of having read up to this mail."""
        return f"{self.validity}:{number}"

    def read(self, number: int) -> bytes | None:
        """A mail as it is; None for one that is gone meanwhile. Raises UnreadableBulletin for one that is too large."""
        if (size := self._size(number)) > LARGEST:
            name = f"{self._place} UID {number}"
            raise UnreadableBulletin(file=name, kind="too_large", detail=f"{size / 1e6:.0f} MB")
        for part in self._fetch(number, "(BODY.PEEK[])"):
            if isinstance(part, tuple) and len(part) == 2:
                return bytes(part[1])
        return None

    def _size(self, number: int) -> int:
        told = b" ".join(part for part in self._fetch(number, "(RFC822.SIZE)") if isinstance(part, bytes))
        size = re.search(rb"RFC822\.SIZE (\d+)", told)
        return int(size[1]) if size else 0

    def _fetch(self, number: int, what: str) -> list[Any]:
        with _told(self._place):
            status, told = self._connection.uid("FETCH", str(number), what)
        if status != "OK":
            raise SourceFailed(url=self._place, reason="mail")
        return told


@contextmanager
def opened(source: SourceSettings) -> Iterator[Mailbox]:
    """The mailbox of a source, opened for reading. Raises SourceFailed."""
    secret, place = password(source), place_of(source)
    host, port = _host_and_port(source.imap or "")
    with _told(place):
        connection = Connection(host, port, allow_private=source.allow_private)
    try:
        with _told(place):
            _log_in(connection, source, secret)
            mailbox = Mailbox(connection, place, _examine(connection, source))
        yield mailbox
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()


@contextmanager
def _told(place: str) -> Iterator[None]:
    """Say of what goes wrong on the line that the mailbox cannot be had, in a word, without what the server said."""
    try:
        yield
    except OSError as error:
        raise SourceFailed(url=place, reason=failure_of(error)) from None
    except (imaplib.IMAP4.error, ValueError, IndexError):
        raise SourceFailed(url=place, reason="mail") from None


def _first_that_answers(addresses: list[str], port: int, timeout: float | None) -> socket.socket:
    """A connection to the first of a host's addresses that takes one. Raises OSError, the last address's."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout)
    return socket.create_connection((addresses[-1], port), timeout)


def place_of(source: SourceSettings) -> str:
    """How a mailbox is called: its server and its name, and nothing of whose it is."""
    return f"imap://{source.imap}/{source.mailbox}"


def password(source: SourceSettings) -> str:
    """The password, from its file or from the environment. Raises SourceFailed, which names where it was looked for."""
    if source.password_variable:
        found = os.environ.get(source.password_variable, "")
        where = source.password_variable
    else:
        where = str(source.password_file)
        try:
            found = Path(where).read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError):
            found = ""
    if not found or "\n" in found or "\r" in found or "\0" in found:
        raise SourceFailed(url=place_of(source), reason=f"no_password: {where}")
    return found


def in_mail_letters(name: str) -> str:
    """A mailbox's name as IMAP writes it: what is not ASCII in modified UTF-7 (RFC 3501, section 5.1.3)."""

    def encoded(run: re.Match[str]) -> str:
        packed = base64.b64encode(run[0].encode("utf-16-be"), b"+,").rstrip(b"=").decode()
        return f"&{packed}-"

    return re.sub(r"[^\x20-\x7e]+", encoded, name.replace("&", "&-"))


def from_mail_letters(name: str) -> str:
    """A mailbox's name as people write it."""

    def decoded(run: re.Match[str]) -> str:
        packed = run[1].replace(",", "/")
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be", "replace") if packed else "&"

    try:
        return re.sub(r"&([A-Za-z0-9+,]*)-", decoded, name)
    except ValueError:
        return name


def _log_in(connection: Connection, source: SourceSettings, secret: str) -> None:
    user = source.user or ""
    try:
        if "AUTH=PLAIN" in connection.capabilities:  # takes every character as it is
            connection.authenticate("PLAIN", lambda _: f"\0{user}\0{secret}".encode())
        else:
            connection.login(connection._quote(user), secret)  # imaplib quotes only the password
    except TooMuch:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError):
        raise SourceFailed(url=place_of(source), reason="login") from None
    if "ID" in connection.capabilities or connection.host.endswith((".163.com", ".126.com", ".188.com", ".yeah.net")):
        # NetEase shows its mailboxes only to programs that have said who they are (RFC 2971), and does not announce it.
        with suppress(imaplib.IMAP4.error):
            connection.xatom("ID", f'("name" "wxmirror" "version" "{VERSION}")')


def _examine(connection: Connection, source: SourceSettings) -> str:
    """Open the mailbox for reading; its UIDVALIDITY."""
    status, _ = connection.select(connection._quote(in_mail_letters(source.mailbox)), readonly=True)
    if status != "OK":
        raise SourceFailed(url=place_of(source), reason=f"mailbox: {', '.join(_folders(connection))}")
    _, told = connection.response("UIDVALIDITY")
    return told[0].decode("ascii", "replace") if told and told[0] else ""


def _folders(connection: Connection) -> list[str]:
    """The names of the account's mailboxes, for who has mistaken one."""
    _, told = connection.list()
    names = []
    for line in told[:MOST_FOLDERS]:
        if isinstance(line, bytes) and (name := re.search(rb'(?:"([^"]*)"|(\S+))$', line)):
            names.append(from_mail_letters((name[1] or name[2] or b"").decode("ascii", "replace")))
    return names


def _host_and_port(written: str) -> tuple[str, int]:
    host, colon, port = written.rpartition(":")
    if colon and port.isdigit() and not host.endswith(":"):
        return host.strip("[]"), int(port)
    return written.strip("[]"), PORT
