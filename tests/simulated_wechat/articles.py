"""Articles for the simulated WeChat, and their pages as WeChat builds them.

Four kinds, each in the anatomy that docs/wechat.md describes: ``article`` (type 0, as of 2025: the body in
``#js_content`` and in ``cgiDataNew``), ``pictures`` (type 8), ``text`` (type 10) and ``old`` (type 0 of 2018). An
article is a value; changing one is ``dataclasses.replace``.
"""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, cached_property
from html import escape
from typing import Literal

Kind = Literal["article", "pictures", "text", "old"]
BEIJING = timezone(timedelta(hours=8))
ORIGIN = "https://mp.weixin.qq.com"
STYLES = "//res.wx.qq.com/mmbizappmsg/zh_CN/htmledition/js/assets"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of an article: the path id of its address, and what its bytes are."""

    key: str
    kind: str = "png"
    size: int | None = None  # bytes of the original

    @property
    def bucket(self) -> str:
        """The first part of its path."""
        return {"jpeg": "mmbiz_jpg", "gif": "mmbiz_gif", "svg": "mmbiz_svg"}.get(self.kind, "mmbiz_png")

    def url(self, size: str = "640") -> str:
        """Its address at this size, as pages cite it."""
        return f"https://mmbiz.qpic.cn/{self.bucket}/{self.key}/{size}?wx_fmt={self.kind}"


@dataclass(frozen=True, kw_only=True)
class SimulatedArticle:
    """What an author wrote, and where WeChat put it."""

    name: str
    kind: Kind = "article"
    title: str
    account: str
    author: str = ""
    paragraphs: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()
    backgrounds: tuple[Picture, ...] = ()  # as background-image of a section
    published_at: datetime
    biz: str
    mid: str
    idx: str = "1"
    source_url: str = ""
    script_bytes: int = 0  # inlined script, of which real pages of 2025 carry two to three megabytes
    links: tuple[tuple[str, str], ...] = ()  # (address, words): links to other articles, at the end of the body
    extra: dict[str, str] = field(default_factory=dict)  # further members of cgiDataNew, as JavaScript

    @cached_property
    def token(self) -> str:
        """The 22 characters of its short address."""
        return base64.urlsafe_b64encode(hashlib.sha256(f"token {self.name}".encode()).digest()[:16]).decode()[:22]

    @property
    def sn(self) -> str:
        """The signature of its long address."""
        return hashlib.sha256(f"sn {self.name}".encode()).hexdigest()[:32]

    @property
    def chksm(self) -> str:
        """The check sum without which WeChat answers the long address with a captcha."""
        return hashlib.sha512(f"chksm {self.name}".encode()).hexdigest()[:76]

    @property
    def short_url(self) -> str:
        """https://mp.weixin.qq.com/s/TOKEN."""
        return f"{ORIGIN}/s/{self.token}"

    @property
    def long_url(self) -> str:
        """The long address as signed."""
        return f"{ORIGIN}/s?__biz={self.biz}&mid={self.mid}&idx={self.idx}&sn={self.sn}&chksm={self.chksm}&scene=21"

    @property
    def article_url(self) -> str:
        """The canonical name."""
        return f"{ORIGIN}/s?__biz={self.biz}&mid={self.mid}&idx={self.idx}"

    @property
    def cover(self) -> Picture:
        """The cover, which is none of the body's pictures."""
        return Picture(key=picture_key(f"cover {self.name}"), kind="jpeg")

    @property
    def avatar(self) -> Picture:
        """The account's round picture, the same in all its articles."""
        return Picture(key=picture_key(f"avatar {self.account}"), kind="png")

    def edited(self, **changes: object) -> SimulatedArticle:
        """The article after its author changed it."""
        return replace(self, **changes)  # type: ignore[arg-type]


def picture_key(name: str) -> str:
    """A path id as WeChat's picture hosts use them: some 80 letters and digits."""
    digest = hashlib.sha512(f"picture {name}".encode()).digest()
    return base64.b64encode(digest).decode().replace("+", "ib").replace("/", "ia").rstrip("=")


