"""A mail server on loopback, over TLS with a throwaway authority: Twisted's own IMAP, in a process of its own.

    with MailServer(tmp_path) as server:
        server.deliver(make_mail("第一期", text))
        ...
        assert not any("STORE" in command for command in server.commands)

``Scripted`` plays a server that keeps to nothing.
"""

from __future__ import annotations

import io
import runpy
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from pathlib import Path

import trustme

from tests.commanding import Working

USER, PASSWORD = "jianbao@example.org", "geheim 密码"


def serve(folder: str, certificate: str, password: str) -> None:
    """Be the server, and print its port."""
    sys.argv = [__name__, folder, certificate]
    sys.stdin = io.StringIO(f"{USER}\n{password}\n")
    runpy.run_module(__name__, run_name="__main__")


class MailServer:
    """One account with mailboxes, which are folders of .eml files; their numbers are the mails' UIDs."""

    def __init__(self, folder: Path, *, password: str = PASSWORD, certified: str = "localhost") -> None:
        self.folder = folder / "mail"
        (self.folder / "INBOX").mkdir(parents=True)
        self.authority = folder / "mail-authority.pem"
        authority = trustme.CA(organization_name="Simulated mail")
        authority.cert_pem.write_to_path(str(self.authority))
        authority.issue_cert(certified).private_key_and_cert_chain_pem.write_to_path(str(folder / "mail-server.pem"))
        self._given = (str(self.folder), str(folder / "mail-server.pem"), password)
        self.port = 0

    def __enter__(self) -> MailServer:
        self._process = Working(serve, *self._given)
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.__exit__(None, *error)

    def deliver(self, mail: EmailMessage | bytes, mailbox: str = "INBOX") -> int:
        """Put a mail into a mailbox; its number."""
        folder = self.folder / mailbox
        folder.mkdir(exist_ok=True)
        number = max((int(file.stem) for file in folder.glob("*.eml")), default=0) + 1
        body = mail if isinstance(mail, bytes) else mail.as_bytes()
        (folder / f"{number}.eml").write_bytes(body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        return number

    def renumber(self, validity: int, mailbox: str = "INBOX") -> None:
        """Give the mailbox another UIDVALIDITY, as when it was made anew."""
        (self.folder / mailbox / "validity").write_text(str(validity))

    @property
    def commands(self) -> list[str]:
        """Every line that was sent to the server."""
        log = self.folder / "commands"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


class Scripted:
    """A server over TLS that says whatever ``answer`` makes of a line, perhaps in pieces; it never hangs up."""

    def __init__(self, folder: Path, answer: Callable[[bytes], bytes | Iterable[bytes]]) -> None:
        self.authority = folder / "scripted-authority.pem"
        authority = trustme.CA(organization_name="Scripted")
        authority.cert_pem.write_to_path(str(self.authority))
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(self._context)
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Scripted:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        try:
            plain, _ = self._listening.accept()
            with self._context.wrap_socket(plain, server_side=True) as line, line.makefile("rb") as sent:
                line.sendall(b"* OK ready\r\n")
                for said in sent:
                    answer = self._answer(said)
                    for piece in [answer] if isinstance(answer, bytes) else answer:
                        line.sendall(piece)
        except OSError:
            return


def make_mail(subject: str, text: str, *attached: tuple[str, bytes], sender: str = "bot@example.org") -> EmailMessage:
    """A mail with a text, and files attached to it."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, sender, USER
    mail["Date"] = "Fri, 13 Mar 2026 09:00:00 +0800"
    mail.set_content(text)
    for name, body in attached:
        mail.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    return mail
