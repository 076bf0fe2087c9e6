"""The reading room's pages and their manners: templates, headers, errors in words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.resources import files

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.mirror.framing import render
from crawler.mirror.replay import asset_name
from crawler.web.addresses import compare_path, href, raw_path, record_path
from crawler.web.wording import problem_words, refusal_words
from crawler.words import say, say_error
from crawler.words.doubts import doubts_of, hints_of
from crawler.words.likeness import evidence_words
from crawler.words.names import seen_name, test_name
from storage.errors import ArchiveError, BlobDamaged, MirrorError, NotAnArticle, NotInArchive

ROOM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": ROOM_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}

# What every template may call.
WORDS = {
    "problem_words": problem_words,
    "test_words": test_name,
    "seen_words": seen_name,
    "doubts_of": doubts_of,
    "hints_of": hints_of,
    "evidence_words": evidence_words,
}
PLACES = {
    "href": href,
    "record_path": record_path,
    "raw_path": raw_path,
    "compare_path": compare_path,
    "asset_name": asset_name,
}

logger = logging.getLogger(__name__)


class SecurityHeaders:
    """Put the headers above on every answer that has not set them itself; a middleware, as errors need them too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def page(name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object) -> Response:
    """Answer with a page of the reading room."""
    return HTMLResponse(render(name, "crawler.web", **WORDS, **PLACES, **values), status, headers)


def sheet() -> bytes:
    """The reading room's style sheet."""
    return files("crawler.web").joinpath("static", "room.css").read_bytes()


def sorry(status: int, heading: str, words: str, *, asked: str = "") -> Response:
    """Answer with what went wrong and what to do about it."""
    return page("error.html", status=status, heading=heading, words=words, asked=asked, title=heading)


def not_an_article(error: NotAnArticle) -> Response:
    """Answer to an address that is no article's."""
    words = refusal_words(error.values.get("reason"))
    return sorry(400, say("This address cannot be looked up"), words, asked=str(error.values.get("url")))


def add_error_pages(app: FastAPI) -> None:
    """Turn everything that can go wrong into a page that a reader understands."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Response]] = {
        HTTPException: _http_error,
        MirrorError: _mirror_error,
        Exception: _unplanned,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _http_error(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return sorry(status, say("This cannot be done here"), say("The reading room only shows; it takes nothing in."))
    return sorry(status, say("There is no such page"), say("Check the address, or search for the article below."))


def _mirror_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, MirrorError)
    if isinstance(error, NotAnArticle):
        return not_an_article(error)
    if isinstance(error, NotInArchive):
        return sorry(404, say("Not in the archive"), say("Nothing is kept under this address."))
    logger.error("%s", error)
    if isinstance(error, BlobDamaged):
        words = say("The kept bytes of this page are damaged. The archive's keeper can restore them from a backup.")
        return sorry(500, say("This copy cannot be shown"), words)
    heading = say("The archive cannot be read") if isinstance(error, ArchiveError) else say("Something went wrong")
    return sorry(500, heading, say_error(error))


def _unplanned(request: Request, error: Exception) -> Response:
    logger.error("%s", request.url.path, exc_info=error)
    words = say("The page could not be made. The program's log says why; please tell the archive's keeper.")
    answer = sorry(500, say("Something went wrong"), words)
    answer.headers.update(HEADERS)  # made outside the middleware
    return answer