def write_article(
    name: str,
    *,
    kind: Kind = "article",
    pictures: int | tuple[Picture, ...] = 2,
    picture_sizes: tuple[int, int] | None = None,
    paragraphs: int | tuple[str, ...] = 3,
    **more: object,
) -> SimulatedArticle:
    """Write an article that follows from its name alone; ``more`` sets any field of SimulatedArticle.

    ``pictures`` and ``paragraphs`` are given, or how many of them to make; ``picture_sizes`` is the smallest and the
    largest length in bytes of those made.
    """
    chance = random.Random(name)
    account = 3_200_000_000 + chance.randrange(50_000_000)
    kinds = ("png", "jpeg", "gif", "webp")
    if isinstance(pictures, int):
        pictures = tuple(
            Picture(
                key=picture_key(f"{name} {number}"),
                kind=kinds[number % len(kinds)],
                size=chance.randrange(*picture_sizes) if picture_sizes else None,
            )
            for number in range(0 if kind == "text" else pictures)
        )
    if isinstance(paragraphs, int):
        paragraphs = tuple(_paragraph(chance, name, number) for number in range(paragraphs))
    fields: dict[str, object] = {
        "title": f"文章{name}",
        "account": f"公众号{account % 7}",
        "author": "张三",
        "paragraphs": paragraphs,
        "pictures": pictures,
        "published_at": datetime(2024, 3, 1, 8, 30, tzinfo=UTC) + timedelta(hours=chance.randrange(200)),
        "biz": base64.b64encode(str(account).encode()).decode(),
        "mid": str(2_247_483_650 + chance.randrange(20_000)),
    }
    return SimulatedArticle(name=name, kind=kind, **{**fields, **more})  # type: ignore[arg-type]


_WORDS = [
    "方志",
    "年鉴",
    "编纂",
    "会议",
    "工作",
    "档案",
    "地情",
    "史料",
    "馆藏",
    "乡镇",
    "村志",
    "修订",
    "资料",
    "专家",
    "培训",
    "出版",
    "文化",
    "历史",
    "红色",
    "传承",
]


def _paragraph(chance: random.Random, name: str, number: int) -> str:
    words = "".join(chance.choice(_WORDS) for _ in range(30))
    return f"第{number + 1}段，{name}：{words}。"


# ---- pages ---------------------------------------------------------------------------------------------------


def render(article: SimulatedArticle, asked_url: str) -> tuple[bytes, bytes, bytes]:
    """The article's page as three parts: before the inlined script, the script, after it.

    ``asked_url`` is echoed in ``msg_link`` and ``og:url``, as WeChat does (short in, short out). The middle part is
    shared by all articles of one ``script_bytes``, so that a server can compress it once.
    """
    before, after = _KINDS[article.kind](article, asked_url)
    return before.encode(), filler(article.script_bytes), after.encode()


def body_html(article: SimulatedArticle) -> str:
    """The body as the author's editor made it."""
    parts = []
    for number in range(max(len(article.paragraphs), len(article.pictures))):
        if number < len(article.paragraphs):
            words = escape(article.paragraphs[number], quote=False)
            parts.append(f'<p style="line-height: 1.8;margin-bottom: 24px;"><span leaf="">{words}</span></p>')
        if number < len(article.pictures):
            parts.append(_image(article.pictures[number]))
    for background in article.backgrounds:
        address = f"background-image: url(&quot;{escape(background.url('0'))}&quot;);"
        parts.append(f'<section style="{address}background-size: cover;"><p><br></p></section>')
    for address, words in article.links:
        parts.append(
            f'<p><a href="{escape(address)}" linktype="text" tab="innerlink" data-linktype="2">{escape(words)}</a></p>'
        )
    return "".join(parts) + '<p style="display: none;"><mp-style-type data-value="3"></mp-style-type></p>'


def _image(picture: Picture) -> str:
    return (
        '<section style="text-align: center;"><span leaf="">'
        f'<img data-src="{escape(picture.url())}" class="rich_pages wxw-img" data-ratio="0.625" data-s="300,640" '
        f'data-type="{picture.kind}" data-w="640" type="block" data-imgfileid="100000086" data-aistatus="1" />'
        "</span></section>"
    )


def js(text: str) -> str:
    """A text inside a JavaScript string, in WeChat's spelling."""
    escapes = {"\\": r"\x5c", '"': r"\x22", "&": r"\x26", "'": r"\x27", "<": r"\x3c", ">": r"\x3e", "\n": r"\x0a"}
    return "".join(escapes.get(letter, letter) for letter in text)


