"""How many bytes may be on their way into the archive while more are fetched."""

import asyncio

import pytest
from scrapy.http import Response

from crawler.config import CrawlSettings
from crawler.fetching import BYTES_BEING_KEPT, Assets
from crawler.pacing import SystemClock
from crawler.tally import LogListener, Tally
from storage.archive import Archive
from storage.records import AssetLink, AssetTask, CitedBySheets, Outcome, Reading, Role

PICTURE = b"\xff\xd8\xff\xe0" + bytes(BYTES_BEING_KEPT // 2)


class SlowDisk:
    """Nothing is kept until it is told to be."""

    def __init__(self):
        self.keeps = asyncio.Event()

    async def __call__(self, call, *arguments, **options):
        await self.keeps.wait()
        return call(*arguments, **options)


def assets_into(archive, threads, **settings):
    """The assets of a crawl without an end, whose archive and disk are reached by ``threads``."""
    return Assets(
        archive,
        settings=CrawlSettings(**settings),
        tally=Tally(LogListener()),
        clock=SystemClock(),
        threads=threads,
        bytes_threads=threads,
        reader=None,
        reader_threads=None,
        must_stop=lambda: False,
    )


@pytest.mark.parametrize(("body", "asked_meanwhile"), [(PICTURE, 2), (PICTURE[:1000], 6)])
def test_while_many_bytes_wait_for_the_disk_nothing_more_is_asked_for(tmp_path, body, asked_meanwhile):
    asked = []

    async def download(request):
        asked.append(request.url)
        return Response(request.url, body=body, request=request)

    async def fetch():
        disk = SlowDisk()
        assets = assets_into(archive, disk, asset_concurrency=1)
        assets.download = download
        fetching = asyncio.ensure_future(assets.fetch(tasks))
        for _ in range(100):
            await asyncio.sleep(0)
        meanwhile = len(asked)
        disk.keeps.set()
        await fetching
        return meanwhile

    with Archive.open(tmp_path, writing=True, create=True) as archive:
        tasks = [task(number) for number in range(6)]
        assert asyncio.run(fetch()) == asked_meanwhile
        assert len(asked) == len(archive.has_assets([task.key for task in tasks])) == 6


def test_what_is_no_sheet_is_asked_about_once_in_a_run_until_somebody_else_keeps_it(tmp_path):
    asked = []

    async def direct(call, *arguments, **options):
        asked.append((call.__name__, *arguments))
        return call(*arguments, **options)

    async def ask(archive):
        assets = assets_into(archive, direct)
        for _ in range(3):
            assert await assets.cited_by_sheets(PAGE) == CitedBySheets((), frozenset())
        assets.came([SHEET.key])
        await assets.cited_by_sheets(PAGE)

    with Archive.open(tmp_path, writing=True, create=True) as archive:
        asyncio.run(ask(archive))
    assert asked == [("held_sheets", [SHEET.key])] * 2


SHEET = AssetLink(url="https://res.wx.qq.com/a.css", role=Role.STYLE, key="https://res.wx.qq.com/a.css")
PAGE = Reading(reader_version=1, outcome=Outcome.ALIVE, evidence=(), assets=(SHEET,))


def task(number):
    url = f"https://mmbiz.qpic.cn/mmbiz_jpg/{number}/0"
    return AssetTask(key=f"picture {number}", url=url, role=Role.BODY, article=1)
