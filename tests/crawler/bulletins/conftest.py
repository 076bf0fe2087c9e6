"""The labelled set's score, kind by kind, at the end of a run."""

from __future__ import annotations

from collections import Counter

import pytest

SCORE = "score of the labelled set"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for every kind of bulletin that was judged, and one for all together."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    kinds: dict[str, Counter[str]] = {}
    for report in reports:
        for name, score in getattr(report, "user_properties", ()):
            if name == SCORE:
                figures = {column: figure for column, figure in score.items() if column != "kind"}
                kinds.setdefault(score["kind"], Counter()).update(figures)
    if not kinds:
        return
    kinds["all"] = sum(kinds.values(), Counter())
    terminalreporter.section("bulletins: the labelled set")
    columns = ("issues", "citations", "found", "placed right", "sure", "sure and wrong")
    terminalreporter.write_line(f"{'kind':18}" + "".join(f"{column:>16}" for column in columns))
    for kind, counted in kinds.items():
        terminalreporter.write_line(f"{kind:18}" + "".join(f"{counted[column]:>16}" for column in columns))
