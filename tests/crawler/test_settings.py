"""A request passes what is listed, and nothing that Scrapy would add by itself."""

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawler import settings


@pytest.mark.parametrize("kind", ["DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS"])
def test_scrapy_loads_what_is_listed_and_nothing_else(kind: str) -> None:
    ours, listed = Settings(), getattr(settings, kind, {})
    ours.setmodule(settings)
    loaded = set(map(load_object, ours.get_component_priority_dict_with_base(kind)))
    assert loaded == set(map(load_object, listed))
    assert None not in listed.values()  # what is switched off is imported all the same


def test_what_runs_code_for_strangers_is_among_what_scrapy_would_add() -> None:
    added = {each.rpartition(".")[2] for each in Settings().getdict("EXTENSIONS_BASE")}
    assert added >= {"TelnetConsole", "RemoteControl"}
