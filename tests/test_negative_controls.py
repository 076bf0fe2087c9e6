"""Each guard has a negative control: with the guard switched off, what its test looks for does happen.

The controls stand beside the tests of their guards and are all named ``test_negative_control_…``, so that
``pytest -k negative_control`` runs every one. This table says which guard has which.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CONTROLS = {
    "the network guard": ("stories/test_trouble.py", "without_the_guard_a_redirect_leads_anywhere"),
    "the breaker": ("stories/test_trouble.py", "without_the_breaker_every_article_meets_the_captcha"),
    "the breaker's count": ("crawler/test_pacing.py", "with_a_breaker_that_forgets_the_night_never_ends"),
    "the crawl's lock": ("stories/test_trouble.py", "without_the_lock_a_second_crawl_visits_as_well"),
    "bytes first, row second": ("storage/test_ordering.py", "with_rows_before_bytes_a_cut_leaves_rows_without_bytes"),
    "flushed before it is named": (
        "storage/test_ordering.py",
        "without_flushing_a_power_cut_would_leave_rows_without_bytes",
    ),
    "reading back before the old form goes": (
        "storage/test_repacking.py",
        "without_reading_back_a_page_would_be_lost",
    ),
    "the copies' policy (CSP)": (
        "crawler/web/test_browser.py",
        "without_rewriting_and_policy_probes_run_and_reach_the_world",
    ),
    "the copies' rewriting": ("crawler/mirror/test_rewrite.py", "without_rewriting_the_raw_page_leaks"),
    "what makes a new snapshot": ("crawler/mirror/test_versions.py", "what_an_author_changes_makes_one"),
    "the end of a stubborn crawl": ("test_scheduler.py", "a_stubborn_child_outlives_a_mere_request"),
    "what a list may not hold": (
        "crawler/sources/test_lists.py",
        "a_document_type_alone_is_no_reason_to_refuse",
    ),
    "the layers": ("test_layers.py", "an_import_that_points_up_is_noticed"),
}


@pytest.mark.parametrize(("file", "name"), CONTROLS.values(), ids=CONTROLS)
def test_each_guard_has_its_negative_control(file: str, name: str) -> None:
    assert f"def test_negative_control_{name}(" in (TESTS / file).read_text("utf-8")


def test_every_negative_control_is_in_the_table() -> None:
    named = {(file, f"test_negative_control_{name}") for file, name in CONTROLS.values()}
    written = {
        (file.relative_to(TESTS).as_posix(), name)
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_negative_control_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert written == named
