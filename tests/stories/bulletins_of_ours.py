"""Bulletins that cite the same articles in many spellings: as text, as a PDF with link annotations, as HTML."""

from __future__ import annotations

import html
import io
from itertools import zip_longest
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.simulated_wechat import Published

SECRET = "pass_ticket=SECRETOFWHOEVERCOPIEDIT"


def spellings(article: Published) -> list[str]:
    """Ways in which an article may be cited so that WeChat still shows it; short and long addresses take turns."""
    short, long = [], []
    if article.short_url:
        token = article.short_url.rpartition("/")[2]
        short = [
            article.short_url,
            f"http://mp.weixin.qq.com/s/{token}",
            f"mp.weixin.qq.com/s/{token}?scene=1&from=timeline#rd",
            f"https://MP.weixin.qq.com/s/{token}?{SECRET}",
        ]
    if article.long_url:
        query = parse_qsl(urlsplit(article.long_url).query)
        turned = urlencode(query[::-1], safe="=")
        long = [
            article.long_url,
            f"http://mp.weixin.qq.com/s?{turned}#wechat_redirect",
            article.long_url.replace("&", "&amp;") + "&amp;scene=21#rd",
            f"{article.long_url.replace('==', '%3D%3D')}&{SECRET}&uin=777",
            f"https://mp.weixinbridge.com/mp/wapredirect?url={quote(article.long_url, safe='')}",
        ]
    return [url for pair in zip_longest(short, long) for url in pair if url]


def cited(articles: list[Published], turn: int) -> list[str]:
    """One spelling for each article; another one at each turn."""
    return [ways[(turn + number) % len(ways)] for number, ways in enumerate(map(spellings, articles))]


def text_bulletin(articles: list[Published]) -> bytes:
    """Items that print their address."""
    lines = [" 某省地方志工作办公室 2024年 3月 13日", "【市州动态】"]
    for number, url in enumerate(cited(articles, 0), 1):
        lines += [f"第{number}处召开地方志工作会议", "会议总结了全年工作，部署了下一步任务。", "（供稿）", url]
    return "\n\n".join(lines).encode()


def html_bulletin(articles: list[Published]) -> bytes:
    """Items whose titles are links."""
    items = "\n".join(
        f'<h3><a href="{html.escape(url if "://" in url else "https://" + url)}">第{number}处开展工作</a></h3>\n'
        f"<p>第{number}处开展了地方志工作，取得成效。</p>"
        for number, url in enumerate(cited(articles, 1), 1)
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>工作简报</title></head><body>{items}</body>".encode()
    )


def pdf_bulletin(articles: list[Published]) -> bytes:
    """Items with a link laid over their titles, eight on a page."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    for number, url in enumerate(cited(articles, 2)):
        y = A4[1] - 80 - number % 8 * 80
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(80, y, f"Item {number + 1}")
        canvas.linkURL(url if "://" in url else f"https://{url}", (80, y - 4, 200, y + 14), relative=0)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(80, y - 24, f"What happened at place {number + 1} is told in this line.")
        if number % 8 == 7:
            canvas.showPage()
    canvas.save()
    return stream.getvalue()
