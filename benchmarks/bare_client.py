"""The upper bound: a bare asyncio client that fetches a list of addresses and writes the bytes to files.

``python -m benchmarks.bare_client PLAN FOLDER ASSET_CONNECTIONS``: one connection for pages, so many for assets.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit


async def main() -> None:
    """Fetch everything in the plan."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    folder, connections = Path(sys.argv[2]), int(sys.argv[3])
    pages, assets = iter(enumerate(plan["pages"])), iter(enumerate(plan["assets"]))
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    await asyncio.gather(
        fetch(pages, folder, "page", context),
        *(fetch(assets, folder, "asset", context) for _ in range(connections)),
    )


async def fetch(queue: enumerate[str], folder: Path, kind: str, context: ssl.SSLContext) -> None:
    """Work through the queue, with one connection kept open for each host."""
    lines: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
    for number, url in queue:
        parts = urlsplit(url)
        host = parts.netloc
        if host not in lines:
            lines[host] = await connect(host, context)
        reader, writer = lines[host]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        if b"content-encoding: gzip" in head:
            body = gzip.decompress(body)
        (folder / f"{kind}-{number}").write_bytes(body)
    for _, writer in lines.values():
        writer.close()


async def connect(host: str, context: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the host, through the proxy."""
    proxy = urlsplit(os.environ["https_proxy"])
    reader, writer = await asyncio.open_connection(proxy.hostname, proxy.port, limit=1 << 20)
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(context, server_hostname=host)
    return reader, writer


if __name__ == "__main__":
    asyncio.run(main())
