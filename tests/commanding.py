"""The command line as a person types it, in a process of its own.

With CI=true that is a Python begun anew. A developer's run forks it from a server that has imported what commands need
(not their words, which are chosen by language when they are imported): a fifth of the time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conftest import is_ci
from tests.stories.crawls import SERVER, have_a_child_ready, hurry

SECONDS = 60


def wxmirror(*arguments: str, cwd: Path, language: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line; what it printed, and its exit code."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WXMIRROR_")}
    variables = {**inherited, "WXMIRROR_LANGUAGE": language, **environment}
    return (anew if is_ci() else forked)(arguments, cwd, variables)


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
