"""The command line as a person types it, in a process of its own; and any function, in one that can be killed.

A process is forked from a server that has imported what commands need (not their words, which are chosen by language
when they are imported): a tenth of the time. With CI=true a command is begun in a Python of its own the first time that
it is asked for in a language, and a function every time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.conftest import is_ci
from tests.stories.crawls import SERVER, have_a_child_ready, hurry

SECONDS = 60
BEGUN: set[tuple[str, str]] = set()
"""The commands that were begun, with the language that each spoke."""


def wxmirror(*arguments: str, cwd: Path, language: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line; what it printed, and its exit code."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WXMIRROR_")}
    variables = {**inherited, "WXMIRROR_LANGUAGE": language, **environment}
    is_first = (arguments[0], language) not in BEGUN
    BEGUN.add((arguments[0], language))
    return (anew if is_ci() and is_first else forked)(arguments, cwd, variables)


def anew(arguments: tuple[str, ...], cwd: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """In a Python that is begun for it."""
    command = [sys.executable, "-m", "crawler.cli", *arguments]
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=SECONDS)


def forked(arguments: tuple[str, ...], cwd: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """In a copy of the server."""
    with tempfile.TemporaryDirectory() as folder:
        told = [Path(folder, name) for name in ("stdout", "stderr")]
        process = SERVER.Process(target=_command, args=(list(arguments), cwd, variables, told))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(list(arguments), SECONDS)
        stdout, stderr = (file.read_text() for file in told)
        return subprocess.CompletedProcess(list(arguments), process.exitcode, stdout, stderr)


def _command(arguments: list[str], cwd: Path, variables: dict[str, str], told: list[Path]) -> Any:
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(cwd)
    sys.argv = ["wxmirror", *arguments]
    for stream, file in zip((1, 2), told, strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), stream)
    sys.stdout, sys.stderr = (os.fdopen(stream, "w") for stream in (1, 2))
    hurry()
    have_a_child_ready()
    from crawler.cli import main

    main()


class Working:
    """A function at work in a process of its own, and what it prints. At the end of a ``with`` it is over."""

    def __init__(self, function: Callable[..., None], *arguments: str) -> None:
        if is_ci():
            code = f"import sys; from {function.__module__} import {function.__name__} as it; it(*sys.argv[1:])"
            begun = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
            assert begun.stdout
            self.kill, self._wait, self.stdout = begun.kill, begun.wait, begun.stdout
        else:
            here, there = SERVER.Pipe(duplex=False)
            process = SERVER.Process(target=_work, args=(there, function, arguments))
            process.start()
            there.close()
            self.kill, self._wait, self.stdout = process.kill, process.join, os.fdopen(os.dup(here.fileno()))
            here.close()

    def __enter__(self) -> Working:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind:
            self.kill()
        self.stdout.close()
        self._wait()


def _work(told: Connection, function: Callable[..., None], arguments: tuple[str, ...]) -> None:
    os.dup2(told.fileno(), 1)
    told.close()
    sys.stdout = os.fdopen(1, "w", closefd=False)
    function(*arguments)


class ForkedChild:
    """The crawl's second process, forked; in the shape of ``subprocess.Popen``."""

    def __init__(self, arguments: list[str]) -> None:
        asked, here_in = SERVER.Pipe(duplex=False)
        here_out, told = SERVER.Pipe(duplex=False)
        self._process = SERVER.Process(target=_be_child, args=(asked, told, arguments), daemon=True)
        self._process.start()
        self.kill = self._process.kill
        self.stdin = os.fdopen(os.dup(here_in.fileno()), "wb")
        self.stdout = os.fdopen(os.dup(here_out.fileno()), "rb")
        for end in (asked, told, here_in, here_out):
            end.close()

    def wait(self) -> int | None:
        """The code that it ended with, negative for a signal."""
        self._process.join()
        return self._process.exitcode


def _be_child(asked: Connection, told: Connection, arguments: list[str]) -> None:
    from crawler import child

    os.dup2(asked.fileno(), 0)
    os.dup2(told.fileno(), 1)
    asked.close()
    told.close()
    sys.stdin = os.fdopen(0)
    child.main(arguments)
