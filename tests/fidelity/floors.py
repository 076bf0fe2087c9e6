"""What a page and its copy must come to, and the pages of which no picture can be compared, with the reason."""

RECALL, PRECISION = 0.999, 0.99
SIMILARITY = 0.98

# Scripts draw these articles from data, and the copy sets them anew: an original without its scripts shows a shell.
SET_ANEW = frozenset(
    {
        "wae-pic-01",
        "wae-pic-05",
        "wae-share-03",
        "wae-text-01",
        "weextract-2018-04-video-type5",
        "weextract-2018-08-image-type8",
        "weextract-2019-11-video-type5",
    }
)
# Saved to a disk whose paths replaced the pictures' addresses: neither the site nor the archive can have them.
WITHOUT_PICTURES = frozenset({"magicremind-2016-09"})
NOT_COMPARED = SET_ANEW | WITHOUT_PICTURES
