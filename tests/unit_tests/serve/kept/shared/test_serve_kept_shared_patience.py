"""A trouble is waited out for a while."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.kept.shared.patience import Patience, Trouble

CODES: dict[Trouble, tuple[int, str]] = {
    "unreachable": (503, "store_unreachable"),
    "lost": (404, "answer_not_kept"),
    "dead": (503, "worker_ended"),
}
SECONDS: dict[Trouble, float] = {"unreachable": 10, "lost": 3, "dead": 3}


@pytest.mark.parametrize("trouble", list(CODES))
def test_a_trouble_that_lasts_is_a_failure(trouble: Trouble) -> None:
    patience = Patience()
    lasts = SECONDS[trouble]
    assert patience.failure(None, 5) is None
    assert patience.failure(trouble, 100) is None
    assert patience.failure(trouble, 99.9 + lasts) is None
    failure = patience.failure(trouble, 100 + lasts)
    assert failure is not None
    assert (failure.status, failure.code) == CODES[trouble]


def test_each_trouble_has_its_own_time() -> None:
    patience = Patience()
    assert patience.failure("dead", 0) is None
    assert patience.failure("lost", 2) is None
    assert patience.failure("dead", 4) is None
    assert patience.failure("dead", 6.9) is None
    assert patience.failure(None, 7) is None
    assert patience.failure("dead", 9.9) is None
    assert patience.failure("dead", 13) is not None
