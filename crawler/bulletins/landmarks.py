"""The marks by which the parts of a Chinese bulletin are told: sections, credits, colophon, mastheads.

Every mark carries its evidence: GB/T 9704-2012 (the layout of official documents of Party and government organs),
or a real issue that shows it (docs/bulletins.md). How the marks are put together is left to the reading modules.
"""

from __future__ import annotations

import re

# 【市州动态】 on a line of its own opens a section (corpus: sichuan-difangzhi-2024-03-13.txt).
SECTION = re.compile(r"^[【〖\[［]\s*([^【】〖〗\[\]［］]{1,24}?)\s*[】〗\]］]$")
# 第一部分 工作动态: so are longer issues divided.
PART = re.compile(
    r"^第[一二三四五六七八九十]{1,3}(?:部分|篇|章|编|辑|单元|板块|版块)(?:[\s\u3000：:]+([^，。；：！？]{1,24}))?$"
)
# == 要闻 ==, ★★★市州动态★★★: a name between the same signs on both sides.
ORNAMENTED = re.compile(
    r"^(([=＝~～*＊★☆◆◇■□▲△●○#＃|｜_—–─━═-])\2{0,9})\s*([^\W\d_][^，。；：！？=＝~～*＊★☆◆◇■□]{1,13}?)\s*\2{1,10}$"
)
LONGEST_SOURCE = 50  # characters
SECTION_OPENERS = "【〖"

# （广元市地方志编纂中心） on a line of its own names who sent the news (same issue).
CREDIT = re.compile(r"^[（(]\s*([^（）()]{2,60}|[^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)+)\s*[）)]$")
NOT_CREDITS = re.compile(
    r"^(?:完|全文完|共.{1,8}页|下转.*|上接.*|.*印.{0,3}\d+\s*份|总第.*期|第.*期|简本|试行|附.{0,6})$"
)

# 来源：… and 供稿：… at the end of an item say the same in other words (web pages of the same offices).
CREDIT_LINE = re.compile(
    r"^(?:来源|供稿|稿源|撰稿|供稿单位|信息来源|报送单位|作者|文[/／]图|文|图)\s*[：:]\s*(.{2,60})$"
)

# The same words within a credit: （来源：某某网）, （某某中心供稿）.
CREDIT_LABEL = re.compile(r"^(?:来源|供稿|稿源|撰稿|作者|信息来源|报送单位|文)\s*[：:]\s*")
SENT_BY = re.compile(r"\s*(?:供稿|撰稿|报送|提供|整理|综合整理|供图)$")

# 云岭日报 4月3日 第5版 below a title: where and when a piece appeared (press reviews of universities and governments).
SOURCE = re.compile(
    r"^[（(【\[]?[^，。；：:！？\s]{2,24}(?:[\s\u3000]+[^，。；：:！？\s]{1,12}){0,2}[\s\u3000|｜,，·/／]+"
    r"(?:[12]\d{3}\s*[年./-]\s*)?[01]?\d\s*[月./-]\s*[0-3]?\d\s*日?(?!\d)"
    r"(?:[\s\u3000,，]*(?:第?\s*[A-Z]?\d{1,2}\s*版?|头版|[上下]午|(?:阅读|浏览|点击)[量数]?.{1,10}|讯|电))*\s*[）)】\]]?$"
)

