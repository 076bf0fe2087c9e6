"""The wire: an HTTP proxy on loopback that opens TLS itself, with certificates of a throwaway authority.

It answers CONNECT by playing the host that was asked for, plain requests by their absolute address, keeps connections
open, and hands every request to one function. It decides nothing.
"""

from __future__ import annotations

import asyncio
import http
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import trustme

from .answers import Answer, Trouble

PIECE = 4096


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came over the wire."""

    method: str
    url: str
    headers: dict[str, str]  # names in lower case
    connection: int  # its number, from 1


class Certificates:
    """The throwaway authority, and one TLS context for each host."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA(organization_name="Simulated WeChat")
        self.file = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(self.file))
        self.named_otherwise: dict[str, str] = {}  # host -> the host that its certificate names instead
        self.unknown: set[str] = set()  # hosts whose certificate no one knows
        self._contexts: dict[str, ssl.SSLContext] = {}

    @cached_property
    def stranger(self) -> trustme.CA:
        """An authority that nobody trusts."""
        return trustme.CA(organization_name="Nobody")

    def context(self, host: str) -> ssl.SSLContext:
        """The context for this host, made once."""
        if host not in self._contexts:
            authority = self.stranger if host in self.unknown else self.authority
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.set_alpn_protocols(["http/1.1"])
            authority.issue_cert(self.named_otherwise.get(host, host)).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]

    def forget(self, host: str) -> None:
        """Make this host's certificate anew at the next connection."""
        self._contexts.pop(host, None)


class Proxy:
    """The server, in a thread of its own."""

    def __init__(
        self,
        answer: Callable[[Asked], tuple[Answer, float]],
        connect: Callable[[str, int, int], int],
        certificates: Certificates,
    ) -> None:
        self._answer, self._connect, self._certificates = answer, connect, certificates
        self._connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated-wechat", daemon=True)
        self.port = 0

    def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; ``self.port`` says where."""
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", port, backlog=512))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(30)

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._connections += 1
        try:
            await self._talk(reader, writer, self._connections)
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the other side went away, or the site closes
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        origin = ""
        while True:
            method, target, headers = await _read_head(reader)
            if method == "CONNECT":
                host, _, port = target.rpartition(":")
                status = self._connect(host.strip("[]"), int(port), connection)
                if status != 200:
                    await _write(writer, Answer(status=status, content_type="text/plain"), {})
                    return
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.drain()
                await writer.start_tls(self._certificates.context(host))
                origin = f"https://{host}" if port == "443" else f"https://{host}:{port}"
                continue
            if length := int(headers.get("content-length", "0")):
                await reader.readexactly(length)
            url = target if "://" in target else f"{origin or 'http://' + headers.get('host', '')}{target}"
            answer, latency = self._answer(Asked(method=method, url=url, headers=headers, connection=connection))
            if latency or answer.seconds:
                await asyncio.sleep(latency + (0 if answer.trouble is Trouble.SLOW else answer.seconds))
            if answer.trouble is Trouble.RESET:
                _reset(writer)
                return
            await _write(writer, answer, headers, has_body=method != "HEAD")
            if answer.trouble is Trouble.CUT or headers.get("connection", "").lower() == "close":
                return


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    return method, target, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _write(writer: asyncio.StreamWriter, answer: Answer, asked: dict[str, str], *, has_body: bool = True) -> None:
    is_packed = answer.packed is not None and "gzip" in asked.get("accept-encoding", "")
    body = answer.packed if is_packed and answer.packed is not None else answer.body
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
    lines += [f"Content-Type: {answer.content_type}"] if answer.content_type else []
    lines += ["Content-Encoding: gzip", "Vary: Accept-Encoding"] if is_packed else []
    lines += [f"{name}: {value}" for name, value in answer.headers]
    head = ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n").encode("latin-1")
    if not has_body:
        body = b""
    if answer.trouble is Trouble.CUT:
        body = body[: len(body) // 2]
    if answer.trouble is Trouble.SLOW:
        await _drip(writer, head + body, answer.seconds)
        return
    writer.write(head + body if len(body) < PIECE else head)
    if len(body) >= PIECE:
        writer.write(body)
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter, message: bytes, seconds: float) -> None:
    pieces = [message[at : at + PIECE] for at in range(0, len(message), PIECE)]
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(seconds / len(pieces))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with unsent data thrown away: the peer gets RST."""
    wire = writer.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def is_literal(host: str) -> bool:
    """Whether a host is an IP address written out."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
