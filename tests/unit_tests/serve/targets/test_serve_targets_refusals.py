from __future__ import annotations

import pytest

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.refusals import (
    as_sent,
    check_demands,
    ignored_options,
)
from tests.served_answers import request_of


def test_a_demand_is_refused_unless_it_is_accepted() -> None:
    request = request_of(n=2)
    check_demands(request, "graph", ["n"])
    with pytest.raises(RequestRefused, match="graph") as caught:
        check_demands(request, "graph", [])
    assert caught.value.failure.code == "unsupported_parameter"


def test_options_are_ignored_unless_they_are_accepted() -> None:
    request = request_of(options={"seed": 1, "user": "u"}, metadata={"a": "b"})
    assert ignored_options(request, ["user"]) == ("metadata", "seed")
    assert ignored_options(request_of(), []) == ()


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_limit_on_tokens_has_the_name_that_the_client_used(name: str) -> None:
    assert as_sent(["max_tokens", "a"], request_of(fields={name: 1})) == ("a", name)
