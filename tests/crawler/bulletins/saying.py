"""A bulletin in the words of its expected JSON: what the reading must get right."""

from __future__ import annotations

from storage.records import Bulletin, Citation


def said(bulletin: Bulletin) -> dict:
    """What was understood, as plain values."""
    return {
        "media_type": bulletin.media_type,
        "title": bulletin.title,
        "issuer": bulletin.issuer,
        "issue": bulletin.issue,
        "published_on": bulletin.published_on and bulletin.published_on.isoformat(),
        "items": [
            {
                "section": item.section,
                "title": item.title,
                "text": item.text,
                "credit": item.credit,
                "page": item.page,
                "citations": [said_citation(citation) for citation in item.citations],
            }
            for item in bulletin.items
        ],
        "unplaced": [said_citation(citation) for citation in bulletin.unplaced],
        "other_links": bulletin.other_links,
        "warnings": list(bulletin.warnings),
    }


def said_citation(citation: Citation) -> dict:
    return {
        "article_url": citation.article_url,
        "anchor_text": citation.anchor_text,
        "page": citation.page,
        "placed_by": citation.placed_by and citation.placed_by.value,
        "is_sure": citation.confidence >= 0.9,
        "repair": citation.repair,
        "problem": citation.problem,
    }
