"""Heads of whole issues: who issued them, under which name and number, and when; and what is said of items only."""

from __future__ import annotations

import pytest

from crawler.bulletins.heads import named_in
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
    ("南屏图书馆月报/2025.3", "南屏图书馆月报", "南屏图书馆", None, None),
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
        "2025-03-13",
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
    ("【云岭史志】/第18期（总第218期）　2025年3月13日", "云岭史志", None, "第18期（总第218期）", "2025-03-13"),
    (
        "文化馆简报/2025年第5期　总第105期/主　办：江州市文化馆/2025年3月13日",
        "文化馆简报",
        "江州市文化馆",
        "2025年第5期总第105期",
        "2025-03-13",
    ),
    (
        "江州市残疾人联合会工作简报/（第8期）/江州市残疾人联合会办公室编/2025年03月13日",
        "江州市残疾人联合会工作简报",
        "江州市残疾人联合会办公室",
        "第8期",
        "2025-03-13",
    ),
    (
        "信　息　快　报/第　7　期/江州市供销合作社联合社办公室　　　二〇二五年三月十三日",
        "信息快报",
        "江州市供销合作社联合社办公室",
        "第7期",
        "2025-03-13",
    ),
    ("工会动态/2025年3月上半月刊/江州市总工会宣教部", "工会动态", "江州市总工会宣教部", None, None),
    ("学术动态/No.5 2025/江州大学社会科学处/2025-03-13", "学术动态", "江州大学社会科学处", "No.5", "2025-03-13"),
    (
        "江州水利信息/江水信〔2025〕12号/江州市水利局办公室/2025年3月13日",
        "江州水利信息",
        "江州市水利局办公室",
        "〔2025〕12号",
        "2025-03-13",
    ),
    ("一周要闻/2025年3月第2周/江州市委宣传部", "一周要闻", "江州市委宣传部", None, None),
    (
        "江州市精神文明建设指导委员会办公室　编/文明创建简报/2025年第6期/3月13日",
        "文明创建简报",
        "江州市精神文明建设指导委员会办公室",
        "2025年第6期",
        "2025-03-13",
    ),
    ("每日舆情/2025年3月13日（第72期）/江州市融媒体中心", "每日舆情", "江州市融媒体中心", "第72期", "2025-03-13"),
    (
        "简　报/〔第12期〕/江州市委主题教育领导小组办公室/2025年3月13日",
        "简报",
        "江州市委主题教育领导小组办公室",
        "第12期",
        "2025-03-13",
    ),
    (
        "社区教育通讯/2025年 第1期 春季卷/江州开放大学社区教育指导中心主办",
        "社区教育通讯",
        "江州开放大学社区教育指导中心",
        "2025年第1期",
        None,
    ),
    (
        "协会快讯/（2025年第11期，3月10日—3月16日）/江州旅游协会秘书处",
        "协会快讯",
        "江州旅游协会秘书处",
        "2025年第11期",
        "2025-03-16",
    ),
    (
        "党建月报/2025年2月号（总第62期）/江州国有资产监督管理委员会党委办公室/2025年3月5日",
        "党建月报",
        "江州国有资产监督管理委员会党委办公室",
        "（总第62期）",
        "2025-03-05",
    ),
    (
        "江州方志/编印：江州市地方志办公室　　第3期　　2025.3.13",
        "江州方志",
        "江州市地方志办公室",
        "第3期",
        "2025-03-13",
    ),
    (
        "江州市卫生健康委员会/卫健动态/第三十六期/2025年3月13日",
        "卫健动态",
        "江州市卫生健康委员会",
        "第三十六期",
        "2025-03-13",
    ),
    (
        "本期编辑：周敏/编审：陈立/交通运输简讯/第40期/江州市交通运输局/2025年3月13日星期四",
        "交通运输简讯",
        "江州市交通运输局",
        "第40期",
        "2025-03-13",
    ),
    (
        "科技工作者之家/（双月刊）/2025年第2期/主管：江州市科学技术协会/主办：江州市科技馆/出版日期：2025年3月13日",
        "科技工作者之家",
        "江州市科学技术协会",
        "2025年第2期",
        "2025-03-13",
    ),
    (
        "内部参阅/决策参考/第15期（总第215期）/中共江州市委政策研究室编　　　　　　2025年3月13日",
        "决策参考",
        "中共江州市委政策研究室",
        "第15期（总第215期）",
        "2025-03-13",
    ),
    (
        "江州政协/委员通讯/2025年第1期/（总第五十期）/江州市政协委员联络工作委员会/二〇二五年三月",
        "委员通讯",
        "江州市政协委员联络工作委员会",
        "2025年第1期（总第五十期）",
        None,
    ),
    ("水利简讯/2025年第6期（3月第2周）/江州市水利局", "水利简讯", "江州市水利局", "2025年第6期", None),
    (
        "文旅快讯/第25号/江州市文化和旅游局/二O二五年三月十三日",
        "文旅快讯",
        "江州市文化和旅游局",
        "第25号",
        "2025-03-13",
    ),
    (
        "禁毒工作简报/2025年第三期/江州市禁毒委员会办公室　　2025年3月13日/签发：陈立　　审核：周敏　　编辑：李伟",
        "禁毒工作简报",
        "江州市禁毒委员会办公室",
        "2025年第三期",
        "2025-03-13",
    ),
    (
        "河长制工作月报/2025年第2期/（2025年2月1日至2月28日）/江州市河长制办公室/2025年3月5日印发",
        "河长制工作月报",
        "江州市河长制办公室",
        "2025年第2期",
        "2025-03-05",
    ),
    (
        "编号：2025-07/督查通报/江州市人民政府督查室/2025年3月13日",
        "督查通报",
        "江州市人民政府督查室",
        None,
        "2025-03-13",
    ),
    ("校园周报/第7周（3月24日—3月28日）/江州市第二中学　2025年春", "校园周报", "江州市第二中学", None, "2025-03-28"),
    ("江州红十字/2025年3月号/江州市红十字会宣传部 编", "江州红十字", "江州市红十字会宣传部", None, None),
    (
        "植保情报/（2025）第5期/江州市植保植检站　　2025年3月13日/签发人：陈立",
        "植保情报",
        "江州市植保植检站",
        "（2025）第5期",
        "2025-03-13",
    ),
    ("读者之友 No.3/江州图书馆读者服务部/2025-03-13", "读者之友", "江州图书馆读者服务部", "No.3", "2025-03-13"),
    (
        "社科联简报/第 03 期/江州市社会科学界联合会秘书处编印　2025 年 3 月 13 日",
        "社科联简报",
        "江州市社会科学界联合会秘书处",
        "第03期",
        "2025-03-13",
    ),
    (
        "民政信息/江民简〔2025〕第8期（总第308期）/江州市民政局/2025年3月13日",
        "民政信息",
        "江州市民政局",
        "〔2025〕第8期（总第308期）",
        "2025-03-13",
    ),
    (
        "一周科研动态/2025.03.10—03.16/中国科学院江州水生所科技处",
        "一周科研动态",
        "中国科学院江州水生所科技处",
        None,
        "2025-03-16",
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
    return read_bulletin(page_of(head, sources).encode(), "a.html")


def page_of(head: str, sources: tuple[str, ...] = UNSAID) -> str:
    lines = filter(None, said(head, sources))
    paragraphs = "".join(f"<p><b>{line}</b></p>" if line in ITEMS else f"<p>{line}</p>" for line in lines)
    return f"<html><body>{paragraphs}</body></html>"


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
        (["社  科  动  态", "某省社会科学界联合会　　2025年3月"], "社科动态", "某省社会科学界联合会"),
        (["洛水博物馆 · 季刊", "二〇二三年秋"], "洛水博物馆·季刊", None),
        (["各位秘书长好：", "校友会周报", "2025年3月13日"], "校友会周报", None),
        (["发表于 2025年3月13日 由 团区委宣传部"], None, "团区委宣传部"),
    ],
)
def test_names_are_told_whole(lines: list[str], title: str | None, issuer: str | None) -> None:
    head = read_masthead(lines)
    assert (head.title, head.issuer) == (title, issuer)


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("曲山市气象局2023年大事记", "曲山市气象局"),
        ("松原水利枢纽管理局一周推送（3月10日—14日）", "松原水利枢纽管理局"),
        ("临江国际学校校讯", "临江国际学校"),
        ("江州市图书馆员通讯", None),  # of librarians
        ("江州大学生动态", None),
        ("全省图书馆工作简报", None),
        ("职工园地", None),
        (None, None),
    ],
)
def test_a_title_names_the_institution_that_it_begins_with(title: str | None, issuer: str | None) -> None:
    assert named_in(title) == issuer


