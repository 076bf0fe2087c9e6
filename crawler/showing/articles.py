"""Articles, for people: what a saved page is, and what is held of an article and who cites it."""

from __future__ import annotations

from crawler.showing.terminal import clean, human_moment, results
from crawler.words import say
from crawler.words.doubts import decision_words
from crawler.words.names import outcome_name, role_name, seen_name, standing_name, test_name
from storage.records import ArticleView, Reading, Standing

STANDING_STYLES = {
    Standing.ALIVE: "green",
    Standing.GONE: "red",
    Standing.MOVED: "blue",
    Standing.LATER: "yellow",
    Standing.BLOCKED: "yellow",
    Standing.UNKNOWN: "magenta",
    None: "dim",
}


def show_reading(file: str, reading: Reading, zone: str) -> None:
    """Show what a saved page is: outcome, evidence, what it says of itself, what it holds."""
    out = results()
    style = STANDING_STYLES[reading.outcome.standing]
    out.print(clean(file), style="bold")
    out.print(f"  {outcome_name(reading.outcome)} ({reading.outcome.value})", style=style)
    for evidence in reading.evidence:
        out.print(f"    {test_name(evidence.test)}{say(': ')}{str(clean(seen_name(evidence.seen)))[:150]}", style="dim")
    if (article := reading.article) is not None:
        rows = [
            (say("title"), article.title),
            (say("account"), _joined(article.account_name, article.account_alias or article.account_id)),
            (say("author"), article.author),
            (say("published"), human_moment(article.published_at, zone) if article.published_at else None),
            (say("identity"), article.identity and article.identity.article_url),
            (say("text"), say("{count} characters", count=len(article.text))),
        ]
        for name, value in rows:
            if value:
                out.print(f"  {name}{say(': ')}{clean(value)}")
    if reading.assets:
        roles = sorted({link.role for link in reading.assets})
        counts = [f"{role_name(role)} {sum(link.role is role for link in reading.assets)}" for role in roles]
        out.print(f"  {say('assets')}{say(': ')}{'  '.join(counts)}")
    if reading.inventory and reading.inventory.expected is not None:
        out.print(
            "  "
            + say(
                "media: the page lists {expected}, found: {found}",
                expected=reading.inventory.expected,
                found=reading.inventory.found,
            )
        )


def _joined(name: str | None, detail: str | None) -> str | None:
    return f"{name} ({detail})" if name and detail else name or detail


def show_article(url: str, article: ArticleView | None, zone: str) -> None:
    """Show what is held of an article, and who cites it."""
    out = results()
    if article is None:
        out.print(clean(url), style="bold")
        out.print("  " + say("not in the archive"), style="yellow")
        return
    title = next((snapshot.title for snapshot in article.snapshots if snapshot.title), None)
    out.print(clean(title or article.article_url), style="bold")
    out.print(f"  {article.article_url}", style="cyan")
    told = say("told on {moment}", moment=human_moment(article.last_told_at, zone)) if article.last_told_at else ""
    out.print(f"  {standing_name(article.standing)}  ", style=STANDING_STYLES[article.standing], end="")
    out.print(told, style="dim")
    if stone := article.tombstone:
        moment = human_moment(stone.withdrawn_at, zone)
        out.print("  " + say("withdrawn on {moment}: {reason}", moment=moment, reason=clean(stone.reason)), style="red")
    for snapshot in article.snapshots:
        whole = (
            say("complete") if snapshot.is_complete else say("{count} assets missing", count=snapshot.missing_assets)
        )
        out.print("  " + say("copy of {moment}, {whole}", moment=human_moment(snapshot.captured_at, zone), whole=whole))
        out.print(f"    {snapshot.replay_path}", style="dim")
    for capture in article.captures[:10]:
        out.print(f"  {human_moment(capture.captured_at, zone)}  {outcome_name(capture.outcome)}", style="dim")
    for citing in article.cited_by:
        bulletin = citing.bulletin_title or citing.issuer or citing.bulletin
        where = (
            say("item {position}: {title}", position=citing.item, title=clean(citing.item_title or "—"))
            if citing.item
            else say("not placed")
        )
        out.print(
            "  "
            + say(
                "cited by {bulletin} ({day}), {where}",
                bulletin=clean(bulletin),
                day=citing.published_on or "—",
                where=where,
            )
        )
        if citing.decision:
            out.print(f"    {clean(decision_words(citing.decision, zone))}", style="dim")
