"""Chinese for the sentences of crawler.withdraw_command."""

CHINESE = {
    "Remove articles that must not be shown any more: text, search entries and pictures go, a note stays.": "撤下不应再展示的文章：删除正文、检索条目和图片，留下一则说明。",
    "why; readers who follow a link to the article see it": "原因；读者点开此文章的链接时会看到",
    "let withdrawn articles be shown and visited again": "恢复已撤下的文章，允许再次展示和采集",
    "do not ask": "不再询问，直接执行",
    "Say why with --reason: it stays in the archive, and readers who follow a link to the article see it.": "请用 --reason 写明原因：原因会留在存档中，读者点开此文章的链接时会看到。",
    "What is withdrawn cannot be brought back from the archive alone. Add --yes to do it without being asked.": "撤下后删除的内容，单凭存档无法全部恢复。如需不经询问直接执行，请加 --yes。",
    "Their text, their search entries and the pictures that no other article shows are removed for good. Go on?": "上述文章的正文、检索条目，以及其他文章没有用到的图片，将被永久删除。继续吗？",
    "{url} is not withdrawn, so there is nothing to lift.": "{url} 没有被撤下，无需恢复。",
    "{title}  {url}": "{title}  {url}",
    "Shown again: {title}": "已恢复：{title}",
    "{pages} kept pages were read again; the next crawl visits the articles and fetches pictures.": "重新解读了 {pages} 个存档页面；下次采集时会访问这些文章，并重新保存图片。",
    "Withdrawn: {title}": "已撤下：{title}",
    "removed: the text of {texts} copies, {renditions} pictures and other files ({size})": "已删除：{texts} 份副本的正文，图片等资源 {renditions} 个（{size}）",
    "It is not shown, found, exported or visited any more; a note with the reason stands in its place. The pages as they were received stay sealed in the archive. `wxmirror withdraw --lift` brings it back.": "此文章不再展示、检索、导出和采集，原处留有写明原因的说明。当初收到的页面原件仍封存在存档中。“wxmirror withdraw --lift”可以恢复。",
    "withdrawn on {moment}: {reason}": "{moment} 撤下：{reason}",
    "{url} was withdrawn from this archive, and is not visited. `wxmirror withdraw --lift` lets it come back.": "{url} 已从存档撤下，不再访问。如需恢复，请运行“wxmirror withdraw --lift”。",
}
