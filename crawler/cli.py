"""The command line: words out, no logic.

Every command opens what it needs, calls one function of the house, and shows the answer: to people through
crawler.showing, to programs (``--json``) through crawler.forms. Heavy parts are imported by the command that needs
them, so that ``wxmirror --help`` is quick. Exit codes: 0 done; 1 the archive or the program failed (``find``: unknown
address, ``verify``: damage); 2 wrong usage or an input that cannot be read (the others go on); 3 stopped early.
"""

from __future__ import annotations

import gc
import gettext
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from crawler.files import read_file, reading
from crawler.outlets import outlet
from crawler.words import language, say, say_error
from storage.errors import MirrorError, NotAnArticle, ReadingError, UnreadableBulletin, WrongSettings, WrongUsage

# The words that the command-line library itself says ("Usage", "No such option") come from this catalogue.
os.environ["LANGUAGE"] = "zh_CN" if language() == "zh" else "en"
gettext.bindtextdomain("wxmirror", str(Path(__file__).parent / "words" / "locale"))
gettext.textdomain("wxmirror")

import click  # noqa: E402  (some of its words are looked up when it is imported)

if TYPE_CHECKING:
    from io import TextIOWrapper

    from crawler.config import Config
    from storage.archive import Archive

DONE, FAILED, UNREADABLE, STOPPED_EARLY = 0, 1, 2, 3
EXPORT_FORMATS = ("warc", "site", "html")
DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(readable=False, path_type=Path)  # whether it may be read is told in the reader's words, with the rest


class House(click.Group):
    """The commands, in the order in which a person meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names in the order of their definition."""
        return list(self.commands)


@click.group(
    cls=House,
    help=say(
        "Keeps the WeChat articles that bulletins cite, tied to the item that cited them.\n\n"
        "To begin: `wxmirror crawl BULLETIN.pdf` keeps every article that a bulletin cites; "
        "`wxmirror serve` shows what is kept; `wxmirror schedule` does it every night."
    ),
    options_metavar=say("[OPTIONS]"),
    subcommand_metavar=say("COMMAND …"),
)
@click.version_option(package_name="wxmirror", message="wxmirror %(version)s")
def app() -> None:
    """Do nothing by itself: a command follows."""


def command(sentence: str, /) -> Callable[[Callable[..., None]], click.Command]:
    """Make a function a command, with this sentence as its help."""
    words = say(sentence)
    return app.command(help=words, short_help=words, options_metavar=say("[OPTIONS]"))


as_json_option = click.option(
    "--json", "as_json", is_flag=True, help=say("print one JSON document on stdout, for programs")
)
force_option = click.option("--force", is_flag=True, help=say("write over the file that is there"))


def main() -> None:
    """Run the command line; every error that was planned for becomes a sentence and an exit code."""
    sys.stdout, sys.stderr = (outlet(cast("TextIOWrapper | None", stream)) for stream in (sys.stdout, sys.stderr))
    try:
        sys.exit(app.main(standalone_mode=False))
    except click.UsageError as error:
        fail_usage(error)
    except click.Abort:  # Ctrl-C, or the end of what is typed
        print(say("Stopped."), file=sys.stderr)  # noqa: T201
        sys.exit(FAILED)
    except MirrorError as error:
        fail(error)
    except Exception as error:  # the outer edge: a fault of ours is told as one
        if os.environ.get("WXMIRROR_DEBUG"):
            raise
        print(  # noqa: T201
            say(
                "wxmirror itself failed: {error}. What was kept is safe. "
                "Run the command again with WXMIRROR_DEBUG=1 and send what it prints to the developers.",
                error=f"{type(error).__name__}: {error}",
            ),
            file=sys.stderr,
        )
        sys.exit(FAILED)


