"""The head of an issue: the publication's title, the issuer, the number and the day, as official documents have them.

GB/T 9704-2012 sets Chinese dates in Arabic figures (2024年3月13日); before 2012 they stood in Chinese ones
(二〇一一年三月十三日). A real head in one line: 四川省地方志工作办公室 2024年 3月 13日.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import INSTITUTION, ISSUE, PUBLICATION, PUBLISHED_BY, SHORT_NAME, STAFF

MOST_DAYS = 31
LONGEST_DAY = 24  # characters
FIGURES = "〇○Ｏ零一二三四五六七八九"
DAY = re.compile(
    r"(?<!\d)(?P<y>[12]\d{3})\s*(?P<mark>[年./／\-–－])\s*(?P<m>\d{1,2})\s*[月./／\-–－]\s*(?P<d>\d{1,2})\s*[日号]?(?!\d)"
    r"|(?P<cy>[一二][〇○ＯO零一二三四五六七八九]{3})\s*年\s*(?P<cm>[一二三四五六七八九十]{1,2})\s*月\s*(?P<cd>[一二三四五六七八九十]{1,3})\s*[日号]"
)
# Notes on how to keep the paper, not its title.
HANDLING = re.compile(
    r"内部(?:资料|刊物|参阅|文件|材料)|注意保存|妥善保管|不得(?:外传|翻印)|[秘机绝]密|特急|加急|准印证|主动公开|^\W*$"
)
# Web pages set labels before the day and the source: 发布时间：2024-03-20 来源：某某办公室 浏览次数：12.
LABEL = re.compile(
    r"(?:(?:发布|发表|发稿|更新|印发|成文|出版|编印)?(?:时间|日期)|来源|作者|(?:主办|编印|承办|编发|出版|印发|主管|填报|报送|编制|制作|编辑出版)(?:单位|机关|部门)?|填[报表](?:时间|日期)|浏览次数|阅读次数|点击数?|字号|字体)\s*[：:]"
)
# 工作周报（11月第1周）: a period instead of a number.
PERIOD = re.compile(r"\s*[（(][^（）()]{0,12}(?:周|旬|月|月份|季度|年|年度|半年)[）)]$")
OF_MONTH = re.compile(
    r"^\s*(?:[12]\d{3}\s*年\s*)?\d{1,2}\s*月(?:刊|号|份)?(?=[\s\u3000]*[\u4e00-\u9fff]{4})"
)  # 9月刊 云岭县委宣传部
# 2024年1月8日—12日, 2024.1.8—1.12: a week or month, which comes out on its last day.
UNTIL = re.compile(r"^\s*(?:[—–―~～至到-]{1,2})\s*(?:(\d{1,2})\s*[月./．])?\s*(\d{1,2})\s*日?(?!\s*[月\d])")
# What may stand behind the day on the line of a head: （星期三）, 印发.
BEHIND_DAY = re.compile(
    r"^\s*[（(]?(?:(?:星期|周)[一二三四五六日天])?[）)]?\s*(?:编?印?发?|出版|出刊|整理|发布)\s*[）)]?\s*$"
)
# 共青团赤水湾市委员会 2024年11月, （2023年6-9月）: a month alone, at the end of a line.
MONTH = re.compile(r"[（(]?\s*[12]\d{3}\s*年\s*\d{1,2}\s*(?:[—–~～至-]\s*\d{1,2}\s*)?月\s*[）)]?\s*$")
MADE_BY = re.compile(r"(?:^|[\s\u3000|｜])(?:主编|总编辑?|责任编辑|编辑|审核|主办|承办|编印|主管)(?:单位)?\s*[：:]")
PERSONS = re.compile(r"(?<=[\s\u3000|｜])(?:主编|总编辑?|责任编辑|责编|编辑|审核|审签|校对|签发)\s*[：:].*$")
FREQUENCY = re.compile(r"[（(](?:周|半月|双月|月|季|半年|年|双周|旬)刊[）)]")
SEPARATORS = re.compile(r"[\s　|｜·•]{2,}|[|｜]|\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What the head says. None: it does not say."""

    title: str | None = None
    issuer: str | None = None
    issue: str | None = None
    published_on: date | None = None
    is_named: bool = False  # the title ends as names of publications do


def read_masthead(lines: Sequence[str]) -> Masthead:
    """Return what the lines of a head say; a line may say several things."""
    published_on = next((day for line in lines if (day := find_day(line))), None)
    issues = [" ".join(found.group().split()) for line in lines for found in ISSUE.finditer(line)]
    parts = [part for line in lines for part in names_in(line)]
    issuers = [name for part in parts if (name := issuer_of(part))]
    issuer = next((name for name in issuers if not SHORT_NAME.search(name)), next(iter(issuers), None))
    labelled = {part for line in lines if LABEL.search(line) for part in names_in(line)}
    titles = [part for part in parts if issuer_of(part) is None and part not in labelled]
    named = [part for part in titles if PUBLICATION.search(part)]
    return Masthead(
        title=next(iter(named or titles), None),
        issuer=issuer,
        issue=close_issue("".join(dict.fromkeys(issues))) or None,
        published_on=published_on,
        is_named=bool(named),
    )


