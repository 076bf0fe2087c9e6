"""Issues made up for the labelled set: what they say is drawn by a seed, and known, so that it is the truth.

How an issue is set (its manner) is drawn apart from what it says. ``setting`` writes them as text, ``binding`` as the
other kinds of file.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from random import Random

PLACES = [
    "青川州",
    "平湖县",
    "云岭市",
    "兰溪县",
    "芷江市",
    "东湖区",
    "石门县",
    "松河市",
    "白水镇",
    "南屏县",
    "安远市",
    "北岭区",
]
OFFICES = ["地方志编纂中心", "档案馆", "史志办公室", "党史研究室", "图书馆", "文化馆", "博物馆", "融媒体中心"]
TITLES = [
    "{place}召开年鉴编纂工作推进会",
    "{place}委书记调研史志工作并作出批示",
    "{place}：三项举措推进档案数字化",
    "《{place}志（1986—2020）》通过终审",
    "“口述史”采集走进{place}茶马古道",
    "{place}开展“方志进校园”活动",
    "{place}举办第12期业务培训班",
    "{place}圆满完成2024年度地情资料征集任务",
    "老照片里的{place}！征集活动今日启动",
    "{place}、{other}联合开展古籍普查",
    "关于{place}开展村志编纂试点工作的通知",
    "{place}2023卷年鉴出版发行",
]
SENTENCES = [
    "{day}，{place}召开工作会议，总结上一年度情况，安排部署本年任务，各部门和乡镇负责同志参加会议。",
    "会议指出，一年来全体工作人员主动作为、攻坚克难，编纂完成《{place}年鉴（2023）》等十余部志书。",
    "会议强调，要提高站位，压实责任，按时序进度完成资料收集、初稿撰写和评议审定；要开门修志，广泛征集社会资料。",
    "活动现场展出老照片120余幅，吸引了近300名市民前来参观。",
    "下一步，{place}将继续加强队伍建设，推动各项工作再上新台阶。",
    "据悉，该书上限追溯到建村之初，下限至2022年底，全书45万字，收录照片60余幅。",
    "县委常委、宣传部部长李明主持会议，来自15个单位的代表作了交流发言。",
    "专家组一致认为，志稿体例完备、资料翔实、行文规范，同意通过终审！",
]
SECTIONS = ["工作动态", "市州动态", "基层风采", "经验交流", "媒体聚焦", "领导关怀", "学习园地", "他山之石"]
PUBLICATIONS = ["方志动态", "史志简报", "档案工作通讯", "文旅信息", "图书馆工作周报"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Piece:
    """One item as it is meant."""

    title: str
    paragraphs: list[str]
    credit: str
    links: list[str]
    section: str | None


@dataclass
class Made:
    """One issue as it is meant."""

    publication: str
    issuer: str
    number: int
    day: tuple[int, int, int]
    pieces: list[Piece] = field(default_factory=list)

    @property
    def links(self) -> list[str]:
        return [link for piece in self.pieces for link in piece.links]


def make_issue(seed: int, *, has_sections: bool = True) -> Made:
    """An issue of three to eight items, each citing none to three articles."""
    chance = Random(seed)
    place = chance.choice(PLACES)
    day = (chance.randint(2016, 2026), chance.randint(1, 12), chance.randint(1, 28))
    made = Made(chance.choice(PUBLICATIONS), place + "地方志办公室", chance.randint(1, 60), day)
    count = chance.randint(3, 8)
    cuts = sorted(chance.sample(range(1, count), min(2, count - 1)))
    sections = chance.sample(SECTIONS, 3)
    titles = chance.sample(TITLES, count)
    places = chance.sample(PLACES, count)
    for number in range(count):
        here = {"place": places[number], "other": chance.choice(PLACES), "day": f"{day[1]}月{day[2]}日"}
        sentences = [sentence.format(**here) for sentence in chance.sample(SENTENCES[1:], chance.randint(1, 4))]
        sentences.insert(0, SENTENCES[0].format(**here))
        middle = chance.choice([len(sentences), len(sentences), 1, 2])
        paragraphs = ["".join(sentences[:middle]), "".join(sentences[middle:])]
        made.pieces.append(
            Piece(
                title=titles[number].format(**here),
                paragraphs=[paragraph for paragraph in paragraphs if paragraph],
                credit=places[number] + chance.choice(OFFICES),
                links=[address(chance) for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 3]))],
                section=sections[sum(cut <= number for cut in cuts)] if has_sections else None,
            )
        )
    made.pieces[0].links = made.pieces[0].links or [address(chance)]
    return made


def address(chance: Random) -> str:
    """An article's address, short or long."""
    if chance.random() < 0.6:
        return "https://mp.weixin.qq.com/s/" + "".join(chance.choices(LETTERS[:-2], k=22))
    biz = b64encode(str(chance.randint(3000000000, 3999999999)).encode()).decode()
    digits = "".join(chance.choices("0123456789abcdef", k=32))
    mid = chance.randint(2247480000, 2650800000)
    return f"http://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={chance.randint(1, 5)}&sn={digits}#rd"
