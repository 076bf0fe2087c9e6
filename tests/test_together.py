"""What is costly is made once in a run of several processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.together import FEW, TOGETHER, group_of


@pytest.mark.parametrize("beginning", [each for group in (TOGETHER | FEW).values() for each in group])
def test_each_group_names_tests_that_there_are(beginning: str) -> None:
    place, _, name = beginning.partition("::")
    assert (ROOT / place).exists()
    assert not name or f"def {name}" in (ROOT / place).read_text("utf-8")


def test_the_others_are_shared_out_one_by_one() -> None:
    alone = "tests/crawler/wechat/test_reading.py::test_mutated_pages_are_read_without_an_exception"
    assert group_of(alone, TOGETHER) == alone


TWO = """
import os, pytest
@pytest.mark.parametrize("number", range(4))
def test_each(number, tmp_path_factory):
    (tmp_path_factory.getbasetemp().parent / f"{number}.{os.getpid()}").touch()
"""


@pytest.mark.long
def test_a_group_goes_to_one_process(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_layers.py").write_text(TWO)
    (tmp_path / "conftest.py").write_text(
        "from tests.together import scheduler\n"
        "def pytest_xdist_make_scheduler(config, log): return scheduler(config, log, is_ci=False)\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        *["-q", "-n", "2", "--dist", "loadgroup", "--basetemp", "made", "-p", "no:cacheprovider"],
    ]
    told = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert "4 passed" in told.stdout
    assert len({file.suffix for file in (tmp_path / "made").glob("*.*")}) == 1