def names_in(line: str) -> list[str]:
    """The names on a line of a head: what is left without day, number and notes."""
    if STAFF.match(line) or HANDLING.search(line):
        return []
    said = MONTH.sub("   ", DAY.sub("   ", LABEL.sub("   ", PERSONS.sub("", line))))
    rest = FREQUENCY.sub("   ", ISSUE.sub("   ", said)).strip()
    letters = re.compile(r"[^\W\d_]")
    parts = [bare_name(close_gaps(part)) for part in SEPARATORS.split(space_out(rest))]
    return [part for part in parts if len(letters.findall(part)) >= 2]


def bare_name(name: str) -> str:
    """A name without what stood around it; a period in brackets is a part of it."""
    marks = " 　:：,，—–-·"
    name = OF_MONTH.sub("", name)
    return name.strip(marks) if PERIOD.search(name.strip(marks)) else name.strip(marks + "()（）")


def space_out(line: str) -> str:
    """Close the gaps of a spaced name (方 志 动 态), so that only real gaps separate names."""
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff](?: |$))", "", line)


def issuer_of(name: str) -> str | None:
    """The institution that a name is, without 主办 or 编印 after it; None for anything else."""
    bare = PUBLISHED_BY.sub("", name)
    return bare if len(bare) >= 4 and INSTITUTION.search(bare) and not PUBLICATION.search(name) else None


def signed_by(lines: Sequence[str]) -> str | None:
    """The institution that signs a colophon: alone above the day, or before it on one line."""
    for number, line in enumerate(lines):
        day = DAY.search(line)
        above = lines[number - 1] if number and day and not DAY.sub("", line).strip() else ""
        for said in (above, line[: day.start()] if day else ""):
            name = issuer_of(close_gaps(re.sub(r"(?:整理|供稿|编制|填报)$", "", LABEL.sub("", said).strip())))
            if name and not re.search(r"[，、：:]", name):
                return name
    return None


def close_issue(issue: str) -> str:
    """第 5 期 as 第5期."""
    return re.sub(r"\s+", "", issue).strip("【】")


def says_head(line: str) -> bool:
    """Whether a line is one of a head by what it says: a day or a number, and no sentence."""
    if len(line) > 60 or re.search(r"[，。；？！]", line):
        return False
    day = DAY.search(line)
    if MADE_BY.search(line) or (MONTH.search(line) and names_month(line)):
        return True
    beside = len(re.sub(r"\s", "", line)) - len(re.sub(r"\s", "", day.group())) if day else 0
    is_apart = beside <= 30 or SEPARATORS.search(line)  # one statement, or several with room between them
    if (
        day
        and is_apart
        and (BEHIND_DAY.match(line[day.end() :].lstrip(" )）")) or line.lstrip(" (（").startswith(day.group()))
    ):
        return True
    return is_numbered_head(line) or bool(PERIOD.search(line) and PUBLICATION.search(PERIOD.sub("", line)))


def names_month(line: str) -> bool:
    """Whether a line that ends with a month says besides only who made the issue, or what it is called."""
    rest = close_gaps(MONTH.sub("", line)).strip(" 　|｜（()）")
    return not rest or issuer_of(rest) is not None or bool(PUBLICATION.search(rest))


def is_numbered_head(line: str) -> bool:
    """Whether a line says the number of the issue and little else; 举办第12期培训班 is news."""
    line = FREQUENCY.sub("", line)
    if not ISSUE.search(line):
        return False
    rest = close_gaps(re.sub(r"[\s（()）\[\]【】〔〕,，—-]+", " ", ISSUE.sub(" ", DAY.sub(" ", line)))).strip()
    behind = ISSUE.split(line)[-1] if ISSUE.search(line) else ""
    return not rest or bool(PUBLICATION.search(rest)) or issuer_of(rest) is not None or not behind.strip(" ）)】〕")


def is_day(text: str) -> bool:
    """Whether a text is a day and nothing else."""
    return len(text) <= LONGEST_DAY and find_day(text) is not None and not re.search(r"\w", DAY.sub("", text))


def find_day(text: str) -> date | None:
    """The first day that a text names, in Arabic or Chinese figures; None where it names none that exists."""
    for found in DAY.finditer(unicodedata.normalize("NFKC", text)):
        try:
            return date(*until(day_parts(found), found))
        except ValueError:
            continue
    return None


def until(day: tuple[int, int, int], found: re.Match[str]) -> tuple[int, int, int]:
    """The last day of a span that begins with a day; that day where there is no span."""
    last = UNTIL.match(found.string[found.end() :])
    month, number = (int(last[1] or day[1]), int(last[2])) if last else day[1:]
    return (day[0], month, number) if last and day[1:] < (month, number) and number <= MOST_DAYS else day


def day_parts(found: re.Match[str]) -> tuple[int, int, int]:
    """Year, month and day of a match as numbers."""
    if found["y"]:
        return int(found["y"]), int(found["m"]), int(found["d"])
    year = int("".join(str(figure(character)) for character in found["cy"]))
    return year, chinese_number(found["cm"]), chinese_number(found["cd"])


def figure(character: str) -> int:
    """One Chinese figure."""
    return 0 if character in "〇○ＯO零" else "零一二三四五六七八九".index(character)


def chinese_number(text: str) -> int:
    """A Chinese number below one hundred: 九, 十二, 二十, 三十一."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return figure(text)
    return (figure(tens) if tens else 1) * 10 + (figure(ones) if ones else 0)
