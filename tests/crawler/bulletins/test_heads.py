"""Heads of whole issues: who issued them, under which name and number, and when; and what is said of items only."""

from __future__ import annotations

import pytest

from crawler.bulletins.mastheads import read_masthead
from crawler.bulletins.reading import read_bulletin
from storage.records import Bulletin

ITEMS = ("我市召开年度工作推进会", "志愿者走进社区讲述老街故事", "数字资源平台上线试运行")
TEXT = "近日，全市年度工作推进会在会展中心召开，各县区有关负责人参加会议。会议总结了去年的工作。"
SOURCES = ("来源：江州日报　2025-03-05", "来源：江州发布　2025-03-07", "来源：江州日报　2025-03-09")
UNSAID = ("", "", "")

# Lines of a head, its title, issuer, number and day, in forms that institutions use.
HEADS = [
    ("工作简报/第12期/青川县政协办公室　　　　2025年3月13日", "工作简报", "青川县政协办公室", "第12期", "2025-03-13"),
    (
        "内部资料　注意保存/方志工作通讯/2025年第3期（总第128期）/云岭省地方志编纂委员会办公室/二〇二五年三月十三日",
        "方志工作通讯",
        "云岭省地方志编纂委员会办公室",
        "2025年第3期（总第128期）",
        "2025-03-13",
    ),
    (
        "政务信息/〔2025〕第7期/签发人：王建国/岚州市人民政府办公室　　2025年3月13日",
        "政务信息",
        "岚州市人民政府办公室",
        "〔2025〕第7期",
        "2025-03-13",
    ),
    (
        "档案动态/第4期（总第96期）/主办：江陵市档案馆　主编：陈立　本期责编：周敏/2025-03-13",
        "档案动态",
        "江陵市档案馆",
        "第4期（总第96期）",
        "2025-03-13",
    ),
    (
        "学会通讯/2025年第2期/中国水土学会秘书处　编/2025.3.13",
        "学会通讯",
        "中国水土学会秘书处",
        "2025年第2期",
        "2025-03-13",
    ),
    ("南屏图书馆月报/2025.3", "南屏图书馆月报", None, None, None),
    (
        "工作周报/（2025年3月10日—3月14日）/沙河区残疾人联合会办公室编",
        "工作周报",
        "沙河区残疾人联合会办公室",
        None,
        "2025-03-14",
    ),
    ("统计信息/2025年第12期（3月13日）/河口市统计局", "统计信息", "河口市统计局", "2025年第12期", "2025-03-13"),
    (
        "信息快报/第12期（总第345期）（3月13日）/河口市水务局　2025年",
        "信息快报",
        "河口市水务局",
        "第12期（总第345期）",
        "2025-03-13",
    ),
    (
        "科协工作动态/〔2025〕3号（3月13日）/云岭市科学技术协会",
        "科协工作动态",
        "云岭市科学技术协会",
        "〔2025〕3号",
        "2025-03-13",
    ),
    (
        "方志动态/2025年第5期/云岭省地方志/编纂委员会办公室/2025年3月13日",
        "方志动态",
        "云岭省地方志编纂委员会办公室",
        "2025年第5期",
        "2025-03-13",
    ),
    (
        "方志动态/2025年第5期/云岭省地方志编纂委员会　办公室/2025年3月13日",
        "方志动态",
        "云岭省地方志编纂委员会办公室",
        "2025年第5期",
        "2025-03-13",
    ),
    (
        "卫生健康工作信息/第8期/中共梅溪县委卫生健康工作委员会办公室编　2025年3月13日",
        "卫生健康工作信息",
        "中共梅溪县委卫生健康工作委员会办公室",
        "第8期",
        "2025-03-13",
    ),
    ("校友通讯/第31期/临江大学校友总会秘书处/2025年春季号", "校友通讯", "临江大学校友总会秘书处", "第31期", None),
    (
        "文博动态/2025年第1期/《文博动态》编辑部编　2025年1月20日",
        "文博动态",
        "《文博动态》编辑部",
        "2025年第1期",
        "2025-01-20",
    ),
    (
        "读书周报/VOL.12/2025.03.13/编辑：南屏图书馆学习推广部",
        "读书周报",
        "南屏图书馆学习推广部",
        "VOL.12",
        "2025-03-13",
    ),
    ("史志工作简报/第6期/临川市史志办公室", "史志工作简报", "临川市史志办公室", "第6期", None),
    (
        "老科协通讯/2025年第3期　　（3月13日出刊）/云岭市老科学技术工作者协会",
        "老科协通讯",
        "云岭市老科学技术工作者协会",
        "2025年第3期",
        "2025-03-13",
    ),
    ("舆情专报/2025年3月13日　星期四　第56期/江州市委网信办", "舆情专报", "江州市委网信办", "第56期", "2025-03-13"),
    (
        "气象服务专报/2025年第18期/江州市气象局　　签发：李伟/3月13日",
        "气象服务专报",
        "江州市气象局",
        "2025年第18期",
        None,
    ),
    (
        "【政协动态】2025年第5期 ｜ 江州市政协办公室 ｜ 2025-3-13",
        "政协动态",
        "江州市政协办公室",
        "2025年第5期",
        "2025-03-13",
    ),
    (
        "党史通讯/中共江州市委党史研究室主办　2025年3月13日出版　第3期（总第77期）",
        "党史通讯",
        "中共江州市委党史研究室",
        "第3期（总第77期）",
        "2025-03-13",
    ),
    ("图书馆简讯/2025年3月　第3期/江州市图书馆办公室编印", "图书馆简讯", "江州市图书馆办公室", "第3期", None),
    (
        "江州团讯/第二十三期/共青团江州市委员会办公室/二○二五年三月十三日",
        "江州团讯",
        "共青团江州市委员会办公室",
        "第二十三期",
        "2025-03-13",
    ),
    (
        "江州地方志通讯（2025年第2期，总第58期）/江州市地方志编纂中心　2025年3月13日",
        "江州地方志通讯",
        "江州市地方志编纂中心",
        "2025年第2期总第58期",
        "2025-03-13",
    ),
    (
        "工作动态/第9期/江州市红十字会办公室/（2025年3月13日）",
        "工作动态",
        "江州市红十字会办公室",
        "第9期",
        "2025-03-13",
    ),
    (
        "体育工作信息/期数：第9期/编印单位：江州市体育局办公室/日期：2025年3月13日",
        "体育工作信息",
        "江州市体育局办公室",
        "第9期",
        "2025-03-13",
    ),
    (
        "司法行政简报/第 9 期　　江州市司法局　　2025 年 3 月 13 日",
        "司法行政简报",
        "江州市司法局",
        "第9期",
        "2025-03-13",
    ),
    (
        "教研动态/2025年第1期（2024年12月30日—2025年1月3日）/江州市教师发展中心",
        "教研动态",
        "江州市教师发展中心",
        "2025年第1期",
        "2025-01-03",
    ),
    (
        "科研动态/2025年第12期（3.17-3.23）/江州农业科学研究院科研处",
        "科研动态",
        "江州农业科学研究院科研处",
        "2025年第12期",
        "2025-03-23",
    ),
    (
        "每周要情/第10期/2025.3.10-2025.3.16/江州市应急管理局办公室",
        "每周要情",
        "江州市应急管理局办公室",
        "第10期",
        "2025-03-16",
    ),
    (
        "红十字简讯/第十二期（总第三百四十五期）/江州市红十字会/二零二五年三月十三日",
        "红十字简讯",
        "江州市红十字会",
        "第十二期（总第三百四十五期）",
        "2025-03-13",
    ),
]


