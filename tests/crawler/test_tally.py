"""What a crawl's numbers say."""

from __future__ import annotations

import pytest

from crawler.tally import Tally
from crawler.wechat.reading import read_page
from tests.simulated_wechat import write_article
from tests.simulated_wechat.article_pages import render
from tests.stories.crawls import Noting

ARTICLE = write_article("one")
PAGE = b"".join(render(ARTICLE, ARTICLE.short_url))


@pytest.mark.parametrize(("kind", "told"), [(b"0", 0), (b"4711", 1)])
def test_articles_of_a_kind_nobody_knows_are_counted_and_told(kind: bytes, told: int) -> None:
    tally = Tally(listener := Noting())
    page = PAGE.replace(b"item_show_type: '0'", b"item_show_type: '%s'" % kind)
    page = page.replace(b'item_show_type = "0"', b'item_show_type = "%s"' % kind)
    tally.visited(read_page(page, ARTICLE.short_url))
    tally.say_what_is_new()
    assert (tally.unknown_kinds, len(listener.notes)) == (told, told)
    assert tally.summary(left_due=0).outcomes == {"alive": 1}