# GB/T 9704-2012, 7.4: the colophon (版记) holds 抄送, the printing office and day; issues of the gazetteer office add
# 报/送/发 and the number of copies, and before them the openness option 信息公开选项.
COLOPHON = re.compile(
    r"^(?:信息公开(?:选项|属性|类别)\s*[：:]|[主抄]?\s*[报送发]\s*[：:]|[抄报分印]\s*[送发]\s*[：:]|公开(?:属性|方式)\s*[：:]"
    r"|[（(]?\s*(?:共|此件)?\s*印\s*(?:制|发)?\s*\d+\s*份\s*[）)]?$|(?:填报|填表|制表|编制)(?:单位|人|时间|日期)\s*[：:]"
    r"|.{2,30}(?:编印|主办|承办|编发)[\s\u3000]+(?:电话|联系|地址|邮箱|网址|责任编辑|审核|签发).{0,60}$"
    r"|.{0,30}(?:电话|传真|邮箱|地址|邮编|网址)\s*[：:].{2,40}(?:电话|传真|邮箱|地址|邮编|网址)\s*[：:]|.{0,40}版权所有"
    r"|.{2,40}\d{1,2}\s*月\s*\d{1,2}\s*日\s*印\s*发\s*$|.{2,40}年.{1,4}月.{1,4}日\s*印\s*发\s*$)"
)
# Names of those who made the issue stand in its masthead or at its end, and are no news.
STAFF = re.compile(
    r"^(?:责任编辑|责编|执行编辑|本期编辑|编\s*辑|主\s*编|编\s*审|审\s*核|审\s*签|校\s*对|签发人?|总编辑?|排版|值班编辑|联系电话|联系人|电\s*话|传\s*真"
    r"|邮\s*箱|电子邮箱|投稿邮箱|地\s*址|邮\s*编|网\s*址)\s*[：:]"
)

# 关注我们, 往期回顾 at an issue's end lead to the account and to earlier issues.
CONTACT = re.compile(
    r"^(?:欢迎|敬请|长按|扫码|扫一扫|点击|请|微信|添加|[，,])*(?:关注(?:我们|本?公众号|微信公众号|官方微信)|(?:往期|上期)(?:内容|回顾|推荐|精彩|链接|推送|简报|\s*[：:]|$)"
    r"|历史(?:消息|文章)|更多往期|投稿(?:方式|指南|须知))|^[上往]期[《“]"
    r"|^(?:更多[^，。；]{0,8})?(?:欢迎|敬?请|还没有?|尚未|记得)[^，。；]{0,6}关注[^，。；]{0,16}(?:公众号|视频号|我们)"
)
LONGEST_CONTACT = 60  # characters

# 编者按：…, 各位读者：…, 往期简报可在公众号查阅: what stands above all items is said of the issue, and is none.
PREFACE = re.compile(
    r"^(?:编者(?:按|的话)|按语|卷首语|刊首语|前言|导语|开篇语|写在前面)|^(?:各位|亲爱的|尊敬的)[^，。]{0,12}[：:，,！!]|^[^，。]{2,8}(?:们|朋友)(?:[：:，,！!]|好)"
    r"|(?:过往|往期|上一?期|以往|历期|前几期|下期|本[期刊季月周](?:简报|通讯|简讯|期刊|动态)?(?:起|仍|将|共|选|刊发|编发|摘编|内容|推荐|分享))|欢迎(?:来稿|投稿|踊跃)"
)

# 如果您愿意成为志愿者，请点击加入: what an issue says to its readers below its last item.
CLOSING = re.compile(
    r"^(?:如果?您|如需|欢迎您?|敬请|诚邀您?)[^。]{0,60}(?:点击|扫码|长按|关注|加入|联系|登录|投稿|订阅)"
)

# 本期要目 and its like announce a table of contents: the same titles again, not items.
CONTENTS = re.compile(
    r"^[【〖]?\s*(?:本\s*期\s*(?:要\s*目|目\s*录|导\s*读|内\s*容|看\s*点)|目\s*[录次]|要\s*目|导\s*读|内容提要)\s*(?:[（(][^（）()]{2,24}[）)])?\s*[】〗]?\s*[：:]?$"
)

# 相关报道见：, 延伸阅读：: what follows is listed for the item above.
ANNOUNCES_LINKS = re.compile(r"(?:相关|报道|详见|参见|附|链接|延伸|阅读|扫码|可见|见)[^，。；：]{0,8}[：:]\s*$")

# Page numbers, as GB/T 9704-2012, 7.5 sets them (— 1 —), and as programs print them.
PAGE_NUMBER = re.compile(
    r"^[\s—–\-―－·•.]*(?:第\s*)?[0-9０-９]{1,4}(?:\s*页)?(?:\s*[/／，,]?\s*(?:共\s*)?[0-9０-９]{1,4}\s*页?)?[\s—–\-―－·•.]*$"
)

