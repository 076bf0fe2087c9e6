"""Heads of issues, in the forms that official documents give them."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.bulletins.mastheads import find_day, read_masthead


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("四川省地方志工作办公室 2024年 3月 13日", date(2024, 3, 13)),
        ("二〇一一年三月十三日", date(2011, 3, 13)),
        ("二○二三年十二月三十一日", date(2023, 12, 31)),
        ("二〇二四年十月二十日", date(2024, 10, 20)),
        ("发布时间：2024-03-13 09:30", date(2024, 3, 13)),
        ("2024.3.13", date(2024, 3, 13)),
        ("2024/03/13", date(2024, 3, 13)),
        ("2024年2月30日", None),
        ("2024年3月", None),
        ("12024-03-13", None),
        ("电话：028-2024313", None),
    ],
)
def test_a_day_is_found_in_every_form(text: str, day: date | None) -> None:
    assert find_day(text) == day


@pytest.mark.parametrize(
    ("lines", "title", "issuer", "issue"),
    [
        (["四川省地方志工作办公室 2024年 3月 13日"], None, "四川省地方志工作办公室", None),
        (["方 志 动 态", "第 5 期", "某省地方志办公室编    2024年3月1日"], "方志动态", "某省地方志办公室", "第5期"),
        (["内部资料 注意保存", "史志简报", "2024年第5期（总第123期）"], "史志简报", None, "2024年第5期（总第123期）"),
        (["媒体看东岭", "9月刊　东岭县委宣传部"], "媒体看东岭", "东岭县委宣传部", None),
        (["江州残联", "第3期", "江州市残疾人联合会办公室"], None, "江州市残疾人联合会办公室", "第3期"),
        (["2022年第3期 2022年8月31日 澄江市气象学会编"], None, "澄江市气象学会", "2022年第3期"),
        (["档案工作通讯", "〔2024〕5号", "某市档案局主办"], "档案工作通讯", "某市档案局", "〔2024〕5号"),
        (["科技爱好者周刊（第 152 期）：从北大到技校"], "科技爱好者周刊", None, "第152期"),
        (["发布时间：2024-03-20　来源：某市地方志办公室　浏览次数：12"], None, "某市地方志办公室", None),
        ([], None, None, None),
    ],
)
def test_a_head_says_title_issuer_and_number(lines: list[str], title: object, issuer: object, issue: object) -> None:
    head = read_masthead(lines)
    assert (head.title, head.issuer, head.issue) == (title, issuer, issue)
