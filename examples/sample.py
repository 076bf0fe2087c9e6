"""The sample bulletin and the articles that it cites: all invented, in the shape of a real provincial bulletin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.simulated_wechat import SimulatedArticle, write_article

ISSUER = "青江省地方志工作办公室"
DAY = "2024年 5月 20日"
SECTION = "【市州动态】"


@dataclass(frozen=True, kw_only=True)
class SampleItem:
    """One piece of news: its title (in lines, as printed), its text, who sent it in, and what it cites."""

    title: tuple[str, ...]
    paragraphs: tuple[str, ...]
    credit: str
    cites: tuple[str, ...]  # addresses, as printed


def _article(name: str, title: str, account: str, day: int, *paragraphs: str, **more: Any) -> SimulatedArticle:
    published_at = datetime(2024, 5, day, 1, 20, tzinfo=UTC)
    return write_article(
        name, title=title, account=account, paragraphs=paragraphs, published_at=published_at, author="", **more
    )


ZHIJIANG = _article(
    "zhijiang",
    "芷江市召开第三轮修志启动会",
    "方志芷江",
    13,
    "5月13日，芷江市第三轮市志编修启动会在市档案馆召开，各区县志办负责人参加。",
    "会议通报了前两轮修志的经验，发布了篇目大纲征求意见稿。",
    "会后，与会人员参观了馆藏旧志和手稿展。",
    pictures=4,
)
LANXI = _article(
    "lanxi",
    "兰溪县“村村有志”成果图集",
    "兰溪史志",
    14,
    "兰溪县历时三年，完成全县一百二十个行政村村志编纂，图为部分成果。",
    kind="pictures",
    pictures=5,
)
YUNLING = _article(
    "yunling",
    "征集启事：云岭老照片",
    "云岭方志",
    15,
    "云岭市方志馆面向社会征集1990年以前的城乡老照片。",
    "来稿请注明拍摄时间、地点和人物，一经采用即致稿酬。",
    kind="text",
)
QINGSHI = _article(
    "qingshi",
    "青石区年鉴编纂培训班开班",
    "青石档案",
    16,
    "5月16日，青石区2024卷年鉴编纂培训班开班，六十余家供稿单位参加。",
    "培训就条目撰写、资料核实和图片规范作了讲解。",
    kind="old",
    pictures=3,
)
DONGHU = _article(
    "donghu",
    "东湖市方志馆试开馆",
    "东湖方志",
    17,
    "东湖市方志馆于5月17日试开馆，首日接待读者三百余人。",
    pictures=2,
)
ARTICLES = (ZHIJIANG, LANXI, YUNLING, QINGSHI, DONGHU)
CITED_BY_NUMBERS = (ZHIJIANG, QINGSHI)
"""Those that the bulletin cites by their long addresses."""
TAKEN_DOWN = DONGHU
"""The article that its author has deleted before the bulletin is crawled."""

_TWICE = ZHIJIANG.long_url.replace("https://", "http://")
ITEMS = (
    SampleItem(
        title=("芷江市召开第三轮修志启动会",),
        paragraphs=(
            "5月 13日，芷江市召开第三轮市志编修启动会，总结前两轮修志经验，部署今后五年工作。会议要求，要提高站位，"
            "把修志作为一项长期的文化工程来抓；要压实责任，按时序进度完成资料收集、初稿撰写和评议审定；"
            "要开门修志，广泛征集社会资料，让志书真正立得住、传得开。",
        ),
        credit="（芷江市地方志办公室）",
        cites=(_TWICE, _TWICE),
    ),
    SampleItem(
        title=("兰溪县完成全县村志编纂",),
        paragraphs=(
            "兰溪县历时三年，完成全县一百二十个行政村的村志编纂，共计二千余万字、图片三千余幅。"
            "该县把村志编纂同乡村振兴、移风易俗结合起来，组织返乡教师、老干部参与，形成了一支稳定的基层修志队伍。",
        ),
        credit="（兰溪县史志中心）",
        cites=(f"{LANXI.short_url}?scene=1&from=timeline",),
    ),
    SampleItem(
        title=("云岭市征集老照片", "青石区举办年鉴培训班"),
        paragraphs=(
            "5月 15日，云岭市方志馆发布启事，面向社会征集 1990年以前的城乡老照片，用于市情展陈和年鉴插图。",
            "5月 16日，青石区 2024卷年鉴编纂培训班开班，六十余家供稿单位参加，就条目撰写和图片规范进行了培训。",
        ),
        credit="（综合云岭市、青石区地方志部门信息）",
        cites=(YUNLING.short_url.removeprefix("https://"), QINGSHI.long_url.replace("&scene=21", "#rd")),
    ),
    SampleItem(
        title=("东湖市方志馆试开馆",),
        paragraphs=(
            "5月 17日，东湖市方志馆试开馆。该馆设志书、年鉴、家谱、地情四个展厅，首日接待读者三百余人。"
            "试开馆期间，每周二至周日免费开放。",
        ),
        credit="（东湖市地方志编纂中心）",
        cites=(DONGHU.short_url,),
    ),
)
COLOPHON = (
    "信息公开选项：主动公开",
    "报：中国地方志工作办公室。",
    "送：各市（州）党委、市（州）人民政府。",
    "发：各市（州）地方志办公室，省方志文化研究中心。",
    f"{ISSUER}综合处 {DAY}印发",
    "（共印 3份）",
)
