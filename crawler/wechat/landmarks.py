"""By what WeChat's pages are known: their selectors, variables and phrases, each with its evidence.

Nothing here decides; ``pages``, ``articles``, ``text`` and ``assets`` do. Facts and their sources: docs/wechat.md.
"""

from __future__ import annotations

import re

from storage.records import Outcome

# ---- bounds (design, section 3.8) -----------------------------------------------------------------------------

MAX_BYTES = 16 * 1024 * 1024
MAX_TAGS = 200_000  # start and end tags outside scripts
# Microseconds of CPU that a tree may cost, by what is in it: 38,000 elements, or 130,000 comments. The richest page
# seen has 1,813 elements (docs/decisions/one-parse.md).
MAX_WORK = 800_000
MAX_NESTING = 5_000  # WeChat's deepest seen page nests 90 deep

# ---- frames ---------------------------------------------------------------------------------------------------

# The frame of every kind of article since 2013. Not #js_content: picture posts have none (docs/wechat.md, frames).
ARTICLE_FRAME = "js_article"
FRAME_AS_SERVED = b'id="js_article"'  # in all 38 article pages of the corpus, in none of its failure pages
BODY = "js_content"
TEXT_POST_TITLE = "js_text_title"
SHARE_PAGE = "js_share_content"
SHARE_NOTICE = "js_share_notice"
SHARE_SOURCE = "js_share_source"
SHARED_TEMPLATE = "content_tpl"  # the shared article's HTML, of which a script draws the beginning on the card
TEXT_POST_WORDS = "js_text_desc"
POST_WORDS = "js_common_share_desc"  # what a video post of 2019 says beside its title
# WeChat's own <body>: this id, or a language class. A page without either only embeds an article.
BODY_ID = "activity-detail"
BODY_CLASSES = frozenset({"zh_CN", "zh_TW", "zh_HK", "en_US", "mm_appmsg", "page_share_common", "page_share_img"})
# Classes that only the page's scripts add: the page was taken from a browser, not from the server.
RENDERED_CLASSES = frozenset({"not_in_mm", "pages_skin_pc", "pages_skin_windows", "wx_wap_page_primary"})

# item_show_type, from the pages' own map (docs/wechat.md, kinds); 11 and 16 occur in lists and addresses only. The set
# is open: a page of another kind is read as far as it can be, and flagged.
KNOWN_KINDS = frozenset({0, 5, 6, 7, 8, 10, 11, 16, 17})

# The names that pages of articles give themselves since 2019 (PAGE_MID); no notice or captcha bears one of these.
ARTICLE_MODULES = frozenset({"mmbizwap:appmsg/newindex.html", "mmbizwap:pages/common_share.html"})

CAPTCHA_MODULE = "secitptpage/verify"
CAPTCHA_SCRIPTS = ("captcha.gtimg.com/TCaptcha", "secitptpage/template/verify")
HISTORY_SHEETS = ("style/page/profile/", "style/page/history/")

# Entry modules of error pages: error.<hash>.js, del.<hash>.js. Their name is the same in every language.
ENTRY_MODULE = re.compile(r"/(?P<name>[a-z_]+)\.[0-9a-z]{8,}\.js$")

# Final addresses that say what a page is, whatever it holds (docs/wechat.md, URL forms).
PATH_OUTCOMES = (
    ("mp.weixin.qq.com", "/mp/wappoc_appmsgcaptcha", Outcome.CAPTCHA, None),
    ("weixin.sogou.com", "/antispider", Outcome.CAPTCHA, None),
    ("mp.weixin.qq.com", "/mp/rumor", Outcome.UNAVAILABLE, "rumour_notice"),
    ("mp.weixin.qq.com", "/mp/show_refutation", Outcome.UNAVAILABLE, "rumour_notice"),
    ("mp.weixin.qq.com", "/mp/waerrpage", Outcome.UNRECOGNISED, "mini_program_notice"),
)
HISTORY_PATHS = ("/mp/profile_ext", "/mp/homepage", "/profile", "/mp/appmsgalbum")

# ---- notices --------------------------------------------------------------------------------------------------

# Where a notice stands, in all eras. First by class, then the tags inside a classed block.
NOTICE_TITLE_CLASSES = frozenset({"weui-msg__title", "weui_msg_title", "global_error_msg"})
NOTICE_CLASSES = frozenset({"weui-msg__desc", "weui_msg_desc", "qrcheck_msg", "tips", "title"})
NOTICE_BLOCKS = frozenset({"mesg-block", "msg_content", "text_area", "page_msg"})
NOTICE_TAGS = frozenset({"p", "h2", "h3", "h4"})
OLD_CAPTCHA = "js_verify"
VUE_SHELL = "app"

