"""Chinese for what `reread` says."""

CHINESE = {
    "Read kept pages again with the present reader; what is understood better is shown, and nothing is lost.": "用当前版本的程序重新解读已存的页面：解读得更好的立即生效，原有解读一律保留。",
    "[URL, BULLETIN or PAGE]…": "[网址、简报或页面文件]…",
    "show what would be understood differently, and write nothing": "只显示哪些内容会有不同的解读，不写入存档",
    "Reading again": "重新解读中",
    "{file} is neither a bulletin nor a page that the archive holds. `wxmirror inspect` shows what a page is; `wxmirror crawl` takes a bulletin in.": "{file} 既不是存档中的简报，也不是存档中的页面。可用“wxmirror inspect”查看一个页面是什么，用“wxmirror crawl”收录简报。",
    "Ended by hand; {left} pages are left. Run the same command to go on.": "被人工中止，还有 {left} 个页面没有重新解读。再次运行同一命令即可继续。",
    "Nothing to read again: every page was read by the present reader.": "没有需要重新解读的页面：全部页面都已由当前版本解读过。",
    "{read} pages would be read again; {changed} of them are understood differently ({time})": "将重新解读 {read} 个页面，其中 {changed} 个的解读会有不同（用时 {time}）",
    "{read} pages read again; {changed} of them are understood differently now ({time})": "已重新解读 {read} 个页面，其中 {changed} 个的解读有了变化（用时 {time}）",
    "Newly found, for the next crawl to fetch: {count} assets.": "新发现图片等资源 {count} 个，下次采集时保存。",
    "was: {before}; is: {after}": "原判：{before}；现判：{after}",
    "the title was: {title}": "原标题：{title}",
    "the text is read differently": "正文的解读有变化",
    "{count} assets newly found": "新发现资源 {count} 个",
    "The page of {url} ({moment}) is damaged or missing; its reading stays. `wxmirror verify` says more.": "{url}（{moment}）的页面已损坏或缺失，保留原有解读。详情请运行“wxmirror verify”。",
    "The page of {url} ({moment}) could not be read within the limits; its reading stays.": "{url}（{moment}）的页面未能在时间和内存限度内读完，保留原有解读。",
}
