"""A copy looks as its original did: the same words, the same pictures, the same lines."""

import pytest

from tests.conftest import corpus_folder
from tests.fidelity.floors import NOT_COMPARED, RECALL, SET_ANEW, SIMILARITY
from tests.fidelity.likeness import compare_words
from tests.fidelity.originals import page_names
from tests.fidelity.pairs import WIDTHS, exhibition, likeness
from tests.fidelity.words import measure_words

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [name for name in page_names(corpus_folder()) if name not in NOT_COMPARED])
def test_a_copy_looks_like_its_original(shown, browser, name, width):
    pair = shown.compare(browser, name, width)
    if pair.similarity < SIMILARITY:  # on a busy machine a browser's picture may be taken before all of it is drawn
        pair = shown.compare(browser, name, width)
    assert pair.words >= RECALL
    assert pair.same_images
    assert pair.similarity >= SIMILARITY
    assert pair.outside == ()


@pytest.mark.parametrize("name", sorted(SET_ANEW & {*page_names(corpus_folder())}))
def test_an_article_that_scripts_draw_is_given_back_with_all_its_words_and_pictures(shown, browser, name):
    read = measure_words(browser, shown.site, shown.originals[name])
    copy, outside = shown.look_at_copy(browser, name, 375, body=".wxm-set", frame=".wxm-set")
    assert copy is not None
    assert compare_words(read.truth, copy.words).recall >= RECALL
    assert len(copy.images) == (read.listed or 0)
    assert outside == ()


def test_an_original_looks_like_itself(shown, browser):
    """The control: what differs between two shots of one page is the browser's doing, not the copy's."""
    first, second = (shown.look_at_original(browser, "savetruth-gif-set", 375) for _ in range(2))
    assert likeness(first, second) == pytest.approx(1.0, abs=1e-6)


def test_two_articles_do_not_look_alike(shown, browser):
    one, other = (shown.look_at_original(browser, name, 375) for name in ("jface-2026-01", "magichtml-2022-07"))
    assert likeness(one, other) < 0.5


def test_a_missing_picture_is_seen(corpus, browser, tmp_path):
    name = "jface-2026-01"
    with exhibition(corpus, tmp_path, only=[name]) as shown:
        body = [link for link in shown.read(name).assets if link.role == "body"]
        shown.snapshot(name, without=body[2].key)
        pair = shown.compare(browser, name, 375)
    assert not pair.same_images
    assert pair.similarity < SIMILARITY
