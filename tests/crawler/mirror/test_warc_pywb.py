"""pywb, the usual player of web archives, shows what we export. It runs in an environment of its own, on loopback."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.error import URLError

import pytest

from crawler.mirror.exports.warc import export_warc
from crawler.wechat.reading import read_page
from storage.records import Role
from tests.crawler.mirror.keeping import MARCH, SHORT, capture_of, keep_bulletin, keep_picture, png
from tests.crawler.mirror.test_warc import NOW

pytestmark = [pytest.mark.oracle, pytest.mark.long]

PAGE = "savetruth-raw-2018-11-16-01.html"


@pytest.fixture(scope="module")
def pywb() -> Path:
    """The programs of pywb; skipped, saying so, where they are not."""
    folder = Path(os.environ.get("WXMIRROR_TEST_ORACLES", "/nonexistent")) / "bin"
    if not (folder / "wayback").exists():
        pytest.skip("no pywb: set WXMIRROR_TEST_ORACLES to an environment with requirements/oracles.txt")
    return folder


@contextmanager
def wayback(pywb: Path, folder: Path, warc: Path) -> Iterator[str]:
    """The address of a running pywb whose collection holds this file."""
    for command in (["init", "kept"], ["add", "kept", warc]):
        subprocess.run([pywb / "wb-manager", *command], cwd=folder, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [pywb / "wayback", "-b", "127.0.0.1", "-p", str(port), "-d", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/kept"
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen) -> None:
    for _ in range(120):
        assert server.poll() is None, "pywb did not start"
        try:
            fetch(url)
            return
        except URLError:
            time.sleep(0.25)
    raise AssertionError("pywb did not answer within 30 s")


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def test_pywb_shows_the_copy_with_all_its_pictures_and_the_original_unchanged(archive, corpus, tmp_path, pywb):
    page = (corpus / "pages" / PAGE).read_bytes()
    reading = read_page(page, SHORT, "text/html")
    archive.keep_capture(capture_of(SHORT, page, reading, at=MARCH), run=None, next_visit=lambda _: None)
    pictures = [link for link in reading.assets if link.role in (Role.BODY, Role.BACKGROUND)]
    bodies = {}
    for shade, link in enumerate(pictures):
        bodies.setdefault(link.key, png(shade))
        keep_picture(archive, link.url, bodies[link.key], fetched=link.url.replace("/640", "/0"))
    keep_bulletin(archive, SHORT)
    warc = tmp_path / "out.warc.gz"
    export_warc(archive, warc, archive.articles(), now=NOW)

    with wayback(pywb, tmp_path, warc) as kept:
        original = fetch(f"{kept}/20240314020005id_/{SHORT}")
        copy = fetch(f"{kept}/20240314020005mp_/urn:wxmirror:copy:{SHORT}").decode()
        shown = re.findall(r"""(?:<img[^>]+?src="|url\(["']?)(h[^"')]+)""", unescape(copy))
        seen = {hashlib.sha256(fetch(src)).hexdigest() for src in shown}

    assert original == page
    assert len(bodies) >= 10
    assert seen == {hashlib.sha256(body).hexdigest() for body in bodies.values()}
    assert all(src.startswith(kept) for src in shown)