# The names that such publications go by; they end the title of the publication in its masthead.
PUBLICATION = re.compile(
    r"(?:简报|动态|通讯|快报|要情|专报|周报|月报|日报|季报|旬报|参考|摘报|快讯|参阅|内参|要讯|信息|舆情|通报|交流|周刊|月刊|期刊|汇编|摘要|专刊|资讯|要闻|文摘|快递|导报)$"
)

# 第5期, 2024年第5期, （总第123期）, 〔2024〕5号, Vol. 12, #289: the number of the issue.
ISSUE = re.compile(
    r"(?:[12]\d{3}\s*年\s*)?(?:第|Vol\.?|NO\.?|No\.?)\s*[0-9０-９一二三四五六七八九十百零〇○]{1,6}\s*(?:期|号|辑)|(?<![A-Za-z])(?:Vol|VOL|No|NO)\.\s*[0-9]{1,4}(?![0-9.])"
    r"|[（(]\s*总\s*第?\s*[0-9０-９一二三四五六七八九十百零〇○]{1,6}\s*期\s*[）)]|总\s*第\s*[0-9０-９]{1,6}\s*期"
    r"|[〔\[【（(]\s*[12]\d{3}\s*[〕\]】）)]\s*(?:第\s*)?\d{1,4}\s*[期号]|(?<=\S\s)[#＃]\s?\d{1,5}\b|(?<=[^\W\d])[#＃]\d{1,5}\b"
)

# What the names of institutions end with; a masthead line that ends so is the issuer.
INSTITUTION = re.compile(
    r"(?:办公室|委员会|促进会|研究会|联谊会|研究室|研究院|研究所|编辑部|编纂中心|文化中心|信息中心|中心|办公厅|党委|政府|人民政府|宣传部|组织部|党校|大学|学院|学校|中学|小学"
    r"|协会|学会|联合会|总会|红十字会|校友会|商会|基金会|理事会|妇联|残联|文联|科协|侨联|社科联|工商联|工会|支部|编委会|团[省市县区]?委|集团|公司|出版社|报社|杂志社|图书馆|博物馆|档案馆|方志馆|法院|检察院|总局|管理局|实验室|指挥部|领导小组|[支总大]队|[局厅部委院所处科馆室站办])$"
)
SHORT_NAME = re.compile(
    r"(?:妇联|残联|文联|科协|侨联|社科联|工商联|团[省市县区]?委)$"
)  # beside a full name it is a title
PUBLISHED_BY = re.compile(r"\s*(?:编印|主办|编|印发|印|编发|编制|主编|承办)$")

# The words before a day that is the day of publication (web pages).
DATED = re.compile(r"(?:发布|发表|发稿|更新|印发|成文|出版|编印)?(?:时间|日期)\s*[：:]")

# What stands before an address that belongs to the lines above it.
ADDRESS_LABEL = re.compile(
    r"[（(【\[]?\s*(?:(?:原文|文章|微信|全文|阅读|推文|新闻|信息|相关|详情|公众号|微信公众号|网页|查看|阅读全文|阅读原文|参考|资料|视频)*\s*(?:链接|网址|地址|原文|出处|来源|全文|详情|(?:阅读|查看|了解|点击)更多|URL|url|Link|link))"
    r"\s*[0-9一二三四五六七八九十]{0,2}\s*(?:[：:]|[-=–—]{0,2}[>＞→»]{1,3})?\s*$|(?:详见|参见|(?<![\u4e00-\u9fff])见|点击|访问|via|from)\s*[：:]?\s*$"
)

# The same, where nothing else stands on the line: Read more:, 扫码或点击：, 上篇：
LONE_LABEL = re.compile(
    r"^(?:注释?\s*[0-9]{1,2}|[A-Za-z]+(?: [A-Za-z]+){0,3}\s*(?:[\u4e00-\u9fff]{2,6})?"
    r"|[\u4e00-\u9fff]{0,6}(?:扫码|点击|戳|阅读|查看|观看|收听|全文|原文|音频|视频|图解|上篇|下篇)[\u4e00-\u9fff]{0,4})\s*[：:]$"
)

