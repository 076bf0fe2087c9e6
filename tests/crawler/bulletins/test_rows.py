"""Tables: which cell of a row is the item's title, and when that is not sure."""

from __future__ import annotations

import pytest

from crawler.bulletins.formats.rows import first_line, is_other_column
from crawler.bulletins.reading import read_bulletin

URL = "https://mp.weixin.qq.com/s/{}"


def titles_and_confidence(*rows: str) -> list[tuple[str | None, float]]:
    body = "\n".join(row.replace("URL", URL.format(f"AbCdEfGhIjKlMnOpQrSt{n:02}")) for n, row in enumerate(rows))
    return [(item.title, item.citations[0].confidence) for item in read_bulletin(body.encode(), "a.csv").items]


def test_the_name_of_a_unit_is_no_title_though_its_column_says_name():
    assert titles_and_confidence(
        "提交时间,单位名称,活动名称,推文链接",
        "2024-07-02,一炼钢厂工会委员会,职工书屋换新颜,URL",
        "2024-07-03,机关工会,午间读书会,URL",
    ) == [("职工书屋换新颜", 0.97), ("午间读书会", 0.97)]


def test_without_a_column_of_titles_the_one_that_says_most_has_them_in_all_rows():
    assert titles_and_confidence(
        "报送,推送,链接",
        "云岭县文学艺术界联合会,诗会在文庙举行,URL",
        "云岭县科学技术协会,乡村少年宫的第一堂科学实验课开讲了,URL",
        "云岭县残疾人联合会,助残日里的一天,URL",
    ) == [("诗会在文庙举行", 0.97), ("乡村少年宫的第一堂科学实验课开讲了", 0.97), ("助残日里的一天", 0.97)]


def test_two_columns_that_may_both_hold_the_titles_are_not_sure():
    rows = titles_and_confidence(
        "甲,乙,丙", "山里的书声又响起来了,一位教师的三十年坚守,URL", "渡口旧事新说,老船工的口述历史,URL"
    )
    assert {confidence for _, confidence in rows} == {0.7}


@pytest.mark.parametrize(
    "name", ["单位名称", "公众号名称", "提交时间", "联系人", "参与人数", "推文链接", "序号", "栏目"]
)
def test_columns_that_say_something_else_are_told_by_their_names(name):
    assert is_other_column(name)


@pytest.mark.parametrize("name", ["活动名称", "标题", "推送", "工作内容", "作品"])
def test_columns_that_may_hold_titles_are_told_by_their_names(name):
    assert not is_other_column(name)


def test_the_first_line_of_a_cell_is_the_title_where_text_stands_below_it():
    assert first_line("诗会在文庙举行\n4月20日，三十人登台。") == "诗会在文庙举行"
    assert first_line("关于举办诗会\n的通知") == "关于举办诗会 的通知"


def test_a_form_with_other_fields_is_one_item_for_each_title():
    (told,) = titles_and_confidence(
        "案例名称,一碗面的公益", "申报单位,幸福里中心", "案例简介,以午餐带动日托。", "推文链接,URL"
    )
    assert told == ("一碗面的公益", 0.97)


def test_a_column_of_links_is_no_column_of_titles_whatever_it_is_called():
    url = URL.format("AbCdEfGhIjKlMnOpQrSt0")
    table = "".join(
        f"<tr><td>{title}</td><td>{unit}</td><td><a href='{url}{n}'>查看</a></td></tr>"
        for n, (title, unit) in enumerate([("图书漂流活动方案", "借阅部"), ("读书征文获奖名单", "少儿部")], 1)
    )
    page = f"<table><tr><td>内容</td><td>承办</td><td>推文</td></tr>{table}</table>"
    items = read_bulletin(f"<html><body>{page}</body></html>".encode(), "a.html").items
    assert [item.title for item in items] == ["图书漂流活动方案", "读书征文获奖名单"]
