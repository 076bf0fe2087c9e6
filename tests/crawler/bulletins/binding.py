"""Binds made-up issues as files of every kind but plain text."""

from __future__ import annotations

import base64
import csv
import html as markup
import io
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from random import Random

import segno

from crawler.bulletins.formats.html import decode_html
from tests.crawler.bulletins import office
from tests.crawler.bulletins.compound import compound, message
from tests.crawler.bulletins.made import Made, Piece
from tests.crawler.bulletins.printing import (
    AcrossPress,
    ColumnPress,
    Issue,
    LyingPress,
    News,
    Press,
    SmallPress,
    TurnedPress,
    print_issue,
    wrap,
)


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


def bind_docx_codes(made: Made, seed: int) -> bytes:
    """A Word document that prints a QR code for each article, below the item or in a cell beside its text."""
    chance = Random(f"docx codes {seed}")
    titles, beside = chance.choice(["style", "type", "words"]), chance.random() < 0.4
    relations, pictures = office.Relations(), {}
    body = [office.paragraph(office.run(line), align="center") for line in head(made)]
    section = None
    for piece in made.pieces:
        if piece.section != section:
            section = piece.section
            body.append(office.paragraph(office.run(f"【{section}】")))
        codes = []
        for url in piece.links:
            name = f"image{len(pictures) + 1}.png"
            pictures[f"media/{name}"] = code_picture(url)
            codes.append(office.paragraph(office.picture(name, relations), align="center"))
        rows = docx_piece(replace(piece, links=[]), titles, "", lambda url, text: "")
        if beside and codes:
            body.append(office.table([["".join(codes), "".join(rows)]]))
        else:
            body += [*rows, *codes, *([office.paragraph(office.run("扫码阅读全文"), align="center")] if codes else [])]
    body += [office.paragraph(office.run(line)) for line in tail(made)]
    return office.document("".join(body), relations, **pictures)


def code_picture(url: str, scale: int = 4) -> bytes:
    """A QR code as a picture."""
    out = io.BytesIO()
    segno.make(url, micro=False).save(out, kind="png", scale=scale)
    return out.getvalue()


def bind_pdf_codes(made: Made, seed: int) -> bytes:
    """A print with a QR code for each article below its item."""
    news, section = [], None
    for piece in made.pieces:
        opened = piece.section if piece.section != section else ""
        section = piece.section
        news.append(
            News(piece.title, "\n".join(piece.paragraphs), piece.credit, section=opened or "", codes=piece.links)
        )
    return print_issue(Issue(news, head=head(made), tail=tail(made)))


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


def bind_xlsx(made: Made, seed: int) -> bytes:
    """A workbook: a row an item, its links as hyperlinks, formulas or addresses."""
    make = Random(f"xlsx {seed}").choice(["hyperlink", "formula", "printed"])
    most = max(len(piece.links) for piece in made.pieces)
    names = ["序号", "标题", "来源", *(f"链接{number}" for number in range(1, most + 1))]
    rows = [[office.Cell(name) for name in names]]
    for number, piece in enumerate(made.pieces, 1):
        links = [office.Cell(url if make == "printed" else "查看", url, make) for url in piece.links]
        rows.append([office.Cell(str(number)), office.Cell(piece.title), office.Cell(piece.credit), *links])
    return office.workbook({"Sheet1": rows})