@pytest.mark.parametrize(
    ("heading", "title", "issue"),
    [
        ("科技爱好者周刊#289：宽容从何而来", "科技爱好者周刊", "#289"),
        ("江州史志动态（第5期）", "江州史志动态", "第5期"),
        ("《江州史志动态》第5期出版", None, None),  # news of it
        ("我馆举办第5期培训班", None, None),
    ],
)
def test_a_first_heading_that_is_a_publications_name_and_number_says_them(
    heading: str, title: str | None, issue: str | None
) -> None:
    headings = "".join(f"<h2>{said}</h2><p>{TEXT}</p>" for said in (heading, *ITEMS))
    bulletin = read_bulletin(f"<html><body>{headings}</body></html>".encode(), "a.html")
    assert (bulletin.title, bulletin.issue) == (title, issue)


def test_a_name_in_brackets_over_a_period_is_the_title_and_calls_to_readers_are_none() -> None:
    bulletin = read_text("【东坡街道微信推送汇总】/2025年3月10日—3月14日/请各社区转发到居民群👇")
    assert facts(bulletin) == ("东坡街道微信推送汇总", None, None, "2025-03-14")


# ---- colophons -----------------------------------------------------------------------------------------------------


def test_an_institution_and_a_day_that_end_a_page_sign_the_issue() -> None:
    page = read_page("丹枫市作协工作通报/（2025年5月）")
    assert facts(page)[3] is None
    lines = "<p>丹枫市作家协会</p><p>2025年5月31日</p></body>"
    signed = read_bulletin(page_of("丹枫市作协工作通报/（2025年5月）").replace("</body>", lines).encode(), "a.html")
    assert (signed.issuer, facts(signed)[3]) == ("丹枫市作家协会", "2025-05-31")


@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_institutions_and_days_below_each_item_sign_no_issue(name: str) -> None:
    items = [
        line
        for number, title in enumerate(ITEMS)
        for line in (title, TEXT + link(number), "江州市文化馆", f"2025年3月{number + 5}日")
    ]
    paragraphs = "".join(f"<p><b>{line}</b></p>" if line in ITEMS else f"<p>{line}</p>" for line in items)
    body = "\n".join(items) if name == "a.txt" else f"<html><body>{paragraphs}</body></html>"
    assert facts(read_bulletin(body.encode(), name))[3] is None


def test_a_day_of_printing_in_the_head_begins_no_colophon() -> None:
    bulletin = read_text("河长制工作月报/2025年第2期/江州市河长制办公室/2025年3月5日印发")
    assert len(bulletin.items) == len(ITEMS)
