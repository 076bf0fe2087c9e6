"""``python -m examples.demo``: the main job, whole, on a sample bulletin and a simulated WeChat.

Crawls examples/bulletin.pdf into a fresh archive in demo/, through the command line that a person would type, in a
child process that knows nothing of the simulation but a proxy and a certificate. Shows what was kept and which item
cites it, crawls again (nothing is due), and says how to look at it. Ends with 0 when all went as it should.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from crawler.words import say
from examples.sample import ARTICLES, CITED_BY_NUMBERS, TAKEN_DOWN
from tests.simulated_wechat import Site

ROOT = Path(__file__).resolve().parent.parent
BULLETIN = ROOT / "examples" / "bulletin.pdf"
PLACE = ROOT / "demo"
WXMIRROR = (sys.executable, "-m", "crawler.cli")


def main() -> int:
    """Show it; 1 when something did not go as it should."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir()
    with Site() as site:
        for article in ARTICLES:
            site.publish(article)
        site.delete(TAKEN_DOWN)
        environment = {
            **os.environ,
            **site.environment,
            "WXMIRROR_ARCHIVE": str(PLACE / "archive"),
            "WXMIRROR_CRAWL__ARTICLE_DELAY_SECONDS": "0.2",
            "WXMIRROR_CRAWL__CONTACT": "demo@example.org",
        }
        environment.pop("WXMIRROR_CONFIG", None)
        tell(say("A simulated WeChat plays on {url}; nothing leaves this machine.", url=site.proxy_url))
        tell(say("First crawl: the bulletin goes in, what it cites is fetched."))
        first = run(environment, "crawl", shown(BULLETIN))
        tell(say("What is kept, and which item of the bulletin cites it:"))
        addresses = [article.article_url if article in CITED_BY_NUMBERS else article.short_url for article in ARTICLES]
        run(environment, "find", *addresses)
        run(environment, "status")
        tell(say("Second crawl: nothing is due yet, so WeChat is not asked for one article."))
        site.forget()
        second = run(environment, "crawl")
        visits = len(site.visits())
    found = json.loads(quietly(environment, "find", *addresses, "--json"))
    went_well = first == second == 0 and visits == 0 and is_whole(found)
    if went_well:
        tell(say("To open it: WXMIRROR_ARCHIVE=demo/archive .venv/bin/wxmirror serve"))
    else:
        tell(say("Something did not go as it should: {details}", details=details(found, first, second, visits)))
    return 0 if went_well else 1


def run(environment: dict[str, str], *arguments: str) -> int:
    """Run a command of wxmirror before the reader's eyes; its exit code."""
    sys.stdout.write(f"\n$ wxmirror {shlex.join(arguments)}\n")
    sys.stdout.flush()
    return subprocess.run([*WXMIRROR, *arguments], env=environment, cwd=ROOT, check=False).returncode


def quietly(environment: dict[str, str], *arguments: str) -> str:
    """What a command of wxmirror prints."""
    command = [*WXMIRROR, *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True).stdout


def is_whole(found: list[dict[str, Any]]) -> bool:
    """Whether each article is kept complete and tied to an item, and the one taken down is told as gone."""
    for article, known in zip(ARTICLES, found, strict=True):
        if not known["cited_by"] or known["standing"] != ("gone" if article is TAKEN_DOWN else "alive"):
            return False
        if article is not TAKEN_DOWN and not known["snapshots"][0]["is_complete"]:
            return False
    return True


def details(found: list[dict[str, Any]], first: int, second: int, visits: int) -> str:
    """The numbers behind a demonstration that failed."""
    standings = {known["article_url"]: known["standing"] for known in found}
    return f"exit {first} and {second}, {visits} visits, {standings}"


def shown(file: Path) -> str:
    """A file's path as one would type it."""
    return str(file.relative_to(ROOT))


def tell(sentence: str) -> None:
    """Say what comes next."""
    sys.stdout.write(f"\n— {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
