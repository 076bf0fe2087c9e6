"""Days in workbooks: Excel keeps a number and says only in the cell's style that it is shown as a day.

ECMA-376 part 1, 18.8.30 lists the formats that every Excel knows by number, those of Chinese ones among them; others
are written out in the workbook. Days are counted from 1900, on old Macintoshes from 1904; Excel takes 1900 for a leap
year, as Lotus did.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from lxml import etree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DAYS = frozenset([*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58])  # by their numbers
OTHER_PARTS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|;.*$', re.DOTALL)  # of a format: literal text, colours, …
MOST_STYLES = 65_536
FIRST, FIRST_ON_MACINTOSH = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  # sheets know no zone
LAST = 2_958_465  # 31 December 9999
LEAP_DAY = 60  # 29 February 1900, which never was


class DayFormats:
    """Which styles of a workbook show numbers as days."""

    def __init__(self, styles: etree._Element | None, workbook: etree._Element) -> None:
        properties = workbook.find(SHEET + "workbookPr")
        from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.first = FIRST_ON_MACINTOSH if from_1904 else FIRST
        self.styles = day_styles(styles) if styles is not None else frozenset()

    def shown(self, value: str, style: str | None) -> str:
        """A cell's value as a person sees it, where it is a day; else as it is."""
        if style not in self.styles:
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        if not 1 <= number <= LAST:
            return value
        lost = 1 if self.first is FIRST and number < LEAP_DAY else 0
        moment = self.first + timedelta(days=int(number) + lost, minutes=round(number % 1 * 1440))
        return f"{moment:%Y-%m-%d}" if moment.hour == moment.minute == 0 else f"{moment:%Y-%m-%d %H:%M}"


def day_styles(root: etree._Element) -> frozenset[str]:
    """The numbers of the cell styles that show days."""
    written = {
        format_.get("numFmtId"): format_.get("formatCode", "")
        for format_ in root.iterfind(f"{SHEET}numFmts/{SHEET}numFmt")
    }
    days = {str(number) for number in DAYS} - written.keys() | {
        number for number, code in written.items() if number and is_day(code)
    }
    cells = root.find(SHEET + "cellXfs")
    listed = list(cells)[:MOST_STYLES] if cells is not None else []
    return frozenset(str(number) for number, cell in enumerate(listed) if cell.get("numFmtId") in days)


def is_day(code: str) -> bool:
    """Whether a format shows a year or a day of the month; hours and minutes alone are none."""
    return bool(re.search(r"[yd年月日]", OTHER_PARTS.sub("", code), re.IGNORECASE))
