"""A second process that takes no time to begin."""

import pytest

from crawler import child
from tests.commanding import ForkedChild
from tests.conftest import is_ci


@pytest.fixture
def quick_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test's own process begins as its second one is forked; with CI=true it is begun as in real life."""
    if not is_ci():
        monkeypatch.setattr(child, "begun", ForkedChild)