# What entries begin with that are parts of an item, not items: - 链接：原文, - 摘要：…
PART_LABEL = re.compile(
    r"^(?:原文|全文|文章|论文|视频|音频|代码|图文|微信|推文|报名|相关|参考)?(?:链接|网址|地址|原文|全文|解读|走读|回放|摘要|简介|导读|来源|出处|作者|时间|日期|地点|推荐理由|关键词)"
    r"\s*[：:]"
)

# 媒体：…, 时间：…, 摘要：…: what is said of an item field by field; and 标题：…, which is its title.
FIELDS = (
    r"(?:媒体|来源|出处|作者|记者|时间|日期|地点|链接|网址|摘要|内容摘要|内容提要|简介|关键词|公众号|微信号|账号|平台|栏目|类别|载体"
    r"|(?:阅读|点击|浏览|转发|点赞)[数量]?|(?:文章|原文|微信|推文)链接|(?:发布|推送|刊发|发表|刊登|采用)(?:时间|日期|单位|部门|平台|账号|媒体|渠道)"
    r"|(?:报送|供稿|来源|责任|申报|推荐|选送|主办|承办|实施|牵头|所属)(?:单位|部门|机构)"
    r"|(?:案例|项目|活动|作品|成果|事迹|内容|基本)(?:简介|介绍|内容|概况|情况|类别|时间|地点)|(?:宣传|报道)?(?:推文|报道)链接"
    r"|编辑|审核|负责人|联系人|(?:领读|推荐|主讲|主持|讲解|撰文|供稿)人?|(?:全文|详情|原文)请?(?:点击|见)|参阅文章)"
)
FIELD = re.compile(rf"^[（(【\[]?\s*{FIELDS}\s*[：:]")
FIELD_NAME = re.compile(rf"^\s*{FIELDS}\s*[：:]?\s*$")
TITLE_FIELD = re.compile(r"^\s*(?:文章|稿件|推文|原文|新闻|信息)?(?:标题|题目|题名|篇名)\s*[：:]\s*(?=\S)")
TITLE_NAME = re.compile(
    r"^\s*(?:文章|稿件|推文|原文|新闻|信息|案例|项目|活动|作品|成果)?(?:标题|题目|题名|篇名|名称)\s*[：:]?\s*$"
)

# Words that are nothing but a link: 阅读原文, 点击查看详情 (web pages and Word link them instead of titles).
LINK_WORDS = re.compile(
    r"^\W{0,4}(?:点击|点此|点开|戳|请|>+|》+)*\s*(?:阅读|查看|浏览|观看|收听|详细|微信|公众号|原文|全文|正文|文章|链接|网址|更多|详情|内容|报道|新闻|推文|此处|这里|进入|了解|相关|信息|地址"
    r"|请?点击|请?戳|点这里|点此){1,5}"
    r"\s*[：:]?\s*[）)】\]>》]*\s*\d{0,2}$"
    r"|^[（(【\[]?\s*(?:点击|点我|点这里|戳我|戳这里|阅读|here|more|link|click here|read more|full text|details)"
    r"\s*[）)】\]>》]*$",
    re.IGNORECASE,
)

# 【点击观看演出视频】: a call to follow the link, whatever it leads to.
CALL = re.compile(r"^\W{0,4}(?:点击|点此|点我|点这里|戳|长按|扫码)[^。；]{0,24}$")

# [image: 封面], [cid:image001.png@01DA], [图片], [https://mmbiz.qpic.cn/mmbiz_png/…]: what mail programs and chats
# leave where a picture stood, on a line of its own or before the words that followed it.
PICTURE_PLACE = re.compile(
    r"^(?:[\[【<](?:(?:image|cid|图片)(?:[：:][^\[\]【】<>]{0,80})?"
    r"|https?://(?:mmbiz\.q[^\s\]>]{1,300}|[^\s\]>]{1,300}\.(?:png|jpe?g|gif|webp|bmp)))[\]】>]\s*)+",
    re.IGNORECASE,
)

