"""The pages that WeChat shows in place of an article, each in the anatomy that docs/wechat.md describes.

All of them come with status 200, empty titles and no identity; which one it is stands in the page's own frame.
"""

from __future__ import annotations

from html import escape

from .scripts import js

_ASSETS = "//res.wx.qq.com/mmbizappmsg/zh_CN/htmledition/js/assets"
_HEAD = """<!DOCTYPE html>
<html class="">
<head>
    <meta name="wechat-enable-text-zoom-em" content="true">
    <meta http-equiv="Content-Type" content="text/html; charset=utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1.0,viewport-fit=cover">
    <script type="text/javascript" nonce="" reportloaderror>
        window.logs = { pagetime: {} };
        window.LANG = "zh_CN";
    </script>
    <title></title>
    <link rel="stylesheet" type="text/css" href="//res.wx.qq.com/t/wx_fed/weui-source/res/2.6.4/weui.min.css">
"""
_FOOT = """    <div class="weui-msg__extra-area">
        <div class="weui-footer">
            <p class="weui-footer__links">%s
                <a class="weui-footer__link"
                   href="https://mp.weixin.qq.com/webpoc/ruleCenter?type=oa">微信公众平台运营中心</a>
            </p>
        </div>
    </div>
</div>
</body>
</html>
"""


def deleted(words: str = "该内容已被发布者删除") -> bytes:
    """Taken down by its author. Its body tag is that of an article, its entry module is not."""
    page = f"""{_HEAD}    <script type="module" crossorigin
            src="{_ASSETS}/error.mhujrzgy06470a1b.js" nonce="" reportloaderror></script>
    <link rel="stylesheet" href="{_ASSETS}/msg.mhujrzgy2c2f26e4.css" reportloaderror>
</head>
<body id="activity-detail" class="zh_CN wx_wap_page   discuss_tab appmsg_skin_default appmsg_style_default ">
<div class="weui-msg">
    <div class="weui-msg__icon-area">
        <i class="weui-icon-warn weui-icon_msg-primary"></i>
    </div>
    <div class="weui-msg__text-area">
        <div class="weui-msg__title warn">{words}</div>
    </div>
{_FOOT % ""}"""
    return page.encode()


def violation(reason: str = "由用户投诉并经平台审核，涉嫌过度营销、骚扰用户") -> bytes:
    """Taken down by the platform for breaking its rules."""
    feedback = '\n                <a id="js_feedback" class="weui-footer__link" href="javascript:;">我要反馈</a>'
    rule = "http://mp.weixin.qq.com/mp/opshowpage?action=oplaw&amp;id=26&amp;t=operation/faq_index#wechat_redirect"
    page = f"""{_HEAD}    <script type="module" crossorigin
            src="{_ASSETS}/del.mhu6b8i8a2bb965d.js" nonce="" reportloaderror>
    </script>
</head>
<body id="" class="zh_CN wx_wap_page   discuss_tab appmsg_skin_default appmsg_style_default ">
<div class="weui-msg ">
    <div class="weui-msg__icon-area">
        <i class="weui-icon-warn weui-icon_msg"></i>
    </div>
    <div class="weui-msg__text-area">
        <h2 class='weui-msg__title title'>
            此内容因违规无法查看
        </h2>
        <div class="weui-msg__desc">
            <p class="tips">{reason}，查看<a
                    href="{rule}">对应规则</a>
            </p>
        </div>
    </div>
{_FOOT % feedback}"""
    return page.encode()


def notice(words: str) -> bytes:
    """Any other notice in the common frame: 链接已过期, 参数错误, 此内容被投诉且经审核涉嫌侵权，无法查看。, ..."""
    page = f"""<!DOCTYPE html>
<!--headTrap<body></body><head></head><html></html>--><html>
    <head>
        <meta http-equiv="Content-Type" content="text/html; charset=utf-8">
        <script nonce="" type="text/javascript">window.logs = {{ pagetime: {{}} }};</script>
        <title></title>
<link onerror="wx_loaderror(this)" rel="stylesheet" href="https://res.wx.qq.com/open/libs/weui/1.1.0/weui.min.css">
    </head>
    <body id="activity-detail" class="zh_CN ">
<div class="weui-msg">
        <div class="weui-msg__icon-area"><i class="weui-icon-warn weui-icon_msg"></i></div>
    <div class="weui-msg__text-area">
        <h2 class="weui-msg__title">
        {words}
        </h2>
    </div>
    </div>
    </body>
</html>
<!--tailTrap<body></body><head></head><html></html>-->
"""
    return page.encode()


