"""Which item a link is placed in, one way of laying out an issue at a time."""

from __future__ import annotations

import pytest

from crawler.bulletins.reading import read_bulletin
from tests.timing import computing_within

HOST = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt"
TEXT = "会议传达学习了上级有关会议精神，听取了工作情况汇报，研究部署了下一步重点任务。"
ITEMS = ("水文学会换届大会召开", "专家赴白沙河流域调研", "科普讲解大赛落幕在即")


def link(number: int) -> str:
    return f"{HOST}{number:02d}"


def places(text: str, name: str = "a.txt") -> dict[int, tuple[str | None, float]]:
    """The title of the item in which each link is placed, and how sure that is."""
    bulletin = read_bulletin(text.encode(), name)
    found = {
        int(each.article_url[-2:]): (item.title, each.confidence) for item in bulletin.items for each in item.citations
    }
    return found | {int(each.article_url[-2:]): (None, each.confidence) for each in bulletin.unplaced}


def sure_titles(text: str, name: str = "a.txt") -> list[str | None]:
    """The titles in the order of the links' numbers; None where it is not sure."""
    return [title if confidence >= 0.9 else None for _, (title, confidence) in sorted(places(text, name).items())]


# ---- links gathered at the end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["相关链接", "文末链接：", "附录：相关链接", "本期文章链接"])
def test_links_listed_at_the_end_go_by_the_numbers_of_the_items(head):
    """One of the items has none."""
    items = "\n\n".join(f"{number}. {title}\n{TEXT}" for number, title in enumerate(ITEMS, 1))
    assert sure_titles(f"{items}\n\n{head}\n1. {link(1)}\n3. {link(2)}\n") == [ITEMS[0], ITEMS[2]]


def test_links_listed_at_the_end_go_by_the_titles_of_the_items():
    items = "\n\n".join(f"{title}\n{TEXT}" for title in ITEMS)
    listed = f"{ITEMS[2]}\n{link(3)}\n{ITEMS[0]}\n{link(1)}\n{ITEMS[1]}\n{link(2)}\n"
    assert sure_titles(f"{items}\n\n本期文章链接\n{listed}") == list(ITEMS)


def test_links_in_html_that_repeat_the_titles_belong_to_the_items():
    items = "".join(f"<h3>{title}</h3><p>{TEXT}</p>" for title in ITEMS)
    listed = "".join(f'<p><a href="{link(n)}">{ITEMS[n - 1]}</a></p>' for n in (2, 3, 1))
    assert sure_titles(f"<html><body>{items}<h3>原文链接</h3>{listed}</body></html>", "a.html") == list(ITEMS)


def test_a_table_of_contents_that_is_links_leads_to_the_items_below():
    listed = "".join(f'<li><a href="{link(n)}">{title}</a></li>' for n, title in enumerate(ITEMS, 1))
    items = "".join(f"<h3>{title}</h3><p>{TEXT}</p>" for title in ITEMS)
    page = f"<html><body><ul>{listed}</ul>{items}</body></html>"
    assert sure_titles(page, "a.html") == list(ITEMS)
    assert [item.title for item in read_bulletin(page.encode(), "a.html").items] == list(ITEMS)


@pytest.mark.parametrize(
    ("shown", "listed"),
    [("[{}]", "[{}] "), ("①", "① "), ("{}", "{}. ")],
    ids=["brackets", "circled", "raised"],
)
def test_notes_at_the_end_belong_to_the_items_that_show_their_marks(shown, listed):
    """A raised figure comes out of a web page as one behind the full stop."""

    def mark(pattern: str, number: int) -> str:
        return "①②③"[number - 1] + pattern[1:] if pattern[0] == "①" else pattern.format(number)

    items = "".join(f"<h3>{title}</h3><p>{TEXT}{mark(shown, n)}</p>" for n, title in enumerate(ITEMS, 1))
    notes = "".join(f"<p>{mark(listed, n)}{link(n)}</p>" for n in (1, 2, 3))
    assert sure_titles(f"<html><body>{items}<h3>注释</h3>{notes}</body></html>", "a.html") == list(ITEMS)