# ▲符玉兰（左三）在演出中 梁海 摄: what stands below a picture.
CAPTION = re.compile(
    r"^[▲△▼▽↑].{2,40}$|^.{2,40}(?:[\s\u3000/／（(][\u4e00-\u9fff·]{1,6}\s*(?:摄影?|供图|图))\s*[）)]?$"
)

# 报名表下载>> 了解更多→: words that are nothing but a link and point on.
POINTS_ON = re.compile(r"^[^。；]{2,16}?\s*(?:[>＞»]{1,3}|→|▶|➤|☞)$")

# What stands beside a QR code: 扫码阅读全文, （长按识别二维码）, 扫一扫，看视频. Not 扫黑除恶…, nor 扫码点餐进社区.
CODE_CAPTION = re.compile(
    r"^[（(【\[▲△↑↓←→\s]*(?:请|长按|微信|手机|使用|用|可|或|，)*"
    r"(?:扫码|扫一扫|(?:扫描|识别|长按)[上下左右图文方侧边中此该]*二维码|二维码)[，,\s]*"
    r"(?:(?:阅读|查看|观看|浏览|了解|关注|进入|访问|打开|收听|下载|获取|原文|全文|详情|看(?=原文|全文|视频|详情|文章|更多|报道|新闻)).{0,8})?"
    r"[）)】\]]*$"
)

# 1. 1、 （1） 一、 （一） • - before a title or an entry of a list (the order 一、（一）1.（1） is that of
# GB/T 9704-2012, 7.3.3).
NUMBERING = re.compile(
    r"^(?:0[1-9](?:\s*[|｜/／]\s*|\s+)(?=[\u4e00-\u9fff“《「])|[0-9０-９]{1,3}\s*[.．、](?![0-9０-９](?![0-9]{3}\s*年))|[（(][0-9０-９]{1,3}[）)]|[\[［][0-9０-９]{1,3}[\]］](?=\s*\S)|[①-⑳]|[一二三四五六七八九十]{1,3}\s*、(?![一二三四五六七八九十]{1,2}[、两个月日号年])|[（(][一二三四五六七八九十]{1,3}[）)]|[•●○■□◆◇▪▶►★☆·※–-](?=\s)|[•●■◆▪▶►★※]|·(?=[\w《“【])|[0-9]\ufe0f?\u20e3|[\u25a0-\u25ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]\ufe0f?\s?(?=[\w《“]))\s*"
)

# The same marks one by one, each with the figure that counts; a bullet counts nothing.
MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("01", re.compile(r"^(0[1-9])(?:\s*[|｜/／]\s*|\s+)(?=[\u4e00-\u9fff“《「])")),
    ("1.", re.compile(r"^([0-9０-９]{1,3})\s*[.．](?![0-9０-９](?![0-9]{3}\s*年))")),
    ("1、", re.compile(r"^([0-9０-９]{1,3})\s*、")),
    ("（1）", re.compile(r"^[（(]([0-9０-９]{1,3})[）)]")),
    ("[1]", re.compile(r"^[\[［]([0-9０-９]{1,3})[\]］](?=\s*\S)")),
    ("①", re.compile(r"^([①-⑳])")),
    ("1⃣", re.compile(r"^([0-9])\ufe0f?\u20e3")),
    ("一、", re.compile(r"^([一二三四五六七八九十]{1,3})\s*、(?![一二三四五六七八九十]{1,2}[、两个月日号年])")),
    ("（一）", re.compile(r"^[（(]([一二三四五六七八九十]{1,3})[）)]")),
)
# What any of these, or a bullet, begins with.
OPENER = re.compile(
    r"[0-9０-９（(\[［①-⑳一二三四五六七八九十•●■◆▪▶►★※○□◇☆\u25a0-\u25ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff–·-]"
)
BULLET = re.compile(
    r"^([•●■◆▪▶►★※○□◇☆]|[\u25a0-\u25ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])|^([–·-])(?=\s)|^(·)(?=[\w《“【])"
)

