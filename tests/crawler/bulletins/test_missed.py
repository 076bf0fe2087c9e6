"""Titles told by what stands next to them all through an issue: behind links, under links, above labels of links."""

from __future__ import annotations

import pytest

from crawler.bulletins.formats.flow import Block, BlockKind, Link
from crawler.bulletins.missed import with_marked_titles, with_missed_titles
from crawler.bulletins.pairs import with_labels_as_text, with_linked_titles
from storage.records import PlacedBy

from .test_placing import ITEMS, TEXT, link, places, sure_titles


def heading(text: str, level: int = 4, *, url: str | None = None) -> Block:
    return block(BlockKind.HEADING, text, level=level, url=url)


def paragraph(text: str, *, url: str | None = None) -> Block:
    return block(BlockKind.PARAGRAPH, text, url=url)


def block(kind: BlockKind, text: str, *, level: int = 0, url: str | None = None) -> Block:
    links = (Link(url=url, grounds=PlacedBy.HYPERLINK, anchor_text=text),) if url else ()
    return Block(kind=kind, text=text, plain=text, level=level, links=links)


def titles(blocks: list[Block]) -> list[str]:
    return [block.plain for block in blocks if block.kind is BlockKind.HEADING]


def items(*, told: int) -> list[Block]:
    """Items of a title, a text and a link; as many have a heading as are told."""
    blocks = []
    for number in range(4):
        title = f"{ITEMS[number % 3]}（{number}）"
        blocks.append(heading(title) if number < told else paragraph(title))
        blocks += [paragraph(TEXT), paragraph("查看", url=link(number))]
    return blocks


# ---- behind links --------------------------------------------------------------------------------------------------


def test_the_line_behind_a_link_is_a_title_where_those_of_other_items_are() -> None:
    assert len(titles(with_missed_titles(items(told=3)))) == 4


def test_it_is_none_where_too_few_others_show() -> None:
    assert len(titles(with_missed_titles(items(told=1)))) == 1


def test_a_few_words_between_a_link_and_a_missed_title_name_a_section() -> None:
    blocks = items(told=3)
    told = with_missed_titles([*blocks[:9], paragraph("双河往事"), *blocks[9:]])
    assert titles(told)[-2:] == ["双河往事", blocks[9].plain]
    assert [each.level for each in told if each.kind is BlockKind.HEADING] == [4, 4, 4, 3, 4]


def test_links_of_a_footer_show_no_title() -> None:
    blocks = [
        *items(told=4),
        paragraph("找到以上几条结果"),
        paragraph(TEXT),
        paragraph("意见反馈", url="https://a.example"),
    ]
    assert len(titles(with_missed_titles(blocks))) == 4


def test_lines_below_short_headings_are_the_titles_where_texts_stand_below_them() -> None:
    blocks = [
        each
        for number, title in enumerate(ITEMS, 1)
        for each in (heading("东西南"[number - 1] + "部"), paragraph(title), paragraph(f"{TEXT}原文", url=link(number)))
    ]
    assert titles(with_missed_titles(blocks))[1::2] == list(ITEMS)


def test_lines_marked_as_titles_are_titles_behind_texts_that_cite() -> None:
    blocks = [
        each
        for number, title in enumerate(ITEMS, 1)
        for each in (
            heading(f"■ {title}") if number < 3 else paragraph(f"■ {title}"),
            paragraph(f"{TEXT}（来源）", url=link(number)),
        )
    ]
    assert len(titles(with_marked_titles(blocks))) == 3


# ---- under links ---------------------------------------------------------------------------------------------------


def test_lines_under_links_are_the_titles_of_the_texts_below_them() -> None:
    blocks = [each for n, title in enumerate(ITEMS, 1) for each in (paragraph(title, url=link(n)), paragraph(TEXT))]
    assert titles(with_linked_titles([heading("媒体看我们"), *blocks])) == ["媒体看我们", *ITEMS]


def test_lines_under_links_are_links_of_the_titles_right_above_them() -> None:
    blocks = [
        each
        for n, title in enumerate(ITEMS, 1)
        for each in (heading(title), paragraph("公众号文章：" + title[:6], url=link(n)), paragraph(TEXT))
    ]
    assert titles(with_linked_titles(blocks)) == list(ITEMS)


def test_short_lines_over_links_are_labels_where_the_items_above_have_text_and_no_link() -> None:
    blocks = [
        each
        for n, title in enumerate(ITEMS, 1)
        for each in (heading(title), paragraph(TEXT), heading(f"演出现场{n}", 5), paragraph("观看", url=link(n)))
    ]
    assert titles(with_labels_as_text(blocks)) == list(ITEMS)


# ---- through whole issues ------------------------------------------------------------------------------------------


def test_words_that_come_again_at_other_links_are_no_title() -> None:
    said = "".join(
        f"<p>{title}</p><p>{TEXT}</p><p><a href='{link(n)}'>戳进来看现场</a></p>" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body>{said}</body></html>", "a.html") == list(ITEMS)


def test_a_text_above_the_first_link_says_that_links_end_their_items() -> None:
    """The first title does not show, and below the last link stands what is no item."""
    said = [f"<h3>{title}</h3><p>{TEXT}</p><p><a href='{link(n)}'>更多</a></p>" for n, title in enumerate(ITEMS, 1)]
    said[0] = said[0].replace("h3>", "div>")
    found = places(f"<html><body>{''.join(said)}<h3>如不想收到，请回复退订</h3></body></html>", "a.html")
    assert [found[n][0] for n in (2, 3)] == list(ITEMS[1:])


def test_a_call_to_the_readers_below_the_last_item_belongs_to_none() -> None:
    said = "".join(f"<h3>{title}</h3><p>{TEXT}<a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1))
    call = f"<p>如果您愿意成为志愿者，请点击<a href='{link(9)}'>加入我们</a>。</p>"
    assert places(f"<html><body>{said}{call}</body></html>", "a.html")[9][0] is None


@pytest.mark.parametrize("words", ["（{}）", "<{}>", "（链接：{}）"])
def test_an_address_at_the_end_of_a_line_ends_its_paragraph(words: str) -> None:
    items = "\n".join(
        f"{title}\n　　{TEXT * 2}\n查看详情→点这里{words.format(link(n))}" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"某某简报\n2024年3月1日\n\n{items}\n") == list(ITEMS)
