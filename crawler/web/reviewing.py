"""The page of what waits for a person: it shows, and says how it is decided; deciding is the command line's."""

from __future__ import annotations

from itertools import groupby

from starlette.responses import Response

from crawler.web.pages import page
from crawler.words import say
from storage.records import ArticleEntry, CitationEntry, Review

PER_PAGE = 50


def review_page(review: Review, *, number: int, zone: str) -> Response:
    """Return the page: citations bulletin by bulletin, then articles."""
    every: list[CitationEntry | ArticleEntry] = [*review.citations, *review.articles]
    shown = every[(number - 1) * PER_PAGE : number * PER_PAGE]
    citations = [entry for entry in shown if isinstance(entry, CitationEntry)]
    return page(
        "review.html",
        title=say("To be looked at by a person"),
        review=review,
        bulletins=[list(some) for _, some in groupby(citations, key=lambda entry: entry.bulletin)],
        articles=[entry for entry in shown if isinstance(entry, ArticleEntry)],
        number=number,
        has_more=len(every) > number * PER_PAGE,
        zone=zone,
    )