# What sections are called where no brackets mark them (gazetteer offices, archives, libraries, culture departments).
SECTION_NAME = re.compile(
    r"(?:动态|要闻|要情|简讯|快讯|信息|速递|速览|聚焦|关注|关怀|风采|风貌|园地|天地|之窗|之声|之石|交流|借鉴|通知|公告|公示|资讯|新闻|报道|视点|论坛"
    r"|专题|专栏|专报|选登|选编|荐读|推荐|分享|播报|集锦|活动|工作|建设|保护|研究|服务|政策|人物|文摘|导读|链接)$"
)

# 附：链接 at the end announces the addresses of all items.
APPENDIX = re.compile(
    r"^(?:[【〖]?\s*附(?:件|录)?\s*[】〗]?\s*[0-9一二三四五六七八九十]?\s*[：:、]?\s*)"
    r"(?:本期|各|相关|文章|原文|报道|信息|微信|参考|文中|以上)*(?:链接|网址|地址|出处|来源|资料)(?:一览表?|汇总|列表|清单|表)?\s*[：:]?$"
    r"|^[【〖]?(?:本期|各条|文中|以上|参考)(?:相关|文章|原文|报道|信息|微信)*(?:链接|网址|地址|资料|文献)(?:一览表?|汇总|列表|清单|表)?[】〗]?\s*[：:]?$"
    r"|^[【〖]?(?:相关|文章|原文|报道|信息|微信)*(?:链接|网址|地址)(?:一览表?|汇总|列表|清单|表)[】〗]?\s*[：:]?$"
)

# 相关链接, 注释 and their like over what ends an issue: they announce the addresses of all items where only such
# follow, and most items have none of their own; elsewhere they are labels of one item's.
LISTING = re.compile(
    r"^[【〖\[]?\s*(?:附|附件|附录)?\s*[：:]?\s*(?:本期|各条|文中|文末|以上|全部)*(?:相关|文章|原文|推文|报道|信息|新闻|微信|参考|延伸|阅读|全文)*"
    r"(?:链接|网址|地址|资料|文献|来源|出处|索引)(?:一览表?|汇总|列表|清单|目录|表)?\s*[】〗\]]?\s*[：:]?$"
    r"|^[【〖\[]?\s*(?:注|注释|附注|尾注|脚注|引注|延伸阅读|参考文献|Notes?|References|Links)\s*[】〗\]]?\s*[：:]?$",
    re.IGNORECASE,
)

# 1月, 2023年三月, 第一季度, 上旬: over what happened then.
PERIOD = re.compile(
    r"^[【（(]?\s*(?:(?:[12]\d{3}|[一二][〇○零一二三四五六七八九]{3})\s*年(?:度)?\s*)?(?:(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[正元腊])\s*月(?:份|[上中下]旬)?"
    r"|第?[一二三四1-4]季度|[上下]半年|[上中下]旬|(?<=年)|(?<=年度))\s*[】）)]?$"
)

# 11月3日, （2023年11月14日 星期二）: a line that says no more than a day.
DAY_ALONE = re.compile(
    r"^[【（(]?\s*(?:[12]\d{3}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?\s*(?:[（(]?(?:星期|周)[一二三四五六日天][）)]?)?\s*[】）)]?$"
)

# A line of dashes or stars between items.
RULE = re.compile(r"^([—–―－\-_=~～*＊·•…─━═☆★◇◆#＃.。]\s?)\1{3,}\s*$")

# [1] before an address, and behind the words that it belongs to.
MARKER = re.compile(r"[\[［【〔]\s*(?:注|链接)?\s*([0-9０-９]{1,3})\s*[\]］】〕]")

# ① behind the words that it belongs to; a small raised figure comes out as one behind the stop: …参加会议。1
# (What stands before it is looked at behind it, so that a text is passed over quickly.)
CIRCLED = re.compile(r"([①-⑳])(?:(?<=[^\s：:；;。、，][①-⑳])|(?<=[。，；”》）][①-⑳])(?=\s*(?:$|\n)))")
BRACED = re.compile(
    r"[（(注](?<=[^\s：:；;。、，].)(?:(?<=[（(])(?:注\s?)?([0-9]{1,2})[）)]|(?<=注)([0-9]{1,2})(?![0-9]))"
)
NOTE = re.compile(r"^注释?\s*([0-9０-９]{1,2})\s*[：:]?")
RAISED = re.compile(
    r"([0-9](?:(?<=[。！？；”》）].)|(?<=[。！？；”》）]\s.))[0-9]?)(?=\s*(?:$|\n)|[^\s\d.．、：:,，%％年月日时点个名项万亿千百余多人次期号届米元])"
)