def test_a_numbered_list_of_links_within_an_item_stays_in_it():
    """相关链接 is the label of one item's links where other items have links of their own."""
    text = (
        f"1. {ITEMS[0]}\n{TEXT}\n{link(1)}\n\n2. {ITEMS[1]}\n{TEXT}\n相关链接：\n1. {link(2)}\n2. {link(3)}\n\n"
        f"3. {ITEMS[2]}\n{TEXT}\n{link(4)}\n"
    )
    assert sure_titles(text) == [ITEMS[0], ITEMS[1], ITEMS[1], ITEMS[2]]


# ---- lists ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["", "<p>江州市科学技术协会 2024年7月26日</p>"])
def test_the_only_heading_over_a_list_of_links_is_the_issue_s_title(head):
    """The entries are the items."""
    listed = "".join(
        f'<li><a href="{link(n)}">{title}</a><span>2024-07-22</span></li>' for n, title in enumerate(ITEMS, 1)
    )
    page = f"<html><body><h1>科协一周（第30期）</h1>{head}<ul>{listed}</ul></body></html>"
    assert sure_titles(page, "a.html") == list(ITEMS)
    assert "科协一周" in (read_bulletin(page.encode(), "a.html").title or "")


def test_the_only_heading_over_a_text_is_the_item_s_title():
    text = f'<p>2024-03-20</p><p>{TEXT}</p><p><a href="{link(1)}">原文</a></p>'
    page = f"<html><body><h1>{ITEMS[0]}</h1>{text}</body></html>"
    assert sure_titles(page, "a.html") == [ITEMS[0]]


def test_a_line_that_says_where_a_piece_appeared_belongs_to_the_title_above():
    """Press reviews set the paper and the day between title and address."""
    papers = ("云岭日报  4月3日 第5版", "南屏教育电视台  4月9日", "科普之窗 2024年4月15日")
    pieces = [f"{title}\n{paper}\n{link(n)}" for n, (title, paper) in enumerate(zip(ITEMS, papers, strict=True), 1)]
    assert sure_titles("媒体聚焦\n2024年4月30日\n\n" + "\n\n".join(pieces) + "\n") == list(ITEMS)


def test_a_title_that_ends_with_a_day_is_one():
    titles = ("讲座预告 6月18日", "读书沙龙 6月20日", "新书分享会 6月22日")
    pieces = [f"{title}\n{link(n)}" for n, title in enumerate(titles, 1)]
    assert sure_titles("江州市图书馆活动通讯\n2024年6月10日\n\n" + "\n\n".join(pieces) + "\n") == list(titles)


@pytest.mark.parametrize("label", ["Read more: ", "扫码或点击：", "微信链接2：", "Full text 全文: ", "上篇："])
def test_a_line_that_only_announces_an_address_is_no_title(label):
    items = "\n\n".join(f"{title}\n{TEXT}\n{label}{link(n)}" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"科普通讯\n2024年6月10日\n\n{items}\n") == list(ITEMS)


def test_titles_may_be_numbered_in_square_brackets():
    items = "\n\n".join(f"[{n}] {title}\n{TEXT}\n{link(n)}" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"科普通讯\n2024年6月10日\n\n{items}\n") == list(ITEMS)


# ---- pages ---------------------------------------------------------------------------------------------------------


def test_an_address_at_a_page_s_foot_is_its_item_s_where_all_stand_below_their_items():
    """Extractors list links at the feet of pages; one that prints them below items has some there too."""
    pages = "\n\f".join(
        "\n".join(f"{ITEMS[n % 3]}之{'一二三四五六'[n]}\n{TEXT}\n（某某办公室）\n{link(n + 1)}" for n in pair)
        for pair in ((0, 1, 2), (3, 4, 5))
    )
    assert sure_titles(f"江州市科协 2024年6月10日\n{pages}\n") == [
        f"{ITEMS[n % 3]}之{'一二三四五六'[n]}" for n in range(6)
    ]


def test_addresses_at_the_feet_of_pages_alone_may_be_any_item_s_of_the_page():
    pages = "\n\f".join(
        "\n".join(f"{ITEMS[n % 3]}之{'一二三四五六'[n]}\n{TEXT}\n（某某办公室）" for n in pair) + f"\n{link(pair[0])}"
        for pair in ((0, 1, 2), (3, 4, 5))
    )
    assert sure_titles(f"江州市科协 2024年6月10日\n{pages}\n") == [None, None]


# ---- tables --------------------------------------------------------------------------------------------------------


def sections(text: str, name: str) -> list[str | None]:
    return [item.section for item in read_bulletin(text.encode(), name).items]


