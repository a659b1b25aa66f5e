from __future__ import annotations

import pytest

from tests.ids import unreadable


def test_each_row_of_a_table_has_a_name_that_says_something(
    request: pytest.FixtureRequest,
) -> None:
    """All tests that were collected with this one."""
    assert list(unreadable(request.session.items)) == []