# What a sentence ends with. A title never does, but for ！ and ？.
SENTENCE_END = "。；;…"
CLAUSE_END = "，、：:,"
CLOSERS = "”’》〉）】」』\"')］〕"


def is_sentence_end(line: str) -> bool:
    """Whether a line ends as a sentence does, closing marks aside."""
    return line.rstrip(CLOSERS).endswith(tuple(SENTENCE_END)) or line.rstrip(CLOSERS).endswith(("！", "？", "!", "?"))


def ends_statement(line: str) -> bool:
    """Whether a line ends as only a sentence does; a title may ask (…吗？) or call out."""
    return line.rstrip(CLOSERS).endswith(tuple(SENTENCE_END))


# （中心供稿） and [1] may follow a text's last full stop.
BEHIND_TEXT = tuple("]］】〕）)①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
AFTER_TEXT = re.compile(r"(?:\s*(?:[\[［【〔（(]\s*[^\[\]［］【】〔〕（）()。]{0,60}\s*[\]］】〕）)]|[①-⑳]))+\s*$")


def ends_text(text: str) -> bool:
    """Whether a text has come to its end: its last sentence has, whatever credit or marker follows that."""
    if is_sentence_end(text):
        return True
    said = text.rstrip()
    return is_sentence_end(AFTER_TEXT.sub("", said) if said.endswith(BEHIND_TEXT) else said)


def mark_of(line: str) -> str | None:
    """The kind of numbering or the bullet that opens a line; None where there is none."""
    if not OPENER.match(line):
        return None
    for name, pattern in MARKS:
        if pattern.match(line):
            return name
    found = BULLET.match(line)
    return next(filter(None, found.groups())) if found else None


def number_of(line: str) -> int | None:
    """The number that opens a line; None where it has none."""
    if not OPENER.match(line):
        return None
    found = next((found for _, pattern in MARKS if (found := pattern.match(line))), None)
    return figure_of(found.group(1)) if found else None


def follows_in_number(before: str, line: str) -> bool:
    """Whether a line has the number that comes after another's: 2、 after 1、."""
    number = number_of(line)
    return number is not None and mark_of(before) == mark_of(line) and number == (number_of(before) or 0) + 1


def figure_of(text: str) -> int:
    """A number in any figures: 12, １２, ⑫, 十二."""
    if "①" <= text <= "⑳":
        return ord(text) - ord("①") + 1
    if text[0].isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    digits = "零一二三四五六七八九"
    if not ten:
        return digits.find(text[-1])
    return (digits.find(tens[-1]) if tens else 1) * 10 + (digits.find(ones[0]) if ones else 0)


def credit_of(line: str) -> str | None:
    """The sender that a line of its own names, without brackets and label; None when it names none."""
    if found := CREDIT.match(line):
        name = found.group(1).strip()
        return (
            None
            if NOT_CREDITS.match(name) or DAY_ALONE.match(name) or "http" in name or is_sentence_end(name)
            else sender(name)
        )
    if found := CREDIT_LINE.match(line):
        return found.group(1).strip()
    return None


def is_source(line: str) -> bool:
    """Whether a line of its own says no more than where and when something appeared."""
    return len(line) <= LONGEST_SOURCE and bool(SOURCE.match(line))


def sender(name: str) -> str:
    """A credit without the word that says that it is one: 来源：X, X供稿."""
    bare = SENT_BY.sub("", CREDIT_LABEL.sub("", name)).strip()
    return bare or name


def section_of(line: str) -> str | None:
    """The name of the section that a line of its own opens; None when it opens none."""
    if part := PART.match(line):
        return (part.group(1) or line).strip()
    if named := ORNAMENTED.match(line):
        return named.group(3).strip()
    found = SECTION.match(line)
    return found.group(1).strip() if found and line[0] in SECTION_OPENERS else None