def fail(error: MirrorError) -> None:
    """Say what went wrong and end with the code for it."""
    if "--json" in sys.argv:
        emit({"error": {"kind": kind_of(error), "message": say_error(error)}})
    print(say("Error: {message}", message=say_error(error)), file=sys.stderr)  # noqa: T201
    sys.exit(UNREADABLE if isinstance(error, ReadingError | WrongUsage) else FAILED)


def fail_usage(error: click.UsageError) -> None:
    """Say which words of a command are wrong, and how they should be."""
    if isinstance(error, click.MissingParameter) and error.param:
        name = (error.param.get_error_hint(error.ctx) or "").replace("'", "")
        is_option = isinstance(error.param, click.Option)
        words = say("The option {name} is missing.", name=name) if is_option else say("{name} is missing.", name=name)
        error = click.UsageError(words, error.ctx)
    if "--json" in sys.argv and not isinstance(error, click.exceptions.NoArgsIsHelpError):
        emit({"error": {"kind": "wrong_usage", "message": error.format_message()}})
    error.show()
    sys.exit(UNREADABLE)


def kind_of(error: MirrorError) -> str:
    """Return the short word for an error, for programs: ``damaged``, ``not_an_article``, …"""
    if isinstance(error, UnreadableBulletin):
        return error.kind
    name = type(error).__name__
    return "".join(f"_{mark.lower()}" if mark.isupper() else mark for mark in name).lstrip("_")


def emit(document: Any) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(document, ensure_ascii=False, indent=2))  # noqa: T201


def settings() -> Config:
    """The settings of this run."""
    from crawler.config import load_config

    return load_config()


def open_archive(config: Config, *, writing: bool = False, create: bool = False) -> Archive:
    """Open the archive that the settings name."""
    from storage.archive import Archive

    return Archive.open(config.folder, database_url=config.archive.database_url, writing=writing, create=create)


def each_file(files: Iterable[Path], read: Callable[[Path], dict[str, Any]], *, as_json: bool) -> None:
    """Do ``read`` for every file; one that cannot be read is said and the others go on. Ends the program."""
    from crawler.forms import error_form

    forms, failed = [], False
    for file in files:
        try:
            forms.append(read(file))
        except ReadingError as error:
            failed = True
            forms.append(error_form(str(file), kind_of(error), say_error(error)))
            print(say_error(error), file=sys.stderr)  # noqa: T201
    if as_json:
        emit(forms)
    raise click.exceptions.Exit(UNREADABLE if failed else DONE)


# ---- to begin with


@command("Write a commented wxmirror.toml to begin with.")
@force_option
@as_json_option
def init(*, force: bool, as_json: bool) -> None:
    """Write the settings file."""
    from crawler.config import DEFAULT_FILE, sample

    place = Path(DEFAULT_FILE)
    if place.exists() and not force:
        raise WrongSettings(place=str(place), reason=say("the file is there already; --force writes over it"))
    try:
        place.write_text(sample(), encoding="utf-8")
    except OSError as error:
        raise WrongSettings(place=str(place), reason=error.strerror or str(error)) from error
    if as_json:
        emit({"file": str(place)})
    else:
        print(say("{place} written. Open it, set [crawl] contact, and add your sources.", place=place))  # noqa: T201


# ---- understanding, without archive or network


