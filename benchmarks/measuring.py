"""How a child process is measured: wall time, its tree's peak memory, and the load's share of a core meanwhile."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.load import Load

TOO_BUSY = 0.8
"""The share of a core from which on the simulated server, not the client, may be what is measured."""

SAMPLE_SECONDS = 0.2
"""How often memory is looked at, in runs that are watched: a look at a crawl's two processes takes 12 ms, in which
their memory is locked, so those runs say nothing of the time."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run of one client."""

    seconds: float
    cpu_seconds: float  # of the whole process tree; steadier than the time on a busy machine
    peak_mb: float | None  # of the whole process tree, shared pages counted once; None: it was not watched
    load_share: float  # of one core
    code: int
    output: str

    @property
    def counts(self) -> bool:
        """Whether the client, not the load, set the pace."""
        return self.load_share <= TOO_BUSY


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    load: Load,
    folder: Path,
    log: Path,
    is_watched: bool = False,
) -> Measured:
    """Run a client to its end, once everything is on disk that others wrote. ``is_watched``: for its memory."""
    os.sync()
    cpu, own = load.ask("cpu"), _children_cpu()
    begun = time.monotonic()
    with log.open("wb") as errors:
        child = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=folder, stdout=subprocess.PIPE, stderr=errors
        )
        peak = 0.0
        while not _ended_within(child, SAMPLE_SECONDS if is_watched else None):
            peak = max(peak, tree_mb(child.pid))
    seconds = time.monotonic() - begun
    assert child.stdout
    return Measured(
        seconds=seconds,
        cpu_seconds=_children_cpu() - own,
        peak_mb=peak if is_watched else None,
        load_share=(load.ask("cpu") - cpu) / seconds,
        code=child.returncode,
        output=child.stdout.read().decode(),
    )


def _ended_within(child: subprocess.Popen[bytes], seconds: float | None) -> bool:
    with suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    return child.returncode is not None


def _children_cpu() -> float:
    """Seconds of CPU of every child that has ended, their children included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """Megabytes that this process held at its highest; ``ru_maxrss`` begins with what its parent had held."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def tree_mb(pid: int) -> float:
    """Megabytes of memory that a process and its children hold (proportional set size, where the system tells it)."""
    try:
        process = psutil.Process(pid)
        return sum(_mb(each) for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0.0


def _mb(process: psutil.Process) -> float:
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    try:
        return float(process.memory_info().rss) / (1 << 20)
    except psutil.Error:
        return 0.0
