"""Every sentence that a person may read stands in Chinese too, with the same named places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from crawler import words
from crawler.wechat.mending import REPAIRS
from crawler.words import english, names
from crawler.words.names import problem_name, repair_name
from storage import errors
from tests.conftest import ROOT

SAYERS = {"say", "tell", "command"}
"""Functions whose first argument is a sentence."""

SENTENCE_TABLES = {
    "STANDINGS",
    "OUTCOMES",
    "PLACES",
    "ROLES",
    "PROBLEMS",
    "WARNINGS",
    "STOPS",
    "FAULTS",
    "FATES",
    "FAILURES",
    "REMEDIES",
    "SOURCE_KINDS",
    "SOURCE_STATES",
    "WRONG_VALUES",
    "GUARDED",
    "STATUSES",
    "TESTS",
    "FORMS",
    "KEPT_SENTENCES",
    "MENDED",
    "STUMBLES",
    "REASONS",
}


def spoken() -> Iterator[tuple[str, str]]:
    """Every English sentence in the code, with the file that says it."""
    for part in ("crawler", "spiders", "scheduler.py", "examples"):
        place = ROOT / part
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                for sentence in sentences_in(node):
                    yield sentence, str(file.relative_to(ROOT))


def sentences_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and node.args:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in SAYERS and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield node.args[0].value
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    if any(isinstance(target, ast.Name) and target.id in SENTENCE_TABLES for target in targets):
        value = getattr(node, "value", None)
        if isinstance(value, ast.Dict):
            yield from (v.value for v in value.values if isinstance(v, ast.Constant) and isinstance(v.value, str))
    if any(isinstance(target, ast.Name) and target.id == "words" for target in targets):
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def of_errors() -> Iterator[tuple[str, str]]:
    todo: list[type[errors.MirrorError]] = [errors.MirrorError]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        yield kind.words, kind.__name__
    yield from ((sentence, "UnreadableBulletin") for sentence in errors.UnreadableBulletin.REASONS.values())


KEPT = (
    "status 404",
    "status 502",
    "status 302",
    "guard: host",
    "lost: [ConnectionLost()]",
    f"there is no file for blob {'0' * 64}",
    f"the bytes of blob {'0' * 64} have the digest {'1' * 64}",
    f"blob {'0' * 64} has 3 bytes, its row says 4",
    f"the archive does not know blob {'0' * 64}",
    f"blob {'0' * 64}: {errors.BlobDamaged(sha256='0' * 64, reason='its bytes have another digest')}",
    "page https://mp.weixin.qq.com/s/a",
    "asset https://mmbiz.qpic.cn/a/0",
    "bulletin 简报.pdf",
    "on the way to asset https://mmbiz.qpic.cn/a/0",
    "reference of 2 pages (page https://mp.weixin.qq.com/s/a, page https://mp.weixin.qq.com/s/b)",
    "its bytes have another digest",
    "its file is missing",
    f"its reference is missing: {'0' * 64}",
    "the body is shorter than its Content-Length",
    "https://mp.weixin.qq.com/robots.txt does not allow wxmirror",
)


@pytest.mark.parametrize("sentence", KEPT)
def test_what_the_archive_keeps_in_english_is_told_in_chinese(sentence: str, monkeypatch) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")
    told = names.problem_name(sentence)
    assert told != sentence
    assert any("\u4e00" <= mark <= "\u9fff" for mark in told)
    assert not {"the", "page", "asset", "blob", "bytes", "damaged", "status"} & set(told.split())


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    for words_of_others in ("page 3 of the report", "简报", "https://mp.weixin.qq.com/s/a", "{not_a_place}"):
        assert names.problem_name(words_of_others) == words_of_others


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_sentence_stands_in_chinese() -> None:
    table = words.chinese()
    missing = {f"{where}: {sentence}" for sentence, where in [*spoken(), *of_errors()] if sentence not in table}
    assert not missing


def test_a_translation_names_the_same_places() -> None:
    wrong = {english for english, chinese in words.chinese().items() if places(english) != places(chinese)}
    assert not wrong


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "WXMIRROR_LANGUAGE": "zh"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_readers(environment: dict[str, str], expected: str, monkeypatch) -> None:
    for name in ("WXMIRROR_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.language() == expected


def test_every_setting_in_the_samples_exists(tmp_path: Path) -> None:
    """A person who takes away every # of the sample gets settings that are understood."""
    from crawler.config import load_config

    for name in ("zh", "en"):
        sample = (ROOT / "crawler" / "words" / f"sample.{name}.toml").read_text(encoding="utf-8")
        setting = [line.removeprefix("# ") for line in sample.splitlines()]
        told = [line for line in setting if line.startswith("[") or (" = " in line and not line.startswith("#"))]
        (tmp_path / "wxmirror.toml").write_text("\n".join(told), encoding="utf-8")
        assert len(load_config({}, tmp_path).sources) == 7


def test_the_compiled_catalogue_is_that_of_its_source() -> None:
    """``make words`` was run after the last change of the catalogue."""
    from gettext import GNUTranslations

    from babel.messages.pofile import read_po

    folder = ROOT / "crawler" / "words" / "locale" / "zh_CN" / "LC_MESSAGES"
    with (folder / "wxmirror.po").open("rb") as source, (folder / "wxmirror.mo").open("rb") as compiled:
        spoken_by, translations = read_po(source, locale="zh_CN"), GNUTranslations(compiled)
    for message in spoken_by:
        if isinstance(message.id, tuple):
            assert translations.ngettext(*message.id, 2) == message.string[0]
        elif message.id:
            assert translations.gettext(message.id) == message.string


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("the file's directory: File is not a zip file", "文件的内容目录缺失或损坏"),
        ("word/document.xml: Error -3 while decompressing data", "其中的 word/document.xml 无法读取"),
        ("title 'a, b', 12 elements, 0 scripts", "标题 'a, b'，元素 12 个，脚本 0 个"),
        ("more than 20000 members", "内含文件超过 20000 个"),
    ],
)
def test_what_a_library_stumbled_over_is_told_in_the_readers_language(
    said: str, chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")
    assert problem_name(said) == chinese


def test_how_an_address_was_mended_is_told_for_every_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "zh")
    assert repair_name("+".join(REPAIRS)) == "接合断行、还原转义符、更正字符、补全网址、从转接网址中取出、去掉尾部符号"


def test_one_is_not_many_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WXMIRROR_LANGUAGE", "en")
    sentence = "{items} items, {placed} citations placed, {others} other links"
    assert words.say(sentence, items=1, placed=1, others=1) == "1 item, 1 citation placed, 1 other link"
    assert words.say(sentence, items=0, placed=2, others=11) == "0 items, 2 citations placed, 11 other links"
    assert words.say("{count} copies lie beside it.", count="1") == "1 copy lies beside it."
    assert words.say("{count} wait for a person", count=1) == "1 waits for a person"


FOLLOWS_A_NAME = {"cites", "does", "exists", "goes", "has", "holds", "is", "lists", "means", "refuses", "says", "was"}
"""Words with an s behind a place that holds no number."""


def test_every_noun_that_is_counted_has_its_singular() -> None:
    behind_a_place = re.compile(r"\} (?:(?:" + "|".join(english.BETWEEN) + r") )*(\w+s)\b")
    many = {(word, sentence) for sentence in words.chinese() for word in behind_a_place.findall(sentence)}
    assert not {(word, sentence) for word, sentence in many if word not in {*english.NOUNS, *FOLLOWS_A_NAME}}
