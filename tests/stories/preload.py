"""What every crawl and most commands need, imported once by the server that they are forked from.

Not here: what looks up its words when it is imported (click, and whatever imports it), since each command has its own
language. What is imported is no garbage, and is not looked through again in every fork.
"""

import gc
from importlib import import_module
from pkgutil import iter_modules

import crawler.child as child
from crawler import settings, showing
from crawler.words import chinese

READINGS = [module() for module in child.READINGS.values()]
MIDDLEWARES = [*settings.DOWNLOADER_MIDDLEWARES, *settings.SPIDER_MIDDLEWARES, *settings.ITEM_PIPELINES]
PRELOADED = [
    import_module(name)
    for name in (
        "apscheduler.triggers.cron",
        "crawler.crawling",
        "crawler.mirror.exports.site",
        "crawler.pipelines",
        "crawler.rereading",
        "crawler.rereading_bulletins",
        "crawler.reviewing",
        "crawler.timetable",
        "queuelib",
        "rich.progress",
        "rich.table",
        "scrapy.core.downloader.handlers.http11",
        "scrapy.core.engine",
        "scrapy.core.scraper",
        "scrapy.dupefilters",
        "scrapy.pqueues",
        "scrapy.robotstxt",
        "scrapy.squeues",
        "scrapy.statscollectors",
        "spiders.articles",
        "spiders.bulletins",
        "tests.commanding",
        "tests.simulated_mail",
        "twisted.mail.imap4",
        "tests.stories.crawls",
        *(f"crawler.showing.{module.name}" for module in iter_modules(showing.__path__)),
        *(name.rpartition(".")[0] for name in MIDDLEWARES),
    )
]
chinese()
gc.collect()
gc.freeze()