def _head(article: SimulatedArticle, asked_url: str, module: str) -> str:
    title, author, summary = escape(article.title), escape(article.author), escape(article.paragraphs[0][:40])
    metas = {
        "og:title": title,
        "og:url": escape(asked_url),
        "og:image": escape(article.cover.url("0")),
        "og:description": summary,
        "og:site_name": "微信公众平台",
        "og:type": "article",
        "og:article:author": author,
        "twitter:card": "summary",
    }
    lines = "\n".join(f'  <meta property="{name}" content="{value}" />' for name, value in metas.items())
    return f"""<!DOCTYPE html>
<html class="">
  <head>
    <meta name="wechat-enable-text-zoom-em" content="true">
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<meta name="viewport" content="width=device-width,initial-scale=1.0,viewport-fit=cover">
<link rel="shortcut icon" type="image/x-icon" href="//res.wx.qq.com/a/wx_fed/assets/res/NTI4MWU5.ico" reportloaderror>
<meta name="referrer" content="strict-origin-when-cross-origin">
<script type="text/javascript" nonce="1" reportloaderror>
  window.logs = {{ pagetime: {{}} }};
  window.LANG = "zh_CN";
</script>
  <meta name="description" content="{summary}" />
  <meta name="author" content="{author}" />
{lines}
    <title></title>
<script type="module" crossorigin src="{STYLES}/{module}" nonce="1" reportloaderror></script>
<link rel="stylesheet" href="{STYLES}/tap_highlight.mkqvn4jo21feed59.css" reportloaderror>
<link rel="stylesheet" href="{STYLES}/index.mkqvn4jo6ff47c99.css" reportloaderror>
  </head>
"""


def _cgi_data(article: SimulatedArticle, asked_url: str, item_show_type: int, more: str = "") -> str:
    seconds = int(article.published_at.timestamp())
    local = article.published_at.astimezone(BEIJING)
    pictures = "".join(
        f"""
      {{
        cdn_url: JsDecode('{js(picture.url())}'),
        width: '640' * 1,
        height: '400' * 1,
        poi_info: [
        ],
        watermark_info: {{
          cdn_url: JsDecode('{js(Picture(key=picture_key("mark" + picture.key)).url("0"))}'),
          is_uploader: true,
        }},
      }},"""
        for picture in article.pictures
    )
    extra = "".join(f"    {name}: {value},\n" for name, value in article.extra.items())
    body = js(body_html(article)) if item_show_type == 0 else js("\n".join(article.paragraphs))
    return f"""<script type="text/javascript" h5only nonce="1" reportloaderror>
(function() {{
  function JsDecode(str) {{ return str && str.replace(/\\\\x5c/g, '\\\\').replace(/\\\\x0d/g, '\\r'); }}
  try {{
  window.cgiDataNew = {{
    base_resp: {{
      ret: '0' * 1,
      errmsg: JsDecode('ok'),
      wxtoken: '777' * 1,
    }},
    user_name: JsDecode('gh_{hashlib.sha256(article.biz.encode()).hexdigest()[:12]}'),
    nick_name: JsDecode('{js(article.account)}'),
    round_head_img: JsDecode('{js(article.avatar.url("0"))}'),
    title: JsDecode('{js(article.title)}'),
    desc: JsDecode('{js(article.paragraphs[0][:40])}'),
    content_noencode: JsDecode('{body}'),
    create_time: JsDecode('{local:%Y-%m-%d %H:%M}'),
    cdn_url: JsDecode('{js(article.cover.url("0"))}'),
    link: JsDecode('{js(escape(asked_url))}'),
    source_url: JsDecode('{js(article.source_url)}'),
    author: JsDecode('{js(article.author)}'),
    ori_create_time: '{seconds}' * 1,
    svr_time: '{seconds + 900}' * 1,
    copyright_info: {{
      copyright_stat: '0' * 1,
    }},
    bizuin: JsDecode('{article.biz}'),
    mid: '{article.mid}' * 1,
    idx: '{article.idx}' * 1,
    sn: JsDecode('{article.sn}'),
    del_reason_id: '0' * 1,
    item_show_type: '{item_show_type}' * 1,
    video_page_info: {{
    }},
    picture_page_info_list: [{pictures}
    ],
{more}{extra}    is_pay_subscribe: '0' * 1,
    ip_wording: {{
      country_name: JsDecode('中国'),
      province_name: JsDecode('四川'),
    }},
    real_item_show_type: '{item_show_type}' * 1,
    create_timestamp: '{seconds}' * 1,
  }};
  }} catch (e) {{
    window.cgiError = e;
  }}
}})();
</script>
"""


def _identity(article: SimulatedArticle) -> str:
    return f"""<script type="text/javascript" nonce="1" reportloaderror>
  var biz = "{article.biz}" || "";
  var sn = "{article.sn}" || "" || "";
  var mid = "{article.mid}" || "" || "";
  var idx = "{article.idx}" || "" || "";
  window.__allowLoadResFromMp = true;
</script>
"""


