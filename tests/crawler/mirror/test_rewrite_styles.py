"""A page's own styles: kept, tied to its box, and silent towards the world."""

from __future__ import annotations

import pytest
import tinycss2

from crawler.mirror import styles
from crawler.mirror.styles import Used, clean_declarations, clean_sheet
from tests.crawler.mirror.shelves import foreign_in_styles
from tests.timing import computing_within

USED = Used(frozenset({"a", "rich_media_title"}), frozenset({"js_content"}))


def nowhere(_: str) -> None:
    return None


def sheet(text: str) -> str:
    return clean_sheet(text, nowhere, USED)


def test_a_rule_cannot_reach_out_of_the_page() -> None:
    assert sheet(".a, p > b{color:red}") == ":where(.wxm-html) .a,:where(.wxm-html) p > b{color:red}"


def test_html_and_body_are_the_boxes_of_the_page() -> None:
    assert sheet("html{color:red}body.a{margin:0}:root{--x:1}").split("\n") == [
        "div:where(.wxm-html){color:red}",
        ":where(.wxm-html) div:where(.wxm-body).a{margin:0}",
        ".wxm-html{--x:1}",
    ]


def test_both_ways_of_reading_a_selector_agree() -> None:
    """A plain rule is written without the parser; an escape in its block sends the same rule through it."""
    for selector in ("html", "body.a > p", ".a::before", "html .a", "#js_content *", "a:hover"):
        plain, parsed = sheet(selector + "{color:red}"), sheet(selector + r"{color:r\65 d}")
        assert plain.split("{")[0] == parsed.split("{")[0]


@pytest.mark.parametrize(
    "text",
    [
        "@import url(https://evil.example/x.css);",
        "@font-face{font-family:a;src:url(https://evil.example/x)}",
        ".a{width:expression(alert(1))}",
        ".a{behavior:url(x.htc)}",
        ".a{-moz-binding:url(x.xml#a)}",
        r".a{width:e\78pression(alert(1))}",
        '.a{background:image-set("https://evil.example/x" 1x)}',
        ".a{position:fixed}",
        r".a{position:f\69xed}",
        "@media (prefers-color-scheme: dark){.a{color:#fff}}",
        "</style><script>alert(1)</script>",
    ],
)
def test_what_a_style_may_not_say_is_gone(text: str) -> None:
    cleaned = sheet(text + ".a{color:red}")
    assert "evil" not in cleaned
    assert not any(word in cleaned for word in ("expression", "fixed", "behavior", "binding", "#fff", "</"))


def test_addresses_become_places_or_nothing() -> None:
    places = {"https://x/held.png": "/asset/1"}
    given = 'background:#fff url("https://x/held.png") , url(https://x/lost.png)'
    assert clean_declarations(given, places.get) == 'background:#fff url("/asset/1") , none'
    assert clean_declarations(r"background:u\72l(https://x/lost.png)", places.get) == "background:none"
    assert clean_declarations("background:url(data:text/html,x)", places.get) == "background:none"


def test_rules_for_what_is_not_on_the_page_are_left_out() -> None:
    assert sheet(".b{color:red}#c{color:red}.a.b{color:red}.a[data-x]{color:red}") == ""
    assert sheet(".a:not(.b){color:red}") != ""


def test_braces_in_strings_comments_and_addresses_end_no_rule() -> None:
    text = '/* } */.a{content:"}"}.a{background:url(data:image/png;base64,}})}.a{color:red}'
    assert sheet(text).count(".a{") == 3


@pytest.mark.parametrize(
    "text", ["@media x{" * 5_000, "*{a:" + "(" * 9_000, "url(" * 9_000, '"' * 9_001, "/*" * 9_000, "{" * 9_000]
)
def test_a_style_bomb_ends_quickly(text: str) -> None:
    with computing_within(3):
        sheet(text)
        clean_declarations(text, nowhere)


@pytest.mark.parametrize("opening", ["@import url(a;b.css);", '@charset "a;b";', "@import 'x';/* ; */"])
def test_a_statement_without_a_block_takes_no_rule_along(opening: str) -> None:
    assert sheet(f"{opening}.a{{color:red}}") == sheet(".a{color:red}") != ""


def test_plain_styles_are_what_the_parser_would_have_kept(corpus) -> None:
    """The quick way and the parser agree on every style attribute of a real page."""
    body = (corpus / "pages" / "wae-paid-c02.html").read_text(encoding="utf-8")
    found = {part.split('"')[0] for part in body.split('style="')[1:] if "&" not in part.split('"')[0]}
    plain = [text for text in found if not styles.is_suspect(text)]
    assert len(plain) > 20
    for text in plain:
        assert list(foreign_in_styles(text)) == []
        quick, slow = (shape(one) for one in (clean_declarations(text, nowhere), parsed(text)))
        assert quick == slow


def parsed(text: str) -> str:
    return ";".join(styles._declarations(tinycss2.parse_blocks_contents(text), nowhere))


def shape(text: str) -> list[tuple[str, str]]:
    nodes = [node for node in tinycss2.parse_blocks_contents(text) if node.type == "declaration"]
    return [(node.lower_name, tinycss2.serialize(node.value).strip()) for node in nodes]