def expired() -> bytes:
    """A temporary link after its day."""
    return notice("链接已过期")


def bad_parameters() -> bytes:
    """An address that means nothing."""
    return notice("参数错误")


def unavailable() -> bytes:
    """The small page without any script."""
    return """<!DOCTYPE html>
<html>
<head>
    <meta http-equiv="content-type" content="text/html;charset=utf8">
    <meta id="viewport" name="viewport" content="width=device-width,initial-scale=1.0,user-scalable=0" />
    <title>该内容暂时无法查看</title>
    <style>
        .panel { padding: 18px 22px 10px; }
        .mesg-block{ margin-bottom:20px; }
    </style>
</head>
<body>
<div class="panel">
    <div class="mesg-block">
        <p>该内容暂时无法查看</p>
    </div>
</div>
</body>
</head>
</html>
""".encode()


def migrated(target_url: str) -> bytes:
    """The account went to another one; ``target_url`` is the same article there, or empty."""
    page = f"""{_HEAD}</head>
<body id="activity-detail" class="zh_CN wx_wap_page ">
<div class="weui-msg">
    <div class="weui-msg__icon-area"><i class="weui-icon-info weui-icon_msg"></i></div>
    <div class="weui-msg__text-area">
        <h2 class="weui-msg__title">该公众号已迁移</h2>
        <p class="weui-msg__desc">该公众号已迁移至新的帐号，原帐号已回收。若需访问原文章链接，请点击下方按钮。</p>
    </div>
    <div class="weui-msg__opr-area">
        <p class="weui-btn-area"><a href="javascript:;" class="weui-btn" id="js_access_msg">访问文章</a></p>
    </div>
</div>
<script type="text/javascript" nonce="">
    var transferTargetLink = '{js(escape(target_url))}';
</script>
</body>
</html>
"""
    return page.encode()


def captcha(target_url: str) -> bytes:
    """The shell in which a script draws the captcha; no word of it stands in the page."""
    old = "//res.wx.qq.com/mmbizwap/zh_CN/htmledition"
    page = f"""\ufeff<!DOCTYPE html>
<html>
    <head>
        <meta http-equiv=Content-Type content="text/html;charset=utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1.0,viewport-fit=cover">
        <title></title>
<link rel="stylesheet" type="text/css" href="//res.wx.qq.com/t/wx_fed/weui-source/res/2.5.14/weui.min.css">
<link rel="stylesheet" href="{old}/style/page/secitptpage/verify7da595.css" media="all">
    </head>
    <body class="zh_CN " ontouchstart="">
<div class="weui-msg">
  <div id="tips" style="display:none;" class="top_tips warning"></div>
      </div>
<script type="text/javascript">
var PAGE_MID='mmbizwap:secitptpage/verify.html';
</script>
<script>window.__moon_host = 'res.wx.qq.com';window.moon_map = {{
"secitptpage/template/verify.js":"{old}/js/secitptpage/template/verify7da595.js"}};</script>
<script type="text/javascript" src="https://captcha.gtimg.com/TCaptcha.js"></script>
<script type="text/javascript">
window.cgiData = {{
    register_code : "0" * 1,
    target_url : "{js(target_url)}",
    cap_appid : "2003810213",
    cap_sid : "15609679065009415031",
    poc_sid : "HNd_8WmjAXdwaFLVaFt9OJcAs3HZbg9cT-RGNGq_",
    timeout_ms : "30000" * 1,
    poc_token : "HAnHSimulatedPocToken",
}}
seajs.use('secitptpage/template/verify.js')
</script>
    </body>
</html>
"""
    return page.encode()


def rate_limited() -> bytes:
    """Too many visits from one address (the wording of today)."""
    return notice("操作频繁，请稍后再试")