def _article_page(article: SimulatedArticle, asked_url: str) -> tuple[str, str]:
    seconds = int(article.published_at.timestamp())
    local = article.published_at.astimezone(BEIJING)
    before = (
        _head(article, asked_url, "appmsg.mkqvn4jocde03207.js")
        + '<body  id="activity-detail" class="zh_CN wx_wap_page mm_appmsg\n comment_feature\n discuss_tab ">\n'
        + _identity(article)
        + _cgi_data(article, asked_url, 0)
    )
    after = f"""<script type="text/javascript" nonce="1">window.PAGE_MID="mmbizwap:appmsg/newindex.html"</script>
<div id="js_article" style="position:relative;" class="rich_media">
  <div id="js_top_ad_area" class="top_banner"></div>
  <div id="js_base_container" class="rich_media_inner">
    <div id="page-content" class="rich_media_area_primary" style="">
      <div class="rich_media_area_primary_inner">
        <div id="img-content" class="rich_media_wrp">
          <h1 class="rich_media_title " id="activity-name">
{escape(article.title)}</h1>
          <div id="meta_content" class="rich_media_meta_list">
            <span class="rich_media_meta rich_media_meta_text">{escape(article.author)}</span>
            <span class="rich_media_meta rich_media_meta_nickname" id="profileBt">
              <a href="javascript:void(0);" class="wx_tap_link" id="js_name">
                {escape(article.account)}              </a>
            </span>
            <em id="publish_time" class="rich_media_meta rich_media_meta_text"></em>
          </div>
          <div class="rich_media_content js_underline_content
                       autoTypeSetting24psection
            "
            id="js_content" style="visibility: hidden; opacity: 0; ">{body_html(article)}</div>
          <script type="text/javascript" nonce="1" reportloaderror>var first_sceen__time = (+new Date());</script>
        </div>
        <div id="js_tags_preview_toast" class="article-tag__error-tips" style="display: none;">预览时标签不可点</div>
        <div id="content_bottom_area"></div>
      </div>
    </div>
    <div id="js_pc_qr_code" class="qr_code_pc_outer" style="display:none;"><p>微信扫一扫<br>关注该公众号</p></div>
  </div>
</div>
<script type="text/javascript" nonce="1" reportloaderror>
var item_show_type = "0";
var nickname = htmlDecode("{js(article.account)}");
var appmsg_type = "9";
var ct = "{seconds}";
var oriCreateTime = '{seconds}';
var createTime = '{local:%Y-%m-%d %H:%M}';
var msg_title = '{js(article.title)}'.html(false);
var msg_desc = htmlDecode("{js(article.paragraphs[0][:40])}");
var msg_cdn_url = "{article.cover.url("0")}";
var msg_source_url = '{js(article.source_url)}';
(function(_g){{
    if(!_g.msg_link) {{
      _g.msg_link = "{js(escape(asked_url))}";
    }}
}})(window);
</script>
  </body>
</html>
"""
    return before, after


def _pictures_page(article: SimulatedArticle, asked_url: str) -> tuple[str, str]:
    before = (
        _head(article, asked_url, "common_share_image_content.mjbj1qzv0d1c4cf5.js")
        + '<body  id="" class="zh_CN wx_wap_page page_share_common\npage_share_img\n discuss_tab ">\n'
        + _cgi_data(article, asked_url, 8)
    )
    after = f"""<script type="text/javascript" nonce="1">
window.PAGE_MID="mmbizwap:pages/common_share.html"</script>
<script type="text/javascript" nonce="1">
  window.idx = '' || '' || '{article.idx}';
  window.biz = '' || '{article.biz}';
  window.mid = '' || '' || '{article.mid}';
  window.item_show_type = '8';
</script>
<div id="js_article" class="share_content_page">
    <div class="share_content_page_hd" id="js_share_content_page_hd">
        <div class="img_swiper_area"><div id="img_list" class="share_media"></div></div>
    </div>
    <div class="share_content_page_bd" id="js_base_container"></div>
</div>
  </body>
</html>
"""
    return before, after


