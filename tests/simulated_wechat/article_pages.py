"""The pages of articles as WeChat builds them: four kinds, each in the anatomy that docs/wechat.md describes.

``article`` is type 0 as of 2025 (the body in ``#js_content`` and in ``cgiDataNew``), ``pictures`` type 8, ``text`` type
10, ``old`` type 0 as of 2018.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta, timezone
from html import escape

from .articles import Picture, SimulatedArticle, picture_key
from .scripts import filler, js

BEIJING = timezone(timedelta(hours=8))
STYLES = "//res.wx.qq.com/mmbizappmsg/zh_CN/htmledition/js/assets"


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