def test_a_cell_over_several_rows_names_the_section_of_all_of_them():
    """The longest cell is not the title where a column says which is."""

    def row(number: int, office: str, section: str = "") -> str:
        linked = f'<a href="{link(number)}">查看</a>'
        return f"<tr>{section}<td>{ITEMS[number - 1]}</td><td>{office}</td><td>{linked}</td></tr>"

    office = "江州市水利局河湖管理与水文服务中心"
    rows = [row(1, office, "<td rowspan=2>要闻</td>"), row(2, "县局"), row(3, "", "<td>科普</td>")]
    head = "<tr><td>栏目</td><td>标题</td><td>单位</td><td>链接</td></tr>"
    page = f"<html><body><table>{head}{''.join(rows)}</table></body></html>"
    assert sure_titles(page, "a.html") == list(ITEMS)
    assert sections(page, "a.html") == ["要闻", "要闻", "科普"]


def test_a_row_of_one_cell_names_the_section_of_the_rows_below():
    table = f"标题,链接\n要闻,\n{ITEMS[0]},{link(1)}\n{ITEMS[1]},{link(2)}\n科普,\n{ITEMS[2]},{link(3)}\n"
    assert sure_titles(table, "a.csv") == list(ITEMS)
    assert sections(table, "a.csv") == ["要闻", "要闻", "科普"]


def test_lines_above_the_table_are_the_head_in_csv_too():
    rows = "".join(f"{n},{title},{link(n)}\n" for n, title in enumerate(ITEMS, 1))
    bulletin = read_bulletin(f"江州科协推送台账,,\n序号,标题,链接\n{rows}".encode(), "a.csv")
    assert [item.title for item in bulletin.items] == list(ITEMS)
    assert bulletin.title == "江州科协推送台账"


def test_a_table_in_markdown_has_a_row_for_each_item():
    rows = "".join(f"| {n} | {title} | [打开]({link(n)}) |\n" for n, title in enumerate(ITEMS, 1))
    table = f"# 一周推文\n\n2024年6月10日\n\n| 序号 | 标题 | 阅读 |\n|---|---|---|\n{rows}"
    assert sure_titles(table, "a.md") == list(ITEMS)


def test_a_table_that_was_copied_into_a_text_is_read_as_one():
    rows = "".join(f"{n}\t{title}建设\t{link(n)}\n" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"科协信息月报\t2024年6月\n\n序号\t标题\t链接\n{rows}") == [f"{title}建设" for title in ITEMS]


def test_items_beside_each_other_in_cells_are_told_apart():
    """Newsletters set two items in a row of a table."""
    cells = "".join(
        f"<td><b>{title}</b><br>{TEXT}<br><a href='{link(n)}'>阅读全文</a></td>" for n, title in enumerate(ITEMS[:2], 1)
    )
    assert sure_titles(f"<html><body><table><tr>{cells}</tr></table></body></html>", "a.html") == list(ITEMS[:2])


# ---- manners of an issue -------------------------------------------------------------------------------------------


def issue(title: str, order: str, *, between: str = "\n\n") -> str:
    """An issue whose items are set in an order: t(itle), b(ody), l(ink), c(redit), each on a line."""
    items = []
    for number, name in enumerate(ITEMS, 1):
        first = title.format(n=number, c="一二三"[number - 1], o="①②③"[number - 1], t=name)
        lines = {"t": first, "b": TEXT, "l": f"链接：{link(number)}", "c": f"（{name[:2]}水文站）"}
        items.append("\n".join(lines[each] for each in order))
    return f"江州水文简报\n2024年第5期\n江州市水文局  2024年5月20日\n\n{between.join(items)}\n"


