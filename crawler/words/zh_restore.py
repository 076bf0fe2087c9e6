"""Chinese for the sentences of crawler.mirror.restore."""

CHINESE = {
    "{count} links have no copy. If the bulletin was not crawled yet, run `wxmirror crawl {file}` first, then restore it again.": "有 {count} 处链接没有存档副本，保持原样。如果这份简报还没有采集过，请先运行“wxmirror crawl {file}”，再修复一次。",
    "{url} cannot be the address of a reading room. Give it as https://archive.example.org; a folder may follow the host, but no question mark, number sign or user name.": "{url} 不能作为阅览室的网址。请写成 https://archive.example.org 的形式；主机名后可以有文件夹，但不能有问号、井号或用户名。",
    "The bulletin carries a digital signature, which is no longer valid in the restored file; keep the original beside it.": "该简报带有数字签名，修复后的文件中签名不再有效；请把原件一并保存。",
    "The PDF's inner index was damaged and has been rebuilt; compare the restored file with the original.": "该 PDF 的内部索引有损坏，已重新生成；请把修复后的文件与原件对照。",
    "Some addresses are printed as text, without a link; in an HTML page they are left as they are.": "有些网址只是文字，没有链接；网页（HTML）中的此类网址保持原样。",
    "No WeChat address was found in this file.": "此文件中没有找到微信文章的网址。",
    "Where do readers reach the reading room? Give --base-url https://archive.example.org, or set [web] base_url in wxmirror.toml: the restored links lead there. Or give --bundle: then a folder is written that holds the document and its copies, and needs no reading room.": "读者用什么网址访问阅览室？请给出 --base-url https://archive.example.org，或在 wxmirror.toml 中设置 [web] base_url；修复后的链接将指向那里。也可以加上 --bundle：把简报和所引文章的副本一起写入一个文件夹，不需要阅览室。",
    "Links lead either to a reading room (--base-url) or to copies in a folder (--bundle). Give one of the two.": "链接要么指向阅览室（--base-url），要么指向文件夹中的副本（--bundle），两者只能选一个。",
    "write a folder with the document and the copies that its links lead to": "写出一个文件夹，内有简报和其链接所指向的副本",
    "{count} copies lie beside it. Open the document from this folder; the folder may be moved or sent whole.": "旁边存有 {count} 份副本。请从这个文件夹中打开简报；文件夹可以整个移动或发送。",
    "{file} says that its short links lead to {base}, so they cannot lead into a folder. Print it as a PDF and restore that, or give --base-url instead of --bundle.": "{file} 中写明相对链接一律指向 {base}，因此无法指向文件夹中的副本。请把它打印成 PDF 再修复，或者不用 --bundle 而给出 --base-url。",
    "{out} exists and was not made by `restore --bundle`, so it is left as it is, even with --force. Choose another name.": "{out} 已经存在，而且不是“restore --bundle”写出的文件夹，即使加上 --force 也不会改动它。请换一个名称。",
}
