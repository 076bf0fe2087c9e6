"""Which elements and attributes a copy may hold, and the last gate that lets nothing else through.

nh3 parses as browsers do, so what it lets pass is what a browser will see. It takes every animation out, because
``<animate attributeName="href">`` can forge a link; interactive articles live on animations that do not, so those are
kept aside, checked one by one, and put back (``kept_animation``, ``clean``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

import nh3

from crawler.mirror.styles import INLINE_PICTURE

Element: TypeAlias = Any
"""An lxml element: its stubs know not which of its strings are text."""

MARK = "data-wxm-animation"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT_TAGS = _words(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd del "
    "details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd label "
    "legend li main mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table "
    "tbody td tfoot th thead time tr tt u ul var wbr audio video"
)
SVG_TAGS = _words(
    "svg g defs path rect circle ellipse line polyline polygon text tspan textPath image use symbol clipPath mask "
    "pattern linearGradient radialGradient stop foreignObject desc marker filter switch feBlend feColorMatrix "
    "feComponentTransfer feComposite feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge "
    "feMergeNode feMorphology feOffset feTile"
)
ANIMATIONS = frozenset({"animate", "animatetransform", "animatemotion", "set"})
# Gone with all that they hold; every other tag that is not known loses itself only, and leaves its text.
CUT_TAGS = _words(
    "script style noscript template link meta base object embed applet param frame frameset noframes iframe "
    "input textarea select option datalist button title head feimage "
    "math portal dialog canvas source track picture mp-style-type"
)

TEXT_ATTRIBUTES = _words(
    "class id style title lang dir align valign width height bgcolor color face size border cellpadding cellspacing "
    "colspan rowspan span start type value reversed nowrap noshade alt role hidden datetime open clear"
)
SVG_ATTRIBUTES = _words(
    "viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry dx dy d points fx fy offset transform fill fill-opacity "
    "fill-rule stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset "
    "stroke-opacity stop-color stop-opacity opacity visibility display clip-path clip-rule mask filter color "
    "font-family font-size font-style font-weight letter-spacing text-anchor dominant-baseline pointer-events overflow "
    "gradientUnits gradientTransform spreadMethod patternUnits patternTransform patternContentUnits clipPathUnits "
    "maskUnits maskContentUnits filterUnits in in2 result stdDeviation flood-color flood-opacity mode operator values "
    "version xml:space textLength lengthAdjust startOffset rotate refX refY markerWidth markerHeight orient"
)
MEDIA_ATTRIBUTES = frozenset({"src", "poster", "controls", "preload", "loop", "playsinline"})
LINK_ATTRIBUTES = frozenset({"href", "rel", "target"})
# lxml lowers every name; the last gate gives SVG its capitals back.
NAMES = frozenset(name.lower() for name in TEXT_ATTRIBUTES | SVG_ATTRIBUTES)
TAGS = frozenset(name.lower() for name in TEXT_TAGS | SVG_TAGS)

ALLOWED = {
    "*": set(TEXT_ATTRIBUTES | SVG_ATTRIBUTES | {"aria-label", "aria-hidden", MARK}),
    "a": set(LINK_ATTRIBUTES),
    "img": {"src"},
    "image": {"href"},
    "use": {"href"},
    "audio": set(MEDIA_ATTRIBUTES),
    "video": set(MEDIA_ATTRIBUTES),
}
LOCAL_URL = re.compile(r"""\s*url\(\s*["']?#[\w.:-]+["']?\s*\)\s*""")


def clean(markup: str, *, given: AbstractSet[str], animations: list[str]) -> str:
    """Return markup that holds nothing but the tags and attributes above, and no media from anywhere but ``given``."""

    def judge(tag: str, name: str, value: str) -> str | None:
        if name in ("src", "poster") or (name == "href" and tag == "image"):
            return value if value in given or INLINE_PICTURE.match(value) else None
        if name == "href" and tag == "use":
            return value if value.startswith("#") else None
        return value

    cleaned = nh3.clean(
        markup,
        tags=set(TEXT_TAGS | SVG_TAGS),
        clean_content_tags=set(CUT_TAGS),
        attributes=ALLOWED,
        attribute_filter=judge,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel=None,
    )
    # Text has its < escaped and attributes their quotes, so this string can only be one of our own marks.
    return re.sub(rf'<g {MARK}="(\d+)"></g>', lambda match: animations[int(match.group(1))], cleaned)


def plain_attribute(name: str, value: str) -> bool:
    """Whether an attribute that names no address may stay: known by name, and with no address in its value."""
    if name not in NAMES and name not in ("aria-label", "aria-hidden"):
        return False
    return "url(" not in value.lower() or LOCAL_URL.fullmatch(value) is not None


# ---- animations

MOVING = _words(
    "opacity visibility display x y width height transform fill stroke r cx cy rx ry d points stroke-width "
    "stroke-dashoffset stroke-dasharray stroke-opacity fill-opacity rotate offset viewbox font-size color "
    "pointer-events stop-color stop-opacity x1 y1 x2 y2 margin-top margin-left letter-spacing"
)
ANIMATION_ATTRIBUTES = {
    name.lower(): name
    for name in _words(
        "attributeName attributeType begin dur end min max restart repeatCount repeatDur fill calcMode values keyTimes "
        "keySplines from to by additive accumulate type path keyPoints rotate origin id class"
    )
}
PLAIN_VALUE = re.compile(r"[^\\<>&:]*|[\w\s.;:+()#-]*")
TAG_NAMES = {"animatetransform": "animateTransform", "animatemotion": "animateMotion"}


def kept_animation(element: Element) -> str | None:
    """Return an animation written anew; None when it moves anything that could be an address or a handler."""
    target = (element.get("attributename") or "").strip().lower()
    if target not in MOVING and not (element.tag == "animatemotion" and not target):
        return None
    attributes = []
    for name, value in element.items():
        known = ANIMATION_ATTRIBUTES.get(name.lower())
        if known and PLAIN_VALUE.fullmatch(value) and "url" not in value.lower() and "script" not in value.lower():
            attributes.append(f' {known}="{html.escape(value)}"')
    tag = TAG_NAMES.get(element.tag, element.tag)
    return f"<{tag}{''.join(attributes)}></{tag}>"
