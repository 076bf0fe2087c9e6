"""What of a page is its template's, and that nothing of an article is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.wechat.reading import read_page
from crawler.wechat.templates import template_text

PROGRAM = "'use strict';" + "function show(node){node.hidden=false}\n" * 50
STYLE = ".box{margin:0}" * 100
FRAME = '<div id="js_article"><h1 id="activity-name">标题在这里写着十个字</h1><div id="js_content">{body}</div></div>'


def page(*parts: str, body: str = "<p>第一段文字，长到足以认出来。</p>") -> bytes:
    return ("<html><head>" + "".join(parts) + "</head>" + FRAME.format(body=body) + "</html>").encode()


def test_bundles_and_the_pages_own_sheets_are_template() -> None:
    found = template_text(page(f"<style>{STYLE}</style>", f"<script nonce=1>{PROGRAM}</script>"))
    assert found == (STYLE.encode(), PROGRAM.encode())


@pytest.mark.parametrize(
    "part",
    [
        "<script>var msg_title = '标题';" + "x = 1;" * 300 + "</script>",
        f'<script type="text/html">{PROGRAM}</script>',
        f"<script>{PROGRAM}",
        "<script>'use strict'</script>",
        f"<script>{PROGRAM} var seen = '第一段文字，长到足以认出来。'</script>",
    ],
    ids=["data", "markup", "never closed", "short", "with a line of the article"],
)
def test_what_may_hold_something_of_the_article_is_not(part: str) -> None:
    assert template_text(page(part)) == ()


def test_styles_inside_the_article_are_its_own() -> None:
    assert template_text(page(body=f"<p>第一段文字</p><svg><style>{STYLE}</style></svg>")) == ()


def test_a_page_that_is_no_article_has_no_template() -> None:
    assert template_text(f"<script>{PROGRAM}</script>".encode()) == ()


def test_many_elements_that_never_close_take_no_time() -> None:
    assert template_text(page("<script>" * 200_000)) == ()


RAW = re.compile(r"hxmjava-2026|jface-2026|llmwebkit-2024|wae-(normal|paid|pic|share|text)")


def test_nothing_of_a_real_article_stands_in_its_template(corpus: Path) -> None:
    for file in sorted(corpus.glob("pages/*.html")):
        if RAW.match(file.name):
            body = file.read_bytes()
            template = b"\n".join(template_text(body))
            assert len(template) > 0.7 * len(body), file.name
            article = read_page(body).article
            lines = [line for line in article.text.splitlines() if len(line) >= 10]
            assert not [line for line in lines if line.encode() in template], file.name
            assert not any(words.encode() in template for words in (article.title, article.mid) if words), file.name
