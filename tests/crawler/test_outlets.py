"""Nobody reads to the end: ``wxmirror COMMAND | head -1`` ends quietly, with the command's own exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.archive import Archive

ARTICLE = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"
COMMANDS = [
    ("--help", 0),
    ("read list.txt missing.pdf --json", 2),
    pytest.param(f"find {ARTICLE}", 1, marks=pytest.mark.long),
    pytest.param("verify", 0, marks=pytest.mark.long),
    pytest.param("crawl missing.pdf", 2, marks=pytest.mark.long),
    ("status --nonsense", 2),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("unread")
    (place / "list.txt").write_text(f"{ARTICLE}\n" * 2000, encoding="utf-8")
    Archive.open(place / "archive", writing=True, create=True).close()
    return place


@pytest.mark.parametrize(("words", "code"), COMMANDS)
def test_a_closed_pipe_is_no_error(words: str, code: int, folder: Path) -> None:
    told = unread(words, folder, errors=subprocess.PIPE)
    assert told.returncode == code
    assert "Traceback" not in told.stderr
    assert "Broken pipe" not in told.stderr


@pytest.mark.parametrize("is_buffered", [True, pytest.param(False, marks=pytest.mark.long)])
def test_nor_is_one_that_takes_messages_too(folder: Path, *, is_buffered: bool) -> None:
    assert unread("read list.txt missing.pdf", folder, PYTHONUNBUFFERED="" if is_buffered else "1").returncode == 2


def test_a_command_without_any_outlet_does_its_work(folder: Path) -> None:
    command = f"exec {sys.executable} -m crawler.cli status >&- 2>&-"
    assert subprocess.run(command, shell=True, cwd=folder, timeout=60).returncode == 0


def unread(words: str, folder: Path, errors: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command whose results go into a pipe that nobody reads, and its messages too unless ``errors`` says where."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "crawler.cli", *words.split()]
    variables = {**os.environ, "WXMIRROR_LANGUAGE": "en", **environment}
    try:
        return subprocess.run(
            command, cwd=folder, env=variables, stdout=writing, stderr=errors or writing, text=True, timeout=60
        )
    finally:
        os.close(writing)
