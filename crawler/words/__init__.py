"""What people read, in their language.

The English sentence stands in the code, where it is said: ``say("{count} articles kept", count=3)``. The Chinese one
stands in a table beside this file (``zh_*.py``, each a dictionary CHINESE from the English sentence to the Chinese).
tests/crawler/test_words.py holds that no sentence is left without its translation.
"""

from __future__ import annotations

import locale
import os
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from crawler.words.cleaning import clean
from crawler.words.english import in_number
from storage.errors import MirrorError


def language() -> str:
    """``zh`` or ``en``: WXMIRROR_LANGUAGE, else the locale's (LC_ALL, LC_MESSAGES, LANG), else English."""
    chosen = os.environ.get("WXMIRROR_LANGUAGE") or next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), ""
    )
    return "zh" if locale.normalize(chosen).lower().startswith("zh") else "en"


def say(sentence: str, /, **values: object) -> str:
    """Return the sentence in the reader's language, its named places filled."""
    words = chinese().get(sentence, sentence) if language() == "zh" else in_number(sentence, values)
    return words.format(**values) if values else words


def say_error(error: MirrorError) -> str:
    """Return an error's sentence in the reader's language; what stands in its places is translated too."""
    from crawler.words.names import problem_name

    values = {
        name: clean(problem_name(value) if isinstance(value, str) else value) for name, value in error.values.items()
    }
    return say(error.words, **values)


@cache
def chinese() -> dict[str, str]:
    """Every table of Chinese sentences, as one."""
    tables = [
        import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__) if module.name.startswith("zh_")
    ]
    return {english: words for table in tables for english, words in table.CHINESE.items()}
