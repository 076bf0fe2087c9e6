"""A saved web page brings its frame along: its buttons and notes are no items, and no link is lost with them."""

from __future__ import annotations

from crawler.bulletins.reading import read_bulletin

ARTICLE = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"


def page(*parts: str) -> bytes:
    return f"<html><body>{''.join(parts)}</body></html>".encode()


def test_words_of_the_frame_are_no_items() -> None:
    frame_above, frame_below = "<em>昨天</em>", "<p>微信扫一扫<br>关注该公众号</p><p>打印本页</p>"
    news = f"<h2>兰溪县完成村志编纂</h2><p>全县一百二十个行政村，<a href='{ARTICLE}'>详情</a>。</p>"
    bulletin = read_bulletin(page(frame_above, news, frame_below), "saved.html")
    assert [item.title for item in bulletin.items] == ["兰溪县完成村志编纂"]
    assert [citation.cited_url for citation in bulletin.citations] == [ARTICLE]


def test_a_link_that_is_called_as_a_button_is_kept() -> None:
    bulletin = read_bulletin(page(f"<p><a href='{ARTICLE}'>昨天</a></p><p>昨天，全县召开会议。</p>"), "saved.html")
    assert [citation.cited_url for citation in bulletin.citations] == [ARTICLE]
    assert "昨天，全县召开会议。" in "".join(str(item.text) + str(item.title) for item in bulletin.items)
