"""A page's bytes into one reading: outcome, article, assets, inventory and links, all from one parse."""

from __future__ import annotations

from storage.errors import NotAnArticle
from storage.records import Outcome, Reading

from . import urls
from .articles import read_article, settled_url
from .assets import find_article_links, find_assets, inventory
from .films import find_films
from .identities import read_short_url
from .opening import Page, open_page, paused_collection
from .pages import classify
from .version import READER_VERSION


def read_page(body: bytes, final_url: str | None = None, content_type: str | None = None) -> Reading:
    """Return all that is understood of a page. Whatever the bytes are, it is a reading, never an exception."""
    with paused_collection():
        return understand(open_page(body, final_url, content_type))


def understand(page: Page) -> Reading:
    """Return the reading of a page that has been opened."""
    outcome, evidence = classify(page)
    if outcome is Outcome.MIGRATED:
        return Reading(reader_version=READER_VERSION, outcome=outcome, evidence=evidence, moved_to=read_target(page))
    if outcome is not Outcome.ALIVE:
        return Reading(reader_version=READER_VERSION, outcome=outcome, evidence=evidence)
    assets = find_assets(page)
    return Reading(
        reader_version=READER_VERSION,
        outcome=outcome,
        evidence=evidence,
        article=read_article(page),
        assets=assets,
        inventory=inventory(page, assets),
        article_links=find_article_links(page),
        short_url=read_short_url(page),
        films=find_films(page),
    )


def read_target(page: Page) -> str | None:
    """Return where a moved article is to be fetched, None where the account took it not along."""
    stated = page.variables.find_text("transferTargetLink", "transfer_target_link")
    try:
        return urls.read_address(settled_url(stated)).fetch_url if stated else None
    except NotAnArticle:
        return None
