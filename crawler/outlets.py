"""Where a command's words go: a terminal, a file, a pipe whose reader may leave (``wxmirror read FILE | head -1``).

A command that nobody listens to any more goes on without a word, to its own end and its own exit code: a crawl or an
audit is not cut off in the middle because ``head`` has seen enough.
"""

from __future__ import annotations

import os
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any


class Pipe(FileIO):
    """A stream of bytes: from the moment when its reader is gone, they go nowhere."""

    def __init__(self, instead_of: TextIOWrapper) -> None:
        super().__init__(instead_of.fileno(), "w", closefd=False)
        self._instead_of = instead_of  # held, for it closes the file when nobody holds it

    def write(self, data: Any, /) -> int:
        """Write bytes; how many."""
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)


def outlet(stream: TextIOWrapper | None) -> TextIOWrapper:
    """The same outlet for text; what its encoding lacks is spelled out, and no closed pipe is an error."""
    if stream is None:  # closed before the command began
        return open(os.devnull, "w", encoding="utf-8")
    stream.reconfigure(errors="backslashreplace")
    raw = getattr(stream.buffer, "raw", None)  # none: as PYTHONUNBUFFERED wants it, or kept in memory
    if not isinstance(raw or stream.buffer, FileIO):
        return stream
    pipe = Pipe(stream)
    return TextIOWrapper(
        BufferedWriter(pipe) if raw else pipe,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
