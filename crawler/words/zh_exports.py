"""Chinese for the sentences of crawler.mirror.exports.html."""

CHINESE = {
    "No copy is held of what was chosen, so nothing was written. `wxmirror find` says what is held of an article.": "选中的文章都没有存档副本，因此没有写出任何内容。可用“wxmirror find”查看一篇文章存了什么。",
    "{out} can hold one article, and {count} were chosen. Name a folder instead, or choose one with --url.": "{out} 只能存放一篇文章，而选中了 {count} 篇。请改为指定文件夹，或用 --url 选定一篇。",
    "This copy is damaged in the archive and could not be exported. `wxmirror verify` says more.": "这份副本在存档中已损坏，无法导出。详情请运行“wxmirror verify”。",
    "the page itself": "页面本身",
    "{count} damaged files were left out; all else was written. Restore the files named above from a backup, then export again.": "有 {count} 个损坏的文件未能导出，其余均已写出。请从备份中恢复上列文件，再重新导出。",
}