def said(head: str, sources: tuple[str, ...]) -> list[str]:
    """The lines of an issue: its head, and items with the lines below their titles."""
    body = [
        (title, below, TEXT, link(number)) for number, (title, below) in enumerate(zip(ITEMS, sources, strict=True))
    ]
    return [*head.split("/"), "", *(line for item in body for line in (*filter(None, item), ""))]


def link(number: int) -> str:
    return f"https://mp.weixin.qq.com/s/{'ABC'[number] * 22}"


def facts(bulletin: Bulletin) -> tuple[str | None, ...]:
    day = bulletin.published_on
    return bulletin.title, bulletin.issuer, bulletin.issue, day.isoformat() if day else None


def read_text(head: str, sources: tuple[str, ...] = UNSAID) -> Bulletin:
    return read_bulletin("\n".join(said(head, sources)).encode(), "a.txt")


def read_page(head: str, sources: tuple[str, ...] = UNSAID) -> Bulletin:
    lines = "".join(
        f"<p><b>{line}</b></p>" if line in ITEMS else f"<p>{line}</p>" for line in said(head, sources) if line
    )
    return read_bulletin(f"<html><body>{lines}</body></html>".encode(), "a.html")


@pytest.mark.parametrize(("head", *("title", "issuer", "issue", "day")), HEADS)
def test_a_head_says_the_same_whatever_stands_below_titles(
    head: str, title: str, issuer: str | None, issue: str | None, day: str | None
) -> None:
    for read in (read_text, read_page):
        for sources in (SOURCES, UNSAID):
            bulletin = read(head, sources)
            assert facts(bulletin) == (title, issuer, issue, day)
            assert [item.title for item in bulletin.items] == list(ITEMS)


