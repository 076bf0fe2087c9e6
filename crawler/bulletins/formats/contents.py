"""The table of contents, where an issue has one: the titles of its items once more, above them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.bulletins.formats.flow import Line
from crawler.bulletins.formats.joining import close_gaps, join_lines
from crawler.bulletins.landmarks import CONTENTS, NUMBERING

LONGEST_HEAD = 14  # lines
MOST_CONTENTS = 200  # lines


def contents_range(lines: Sequence[Line]) -> tuple[int, int]:
    """The lines of a table of contents, told by coming again as titles: where it begins and where it ends."""
    start = next((n for n, line in enumerate(lines[: LONGEST_HEAD + 1]) if CONTENTS.match(line.text)), None)
    if start is None:
        return 0, 0
    titles = [contents_title(line.text) for line in lines]
    end = start + 1
    while end < min(len(lines), start + MOST_CONTENTS) and comes_again(titles, end):
        end += 1
    return start, end


def comes_again(titles: Sequence[str], number: int) -> bool:
    """Whether later lines say the same as one; a title may be broken over lines there."""
    title = titles[number]
    if len(title) < 4:
        return False
    for start in range(number + 1, len(titles)):
        later = titles[start]
        if later.startswith(title):
            return True
        if len(later) >= 4 and title.startswith(later) and join_lines(titles[start : start + 3]).startswith(title):
            return True
    return False


def contents_title(text: str) -> str:
    """A line of a table of contents without numbering, leaders and page number."""
    bare = re.sub(r"[\s.．…·—-]*[(（]?\d{0,3}[)）]?$", "", NUMBERING.sub("", close_gaps(text)))
    return bare[1:-1] if bare[:1] in "【〖" and bare[-1:] in "】〗" else bare
