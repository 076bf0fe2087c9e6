"""What is forked has imported all it needs, which is what makes it quick."""

import sys
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.stories.crawls import SERVER


def tell(told: Connection) -> None:
    told.send({"tests.stories.preload", "crawler.crawling", "click"} & set(sys.modules))


def test_the_server_has_imported_crawls_but_no_words_wherever_the_first_test_has_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    here, there = SERVER.Pipe()
    process = SERVER.Process(target=tell, args=(there,))
    process.start()
    imported = here.recv()
    process.join()
    assert imported == {"tests.stories.preload", "crawler.crawling"}
    assert Path.cwd() == tmp_path
