"""JavaScript as WeChat writes it into its pages: strings in its spelling, and the bulk of inlined script."""

from __future__ import annotations

import random
from functools import cache


def js(text: str) -> str:
    """A text inside a JavaScript string, in WeChat's spelling."""
    escapes = {"\\": r"\x5c", '"': r"\x22", "&": r"\x26", "'": r"\x27", "<": r"\x3c", ">": r"\x3e", "\n": r"\x0a"}
    return "".join(escapes.get(letter, letter) for letter in text)


@cache
def filler(length: int) -> bytes:
    """Inlined script of this length, in blocks as WeChat has them; it compresses about as real pages do (4 to 1).

    Like the blocks of real pages since 2020, all but the first show themselves as bundles of program text.
    """
    if not length:
        return b""
    chance = random.Random(length)
    names = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(250)]
    open_tag, close_tag = '<script type="text/javascript" nonce="1" reportloaderror>', "</script>\n"
    bundle = open_tag + "var __INLINE_SCRIPT__ = (function () {\n  'use strict';\n"
    shapes = (
        "function {0}({1},{2}){{if(!{1}){{return {2}.{3}}}var {4}=window.{0}||{{}};{4}.{3}({1},'{2}')}}",
        "var {0}=(function(){{'use strict';return {1}.prototype.{2}.call({3},{4})}})();",
        "{0}.{1}=function({2}){{for(var {3}=0;{3}<{2}.length;{3}++)this.{4}({2}[{3}])}};",
        "try{{{0}.{1}&&{0}.{1}.{2}('{3}',{{mid:'{4}'}})}}catch({3}){{console.error({3})}}",
    )
    block = open_tag
    blocks, total = [], 0
    while total + len(block) < length:
        block += chance.choice(shapes).format(*chance.choices(names, k=5)) + "\n"
        if len(block) > 60_000:
            blocks.append(block + ("})();" if blocks else "") + close_tag)
            total += len(blocks[-1])
            block = bundle
    return "".join([*blocks, block + ("})();" if blocks else "") + close_tag]).encode()
