"""What makes a place unsure: signs in the issue as a whole that an item was misread."""

from __future__ import annotations

import pytest

from crawler.bulletins.citations import places
from crawler.bulletins.doubts import doubtful
from crawler.bulletins.drafts import Draft
from crawler.bulletins.formats.flow import Link
from crawler.bulletins.items import Placed
from storage.records import PlacedBy
from tests.timing import computing_within

TEXT = "会议传达学习了上级有关会议精神，听取了工作情况汇报，研究部署了下一步重点任务。"


def draft(title: str | None, *texts: str, level: int = 4) -> Draft:
    return Draft(title=title, section=None, page=None, level=level, paragraphs=list(texts or [TEXT]))


def doubts(*items: tuple[Draft, list[str]]) -> list[str | None]:
    """The titles of the items that are doubted; each item with the words of its links."""
    placed = [
        Placed(link=Link(url="https://mp.weixin.qq.com/s/a", grounds=PlacedBy.HYPERLINK, anchor_text=words), draft=each)
        for each, anchors in items
        for words in anchors
    ]
    found = doubtful(placed, [each for each, _ in items], [each.draft for each in placed])
    return [each.title for each, _ in items if id(each) in found]


PLAIN = (draft("水文学会换届大会召开"), ["查看原文"])


def test_items_with_titles_of_their_own_are_not_doubted():
    assert doubts(PLAIN, (draft("专家赴白沙河流域调研"), ["查看原文", "现场照片"])) == []


def test_the_words_that_most_items_link_once_are_doubted_where_one_links_them_twice_about_a_line():
    others = [PLAIN, (draft("专家赴白沙河流域调研"), ["查看原文"]), (draft("汛期值班安排公布"), ["查看原文"])]
    twice = ["查看原文", "查看原文"]
    assert doubts(*others, (draft("体育场改造完工", TEXT, "教学楼空调调试安排"), twice)) == ["体育场改造完工"]
    assert doubts(*others, (draft("体育场改造完工", TEXT, TEXT), twice)) == []


@pytest.mark.parametrize(
    "title",
    [
        "袁方",
        "2024年5月3日",
        "查看原文",
        "推文链接",
        "，并在会上讲话",
        "▲评估组查看原料仓库",
        "近日，",
        "工作安排如下：",
    ],
)
def test_what_is_no_title_is_doubted(title):
    assert doubts(PLAIN, (draft(title), ["查看原文"])) == [title]


def test_an_item_without_a_title_beside_others_is_doubted():
    assert doubts(PLAIN, (draft(None), ["查看原文"])) == [None]


def test_a_title_that_two_items_have_is_doubted():
    assert doubts(PLAIN, (draft("推文"), ["a"]), (draft("推文"), ["b"])) == ["推文", "推文"]


def test_several_titles_that_are_names_of_institutions_are_doubted():
    assert doubts(PLAIN, (draft("一炼钢厂工会"), ["a"]), (draft("云岭县图书馆"), ["b"])) == [
        "一炼钢厂工会",
        "云岭县图书馆",
    ]
    assert doubts(PLAIN, (draft("云岭县图书馆"), ["a"])) == []


def test_a_name_over_linked_titles_is_doubted():
    titles = ["从延安整风看纪律教育的由来", "三大纪律八项注意的由来"]
    assert doubts(PLAIN, (draft("选读篇目", *titles), titles)) == ["选读篇目"]
    assert doubts(PLAIN, (draft("读书班的两个晚上", TEXT, *titles), titles)) == []


def test_the_name_of_a_section_with_several_links_is_doubted():
    assert doubts(PLAIN, (draft("市州动态"), ["查看", "查看"])) == ["市州动态"]


def test_one_item_with_nearly_all_links_beside_others_with_none_is_doubted():
    others = [(draft(f"第{number}次会议在云岭召开"), []) for number in range(4)]
    assert doubts(*others, (draft("最后一条消息说了什么"), ["a", "b", "c", "d"])) == ["最后一条消息说了什么"]


def test_many_items_are_weighed_at_once():
    items = [(draft(f"第{number}次会议在云岭召开"), ["a", "b"]) for number in range(20_000)]
    with computing_within(10):
        assert doubts(*items) == []


@pytest.mark.parametrize(
    ("end", "confidences"),
    [
        ("还不知道怎么办读者证？戳这里", [0.98, 0.98, 0.98, 0.98, 0.7]),
        ("校友信息更新请戳这里填写。", [0.98, 0.98, 0.98, 0.98, 0.7]),
        ("相关报道：戳这里", [0.98] * 5),
        (TEXT + "欢迎广大读者前来参观，戳这里" + TEXT, [0.98] * 5),
    ],
)
def test_a_further_link_in_a_last_line_that_speaks_to_readers_is_doubted(end: str, confidences: list[float]):
    titles = ["水文学会换届大会召开", "专家赴白沙河流域调研", "科普讲座走进山区小学", "年会论文集出版"]
    drafts = [draft(title) for title in titles]
    drafts[-1].paragraphs.append(end)
    anchors = [*(("查看原文", each) for each in drafts), ("戳这里", drafts[-1])]
    placed = [
        Placed(
            link=Link(url=f"https://mp.weixin.qq.com/s/{n}", grounds=PlacedBy.HYPERLINK, anchor_text=words), draft=each
        )
        for n, (words, each) in enumerate(anchors)
    ]
    assert [place.confidence for place in places(placed, drafts)] == confidences
