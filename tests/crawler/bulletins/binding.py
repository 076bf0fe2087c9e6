"""Binds made-up issues as files of every kind but plain text."""

from __future__ import annotations

import html as markup
from random import Random

from tests.crawler.bulletins import office
from tests.crawler.bulletins.made import Made, Piece


def bind_docx(made: Made, seed: int) -> bytes:
    """A Word document: links of one make, titles by style, by type, or by nothing but their words."""
    chance = Random(f"docx {seed}")
    make = office.LINKS[chance.choice(list(office.LINKS))]
    titles = chance.choice(["style", "style", "type", "bold", "words"])
    placed = chance.choice(["title", "title", "below", "printed", "text"])
    relations = office.Relations()
    body = [office.paragraph(office.run(line), align="center") for line in head(made)]
    section = None
    for piece in made.pieces:
        if piece.section != section:
            section = piece.section
            style = {"style": "1"} if titles == "style" else {}
            body.append(office.paragraph(office.run(f"【{section}】" if not style else str(section)), **style))
        body += docx_piece(piece, titles, placed, lambda url, text: make(url, office.run(text), relations))
    body += [office.paragraph(office.run(line)) for line in tail(made)]
    return office.document("".join(body), relations)


def docx_piece(piece: Piece, titles: str, placed: str, link) -> list[str]:
    """One item."""
    links = list(piece.links)
    looks = {"type": {"size": 44}, "bold": {"bold": True}}.get(titles, {})
    title = office.run(piece.title, **looks)
    if placed == "title" and links and titles != "bold":
        title = link(links.pop(0), piece.title)
    paragraphs = [office.run(text) for text in piece.paragraphs]
    if placed == "text" and links:
        paragraphs[-1] += link(links.pop(0), "阅读原文")
    rows = [office.paragraph(title, style="2" if titles == "style" else "")]
    rows += [office.paragraph(paragraph, indent=True) for paragraph in paragraphs]
    rows.append(office.paragraph(office.run(f"（{piece.credit}）"), align="right"))
    rows += [
        office.paragraph(office.run("原文链接：" + url) if placed == "printed" else link(url, "原文链接"))
        for url in links
    ]
    return rows


def bind_docx_table(made: Made, seed: int) -> bytes:
    """A Word document that is a table: a row an item."""
    chance = Random(f"table {seed}")
    make = office.LINKS[chance.choice(list(office.LINKS))]
    relations = office.Relations()
    cell = lambda text: office.paragraph(office.run(text))  # noqa: E731
    rows = [[cell(name) for name in ("序号", "标题", "来源", "链接")]]
    for number, piece in enumerate(made.pieces, 1):
        links = "".join(office.paragraph(make(url, office.run("查看"), relations)) for url in piece.links)
        rows.append([cell(str(number)), cell(piece.title), cell(piece.credit), links or cell("无")])
    body = [office.paragraph(office.run(line)) for line in head(made)]
    return office.document("".join(body) + office.table(rows), relations)


def bind_html(made: Made, seed: int) -> bytes:
    """A web page, by headings, by bold paragraphs, by a list, or by plain paragraphs."""
    chance = Random(f"html {seed}")
    titles = chance.choice(["h", "bold", "list", "plain"])
    rows = [f"<p>{line}</p>" for line in head(made)]
    section = None
    for piece in made.pieces:
        if piece.section != section:
            section = piece.section
            rows.append(f"<h2>{section}</h2>" if titles in ("h", "list") else f"<p>【{section}】</p>")
        rows.append(html_piece(piece, titles))
    rows += [f"<p>{line}</p>" for line in tail(made)]
    charset = chance.choice(["utf-8", "gb18030"])
    page = f'<html><head><meta charset="{charset}"><title>{made.publication}</title></head><body>{"".join(rows)}'
    return page.encode(charset)


def html_piece(piece: Piece, titles: str) -> str:
    """One item."""
    anchors = [f'<a href="{markup.escape(url)}">{{}}</a>' for url in piece.links]
    title = anchors.pop(0).format(piece.title) if anchors and titles != "bold" else piece.title
    if titles == "list":
        return f"<li>{title}{''.join(anchor.format('链接') for anchor in anchors)}</li>"
    heading = {"h": "<h3>{}</h3>", "bold": "<p><strong>{}</strong></p>", "plain": "<p>{}</p>"}[titles].format(title)
    text = "".join(f"<p>　　{paragraph}</p>" for paragraph in piece.paragraphs)
    links = "".join(f"<p>{anchor.format('原文链接')}</p>" for anchor in anchors)
    return f"{heading}{text}<p>（{piece.credit}）</p>{links}"


def head(made: Made) -> list[str]:
    """The lines of the head."""
    return [made.publication, f"第{made.number}期", "{} {}年{}月{}日".format(made.issuer, *made.day)]


def tail(made: Made) -> list[str]:
    """The lines of the colophon."""
    return ["报：省地方志工作办公室。", "{} {}年{}月{}日印发".format(made.issuer, *made.day)]
