"""Chinese for the sentences of crawler.mirror.outputs."""

CHINESE = {
    "{out} exists already and was left as it is. Choose another name; `restore` writes over a file with --force.": "{out} 已经存在，未作改动。请换一个名字；修复简报（restore）时可加 --force 覆盖。",
    "{out} is the original itself, which is never written over. Choose another name.": "{out} 就是原件本身，原件不会被覆盖。请换一个名字。",
    "{out} cannot be written ({reason}). Check the folder, its owner and the room on the disk.": "无法写入 {out}（{reason}）。请检查该文件夹、其所有者以及磁盘的剩余空间。",
}
