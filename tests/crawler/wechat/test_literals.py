"""Literals of all eras read as a browser would, and no script that makes the reader slow or raise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.wechat.literals import Settled, decode_string, read_assignments, read_literal
from tests.conftest import examples
from tests.timing import computing_within

SHAPES = {
    "plain": ('var a = "x";', "x"),
    "single quotes": ("a='x'", "x"),
    "alternatives, the last says it": ('var a = "" || ""|| "2651";', "2651"),
    "alternatives, none says it": ("a = '' || '';", ""),
    "alternative of an unknown name": ("a = window.never_there || 'x'", "x"),
    "a number in a string": ('var a="1540050546"*1;', 1540050546),
    "nothing times one": ('a = "" * 1', 0),
    "nothing times one, or zero": ('a = "" * 1 || 0', 0),
    "a fraction": ("a = '0.31' * 1", 0.31),
    "no number": ("a = 'x' * 1", None),
    "a member": ('d.a = "x";', "x"),
    "a chain": ("window.a = window.title = 'x'", "x"),
    "for XML or not": ("d.a = xml ? getXmlValue('x.DATA') : 'x';", "x"),
    "a comparison": ("a = 'true' === 'true' ? 1 : 0", 1),
    "JsDecode": (r"a = JsDecode('1 \\x26 2 \x3c 3')", "1 & 2 < 3"),
    "html(false)": ("a = '&lt;b&gt; &amp;amp;'.html(false);", "<b> &amp;"),
    "htmlDecode": ('a = htmlDecode("a<br>b &quot;");', 'a\nb "'),
    "replace": ("a = ('http://x').replace(/^http:/, location.protocol)", "http://x"),
    "escapes": (r'a = "\u4e2d\x26\/\n\'\u{1F600}\ud83d\ude00"', "中&/\n'😀😀"),
    "half a surrogate": (r'a = "\ud83d!"', "\ufffd!"),
    "an object": ("a = {b: {c: '1' * 1,}, 'd': [1, 'x',,],}", {"b": {"c": 1}, "d": [1, "x"]}),
    "an object with a function": ("a = {f: function(){ return {b: 1}; }, g: 'k'}", {"f": None, "g": "k"}),
    "comments": ("a = /* old */ 'x' // 'y'\n", "x"),
    "a list, the page shows some": ("a = ['x', 'y'].slice(0, 1)", ["x", "y"]),
    "a call": ("a = now()", None),
    "a function": ("a = function(){ return 'x' }", None),
    "unfinished": ("a = {b: [", None),
    "closed by another bracket": ("a = [1}", None),
    "a member closed by another bracket": ("a = {b: (1]}", {"b": None}),
}


def values(script: str) -> list:
    return [assignment.value for assignment in read_assignments(script, frozenset({"a"}))]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_literal_is_read_in_every_shape_seen(shape):
    script, value = SHAPES[shape]
    assert values(script) == [value]


@pytest.mark.parametrize("script", ["a == 'x'", "a => 'x'", "b.aa = 'x'", 'b = "a = 1"', "// a = 1", "/* a = 1 */", ""])
def test_what_is_no_assignment_is_none(script):
    assert values(script) == []


def test_an_assignment_in_a_comment_or_string_hides_none_that_follows():
    assert values("// don't\nvar b = \"it's a = 'no'\"; /* a = 2 */ a = 3") == [3]


def test_the_owner_of_a_member_is_told():
    owners = [assignment.owner for assignment in read_assignments("window.a=1;d . a=2;a=3", frozenset({"a"}))]
    assert owners == ["window", "d", ""]


def test_only_the_pages_own_decoders_settle_entities():
    settled = [
        isinstance(value, Settled) for value in values("a='&amp;'; a='&amp;'.html(false); a=htmlDecode('&amp;')")
    ]
    assert settled == [False, True, True]


@given(st.text())
def test_a_string_written_by_json_is_read_back(text):
    assert read_literal(json.dumps(text))[0] == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@given(st.text(alphabet=st.characters(exclude_characters="\\\n'", exclude_categories=["Cs"])))
def test_a_plain_string_is_itself(text):
    assert decode_string(f"'{text}'") == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**12) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=25,
)


@given(JSON)
def test_json_is_read_as_itself(value):
    assert values(f"a = {json.dumps(value)};") == [value]


@settings(max_examples=examples(300))
@given(
    st.text(alphabet="a=b[]{}:,", max_size=12) | st.text(alphabet="a=bd.\"'\\/*{}[]():,;?!|&+-<>x26 \n`", max_size=120)
)
def test_no_script_raises(script):
    for assignment in read_assignments(f"a = {script}", frozenset({"a", "b"})):
        assert assignment.name in ("a", "b")


@settings(max_examples=examples(300))
@given(st.text(alphabet="a=$b1.\"'/* \n\u3000;", max_size=40))
def test_a_script_is_never_passed_over_that_states_something(script):
    """Whether a script is worth the scanner's time is told by a quicker look, which must not overlook anything."""
    assert values(f"a=1;\n{script}")[1:] == values(script)


ENDLESS = [
    "[}",
    "{a:]",
    "(]",
    "[",
    '"\\"',
    "/*",
    "a=",
    "{a:",
    "!",
    "{b:[{c:",
    "1?",
    "(1,",
    "{b:function(){",
    "/",
    "a   ",
    "function(){},",
    "''+",
]


@pytest.mark.parametrize("piece", ENDLESS)
def test_no_script_makes_the_reader_slow(piece):
    with computing_within(2):
        values("a=" + piece * (400_000 // len(piece)))