@command("Show how a bulletin is understood; touches neither archive nor network.")
@click.argument("files", metavar=say("FILE…"), nargs=-1, required=True, type=FILE)
@as_json_option
def read(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Read bulletins."""
    with reading("bulletin") as reader:
        from crawler.forms import bulletin_form
        from crawler.showing.bulletins import show_bulletin

        def one(file: Path) -> dict[str, Any]:
            bulletin = reader.read_bulletin(read_file(file), str(file))
            if not as_json:
                show_bulletin(bulletin)
            return bulletin_form(bulletin)

        each_file(files, one, as_json=as_json)


def web_address(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Check an option that is an address."""
    from crawler.config import check_web_address

    if value is not None:
        try:
            check_web_address(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return value


@command("Show what a saved page is, with the evidence; touches neither archive nor network.")
@click.argument("pages", metavar=say("PAGE…"), nargs=-1, required=True, type=FILE)
@click.option("--url", metavar=say("URL"), callback=web_address, help=say("the address that the page came from"))
@as_json_option
def inspect(pages: tuple[Path, ...], url: str | None, *, as_json: bool) -> None:
    """Inspect saved pages."""
    with reading("page") as reader:
        from crawler.forms import reading_form
        from crawler.showing.articles import show_reading

        zone = settings().schedule.zone

        def one(file: Path) -> dict[str, Any]:
            read = reader.read_saved_page(read_file(file), str(file), url)
            if not as_json:
                show_reading(str(file), read, zone)
            return reading_form(str(file), read)

        each_file(pages, one, as_json=as_json)


# ---- the crawl


@command("Keep every article that the named bulletins cite, and whatever else is due.")
@click.argument("inputs", metavar=say("[BULLETIN or URL]…"), nargs=-1)
@click.option(
    "--replaces",
    metavar=say("BULLETIN"),
    help=say("the kept bulletin (its id or its file) that the named file is a new version of"),
)
@click.option("--dry-run", is_flag=True, help=say("show what would be taken in and visited, and do nothing"))
@as_json_option
def crawl(inputs: tuple[str, ...], replaces: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Crawl."""
    from crawler.commands import run_crawl

    raise click.exceptions.Exit(run_crawl(settings(), inputs, replaces=replaces, dry_run=dry_run, as_json=as_json))


@command("Keep the timetable: crawl every night, and look in every hour.")
@as_json_option
def schedule(*, as_json: bool) -> None:
    """Run the timetable."""
    import scheduler

    scheduler.run(settings())
    if as_json:
        emit({})


@command("Show the archive in numbers.")
@as_json_option
def status(*, as_json: bool) -> None:
    """Show the archive's numbers."""
    from crawler.forms import status_form
    from crawler.showing.runs import show_status
    from crawler.timetable import next_run

    config = settings()
    now = datetime.now(UTC)
    with open_archive(config) as archive:
        numbers = archive.status(now)
    coming = next_run(config, now)
    if as_json:
        emit(status_form(numbers, coming))
    else:
        show_status(numbers, coming, config.schedule.zone)


# ---- the archive given back


@command("Find an article by any spelling of its address: what is kept of it, and who cites it.")
@click.argument("urls", metavar=say("URL…"), nargs=-1, required=True)
@as_json_option
def find(urls: tuple[str, ...], *, as_json: bool) -> None:
    """Find articles."""
    from crawler.forms import article_form
    from crawler.showing.articles import show_article
    from crawler.showing.terminal import tell
    from crawler.web.lookup import article_behind

    gc.freeze()  # one walk of the collector over all that was imported costs more than the look-up
    config = settings()
    forms, unknown, wrong = [], False, False
    with open_archive(config) as archive:
        for url in urls:
            try:
                address = article_behind(url)
            except NotAnArticle as error:
                wrong = True
                forms.append(article_form(url, None, None))
                print(say_error(error), file=sys.stderr)  # noqa: T201
                continue
            article = archive.article(address)
            unknown |= article is None
            forms.append(article_form(url, address.article_url, article))
            if not as_json:
                show_article(url, article, config.schedule.zone)
    if as_json:
        emit(forms)
    elif unknown:
        tell("`wxmirror crawl ADDRESS` keeps an article that is not in the archive.")
    raise click.exceptions.Exit(UNREADABLE if wrong else FAILED if unknown else DONE)


@command("Write a bulletin whose dead links lead to the archive.")
@click.argument("file", metavar=say("FILE"), type=FILE)
@click.option("--out", metavar=say("FILE"), required=True, type=FILE, help=say("the file to write"))
@click.option("--only-gone", is_flag=True, help=say("leave links whose article is still readable at WeChat"))
@click.option(
    "--base-url", metavar=say("URL"), help=say("the reading room's public address, as https://archive.example.org")
)
@click.option(
    "--bundle", is_flag=True, help=say("write a folder with the document and the copies that its links lead to")
)
@force_option
@as_json_option
def restore(
    file: Path, out: Path, base_url: str | None, *, only_gone: bool, bundle: bool, force: bool, as_json: bool
) -> None:
    """Restore a bulletin."""
    from crawler.restore_command import Wish, run_restore

    wish = Wish(base_url=base_url, bundle=bundle, only_gone=only_gone, force=force)
    run_restore(settings(), file, out, wish, as_json=as_json)


@command(
    "Write a package of kept articles: a WARC (`warc`), a folder that opens from disk (`site`), or an HTML file of "
    "each (`html`)."
)
@click.argument("form", metavar=say("FORMAT"), type=click.Choice(EXPORT_FORMATS))
@click.option(
    "--out",
    metavar=say("PATH"),
    required=True,
    type=FILE,
    help=say("the file or folder to write"),
)
@click.option(
    "--bulletin",
    "bulletins",
    metavar=say("BULLETIN"),
    multiple=True,
    help=say("only what this bulletin cites (its id or its file)"),
)
@click.option("--url", "urls", metavar=say("URL"), multiple=True, help=say("only this article"))
@click.option("--since", metavar=say("YYYY-MM-DD"), type=DAY, help=say("bulletins of this day or later"))
@click.option("--until", metavar=say("YYYY-MM-DD"), type=DAY, help=say("bulletins of this day or earlier"))
@as_json_option
def export(
    form: str,
    out: Path,
    bulletins: tuple[str, ...],
    urls: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Export articles."""
    from crawler.commands import Selection, run_export

    selection = Selection(
        bulletins=bulletins,
        urls=urls,
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
    run_export(settings(), form, out, selection, as_json=as_json)


@command("Open the reading room: the archive in a browser.")
@click.option("--host", metavar=say("ADDRESS"), help=say("the address to listen on"))
@click.option(
    "--port", metavar=say("PORT"), type=click.IntRange(0, 65535), help=say("the port to listen on; 0 takes a free one")
)
def serve(host: str | None, port: int | None) -> None:
    """Serve the reading room."""
    from crawler.web.serving import serve as serve_archive

    config = settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve_archive(config.model_copy(update={"web": config.web.model_copy(update=given)}))


@command("Check every kept file against its name, and every record against its files.")
@as_json_option
def verify(*, as_json: bool) -> None:
    """Audit the archive's fixity."""
    from crawler.forms import verification_form
    from crawler.showing.terminal import bar
    from crawler.showing.upkeep import show_verification

    started = time.monotonic()
    with open_archive(settings()) as archive, bar() as progress:
        task = progress.add_task(say("Checking"), total=None)
        found = archive.verify(progress=lambda done, of: progress.update(task, completed=done, total=of))
    seconds = time.monotonic() - started
    if as_json:
        emit(verification_form(found, seconds))
    else:
        show_verification(found, seconds)
    raise click.exceptions.Exit(FAILED if found.faults else DONE)


@command("Remove articles that must not be shown any more: text, search entries and pictures go, a note stays.")
@click.argument("urls", metavar=say("URL…"), nargs=-1, required=True)
@click.option("--reason", metavar=say("REASON"), help=say("why; readers who follow a link to the article see it"))
@click.option(
    "--by", metavar=say("WHO"), help=say("who decides (otherwise the name of the account that you are logged in with)")
)
@click.option("--lift", is_flag=True, help=say("let withdrawn articles be shown and visited again"))
@click.option("--yes", "is_sure", is_flag=True, help=say("do not ask"))
@as_json_option
def withdraw(
    urls: tuple[str, ...], reason: str | None, by: str | None, *, lift: bool, is_sure: bool, as_json: bool
) -> None:
    """Withdraw articles, or lift their withdrawal."""
    from crawler.review_command import word_of
    from crawler.withdraw_command import run_lift, run_withdraw

    if lift:
        run_lift(settings(), urls, word_of(by, reason), as_json=as_json)
    else:
        run_withdraw(settings(), urls, word_of(by, reason), is_sure=is_sure, as_json=as_json)


@command("Bring an archive of an older wxmirror up to date; its database is copied aside first.")
@click.option(
    "--copied", "is_copied", is_flag=True, help=say("the database was copied by other means: make no copy of it")
)
@as_json_option
def migrate(*, is_copied: bool, as_json: bool) -> None:
    """Migrate the archive."""
    from storage.archive import Archive

    config = settings()
    Archive.open(config.folder, database_url=config.archive.database_url, writing=True, is_copied=is_copied).close()
    if as_json:
        emit({"archive": str(config.folder)})
    else:
        print(say("The archive in {place} is up to date.", place=config.folder))  # noqa: T201


@command("Take less disk: keep pages against what they share with others. Their bytes stay the same.")
@as_json_option
def repack(*, as_json: bool) -> None:
    """Repack the archive's pages."""
    from crawler.commands import run_repack

    run_repack(settings(), as_json=as_json)


@command("Read kept pages again with the present reader; what is understood better is shown, and nothing is lost.")
@click.argument("named", metavar=say("[URL, BULLETIN or PAGE]…"), nargs=-1)
@click.option("--dry-run", is_flag=True, help=say("show what would be understood differently, and write nothing"))
@as_json_option
def reread(named: tuple[str, ...], *, dry_run: bool, as_json: bool) -> None:
    """Read kept pages again."""
    from crawler.rereading_command import run_reread

    raise click.exceptions.Exit(run_reread(settings(), named, dry_run=dry_run, as_json=as_json))


# ---- the sources


@app.group(
    invoke_without_command=True,
    cls=House,
    help=say(
        "Show how each followed source stands, and what to do about one that fails.\n\n"
        "`wxmirror sources try` asks them now, as a crawl would, and keeps nothing."
    ),
    short_help=say("Show how each followed source stands, and what to do about one that fails."),
    options_metavar=say("[OPTIONS]"),
    subcommand_metavar=say("COMMAND …"),
)
@as_json_option
@click.pass_context
def sources(ctx: click.Context, *, as_json: bool) -> None:
    """Show the sources."""
    if ctx.invoked_subcommand is None:
        from crawler.sources_command import run_sources

        run_sources(settings(), as_json=as_json)


TRY = say("Ask a source now (without a name: every one), show what it would give, and keep nothing.")


@sources.command(name="try", help=TRY, short_help=TRY, options_metavar=say("[OPTIONS]"))
@click.argument("name", metavar=say("[NAME]"), required=False)
@as_json_option
def try_source(name: str | None, *, as_json: bool) -> None:
    """Try a source."""
    from crawler.sources_command import run_try

    raise click.exceptions.Exit(run_try(settings(), name, as_json=as_json))


# ---- what needs a person

bulletin_option = click.option(
    "--bulletin", metavar=say("BULLETIN"), help=say("only this bulletin (its id or its file)")
)
by_option = click.option(
    "--by", metavar=say("WHO"), help=say("who decides (otherwise the name of the account that you are logged in with)")
)
reason_option = click.option("--reason", metavar=say("REASON"), help=say("why, for those who look at it later"))


@app.group(
    invoke_without_command=True,
    cls=House,
    help=say(
        "List what needs a person, and keep what a person decides.\n\n"
        "`wxmirror review` lists citations whose item is not sure or whose address is broken, and articles that no "
        "visit can settle; `place`, `ignore` and `undo` decide about them by the names in the list."
    ),
    short_help=say("List what needs a person, and keep what a person decides."),
    options_metavar=say("[OPTIONS]"),
    subcommand_metavar=say("COMMAND …"),
)
@bulletin_option
@click.option("--all", "every", is_flag=True, help=say("every citation, also those that need nobody"))
@as_json_option
@click.pass_context
def review(ctx: click.Context, bulletin: str | None, *, every: bool, as_json: bool) -> None:
    """List what needs a person."""
    if ctx.invoked_subcommand is None:
        from crawler.review_command import run_list

        run_list(settings(), bulletin, every=every, as_json=as_json)


def review_command(sentence: str, /) -> Callable[[Callable[..., None]], click.Command]:
    """Make a function a command of ``review``, with this sentence as its help."""
    words = say(sentence)
    return review.command(help=words, short_help=words, options_metavar=say("[OPTIONS]"))


@review_command("Put a citation into an item of its bulletin, by the item's number.")
@click.argument("named", metavar=say("NAME or URL"))
@click.argument("item", metavar=say("ITEM"), type=click.IntRange(1))
@bulletin_option
@by_option
@reason_option
@as_json_option
def place(named: str, item: int, bulletin: str | None, by: str | None, reason: str | None, *, as_json: bool) -> None:
    """Put a citation into an item."""
    from crawler.review_command import run_place, word_of

    run_place(settings(), named, item, bulletin, word_of(by, reason), as_json=as_json)


@review_command("Take citations or articles off the list; they stay as they are.")
@click.argument("named", metavar=say("NAME or URL…"), nargs=-1, required=True)
@bulletin_option
@by_option
@reason_option
@as_json_option
def ignore(named: tuple[str, ...], bulletin: str | None, by: str | None, reason: str | None, *, as_json: bool) -> None:
    """Take citations or articles off the list."""
    from crawler.review_command import run_ignore, word_of

    run_ignore(settings(), named, bulletin, word_of(by, reason), as_json=as_json)


@review_command("Take back what was decided last; what was decided before that counts again.")
@click.argument("named", metavar=say("NAME or URL…"), nargs=-1, required=True)
@bulletin_option
@by_option
@as_json_option
def undo(named: tuple[str, ...], bulletin: str | None, by: str | None, *, as_json: bool) -> None:
    """Take decisions back."""
    from crawler.review_command import run_undo, word_of

    run_undo(settings(), named, bulletin, word_of(by, None), as_json=as_json)


@review_command("List what people decided: who, when and why, the newest first.")
@bulletin_option
@as_json_option
def decisions(bulletin: str | None, *, as_json: bool) -> None:
    """List what people decided."""
    from crawler.review_command import run_decisions

    run_decisions(settings(), bulletin, as_json=as_json)


@review_command("List which files were told to be one bulletin in several forms, why, and by whom.")
@as_json_option
def forms(*, as_json: bool) -> None:
    """List what was joined."""
    from crawler.forms_command import run_forms

    run_forms(settings(), as_json=as_json)


@review_command("Join two bulletins that are one in two forms, as a PDF and a web page.")
@click.argument("one", metavar=say("BULLETIN"))
@click.argument("other", metavar=say("BULLETIN"))
@by_option
@as_json_option
def join(one: str, other: str, by: str | None, *, as_json: bool) -> None:
    """Join two bulletins."""
    from crawler.forms_command import run_join
    from crawler.review_command import word_of

    run_join(settings(), one, other, word_of(by, None), as_json=as_json)


@review_command("Take a form out of its bulletin again: it is a bulletin by itself, and stays one.")
@click.argument("bulletin", metavar=say("BULLETIN"))
@by_option
@as_json_option
def part(bulletin: str, by: str | None, *, as_json: bool) -> None:
    """Take bulletins apart."""
    from crawler.forms_command import run_part
    from crawler.review_command import word_of

    run_part(settings(), bulletin, word_of(by, None), as_json=as_json)


if __name__ == "__main__":
    main()
