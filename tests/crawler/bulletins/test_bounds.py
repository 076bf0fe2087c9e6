"""Long texts are read quickly: the quick answers are those of the slow ones, and twice as much takes twice as long."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.bulletins.formats.addresses import printed_addresses
from crawler.bulletins.formats.joining import character_width, width
from crawler.bulletins.landmarks import BULLET, MARKS, OPENER
from crawler.bulletins.reading import read_bulletin
from tests.crawler.bulletins import office
from tests.timing import computing_within

PIECES = ["http", "https", "FTP", "s", "://", "/", "x.cn", "链接", "。", " ", "(", '"', "\n"]
PLAIN_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"'“”‘’，。；、（）()《》【】\u4e00-\u9fff]+", re.IGNORECASE)


@given(st.text(st.sampled_from("一丁，。、；：！？（）《》“”·…—　 aZ1.，\u3400\uff21\U00020000"), max_size=20))
def test_a_text_is_as_wide_as_its_characters(text: str) -> None:
    assert width(text) == sum(map(character_width, text))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_an_address_begins_with_its_scheme(text: str) -> None:
    assert [span.printed for span in printed_addresses(text)] == PLAIN_ADDRESS.findall(text)


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("12０９（(）)[]［］①⑳一二十、.．·–-• 《“字\u20e3")), max_size=6)
)
def test_numbers_and_bullets_begin_as_openers_do(line: str) -> None:
    if any(pattern.match(line) for pattern in (BULLET, *(pattern for _, pattern in MARKS))):
        assert OPENER.match(line)


URL = "https://mp.weixin.qq.com/s/{:022d}"
SENTENCE = "会议要求，要深入学习贯彻会议精神，围绕中心工作，进一步提高思想认识"


def one_line(count: int) -> bytes:
    """A text of one line, with an address behind each sentence."""
    return "".join(f"{SENTENCE}。{URL.format(number)}" for number in range(count)).encode()


def titles(count: int) -> bytes:
    """Short lines, every second one an address."""
    return "\n".join(f"第{number}次会议召开部署工作\n{URL.format(number)}" for number in range(count)).encode()


def rows(count: int) -> bytes:
    """A table with an address in each row."""
    return "\n".join(f"第{number}次会议召开部署工作,{URL.format(number)}" for number in range(count)).encode()


def paragraph(count: int) -> bytes:
    """A Word document of one paragraph in very many runs."""
    relations = office.Relations()
    return office.document(f"<w:p>{office.run(SENTENCE) * count}</w:p>", relations)


def broken_paragraph(count: int) -> bytes:
    """A Word document of one paragraph, a link on each of its lines."""
    relations = office.Relations()
    line = (office.hyperlink(URL.format(number), office.run(SENTENCE), relations) for number in range(count))
    return office.document(f"<w:p>{'<w:r><w:br/></w:r>'.join(line)}</w:p>", relations)


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (one_line, 6_000),
        (titles, 4_000),
        (rows, 4_000),
        (paragraph, 40_000),
        (broken_paragraph, 4_000),
    ],
)
def test_much_of_one_kind_is_read_in_little_time(make: Callable[[int], bytes], count: int) -> None:
    body = make(count)
    with computing_within(4.0):
        bulletin = read_bulletin(body, "bulletin")
    assert len(bulletin.citations) == (0 if make is paragraph else count)
