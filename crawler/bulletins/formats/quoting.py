"""What mail programs add to a text that they quote or forward: marks before lines, the headers of the message."""

from __future__ import annotations

import re

QUOTED = re.compile(r"^(?:>[ \t]?)+")
HEADER = re.compile(
    r"^\s*(?:发件人|收件人|抄\s*送|密\s*送|发送时间|发送日期|日\s*期|时\s*间|主\s*题|附\s*件|From|To|Cc|Sent|Date|Subject)\s*[：:]",
    re.I,
)
FORWARDED = re.compile(
    r"^[\s\-_=*]*(?:原始邮件|转发的?邮件(?:信息)?|Original Message|(?:Begin )?forwarded message:?)[\s\-_=*]*$",
    re.I,
)
MOSTLY = 0.5  # of the lines
LONGEST_FRAME = 2_000  # characters, above which a text says that it was forwarded


def is_quoted(text: str) -> bool:
    """Whether a plain text is a message that was forwarded: its lines are marked, or it says so."""
    if text.count("\n>") > MOSTLY * text.count("\n"):
        return True
    return any(map(FORWARDED.match, text[:LONGEST_FRAME].splitlines()))


def unquoted(text: str) -> str:
    """A plain text without the marks before lines that it quotes, and the headers of messages that it forwards."""
    lines = [QUOTED.sub("", line) for line in text.splitlines()]
    is_header = [bool(HEADER.match(line)) for line in lines]
    beside = [
        any(is_header[max(0, number - 1) : number] + is_header[number + 1 : number + 2]) for number in range(len(lines))
    ]
    kept = [
        line
        for line, is_one, has_others in zip(lines, is_header, beside, strict=True)
        if not ((is_one and has_others) or FORWARDED.match(line))
    ]
    return "\n".join(kept)
