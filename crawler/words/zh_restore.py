"""Chinese for the sentences of crawler.mirror.restore."""

CHINESE = {
    "{url} cannot be the address of a reading room. Give it as https://archive.example.org; a folder may follow the host, but no question mark, number sign or user name.": "{url} 不能作为阅览室的网址。请写成 https://archive.example.org 的形式；主机名后可以有文件夹，但不能有问号、井号或用户名。",
    "The bulletin carries a digital signature, which is no longer valid in the restored file; keep the original beside it.": "该简报带有数字签名，恢复后的文件中签名不再有效；请把原件一并保存。",
    "The PDF's inner index was damaged and has been rebuilt; compare the restored file with the original.": "该 PDF 的内部索引有损坏，已重新生成；请把恢复后的文件与原件对照。",
    "Some addresses are printed as text, without a link; in an HTML page they are left as they are.": "有些网址只是文字，没有链接；网页（HTML）中的此类网址保持原样。",
    "No WeChat address was found in this file.": "此文件中没有找到微信文章的网址。",
}