def bind_csv(made: Made, seed: int) -> bytes:
    """A table in text: a row an item."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["序号", "标题", "来源", "链接"])
    for number, piece in enumerate(made.pieces, 1):
        writer.writerow([number, piece.title, piece.credit, " ".join(piece.links)])
    return out.getvalue().encode(Random(f"csv {seed}").choice(["utf-8", "utf-8-sig", "gb18030"]))


def bind_markdown(made: Made, seed: int) -> bytes:
    """Markdown: by headings, or by lists."""
    is_list = Random(f"markdown {seed}").random() < 0.5
    day = "-".join(map(str, made.day))
    rows = [f"# {made.publication}（第{made.number}期）", f"{made.issuer} {day}"]
    section = None
    for piece in made.pieces:
        if piece.section != section:
            section = piece.section
            rows.append(f"## {section}")
        links = list(piece.links)
        title = f"[{piece.title}]({links.pop(0)})" if links else piece.title
        more = "".join(f" [链接]({url})" for url in links)
        rows += [f"- {title}{more}"] if is_list else [f"### {title}", *piece.paragraphs, more]
    return "\n\n".join(rows).encode()


def bind_mail(made: Made, seed: int) -> bytes:
    """A message: the issue as its text in HTML, or attached as a Word document."""
    message = EmailMessage()
    message["Subject"] = f"{made.publication}第{made.number}期"
    message["From"], message["To"] = "office@example.org", "readers@example.org"
    message["Date"] = datetime(*made.day, 9, tzinfo=UTC)
    message.set_content("各位领导、同志：\n本期简报请查收。\n")
    if Random(f"mail {seed}").random() < 0.5:
        subtype = "vnd.openxmlformats-officedocument.wordprocessingml.document"
        name = f"{made.publication}.docx"
        message.add_attachment(bind_docx(made, seed), maintype="application", subtype=subtype, filename=name)
    else:
        message.add_alternative(decode_html(bind_html(made, seed))[0], subtype="html")
    return message.as_bytes()


def bind_msg(made: Made, seed: int) -> bytes:
    """A message of Outlook: the issue as its text in HTML, or attached as a Word document."""
    subject, sent = f"{made.publication}第{made.number}期", datetime(*made.day, 9, tzinfo=UTC)
    if Random(f"msg {seed}").random() < 0.5:
        files = {f"{made.publication}.docx": bind_docx(made, seed)}
        return compound(message(subject=subject, sent=sent, body="各位领导、同志：\n本期简报请查收。\n", files=files))
    page = decode_html(bind_html(made, seed))[0].replace("gb18030", "utf-8").encode()
    return compound(message(subject=subject, sent=sent, html=page))


def bind_mhtml(made: Made, seed: int) -> bytes:
    """A web page saved as one file, as Chromium saves it."""
    page = bind_html(made, seed)
    charset = "gb18030" if b"gb18030" in page[:80] else "utf-8"
    head = "From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
    head += '\ttype="text/html";\r\n\tboundary="b"\r\n\r\n\r\n'
    part = f"--b\r\nContent-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return (head + part).encode() + base64.encodebytes(page) + b"\r\n--b--\r\n"


def bind_zip(made: Made, seed: int) -> bytes:
    """An archive of one document among what systems leave behind."""
    inner = {"docx": bind_docx, "html": bind_html, "xlsx": bind_xlsx}
    name = Random(f"zip {seed}").choice(list(inner))
    members: dict[str, str | bytes] = {"__MACOSX/._x": b"\0\1", "images/1.png": b"\x89PNG"}
    return office.zipped(members | {f"{made.publication}.{name}": inner[name](made, seed)})


def bind_epub(made: Made, _seed: int) -> bytes:
    """An e-book with a chapter for every section."""
    chapters: dict[str, str] = {}
    for piece in made.pieces:
        chapters.setdefault(piece.section or "", f"<h2>{piece.section}</h2>")
        chapters[piece.section or ""] += html_piece(piece, "h")
    pages = {f"OEBPS/c{n}.xhtml": f"<html><body>{body}</body></html>" for n, body in enumerate(chapters.values())}
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml"/>' for n in range(len(pages)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(pages)))
    opf = f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    place = '<rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles>'
    container = f'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{place}</container>'
    members: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": container}
    return office.zipped(members | {"OEBPS/a.opf": opf} | pages)


def bind_pdf(made: Made, seed: int, press: type[Press] = Press) -> bytes:
    """A print, with links over the titles or addresses below the items."""
    is_annotated = Random(f"pdf {seed}").random() < 0.6
    news, section = [], None
    for piece in made.pieces:
        links = list(piece.links)
        over = links.pop(0) if links and is_annotated else ""
        opened = piece.section if piece.section != section else ""
        section = piece.section
        news.append(News(piece.title, "\n".join(piece.paragraphs), piece.credit, over, "\n".join(links), opened or ""))
    return print_issue(Issue(news, head=head(made), tail=tail(made)), press=press)


def bind_pdf_columns(made: Made, seed: int) -> bytes:
    """A print in two columns, their lines one column after the other, or across the page."""
    return bind_pdf(made, seed, Random(f"columns {seed}").choice([ColumnPress, AcrossPress]))


def bind_pdf_small(made: Made, seed: int) -> bytes:
    """A print with its addresses in small type."""
    return bind_pdf(made, seed, SmallPress)


def bind_pdf_turned(made: Made, seed: int) -> bytes:
    """A print on pages that lie on their side, and say so or not."""
    return bind_pdf(made, seed, Random(f"turned {seed}").choice([LyingPress, TurnedPress]))


def bind_ofd(made: Made, seed: int) -> bytes:
    """An OFD print: large titles, indented bodies, links over titles and addresses below."""
    left, right, body, title = 28.0, 182.0, 5.6, 7.7
    rows: list[office.OfdLine] = [office.OfdLine(line, 60, 0, body) for line in head(made)]
    section = None
    for piece in made.pieces:
        links = list(piece.links)
        over = links.pop(0) if links else ""
        if piece.section != section:
            section = piece.section
            rows.append(office.OfdLine(f"【{section}】", left, 0, body))
        rows += [
            office.OfdLine(row, left + 8, 0, title, over) for row in wrap(piece.title, (right - left - 16) / title)
        ]
        for paragraph in piece.paragraphs:
            for number, row in enumerate(wrap("　　" + paragraph, (right - left) / body)):
                rows.append(office.OfdLine(row.lstrip("　"), left if number else left + 2 * body, 0, body))
        rows.append(office.OfdLine(f"（{piece.credit}）", 130, 0, body))
        rows += [office.OfdLine(row, left, 0, body) for url in links for row in wrap(url, (right - left) / body)]
    rows += [office.OfdLine(line, left, 0, body) for line in tail(made)]
    pages: list[list[office.OfdLine]] = [[]]
    y = 30.0
    for row in rows:
        if y > 260:
            pages.append([])
            y = 30.0
        row.top = y
        pages[-1].append(row)
        y += 1.75 * row.size
    return office.ofd(pages, is_annotated=Random(f"ofd {seed}").random() < 0.5)
