"""What is read of a page are the words that a browser shows of it."""

import pytest

from tests.conftest import corpus_folder
from tests.fidelity.floors import PRECISION, RECALL
from tests.fidelity.originals import page_names
from tests.fidelity.words import measure_words

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.parametrize("name", page_names(corpus_folder()))
def test_the_words_read_are_those_that_a_browser_shows(shown, browser, name):
    read = measure_words(browser, shown.site, shown.originals[name])
    assert read.words.recall >= RECALL
    assert read.words.precision >= PRECISION


@pytest.mark.parametrize("name", ["wae-pic-01", "wae-pic-05", "weextract-2018-08-image-type8"])
def test_pictures_are_as_many_as_the_page_lists(shown, browser, name):
    read = measure_words(browser, shown.site, shown.originals[name])
    assert read.listed
    assert read.inventory.expected == read.inventory.found == read.listed


def test_another_articles_words_would_be_noticed(shown, browser):
    """The control: the truth of one page, the reading of another."""
    one, other = (shown.originals[name] for name in ("jface-2026-01", "weextract-2018-06-post"))
    mixed = type(one)(name=one.name, url=one.url, body=other.body)
    assert measure_words(browser, shown.site, mixed).words.recall < 0.5