@pytest.mark.parametrize("order", ["tbl", "tbcl", "tblc", "tlb", "tl", "ltb", "ltbc"])
@pytest.mark.parametrize(
    "title", ["{t}", "{n}. {t}", "{n}、{t}", "{c}、{t}", "（{c}）{t}", "{o}{t}", "★{t}", "【{t}】"]
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_titles_of_every_make_keep_their_links_wherever_these_stand(title, order, between):
    found = sure_titles(issue(title, order, between=between))
    assert [each and each.strip("【】") for each in found] == list(ITEMS)


def test_titles_in_brackets_may_stand_in_front_of_their_texts():
    """Digests do so; 【点评】 is no title."""
    items = [f"【{title}】{TEXT}\n【点评】{TEXT}\n{link(n)}" for n, title in enumerate(ITEMS, 1)]
    assert sure_titles("舆情摘编\n2024年9月6日\n\n" + "\n\n".join(items) + "\n") == list(ITEMS)
    items = [f"【{title}】{TEXT}\n来源：某某网\n{link(n)}" for n, title in enumerate(ITEMS, 1)]
    assert sure_titles("舆情摘编\n2024年9月6日\n\n" + "\n\n".join(items) + "\n") == list(ITEMS)


def test_names_of_sections_in_brackets_stay_such():
    text = issue("{t}", "tbl").replace(ITEMS[0] + "\n", f"【要闻】\n{ITEMS[0]}\n", 1)
    text = text.replace(f"\n{ITEMS[2]}\n", f"\n【科普】\n{ITEMS[2]}\n")
    assert sure_titles(text) == list(ITEMS)
    assert sections(text, "a.txt") == ["要闻", "要闻", "科普"]


def test_links_between_a_text_and_a_title_are_sure_only_where_all_stand_so():
    """The first stands above every title, the last below its text: nobody can tell what the others mean."""
    text = issue("{t}", "ltb") + f"链接：{link(9)}\n"
    assert sure_titles(text)[1] is None


HTML_TITLES = [
    "<h3>{}</h3>",
    "<p><b>{}</b></p>",
    "<p>{}</p>",
    "{}<br>",
    "<div><span style='font-weight:bold'>{}</span></div>",
]
HTML_LINKS = {
    "words in the text": "<p>{text}<a href='{url}'>阅读原文</a></p>",
    "words of their own": "<p>{text}</p><p><a href='{url}'>点击查看</a></p>",
    "address": "<p>{text}</p><p>原文链接：<a href='{url}'>{url}</a></p>",
    "picture": "<p>{text}</p><p><a href='{url}'><img src='x.png'></a></p>",
}


@pytest.mark.parametrize("title", HTML_TITLES)
@pytest.mark.parametrize("linked", HTML_LINKS.values(), ids=HTML_LINKS)
@pytest.mark.parametrize("head", ["<h1>江州水文简报</h1><p>2024年第5期 江州市水文局 2024年5月20日</p>", ""])
def test_links_of_every_make_belong_to_the_titles_above_in_web_pages(title, linked, head):
    items = [title.format(name) + linked.format(text=TEXT, url=link(n)) for n, name in enumerate(ITEMS, 1)]
    assert sure_titles(f"<html><body>{head}{''.join(items)}</body></html>", "a.html") == list(ITEMS)


@pytest.mark.parametrize("head", ["<h1>江州水文简报</h1><p>江州市水文局 2024年5月20日</p>", ""])
def test_links_above_their_titles_belong_to_these_in_web_pages_too(head):
    items = [f"<p><a href='{link(n)}'>原文</a> 江州发布</p><h3>{t}</h3><p>{TEXT}</p>" for n, t in enumerate(ITEMS, 1)]
    assert sure_titles(f"<html><body>{head}{''.join(items)}</body></html>", "a.html") == list(ITEMS)


def test_entries_of_a_list_may_be_whole_items():
    """The title in the entry links nothing; text and link stand below it."""
    terms = "".join(f"<dt>{t}</dt><dd>{TEXT}<a href='{link(n)}'>原文</a></dd>" for n, t in enumerate(ITEMS, 1))
    assert sure_titles(f"<html><body><h2>学术交流</h2><dl>{terms}</dl></body></html>", "a.html") == list(ITEMS)


@pytest.mark.parametrize("words", ["点击", "here", "Read more", "点这里"])
def test_words_that_are_but_a_link_are_no_title(words):
    """Titles, credits and such words are all short lines here."""
    items = [
        f"<p>{t}</p><p>{TEXT}</p><p>（某某水文站）</p><p><a href='{link(n)}'>{words}</a></p>"
        for n, t in enumerate(ITEMS, 1)
    ]
    page = f"<html><body><p>江州水文简报</p><p>江州市水文局 2024年5月20日</p>{''.join(items)}</body></html>"
    assert sure_titles(page, "a.html") == list(ITEMS)


def test_several_links_in_a_text_without_a_title_are_not_sure():
    """Most likely it is several items whose titles were missed; a single link is the text's."""
    text = f"{TEXT}{link(1)}\n{TEXT}{link(2)}\n"
    assert sure_titles(text) == [None, None]
    assert {confidence >= 0.9 for _, confidence in places(text).values()} == {False}
    assert {confidence >= 0.9 for _, confidence in places(f"{TEXT}{link(1)}\n{TEXT}\n").values()} == {True}


@pytest.mark.parametrize("name", ["一、{}", "◆{}◆", "第一部分 {}", "★ {} ★"])
@pytest.mark.parametrize("title", ["{n}. {t}", "（{c}）{t}", "【{t}】"])
def test_sections_have_names_of_every_make_above_titles_of_every_make(name, title):
    heads = [title.format(n=n, c="一二三"[n - 1], t=each) for n, each in enumerate(ITEMS, 1)]
    items = [f"{each}\n{TEXT}\n{link(n)}\n" for n, each in enumerate(heads, 1)]
    second = name.format("基层之声").replace("一", "二")
    body = "\n".join([name.format("工作动态"), *items[:2], second, items[2]])
    text = f"江州水文简报\n2024年第5期\n江州市水文局  2024年5月20日\n\n{body}"
    assert [each and each.strip("【】") for each in sure_titles(text)] == list(ITEMS)
    assert sections(text, "a.txt") == ["工作动态", "工作动态", "基层之声"]


@pytest.mark.parametrize(
    "item",
    [
        "**{t}**\n\n{b}\n\n[阅读原文]({l})",
        "### {t}\n\n- 摘要：{b}\n- 链接：[原文]({l})",
        "- **{t}**\n- 链接：[原文]({l})",
        "## {n}. {t} [原文]({l})",
        "**{t}** [原文]({l})",
        "- [{t}]({l})",
    ],
)
def test_markdown_sets_titles_and_links_in_many_ways(item):
    items = [item.format(t=title, b=TEXT, l=link(n), n=n) for n, title in enumerate(ITEMS, 1)]
    assert sure_titles("# 江州水文周刊\n\n2024年5月20日\n\n" + "\n\n".join(items) + "\n", "a.md") == list(ITEMS)


@pytest.mark.parametrize("name", ["标题", "题名", "文章", "推文", "推文名称", "稿件"])
def test_the_column_of_titles_goes_by_many_names(name):
    """The longest cell is another one."""
    rows = [f"{n},{title},从分工和集聚两方面展开讨论的文章,{link(n)}" for n, title in enumerate(ITEMS, 1)]
    assert sure_titles(f"序号,{name},摘要,网址\n" + "\n".join(rows) + "\n", "a.csv") == list(ITEMS)


@pytest.mark.parametrize(("shown", "listed"), [("注{}", "注{}："), ("（{}）", "（{}） "), ("({})", "({}) ")])
def test_notes_go_by_marks_within_the_last_sentence_too(shown, listed):
    items = "\n\n".join(f"{t}\n{TEXT[:-1]}{shown.format(n)}。" for n, t in enumerate(ITEMS, 1))
    notes = "\n".join(f"{listed.format(n)}{link(n)}" for n in (1, 2, 3))
    assert sure_titles(f"社科通讯\n2024年5月20日\n\n{items}\n\n注释\n{notes}\n") == list(ITEMS)


def test_long_lists_at_the_end_take_time_in_proportion():
    """2,000 items and as many links take half a second; looking through all items for each link took half a minute."""
    titles = [f"第{n}条新闻说会议召开了" for n in range(2000)]
    items = "\n\n".join(f"{title}\n{TEXT}" for title in titles)
    listed = "\n".join(f"{title}\n{HOST}{n:04d}" for n, title in enumerate(titles))
    with computing_within(8):
        bulletin = read_bulletin(f"江州通讯\n2024年5月20日\n\n{items}\n\n相关链接\n{listed}\n".encode(), "a.txt")
    assert [item.title for item in bulletin.items if len(item.citations) == 1] == titles


# ---- plain titles, quotations, lists of terms -----------------------------------------------------------------------


def test_plain_titles_below_the_bold_names_of_sections_open_items():
    """Bold type names sections only: several texts that cite stand below each of them."""
    items = [f"<p>{title}</p><p>{TEXT}<a href='{link(n)}'>阅读全文</a></p>" for n, title in enumerate(ITEMS, 1)]
    page = f"<html><body><h3>学会要闻</h3>{items[0]}{items[1]}<h3>科普园地</h3>{items[2]}</body></html>"
    assert sure_titles(page, "a.html") == list(ITEMS)


def test_paragraphs_of_one_item_that_each_cite_do_not_tear_it_apart():
    texts = "".join(f"<p>{TEXT}<a href='{link(n)}'>详见</a></p><p>{TEXT}</p>" for n in (1, 2, 3))
    page = f"<html><body><h2>{ITEMS[0]}</h2>{texts}<h2>{ITEMS[1]}</h2><p>{TEXT}</p></body></html>"
    assert sure_titles(page, "a.html") == [ITEMS[0]] * 3


@pytest.mark.parametrize("title", ["试用期能随意延长吗？", "医保缴费开始啦！"])
def test_a_bold_question_or_call_is_a_title(title):
    page = "".join(
        f"<p><b>{each}</b></p><p>{TEXT}</p><p><a href='{link(n)}'>原文</a></p>"
        for n, each in ((1, title), (2, ITEMS[1]))
    )
    assert sure_titles(f"<html><body>{page}</body></html>", "a.html") == [title, ITEMS[1]]


def test_a_message_that_was_forwarded_is_read_without_its_marks():
    quoted = "".join(f"> {title}\n> {link(n)}\n>\n" for n, title in enumerate(ITEMS, 1))
    head = "From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
    forwarded = "请审阅。\n\n-----原始邮件-----\n发件人: 宣教部\n主题: 本周推送\n\n"
    assert sure_titles(head + forwarded + quoted, "a.eml") == list(ITEMS)


def test_pictographs_before_titles_and_addresses_are_bullets():
    items = "\n\n".join(f"📌{title}\n👉{link(n)}" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"早上好！以下是今日推送：\n\n{items}\n") == list(ITEMS)


def test_markdown_with_its_addresses_below_and_underlined_titles_is_read_as_such():
    items = "".join(f"{n}. **{title}**。{TEXT}[全文][{n}]\n" for n, title in enumerate(ITEMS, 1))
    listed = "".join(f"[{n}]: {link(n)}\n" for n in (1, 2, 3))
    assert sure_titles(f"水文通讯\n========\n\n{items}\n{listed}", "a.md") == list(ITEMS)


@pytest.mark.parametrize(
    ("shown", "note"),
    [
        ("[^{}]", "[^{}]: {}"),
        ("[^{}]", "[^{}]: 江州水文公众号，{}。"),
        ("[^{}]", "[^{}]: [原文]({})"),
        ("[{}]", "[{}]: {}"),
    ],
)
def test_notes_of_markdown_lead_from_where_they_are_shown(shown, note):
    items = "".join(f"## {title}\n\n{TEXT}{shown.format(n)}\n\n" for n, title in enumerate(ITEMS, 1))
    notes = "\n".join(note.format(n, link(n)) for n in (1, 2, 3))
    assert sure_titles(f"# 水文通讯\n\n{items}{notes}\n", "a.md") == list(ITEMS)


def test_an_address_that_markdown_defines_and_nothing_shows_is_found():
    page = f"# 水文通讯\n\n## {ITEMS[0]}\n\n{TEXT}\n\n## {ITEMS[1]}\n\n{TEXT}\n\n[链接]: {link(1)}\n"
    assert 1 in places(page, "a.md")


def test_signs_of_html_in_the_addresses_of_markdown_are_undone():
    address = "https://mp.weixin.qq.com/s?__biz=MzI1NzA4OTQ5MQ==&amp;mid=2650000001&amp;idx=1"
    page = f"# 水文通讯\n\n## {ITEMS[0]}\n\n{TEXT}\n\n<a href='{address}'>原文</a>\n\n## {ITEMS[1]}\n\n{TEXT}\n"
    (cited,) = read_bulletin(page.encode(), "a.md").items[0].citations
    assert cited.article_url == address.replace("&amp;", "&")


@pytest.mark.parametrize("line", ["关注我们、了解往期内容：", "往期回顾：", "扫码关注公众号"])
def test_a_link_to_the_account_or_to_earlier_issues_is_no_items(line):
    items = "".join(
        f"<h3>{title}</h3><p>{TEXT}</p><p><a href='{link(n)}'>原文</a></p>" for n, title in enumerate(ITEMS, 1)
    )
    page = f"<html><body>{items}<p>{line}<a href='{link(4)}'>{link(4)}</a></p></body></html>"
    assert places(page, "a.html")[4][0] is None


# ---- items said field by field, marks of any kind, lists ------------------------------------------------------------


def test_items_that_are_said_field_by_field_are_named_by_their_field():
    items = "\n".join(
        f"标题：{title}\n来源：河口发布\n时间：2024-06-0{n} 08:30\n链接：{link(n)}\n摘要：{TEXT}\n"
        for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"舆情日报\n2024年6月3日　网信办\n\n{items}") == list(ITEMS)


def test_where_and_when_an_item_appeared_is_no_title():
    items = "\n".join(
        f"{n}、{title}\n媒体：河口发布　阅读：120{n}\n{TEXT}\n网址：{link(n)}\n" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"舆情日报\n2024年6月3日\n\n{items}") == list(ITEMS)


def test_a_form_of_names_and_what_they_say_is_one_item():
    rows = "".join(f"标题,{title}\n来源,河口发布\n链接,{link(n)}\n" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(rows, "a.csv") == list(ITEMS)


@pytest.mark.parametrize("marks", ["◎◎◎", "1️⃣|2️⃣|3️⃣", "◈◈◈"])
def test_titles_may_stand_behind_any_sign(marks):
    signs = marks.split("|") if "|" in marks else list(marks)
    items = "".join(f"{sign}{title}\n{link(n)}\n" for n, (sign, title) in enumerate(zip(signs, ITEMS, strict=True), 1))
    assert sure_titles(f"各位领导好，本周推送情况如下：\n{items}请查收。\n") == list(ITEMS)


def test_a_name_between_the_same_signs_is_a_section():
    text = "".join(f"== 第{n}版要闻 ==\n\n{title}\n{TEXT}\n{link(n)}\n\n" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(text) == list(ITEMS)


@pytest.mark.parametrize("mark", ["：", "　", "。"])
def test_bold_words_in_front_of_texts_are_their_titles(mark):
    items = "".join(
        f"<p><b>{title}</b>{mark}{TEXT}<a href='{link(n)}'>（原文）</a></p>" for n, title in enumerate(ITEMS, 1)
    )
    assert sure_titles(f"<html><body><h1>河口信息</h1>{items}</body></html>", "a.html") == list(ITEMS)
    lines = "".join(f"**{title}**{mark}{TEXT}[原文]({link(n)})\n\n" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"# 河口信息\n\n{lines}", "a.md") == list(ITEMS)


def test_a_sign_before_the_words_of_a_link_makes_no_item_of_it():
    items = "".join(f"### {title}\n\n> {TEXT}\n\n🔗 [阅读原文]({link(n)})\n\n" for n, title in enumerate(ITEMS, 1))
    assert sure_titles(f"# 河口信息\n\n{items}", "a.md") == list(ITEMS)


def test_a_list_with_a_head_of_its_own_does_not_make_titles_of_heads():
    """The notes at the end have the only heading; the items are numbered lines."""
    items = "".join(f"<p>{n}. {title}</p><p>{TEXT}[{n}]</p>" for n, title in enumerate(ITEMS, 1))
    notes = "".join(f"<p>[{n}] <a href='{link(n)}'>{link(n)}</a></p>" for n in (1, 2, 3))
    assert sure_titles(f"<html><body><h1>河口信息</h1>{items}<h3>注释</h3>{notes}</body></html>", "a.html") == list(
        ITEMS
    )


@pytest.mark.parametrize("width", [20, 21])
def test_a_numbered_title_as_wide_as_its_column_is_whole_where_the_text_below_is_indented(width):
    """It fills its line, or leaves one character for the next, above a paragraph that begins with an indent."""
    titles = [
        "水文学会换届大会昨日在白沙河边正式召开",
        "专家赴白沙河流域调研水情并看望基层测员",
        "科普讲解大赛决赛在省城落幕二十人获奖励",
    ]
    text = ""
    for number, title in enumerate(titles, 1):
        lines = [f"{number}、{title}"[start : start + width] for start in range(0, len(title) + 2, width)]
        body = f"　　{TEXT * 3}"
        lines += [body[start : start + width] for start in range(0, len(body), width)]
        text += "\n".join(lines) + f"\n{link(number)}\n"
    assert sure_titles(f"水文通讯\n2024年3月1日\n{text}") == titles
