"""``serve``: the first line, the port, the end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.config import Config, WebSettings
from crawler.web.serving import PortTaken, opened, serve
from storage.archive import Archive
from storage.errors import ArchiveReadOnly, NoArchive

PROGRAM = (
    "import sys; from pathlib import Path; from crawler.config import Config, WebSettings; "
    "from crawler.web.serving import serve; serve(Config(folder=Path(sys.argv[1]), web=WebSettings(port=0)))"
)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, once it has said where it listens."""
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout
    try:
        yield server, server.stdout.readline().strip()
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("sign", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGTERM])
def test_the_first_line_is_the_address_and_a_signal_ends_it_cleanly(archive: Archive, sign: signal.Signals) -> None:
    with serving(archive.folder) as (server, address):
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}healthz") as answer:
            assert answer.read() == b"ok\n"
        server.send_signal(sign)
        rest, complaints = server.communicate(timeout=10)
    assert (server.returncode, rest, complaints) == (0, "", "")


def test_a_port_that_is_taken_is_named(archive: Archive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}"):
            serve(Config(folder=archive.folder, web=WebSettings(port=port)))


def test_where_there_is_no_archive_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(NoArchive):
        serve(Config(folder=tmp_path / "nowhere", web=WebSettings(port=0)))


def test_an_archive_that_cannot_be_written_to_is_served(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only medium; root, who runs some test machines, could write all the same."""

    def refuse_writing(_: type[Archive], folder: Path, *, writing: bool = False, **given: object) -> Archive:
        if writing:
            raise ArchiveReadOnly(place=folder, reason="read-only file system")
        return as_it_is(folder)

    as_it_is = Archive.open
    monkeypatch.setattr(Archive, "open", classmethod(refuse_writing))
    with opened(Config(folder=archive.folder)) as served:
        assert len(served.bulletins()) == 1
