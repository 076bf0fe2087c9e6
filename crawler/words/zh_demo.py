"""The demonstration's sentences in Chinese."""

CHINESE = {
    "A simulated WeChat plays on {url}; nothing leaves this machine.": "模拟微信已在 {url} 运行；不会访问外网。",
    "First crawl: the bulletin goes in, what it cites is fetched.": "第一次采集：读入简报，抓取其中引用的文章。",
    "What is kept, and which item of the bulletin cites it:": "存下了什么，由简报的哪一条目引用：",
    "Second crawl: nothing is due yet, so WeChat is not asked for one article.": "第二次采集：没有到期的文章，因此不会访问任何一篇。",
    "To open it: WXMIRROR_ARCHIVE=demo/archive .venv/bin/wxmirror serve": "打开阅览室：WXMIRROR_ARCHIVE=demo/archive .venv/bin/wxmirror serve",
    "Something did not go as it should: {details}": "有一处不对：{details}",
}
