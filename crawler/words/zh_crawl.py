"""The crawl and the timetable, in Chinese."""

CHINESE = {
    "Articles named by hand": "手工指定的文章",
    "No name can be resolved: is this machine connected to the network? Nothing was visited or counted.": "无法解析任何域名：请检查本机是否已联网。本次没有访问任何文章，也没有记作尝试。",
    "The connection was refused: is the proxy or firewall right? Nothing was visited or counted.": "连接被拒绝：请检查代理或防火墙的设置。本次没有访问任何文章，也没有记作尝试。",
    "The proxy refuses to lead to WeChat. Check https_proxy and its permissions. Nothing was counted.": "代理服务器拒绝连接微信。请检查 https_proxy 及其权限。没有文章被记作尝试。",
    "WeChat's certificate does not verify. If a proxy of your institution opens TLS, name its authority in SSL_CERT_FILE; else somebody is in between. Nothing was counted.": "微信的证书无法通过验证。如果贵单位的代理会拆开 TLS，请用 SSL_CERT_FILE 指明其根证书；否则可能有人在中间窃听。没有文章被记作尝试。",
    "Five visits running reached nothing: the way out is closed or WeChat is down. Nothing was counted.": "连续五次访问都没有结果：出口不通，或微信暂时无法访问。没有文章被记作尝试。",
    "the job {job} is in it no more: begin `wxmirror schedule` anew": "其中已没有任务 {job}，请重新启动“wxmirror schedule”",
    "This run was begun already, here or by another scheduler.": "这次运行已经由本机或另一个调度程序开始，不再重复。",
    "Another crawl is running on this archive. The bulletins are taken in; it will visit their articles.": "此存档上正有另一个任务（crawl）在运行。简报已经收录，其中的文章会被它接着访问。",
    "{url} would be fetched.": "将会下载 {url}。",
    "{file} is still being written; it is taken in with the next run.": "{file} 还在写入，下次运行时再收录。",
    "{file} cites no WeChat article. If it should, look at it with `wxmirror read`.": "{file} 没有引用微信文章。如果本应有，请用“wxmirror read”查看。",
    "{count} articles are of a kind that this version does not know yet. What was fetched is kept whole; a newer version will read it again with `wxmirror reread`.": "有 {count} 篇文章的类型本版本尚不认识。页面已完整保存；升级后运行“wxmirror reread”即可重新解读。",
    "WeChat asked for a captcha or for patience. The crawl pauses until {until}.": "微信要求验证或放慢速度。采集暂停到 {until}。",
    "WeChat turned us away; no further visit is made for now, and the rest stays due.": "微信拒绝了访问。暂时不再访问，其余文章留待以后采集。",
    "{job}: next at {at}": "{job}：下次运行时间 {at}",
    "{job}: the last planned run was missed and is made up for now": "{job}：错过了上一次计划的运行，现在补做",
    "{job}: ended with exit code {code}": "{job}：已结束，退出码 {code}",
}
