from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from langchain_sse_chat.cli.chat.figures import figures
from langchain_sse_chat.progress import ProgressStats, StreamProgress

STATS = replace(
    StreamProgress().stats(),
    tokens=1200,
    tokens_per_second=41.6,
    time_to_first_token=0.25,
)


def answer(**metadata: Any) -> AIMessage:
    return AIMessage("", response_metadata=metadata)


@pytest.mark.parametrize(
    ("stats", "answers", "line"),
    [
        pytest.param(StreamProgress().stats(), [], "", id="nothing"),
        pytest.param(
            STATS,
            [answer(cost="?")],
            "first token after 250 ms, 1,200 tokens, 42 tokens a second",
            id="without a cost",
        ),
        pytest.param(
            replace(STATS, tokens=1, time_to_first_token=2.04),
            [answer(cost=0.5, cost_currency="USD"), answer(cost=1)],
            "first token after 2.0 s, 1 token, 42 tokens a second, "
            "0.500000 USD, 1.000000",
            id="costs",
        ),
        pytest.param(
            replace(STATS, tokens=0, time_to_first_token=None),
            [answer(cost=0.001, cost_currency="RUB")] * 2,
            "0.002000 RUB",
            id="a sum",
        ),
    ],
)
def test_the_line(stats: ProgressStats, answers: list[AIMessage], line: str) -> None:
    assert figures(stats, answers) == line
