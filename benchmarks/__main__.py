"""``python -m benchmarks``: every benchmark, one after the other; ``--quick`` for a small round of each."""

from __future__ import annotations

import subprocess
import sys

PARTS = ("reading", "replaying", "bulletins", "finding", "repacking", "crawl")


def main() -> int:
    """Run each in a process of its own; 1 when one of them failed."""
    codes = []
    for part in PARTS:
        print(f"== {part}", flush=True)
        codes.append(
            subprocess.run([sys.executable, "-m", f"benchmarks.{part}", *sys.argv[1:]], check=False).returncode
        )
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