# ---- days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sources",
    [
        SOURCES,
        ("2025-03-05", "2025-03-07", "2025-03-09"),
        ("江州日报　2025年3月5日", "江州晚报　2025年3月7日", "云岭日报　2025年3月9日"),
        (
            "发布时间：2025-03-05　浏览次数：12",
            "发布时间：2025-03-07　浏览次数：3",
            "发布时间：2025-03-09　浏览次数：40",
        ),
    ],
)
@pytest.mark.parametrize("read", [read_text, read_page])
def test_the_days_of_items_are_not_that_of_an_issue_whose_head_names_none(read, sources) -> None:
    bulletin = read("史志工作简报/第6期/临川市史志办公室", sources)
    assert facts(bulletin) == ("史志工作简报", "临川市史志办公室", "第6期", None)
    assert [item.title for item in bulletin.items] == list(ITEMS)


def test_a_day_above_the_first_title_is_the_issues_though_others_stand_below_titles() -> None:
    bulletin = read_text("江州早读/2025-03-13", ("2025-03-05", "2025-03-07", "2025-03-09"))
    assert facts(bulletin)[3] == "2025-03-13"


def test_the_issuer_with_its_day_is_the_head_where_media_with_theirs_stand_below_titles() -> None:
    below = ("江州日报　2025年3月5日", "江州晚报　2025年3月7日", "云岭日报　2025年3月9日")
    bulletin = read_text("媒体看东岭/9月刊　东岭县委宣传部　2025年3月13日", below)
    assert (bulletin.issuer, facts(bulletin)[3]) == ("东岭县委宣传部", "2025-03-13")


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["第12期（3月13日）", "某市统计局　2025年"], "2025-03-13"),
        (["第12期（总第345期）（3月13日）"], None),  # of which year?
        (["2025年第12期（3月13日）", "2024年工作回顾"], "2025-03-13"),  # its own line says it
        (["第12期（3月13日）", "2024年工作回顾", "2025年工作展望"], None),
        (["2025年第1期（12月30日—1月3日）"], None),  # which of the two years is the number's?
        (["2025年第12期　3月13日"], "2025-03-13"),
        (["2025年第12期（2月30日）"], None),
        (["二〇二五年第十二期（3月10日—14日）"], "2025-03-14"),
        (["2025年3月10日—3月14日", "2025年3月17日印发"], "2025-03-17"),  # a day goes before a period
        (["2025.3.10—2025.3.16", "2025年3月17日印发"], "2025-03-17"),
        (["2024年12月30日—2025年1月3日"], "2025-01-03"),
    ],
)
def test_a_day_without_its_year_takes_the_only_one_that_the_head_names(lines: list[str], day: str | None) -> None:
    published_on = read_masthead(lines).published_on
    assert (published_on.isoformat() if published_on else None) == day


# ---- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "title", "issuer"),
    [
        (["方志动态", "云岭省地方志编纂委员会", "办公室"], "方志动态", "云岭省地方志编纂委员会办公室"),
        (["方志动态", "云岭省地方志", "编纂委员会办公室　　2025年3月13日"], "方志动态", "云岭省地方志编纂委员会办公室"),
        (["学会通讯", "中国水土学会", "秘书处编印"], "学会通讯", "中国水土学会秘书处"),
        (["江州史志", "2025年第3期", "编辑部"], "江州史志", None),  # an office of the title
        (["职工园地", "编辑：江州市总工会宣传教育部　审核：周敏"], "职工园地", "江州市总工会宣传教育部"),
        (["首页 > 政务公开 > 简报", "政务简报", "江州市人民政府办公室"], "政务简报", "江州市人民政府办公室"),
        (["优秀案例汇编（一）", "2025年3月13日"], "优秀案例汇编（一）", None),
    ],
)
def test_names_are_told_whole(lines: list[str], title: str, issuer: str | None) -> None:
    head = read_masthead(lines)
    assert (head.title, head.issuer) == (title, issuer)
