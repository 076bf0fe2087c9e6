"""Chinese for what is said of films."""

CHINESE = {
    "Video: the film is kept in the archive; it is too large to stand in this copy, or damaged.": "视频：存档中有此视频；因文件太大（或已损坏），没有放进本副本。",
    "a large film that its server gives only in one piece": "视频太大，而服务器只能一次性整个发送",
    "it changed while it was being fetched": "采集过程中内容发生了变化",
}