def _text_page(article: SimulatedArticle, asked_url: str) -> tuple[str, str]:
    text = js("\n".join(article.paragraphs))
    info = f"""    text_page_info: {{
      content: JsDecode('{text}'),
      content_noencode: JsDecode('{text}'),
      is_user_title: '1' * 1,
    }},
"""
    before = _head(article, asked_url, "common_share_text_content.mhvlu0ab7c11b2e0.js") + (
        '<body id="" class="zh_CN wx_wap_page page_share_common\npage_share_text pages_skin_default\n discuss_tab ">\n'
    )
    after = f"""<script type="text/javascript" nonce="1">
    window.PAGE_MID="mmbizwap:pages/common_share.html"
</script>
<div id="js_article" data-server-rendered="true" class="page_pages share_content_page  ">
    <div id="js_article_content" class="rich_media_area_primary " style="">
        <div id="js_base_container" class="rich_media_area_primary_inner ">
            <div id="js_content">
                <div id="js_top_profile" class="profile_area_hide">
                    <img src="{escape(article.avatar.url("300"))}" class="wx_follow_avatar ">
                    <div class="wx_follow_nickname ">{escape(article.account)}</div>
                </div>
                <div class="share_notice js_share_notice_dom  ">
                    <h1 id="js_text_title" class="rich_media_title ">{escape(article.title)}</h1>
                    <p id="js_text_desc" class="share_notice_inner js_underline_content "></p>
                </div>
            </div>
        </div>
    </div>
</div>
<script type="text/javascript" nonce="1">
  window.idx = '' || '' || '{article.idx}';
  window.biz = '' || '{article.biz}';
  window.mid = '' || '' || '{article.mid}';
  var TextContentNoEncode = window.a_value_which_never_exists || '{text}';
</script>
{_cgi_data(article, asked_url, 10, info)}  </body>
</html>
"""
    return before, after


def _old_page(article: SimulatedArticle, asked_url: str) -> tuple[str, str]:
    seconds = int(article.published_at.timestamp())
    local = article.published_at.astimezone(BEIJING)
    style = "//res.wx.qq.com/mmbizwap/zh_CN/htmledition/style/page/appmsg_new/combo42031b.css"
    before = f"""<!DOCTYPE html>
<!--headTrap<body></body><head></head><html></html>--><html>
    <head>
        <meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<meta name="viewport" content="width=device-width,initial-scale=1.0,viewport-fit=cover">
        <title>
 {escape(article.title)}
</title>
<link rel="stylesheet" type="text/css" href="{style}">
    </head>
    <body id="activity-detail" class="zh_CN mm_appmsg  appmsg_skin_default appmsg_style_default">
<script nonce="1" type="text/javascript">
    var biz = "{article.biz}"||"";
    var sn = "{article.sn}" || ""|| "";
    var mid = "{article.mid}" || ""|| "";
    var idx = "{article.idx}" || "" || "";
    window.__allowLoadResFromMp = true;
</script>
"""
    after = f"""<div id="js_article" class="rich_media">
    <div class="rich_media_inner">
        <div id="page-content" class="rich_media_area_primary">
            <div id="img-content">
                <h2 class="rich_media_title" id="activity-name">
                    {escape(article.title)}
                </h2>
                <div id="meta_content" class="rich_media_meta_list">
                    <span class="rich_media_meta rich_media_meta_text">{escape(article.author)}</span>
                    <span class="rich_media_meta rich_media_meta_nickname" id="profileBt">
                      <a href="javascript:void(0);" id="js_name">
                        {escape(article.account)}                      </a>
                    </span>
                    <em id="publish_time" class="rich_media_meta rich_media_meta_text"></em>
                </div>
                <div class="rich_media_content " id="js_content">
                    {body_html(article)}
                </div>
            </div>
            <div class="rich_media_tool" id="js_toobar3"></div>
        </div>
    </div>
</div>
<script nonce="1" type="text/javascript">
    var new_appmsg = 1;
    var item_show_type = "0";
    var nickname = "{js(article.account)}";
    var appmsg_type = "9";
    var ct = "{seconds}";
    var publish_time = "{local:%Y-%m-%d}" || "";
    var user_name = "gh_{hashlib.sha256(article.biz.encode()).hexdigest()[:12]}";
    var round_head_img = "{article.avatar.url("0")}";
    var msg_title = "{js(article.title)}";
    var msg_desc = "{js(article.paragraphs[0][:40])}";
    var msg_cdn_url = "{article.cover.url("0")}";
    var msg_link = "{escape(asked_url)}";
    var msg_source_url = '{js(article.source_url)}';
    var appmsgid = '' || '{article.mid}'|| "";
</script>
    </body>
    <script nonce="1" type="text/javascript">document.addEventListener("touchstart", function() {{}},false);</script>
</html>
<!--tailTrap<body></body><head></head><html></html>-->
"""
    return before, after


_KINDS = {"article": _article_page, "pictures": _pictures_page, "text": _text_page, "old": _old_page}


@cache
def filler(length: int) -> bytes:
    """Inlined script of this length, in blocks as WeChat has them; it compresses about as real pages do (4 to 1)."""
    if not length:
        return b""
    chance = random.Random(length)
    names = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(250)]
    open_tag, close_tag = '<script type="text/javascript" nonce="1" reportloaderror>', "</script>\n"
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
            blocks.append(block + close_tag)
            total += len(blocks[-1])
            block = open_tag
    return "".join([*blocks, block + close_tag]).encode()
