"""The words of the frame around a saved web page: buttons and notes of WeChat's and of common sites, which are no news.

Only what is all of a block and has no link is left out: a link is kept whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.bulletins.formats.flow import Block

# The day above a WeChat article, as its script writes it in the first week, and what stands around its QR code and at
# its end (saved pages of 2020 to 2025); then the buttons of institutions' sites.
_FRAME = re.compile(
    r"今天|昨天|前天|[3-7]天前|微信扫一扫|(?:微信扫一扫)?关注该公众号|预览时标签不可点|(?:继续|向上|轻触|上下)滑动看下一个|写留言|知道了"
    r"|打印(?:本页|此页|页面)?|关闭(?:窗口|本页|页面)|返回顶部|分享到[：:]?|【?字(?:号|体)[：:]?\s*大\s*中\s*小】?"
)


def without_frame(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of a page without those that are nothing but a word of its frame."""
    return [block for block in blocks if block.links or not _FRAME.fullmatch(block.text)]
