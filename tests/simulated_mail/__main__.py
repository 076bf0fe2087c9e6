"""``python -m tests.simulated_mail FOLDER CERTIFICATE``: Twisted's IMAP server over the folder's mailboxes.

Reads the user and the password as two lines from stdin, prints its port.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import Portal
from twisted.internet import reactor, ssl
from twisted.internet.protocol import ServerFactory
from twisted.mail import imap4
from zope.interface import implementer

FOLDER = Path(sys.argv[1])


@implementer(imap4.IMessage, imap4.IMessageFile)
class Message:
    """A file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def getUID(self) -> int:
        return int(self.file.stem)

    def getFlags(self) -> list[str]:
        return []

    def getInternalDate(self) -> str:
        return "13-Mar-2026 09:00:00 +0800"

    def getSize(self) -> int:
        return self.file.stat().st_size

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.file.read_bytes())

    def getHeaders(self, negate: bool, *names: bytes) -> dict[str, str]:
        return {}

    def getBodyFile(self) -> io.BytesIO:
        return self.open()

    def isMultipart(self) -> bool:
        return False

    def getSubPart(self, part: int) -> None:
        raise IndexError(part)


@implementer(imap4.IMailbox)
class Mailbox:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = sorted(folder.glob("*.eml"), key=lambda file: int(file.stem))

    def getUIDValidity(self) -> int:
        told = self.folder / "validity"
        return int(told.read_text()) if told.exists() else 7

    def getUIDNext(self) -> int:
        return int(self.files[-1].stem) + 1 if self.files else 1

    def getUID(self, message: int) -> int:
        return int(self.files[message - 1].stem)

    def getMessageCount(self) -> int:
        return len(self.files)

    def getRecentCount(self) -> int:
        return 0

    def getUnseenCount(self) -> int:
        return len(self.files)

    def isWriteable(self) -> bool:
        return True

    def getFlags(self) -> list[str]:
        return [r"\Seen", r"\Deleted"]

    def getHierarchicalDelimiter(self) -> str:
        return "/"

    def addListener(self, listener: Any) -> None:
        """Nobody comes."""

    def removeListener(self, listener: Any) -> None:
        """Nobody goes."""

    def requestStatus(self, names: list[str]) -> Any:
        return imap4.statusRequestHelper(self, names)

    def fetch(self, messages: Any, uid: bool) -> Any:
        messages.last = self.getUIDNext() - 1 if uid else len(self.files)
        numbered = enumerate(self.files, start=1)
        return [(n, Message(file)) for n, file in numbered if (int(file.stem) if uid else n) in messages]


@implementer(imap4.IAccount)
class Account:
    """The folders below the folder."""

    def select(self, name: str, rw: bool = True) -> Mailbox | None:
        folder = FOLDER / ("INBOX" if name.upper() == "INBOX" else name)
        return Mailbox(folder) if folder.is_dir() and folder.parent == FOLDER else None

    def listMailboxes(self, ref: str, wildcard: str) -> list[tuple[str, Mailbox]]:
        return [(folder.name, Mailbox(folder)) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]

    def isSubscribed(self, name: str) -> bool:
        return True


class Realm:
    """One account for whoever has the password."""

    def requestAvatar(self, avatar: Any, mind: Any, *interfaces: Any) -> Any:
        return imap4.IAccount, Account(), lambda: None


class Server(imap4.IMAP4Server):
    """Notes what it is asked."""

    def lineReceived(self, line: bytes) -> None:
        with (FOLDER / "commands").open("a", encoding="utf-8") as log:
            log.write(line.decode("utf-8", "replace") + "\n")
        super().lineReceived(line)


class Factory(ServerFactory):
    """One server for each connection."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def buildProtocol(self, address: Any) -> Server:
        server = Server()
        server.portal, server.factory = self.portal, self
        server.challengers = {b"PLAIN": imap4.PLAINCredentials}
        return server


def main() -> None:
    """Serve until killed."""
    user, password = sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")
    checker = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(user.encode(), password.encode())
    certificate = ssl.PrivateCertificate.loadPEM(Path(sys.argv[2]).read_text())
    port = reactor.listenSSL(0, Factory(Portal(Realm(), [checker])), certificate.options(), interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