# What a notice says -> outcome; the first that occurs counts. Compared without blanks, in lower case, 帐 as 账 and
# 作者 as 发布者; so each is written once. Chinese from saved pages and from the tools named in docs/wechat.md
# (outcomes); English from pages served to foreign addresses.
NOTICES: tuple[tuple[str, Outcome], ...] = (
    ("发送失败", Outcome.SEND_FAILED),
    ("failedtosend", Outcome.SEND_FAILED),
    ("账号迁移流程中", Outcome.ACCOUNT_MIGRATING),
    ("账号正在迁移", Outcome.ACCOUNT_MIGRATING),
    ("公众号已迁移", Outcome.MIGRATED),
    ("已迁移至新", Outcome.MIGRATED),
    ("hasbeenmigrated", Outcome.MIGRATED),
    ("内容审核中", Outcome.UNDER_REVIEW),
    ("underreview", Outcome.UNDER_REVIEW),
    ("已被发布者删除", Outcome.DELETED),
    ("已被删除", Outcome.DELETED),
    ("deletedbytheauthor", Outcome.DELETED),
    ("deletedbythepublisher", Outcome.DELETED),
    ("自主注销", Outcome.ACCOUNT_CLOSED),
    ("账号已注销", Outcome.ACCOUNT_CLOSED),
    ("被系统回收", Outcome.ACCOUNT_CLOSED),
    ("系统注销", Outcome.ACCOUNT_CLOSED),
    ("accounthasbeencancel", Outcome.ACCOUNT_CLOSED),
    ("accounthasbeencanceled", Outcome.ACCOUNT_CLOSED),
    ("accounthasbeendeleted", Outcome.ACCOUNT_CLOSED),
    ("账号已被屏蔽", Outcome.ACCOUNT_BLOCKED),
    ("该账户违反", Outcome.ACCOUNT_BLOCKED),
    ("该账号违反", Outcome.ACCOUNT_BLOCKED),
    ("accounthasbeenblocked", Outcome.ACCOUNT_BLOCKED),
    ("被多人投诉", Outcome.COMPLAINT),
    ("reportedbymultiple", Outcome.COMPLAINT),
    ("因违规无法查看", Outcome.VIOLATION),
    ("becauseitviolates", Outcome.VIOLATION),
    ("涉嫌侵权", Outcome.INFRINGEMENT),
    ("冒名侵权", Outcome.INFRINGEMENT),
    ("infring", Outcome.INFRINGEMENT),
    ("此内容违反", Outcome.VIOLATION),
    ("内容因违规", Outcome.VIOLATION),
    ("涉嫌违反相关法律法规", Outcome.VIOLATION),
    ("violatingrelevantlaws", Outcome.VIOLATION),
    ("链接已过期", Outcome.LINK_EXPIRED),
    ("链接已失效", Outcome.LINK_EXPIRED),
    ("linkhasexpired", Outcome.LINK_EXPIRED),
    ("linkexpired", Outcome.LINK_EXPIRED),
    ("环境异常", Outcome.CAPTCHA),
    ("完成验证后即可继续访问", Outcome.CAPTCHA),
    ("environmentisabnormal", Outcome.CAPTCHA),
    ("访问过于频繁", Outcome.RATE_LIMITED),
    ("操作频繁", Outcome.RATE_LIMITED),
    ("操作过于频繁", Outcome.RATE_LIMITED),
    ("验证身份", Outcome.RATE_LIMITED),
    ("toofrequent", Outcome.RATE_LIMITED),
    ("请在微信客户端打开", Outcome.CLIENT_ONLY),
    ("openthislinkinwechat", Outcome.CLIENT_ONLY),
    ("openthelinkinwechat", Outcome.CLIENT_ONLY),
    ("openinwechatclient", Outcome.CLIENT_ONLY),
    ("所在地区", Outcome.REGION_BLOCKED),
    ("所在的地区", Outcome.REGION_BLOCKED),
    ("inyourregion", Outcome.REGION_BLOCKED),
    ("yourcountryorregion", Outcome.REGION_BLOCKED),
    ("隐私设置", Outcome.PRIVATE),
    ("仅限朋友可见", Outcome.PRIVATE),
    ("仅朋友可见", Outcome.PRIVATE),
    ("privacysetting", Outcome.PRIVATE),
    ("第三方辟谣", Outcome.UNAVAILABLE),
    ("暂时无法查看", Outcome.UNAVAILABLE),
    ("temporarilyunavailable", Outcome.UNAVAILABLE),
    ("参数错误", Outcome.BAD_LINK),
    ("链接不正确", Outcome.BAD_LINK),
    ("invalidparameter", Outcome.BAD_LINK),
    ("parametererror", Outcome.BAD_LINK),
    ("incorrectlink", Outcome.BAD_LINK),
    ("系统出错", Outcome.SYSTEM_ERROR),
    ("系统错误", Outcome.SYSTEM_ERROR),
    ("系统繁忙", Outcome.SYSTEM_ERROR),
    ("未知错误", Outcome.SYSTEM_ERROR),
    ("systemerror", Outcome.SYSTEM_ERROR),
    ("systembusy", Outcome.SYSTEM_ERROR),
    ("unknownerror", Outcome.SYSTEM_ERROR),
)

# ---- variables ------------------------------------------------------------------------------------------------

# The names read from a page's scripts (docs/wechat.md, variables). The rest of three megabytes is stepped over.
VARIABLES = frozenset(
    str.split("""
    PAGE_MID cgiData cgiDataNew
    msg_title title nickname nick_name user_name alias author desc msg_desc
    biz bizuin mid idx sn appmsgid itemidx sign msg_link link
    ct create_time createTime oriCreateTime ori_create_time ori_send_time create_timestamp publish_time modify_time
    msg_source_url source_url msg_cdn_url cdn_url cdn_url_1_1 cdn_url_235_1
    round_head_img hd_head_img ori_head_img_url
    copyright_stat _copyright_stat ip_wording item_show_type real_item_show_type is_user_title
    is_pay_subscribe pay_subscribe_info preview_percent previewPercent is_area_shield
    picture_page_info_list video_page_infos videoPageInfos video_page_info __mpVideoCoverUrl __mpVideoTransInfo
    voiceid voice_in_appmsg_list_json text_page_info ContentNoEncode TextContentNoEncode content_noencode
    videoContentNoEncode transferTargetLink transfer_target_link target_url cap_appid msgList
    """)
)

# Scripts that are program text, not data: bundles of the page's own modules and of libraries.
PROGRAM = re.compile(r"use strict|__INLINE_SCRIPT__ *=|typeof (?:exports|module|define)|webpackJsonp")
PROGRAM_HEAD = 400  # characters in which a bundle shows itself
