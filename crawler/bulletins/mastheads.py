"""The head of an issue: the publication's title, the issuer, the number and the day, as official documents have them.

GB/T 9704-2012 sets Chinese dates in Arabic figures (2024年3月13日); before 2012 they stood in Chinese ones
(二〇一一年三月十三日). A real head in one line: 四川省地方志工作办公室 2024年 3月 13日.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from crawler.bulletins.formats.joining import close_gaps
from crawler.bulletins.landmarks import INSTITUTION, ISSUE, PREFACE, PUBLICATION, PUBLISHED_BY, SHORT_NAME, STAFF

MOST_DAYS = 31
LONGEST_DAY = 24  # characters
LONGEST_NAMES = 200  # characters of a line that names something
FIGURES = "〇○Ｏ零一二三四五六七八九"
DAY = re.compile(
    r"(?<!\d)(?P<y>[12]\d{3})\s*(?P<mark>[年./／\-–－])\s*(?P<m>\d{1,2})\s*[月./／\-–－]\s*(?P<d>\d{1,2})\s*[日号]?(?!\d)"
    r"|(?P<cy>[一二][〇○ＯO零一二三四五六七八九]{3})\s*年\s*(?P<cm>[一二三四五六七八九十]{1,2})\s*月\s*(?P<cd>[一二三四五六七八九十]{1,3})\s*[日号]"
)
# 第12期（3月13日）, （3月11日—3月15日）, （3.17-3.23）: in brackets, or behind the number; the year stands elsewhere.
SHORT_DAY = re.compile(
    r"(?:(?:^|[（(])\s*|(?<=[期号])[\s\u3000,，]+)(?P<m>\d{1,2})\s*[月.．]\s*(?P<d>\d{1,2})\s*日?"
    r"(?:\s*[—–―~～至到-]{1,2}\s*(?:(?P<last_m>\d{1,2})\s*[月.．]\s*)?(?P<last_d>\d{1,2})\s*日?)?"
    r"\s*(?:(?:星期|周)[一二三四五六日天])?\s*(?:编?印?发?|出版|出刊)\s*(?:[）)]|$)"
)
YEAR = re.compile(
    r"(?<!\d)([12]\d{3})\s*(?=年|第|$)|[〔\[【（(]\s*([12]\d{3})\s*[〕\]】）)]|([一二][〇○ＯO零一二三四五六七八九]{3})\s*年"
)
# Notes on how to keep the paper, and the way to a page (首页 > 简报), not its title.
HANDLING = re.compile(
    r"内部(?:资料|刊物|参阅|文件|材料)|注意保存|妥善保管|不得(?:外传|翻印)|[秘机绝]密|特急|加急|准印证|主动公开|^\W*$"
    r"|^(?:您?(?:当前|现在)的?位置|首页\s*[>＞»])"
)
# Web pages set labels before the day and the source: 发布时间：2024-03-20 来源：某某办公室 浏览次数：12.
LABEL = re.compile(
    r"(?:(?:发布|发表|发稿|更新|印发|成文|出版|编印)?(?:时间|日期)|(?:信息)?来源|发布(?:机构|单位|部门)|作者|期[数号]|(?:主\s*办|编\s*印|承\s*办|编\s*发|出版|印发|主\s*管|填报|报送|编制|制作|编辑出版)(?:单位|机关|部门)?|填[报表](?:时间|日期)|浏览次数|阅读次数|点击数?|字号|字体)\s*[：:]"
    r"|(?:发布|发表|发稿)于\s|(?:^|\s)由\s"
)
# 工作周报（11月第1周）: a period instead of a number.
PERIOD = re.compile(r"\s*[（(][^（）()]{0,12}(?:周|旬|月|月份|季度|年|年度|半年)[）)]$")
OF_MONTH = re.compile(
    r"^\s*(?:[12]\d{3}\s*年\s*)?\d{1,2}\s*月(?:刊|号|份)?(?=[\s\u3000]*[\u4e00-\u9fff]{4})"
)  # 9月刊 云岭县委宣传部
# 2024年1月8日—12日, 2024.1.8—1.12, 2024年12月30日—2025年1月3日: a week or month, which comes out on its last day.
UNTIL = re.compile(r"\s*[—–―~～至到-]{1,2}\s*")
LAST_DAY = re.compile(r"(?:(\d{1,2})\s*[月./．])?\s*(\d{1,2})\s*日?(?!\s*[月\d])")
# 【政协动态】, （某某通讯）: a name in brackets; and brackets of which nothing is left.
ENCLOSED = re.compile(r"[【（(]([^【】（）()]+)[】）)]")
EMPTY = re.compile(r"[（(][\s，,、；;]*[）)]")
SPACED = re.compile(r"(?:[\u4e00-\u9fff]\s+){2,}[\u4e00-\u9fff]")
# 编纂委员会办公室, 秘书处: of an institution that is named right before, or on the line above.
OFFICE = re.compile(
    r"(?:(?:编纂|编辑|编审|工作|指导|领导)(?:委员会|小组))?(?:办公室|秘书处|编辑部|综合处|综合科)|(?:编纂|编辑|编审)委员会"
)
# What may stand behind the day on the line of a head: （星期三）, 星期三 农历冬月廿九, 印发.
BEHIND_DAY = re.compile(
    r"^\s*[（(]?(?:(?:星期|周)[一二三四五六日天])?(?:\s*农历[\u4e00-\u9fff]{4,8})?[）)]?(?:\s*\d{1,2}[:：]\d{2})?\s*(?:由.{4,20}|编?印?发?|出版|出刊|整理|发布)\s*[）)]?\s*$"
)
# 共青团赤水湾市委员会 2024年11月, （2023年6-9月）, 2025年春季号, 2025.3: just a month or season, at a line's end.
A_YEAR = r"(?:[12]\d{3}|[一二][〇○ＯO零一二三四五六七八九]{3})\s*年"
MONTH = re.compile(
    rf"[（(]?\s*{A_YEAR}\s*(?:\d{{1,2}}\s*(?:[—–~～至-]\s*\d{{1,2}}\s*)?|[一二三四五六七八九十]{{1,2}})月\s*[号刊份]?\s*[）)]?\s*$"
    rf"|(?:^|[\s（(]){A_YEAR}\s*(?:[春夏秋冬]季?[号刊卷]?)?\s*[）)]?\s*$"
    r"|^\s*[12]\d{3}\s*[./．]\s*\d{1,2}\s*$"
)
MAKERS = r"(?:主编|总编辑?|(?:责任|执行|本期|值班)?(?:编辑|责编)|编审|审核|审定|审签|校对|签发人?)"
MADE_BY = re.compile(rf"(?:^|[\s\u3000|｜])(?:{MAKERS}|(?:主\s*办|承\s*办|编\s*印|主\s*管)(?:单位)?)\s*[：:]")
PERSONS = re.compile(rf"(?<=[\s\u3000|｜]){MAKERS}\s*[：:].*$")
FREQUENCY = re.compile(r"[（(](?:周|半月|双月|月|季|半年|年|双周|旬)刊[）)]")
SEPARATORS = re.compile(r"[\s　|｜·•]{2,}|[|｜]|\t")
WEEK = re.compile(r"[（(]?第\s*[0-9一二三四五六七八九十]{1,3}\s*周[）)]?")  # 第7周（3月24日—3月28日）
EDITED_BY = re.compile(r"(?:[\s\u3000]编|编[印发制])\s*$")  # 某某市红十字会宣传部　编
NUMBER_ALONE = re.compile(rf"\W*(?:{ISSUE.pattern})\W*")


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
    issues = [" ".join(found.group().split()) for line in lines for found in ISSUE.finditer(line)]
    published_on = day_of_issue(lines)
    lines = [line for line in lines if len(line) <= LONGEST_NAMES]
    parts = [part for line in with_offices(lines) for part in names_in(line)]
    issuers = [name for part in parts if (name := issuer_of(part))] or made_by(lines)
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


def day_of_issue(lines: Sequence[str]) -> date | None:
    """The day that a head names: a single one, else the last of a period, else one whose year stands elsewhere."""
    days = [(day, is_period) for line in lines for day, is_period in find_days(line)]
    single = (day for day, is_period in days if not is_period)
    lines = [line for line in lines if len(line) <= LONGEST_NAMES]
    short = (day for line in lines if (day := find_short_day(line, lines)))
    return next(single, None) or next((day for day, _ in days), None) or next(short, None)


def find_short_day(line: str, lines: Sequence[str]) -> date | None:
    """The day that a line names without its year: that of the line, or the only one that the lines of the head name.

    None where there is no such year, or where the days run on into the next one.
    """
    found = SHORT_DAY.search(line)
    years = sorted(find_years([line]) or find_years(lines)) if found else []
    if not found or len(years) != 1:
        return None
    first = int(found["m"]), int(found["d"])
    last = (int(found["last_m"] or first[0]), int(found["last_d"])) if found["last_d"] else first
    try:
        return date(years[0], *last) if first <= last else None
    except ValueError:
        return None


def find_years(lines: Sequence[str]) -> set[int]:
    """The years that lines name."""
    said = (next(filter(None, found.groups())) for line in lines for found in YEAR.finditer(line))
    return {int(year) if year.isdecimal() else chinese_year(year) for year in said}


def with_offices(lines: Sequence[str]) -> list[str]:
    """The lines of a head; one that begins with an office (编纂委员会办公室) goes on with the name right above it.

    So it does where that name is an institution, or is not on the first line: there it may be the title.
    """
    joined: list[str] = []
    for line in lines:
        above = joined[-1].rstrip() if joined else ""
        name, office = next(reversed(names_in(above)), ""), next(iter(names_in(line)), "")
        is_open = (
            name and above.endswith(name) and (issuer_of(name) or len(joined) > 1) and not PUBLICATION.search(name)
        )
        if is_open and OFFICE.fullmatch(PUBLISHED_BY.sub("", office)) and line.lstrip().startswith(office):
            joined[-1] = above + line.lstrip()
        else:
            joined.append(line)
    return joined


def made_by(lines: Sequence[str]) -> list[str]:
    """The institutions that a head names as those who edit the issue (编辑：某市图书馆学习推广部)."""
    said = (SEPARATORS.split(PERSONS.sub("", STAFF.sub("", line))) for line in lines if STAFF.match(line))
    return [name for parts in said for part in parts if (name := issuer_of(close_gaps(part)))]


def names_in(line: str) -> list[str]:
    """The names on a line of a head: what is left without day, number and notes."""
    if STAFF.match(line) or HANDLING.search(line) or PREFACE.search(line):
        return []
    said = SHORT_DAY.sub("   ", DAY.sub("   ", LABEL.sub("   ", PERSONS.sub("", line))))
    rest = EMPTY.sub("   ", FREQUENCY.sub("   ", ISSUE.sub("   ", MONTH.sub("   ", said)))).strip()
    if rest == line.strip():  # nothing else is on the line: 某某博物馆 · 季刊 is one name
        rest = re.sub(r"\s*[·•]\s*", "·", rest)
    letters = re.compile(r"[^\W\d_]")
    parts = [bare_name(close_gaps(part)) for part in SEPARATORS.split(space_out(rest))]
    return [part for part in parts if len(letters.findall(part)) >= 2]


def bare_name(name: str) -> str:
    """A name without what stood around it; what stands in brackets behind it is a part of it."""
    name = OF_MONTH.sub("", name).strip(" 　:：,，—–-·")
    if enclosed := ENCLOSED.fullmatch(name):
        return enclosed[1]
    is_whole = len(re.findall(r"[（(]", name)) == len(re.findall(r"[）)]", name))
    return name if is_whole else name.strip("()（）")


def space_out(line: str) -> str:
    """Close the gaps of a spaced name (方 志 动 态, 社  科  动  态), so that only real gaps separate names."""
    if SPACED.fullmatch(line):
        return "".join(line.split())
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
    if ISSUE.search(line) and (enclosed := ENCLOSED.fullmatch(line.strip())):  # （2025年第11期，3月10日—3月16日）
        line = enclosed[1].replace("，", "　　")
    if len(line) > 60 or re.search(r"[，。；？！]", line):
        return False
    day = DAY.search(line)
    if MADE_BY.search(line) or (MONTH.search(line) and names_month(line)):
        return True
    if day and any(NUMBER_ALONE.fullmatch(part) for part in SEPARATORS.split(line.strip())):
        return True
    beside = len(re.sub(r"\s", "", line)) - len(re.sub(r"\s", "", day.group())) if day else 0
    is_apart = beside <= 30 or SEPARATORS.search(line)  # one statement, or several with room between them
    if (
        day
        and is_apart
        and (BEHIND_DAY.match(line[day.end() :].lstrip(" )）")) or line.lstrip(" (（").startswith(day.group()))
    ):
        return True
    if EDITED_BY.search(line) and issuer_of(close_gaps(line)):
        return True
    return (
        is_numbered_head(line)
        or bool(WEEK.fullmatch(SHORT_DAY.sub("", line).strip()))
        or bool(PERIOD.search(line) and PUBLICATION.search(PERIOD.sub("", line)))
    )


def names_month(line: str) -> bool:
    """Whether a line that ends with a month says besides only who made the issue, or what it is called."""
    rest = close_gaps(MONTH.sub("", line)).strip(" 　|｜（()）")
    return (
        (not rest and not line.rstrip(" ）)").endswith("年"))
        or issuer_of(rest) is not None
        or bool(PUBLICATION.search(rest))
    )


def is_numbered_head(line: str) -> bool:
    """Whether a line says the number of the issue and little else; 举办第12期培训班 is news."""
    line = SHORT_DAY.sub("", FREQUENCY.sub("", line))
    if not ISSUE.search(line):
        return False
    rest = close_gaps(re.sub(r"[\s（()）\[\]【】〔〕,，—-]+", " ", ISSUE.sub(" ", DAY.sub(" ", line)))).strip()
    behind = ISSUE.split(line)[-1]
    return not rest or bool(PUBLICATION.search(rest)) or issuer_of(rest) is not None or not behind.strip(" ）)】〕")


def is_day(text: str) -> bool:
    """Whether a text is a day and nothing else."""
    return len(text) <= LONGEST_DAY and find_day(text) is not None and not re.search(r"\w", DAY.sub("", text))


def find_day(text: str) -> date | None:
    """The first day that a text names, in Arabic or Chinese figures; None where it names none that exists."""
    return next((day for day, _ in find_days(text)), None)


def find_days(text: str) -> Iterator[tuple[date, bool]]:
    """The days that a text names, and whether each is the last of a period, which is named by its first day too."""
    text = unicodedata.normalize("NFKC", text)
    start = 0
    while found := DAY.search(text, start):
        first = day_parts(found)
        last, start = until(first, found)
        try:
            yield date(*last), last != first
        except ValueError:
            continue


def until(day: tuple[int, int, int], found: re.Match[str]) -> tuple[tuple[int, int, int], int]:
    """The last day of a period that begins with a day (that day where there is none), and where it ends in the text."""
    if not (dash := UNTIL.match(found.string, found.end())):
        return day, found.end()
    if later := DAY.match(found.string, dash.end()):
        return max(day, day_parts(later)), later.end()
    last = LAST_DAY.match(found.string, dash.end())
    month, number = (int(last[1] or day[1]), int(last[2])) if last else day[1:]
    return (day[0], month, number) if day[1:] < (month, number) and number <= MOST_DAYS else day, found.end()


def day_parts(found: re.Match[str]) -> tuple[int, int, int]:
    """Year, month and day of a match as numbers."""
    if found["y"]:
        return int(found["y"]), int(found["m"]), int(found["d"])
    return chinese_year(found["cy"]), chinese_number(found["cm"]), chinese_number(found["cd"])


def chinese_year(text: str) -> int:
    """A year in Chinese figures: 二〇一一."""
    return int("".join(str(figure(character)) for character in text))


def figure(character: str) -> int:
    """One Chinese figure."""
    return 0 if character in "〇○ＯO零" else "零一二三四五六七八九".index(character)


def chinese_number(text: str) -> int:
    """A Chinese number below one hundred: 九, 十二, 二十, 三十一."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return figure(text)
    return (figure(tens) if tens else 1) * 10 + (figure(ones) if ones else 0)
