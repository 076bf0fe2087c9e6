"""Chinese for the sentences of crawler.mirror.exports.html."""

CHINESE = {
    "{out} can hold one article, and {count} were chosen. Name a folder instead, or choose one with --url.": "{out} 只能存放一篇文章，而选中了 {count} 篇。请改为指定文件夹，或用 --url 选定一篇。",
}
