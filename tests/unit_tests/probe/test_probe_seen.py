from __future__ import annotations

from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.seen import Seen


def test_the_body_is_all_that_came() -> None:
    seen = Seen(Ask("a"), 200, pieces=((0.1, b"ab"), (0.2, b"c")))
    assert seen.body == b"abc"


def test_only_2xx_is_a_success() -> None:
    assert Seen(Ask("a"), 204).has_success
    assert not Seen(Ask("a"), 301).has_success
    assert not Seen(Ask("a")).has_success
