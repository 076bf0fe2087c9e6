"""``wxmirror serve``: the reading room on a port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from crawler.config import Config
from crawler.web.app import create_app
from storage.archive import Archive
from storage.errors import ArchiveReadOnly, MirrorError


class PortTaken(MirrorError):
    """The address to listen on is not to be had."""

    words = (
        "Cannot listen on {host} port {port} ({reason}). Another program may be using it: choose another with "
        "--port, or 0 for a free one."
    )


def serve(config: Config) -> None:
    """Serve the archive until Ctrl-C; the first line on stdout is the address, once it answers.

    An older archive is brought up to date first; one that cannot be written to is served as it is. Raises PortTaken,
    NoArchive, ArchiveTooNew.
    """
    os.environ.setdefault("WXMIRROR_LANGUAGE", "zh")  # a service has no locale; its readers are Chinese
    with opened(config) as archive, _listening(config) as listener:
        settings = uvicorn.Config(
            create_app(config, archive),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        _Server(settings, _address(listener)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that says where it listens once it does, and ends quietly on Ctrl-C."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._address, flush=True)  # noqa: T201  (the contract: the first line on stdout)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        def end_quietly(*_: Any) -> None:
            sys.exit(0)

        # uvicorn raises the signals that it caught once more when it has ended; by then they have done their work.
        before = {sign: signal.signal(sign, end_quietly) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            with contextlib.suppress(SystemExit):
                super().run(sockets)
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)


def opened(config: Config) -> Archive:
    """Open the archive, brought up to date if it can be; raises NoArchive, ArchiveTooNew."""
    try:
        return Archive.open(config.folder, database_url=config.archive.database_url, writing=True)
    except ArchiveReadOnly:
        return Archive.open(config.folder, database_url=config.archive.database_url)


def _listening(config: Config) -> socket.socket:
    host, port = config.web.host, config.web.port
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(128)
    except OSError as error:
        raise PortTaken(host=host, port=port, reason=error.strerror or str(error)) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
