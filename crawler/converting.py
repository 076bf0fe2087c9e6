"""The process in which LibreOffice saves one old document as DOCX: ``python -m crawler.converting SUFFIX SECONDS``.

The document is somebody else's bytes, and LibreOffice reads formats of thirty years: it gets a folder and a profile of
its own that last as long as the conversion, limits of time and memory, no macros, no active content, and no network.
It is several processes; they are one group and are ended as one, also when whoever asked is gone: then the pipe from it
ends, which this process watches. Exit 0: the DOCX is on stdout; else one of the codes below.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory

LENGTH = Struct(">Q")
SECONDS = 90.0
"""A bulletin takes one second, 14 MB of nothing but text take 24; whoever asked waits for 120 at the most."""

MEMORY_BYTES = 1536 << 20
"""Address space of each process: LibreOffice takes 0.6 GB for a small document."""

LARGEST_BYTES = 200_000_000
"""Of any file that it writes."""

MISSING, FAILED, TOO_LONG = 3, 4, 5
PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
WATCH_SECONDS = 0.05
NEW_USERS, NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of Linux

# What the profile says beforehand: https://cgit.freedesktop.org/libreoffice/core/tree/officecfg, Common.xcs.
SECURITY: Mapping[str, str] = {
    "MacroSecurityLevel": "3",
    "DisableMacrosExecution": "true",
    "DisableActiveContent": "true",
    "BlockUntrustedRefererLinks": "true",
}
NOWHERE = "http://127.0.0.1:9"  # a proxy that answers nobody, where the network cannot be taken away


def main(suffix: str, seconds: float) -> int:
    """Convert what comes on stdin (eight bytes of length, then the document); the exit code."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        return MISSING
    asked = sys.stdin.buffer
    body = asked.read(LENGTH.unpack(asked.read(LENGTH.size))[0])
    with TemporaryDirectory(prefix="wxmirror-", ignore_cleanup_errors=True) as folder:
        document, made = Path(folder, f"document.{suffix}"), Path(folder, "out", "document.docx")
        document.write_bytes(body)
        write_profile(Path(folder, "profile"))
        if not run(command(program, Path(folder)), Path(folder), seconds):
            return TOO_LONG
        if not made.is_file():
            return FAILED
        with made.open("rb") as docx:
            shutil.copyfileobj(docx, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return 0


def command(program: str, folder: Path) -> list[str]:
    """The command that converts the document of a folder."""
    document = next(folder.glob("document.*"))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    switches = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
    return [program, profile, *switches, "--convert-to", "docx", "--outdir", str(folder / "out"), str(document)]


def write_profile(profile: Path) -> None:
    """Write the settings of a profile that runs nothing and loads nothing from elsewhere."""
    rows = "".join(
        '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for name, value in SECURITY.items()
    )
    settings = f'<?xml version="1.0"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{rows}</oor:items>'
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(settings, encoding="utf-8")


def run(arguments: list[str], folder: Path, seconds: float) -> bool:
    """Run to the end; False where it took too long, or nobody waits for it any more."""
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=confine,  # safe: this process has one thread
    )
    deadline = time.monotonic() + seconds
    try:
        while process.poll() is None:
            is_alone = select.select([sys.stdin], [], [], WATCH_SECONDS)[0]
            if is_alone or time.monotonic() > deadline:
                return False
        return True
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment(folder: Path) -> dict[str, str]:
    """What LibreOffice is told of the world: its folder, the language, no way out."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    own = {"HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    return kept | own | {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "ftp_proxy": NOWHERE}


def confine() -> None:
    """Limit the process that is about to become LibreOffice, and all that it begins."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, int(SECONDS)),
        (resource.RLIMIT_FSIZE, LARGEST_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hardest = resource.getrlimit(limit)
        least = most if hardest == resource.RLIM_INFINITY else min(most, hardest)
        resource.setrlimit(limit, (least, least))
    with suppress(OSError, AttributeError):  # not everywhere allowed; the dead proxy stays
        ctypes.CDLL(None).unshare(NEW_USERS | NEW_NETWORK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
