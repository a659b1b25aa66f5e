"""A failure is named by its code, or else by its kind."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.ending import failed
from langchain_sse_chat.serve.failure.failure import Failure


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        pytest.param("upstream_timeout", "failed:upstream_timeout", id="code"),
        pytest.param(None, "failed:server_error", id="no code"),
    ],
)
def test_a_failure_is_named(code: str | None, ending: str) -> None:
    assert failed(Failure(500, "Sorry.", "server_error", code)) == ending
