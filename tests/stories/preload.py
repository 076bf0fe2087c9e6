"""What every crawl needs, imported once by the server that the crawls are forked from."""

import scrapy.core.downloader.handlers.http11 as http11
import scrapy.core.engine as engine
import scrapy.core.scraper as scraper

import crawler.child as child
import crawler.crawling as crawling
import crawler.pipelines as pipelines
import spiders.articles as articles
import spiders.bulletins as bulletins

READINGS = [module() for module in child.READINGS.values()]
PRELOADED = (crawling, pipelines, http11, engine, scraper, articles, bulletins)
