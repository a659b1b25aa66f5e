from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ProtocolError,
    StreamError,
    TimedOutError,
)
from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.questions import FIELDS, MAIN, MODELS, UNASKED
from langchain_sse_chat.probe.seen import Seen
from langchain_sse_chat.probe.session import Session
from tests.unit_tests.probe.answers import refused, streamed, texts, whole


def session(max_requests: int = 15, max_tokens: int = 2000, **rest: Any) -> Session:
    return Session("m", max_requests, max_tokens, "http://x/v1", **rest)


def answered(ask: Ask) -> Seen:
    return streamed(ask.name, texts("a"), asked=ask).seen


def rejected(ask: Ask, words: str, status: int = 400) -> Seen:
    return refused(ask.name, words, status, asked=ask).seen


def run(one: Session, refusals: dict[str, str] | None = None) -> list[Ask]:
    """Ask everything; a body with a field of `refusals` is refused."""
    sent = []
    while (ask := one.next()) is not None:
        sent.append(ask)
        assert len(sent) < 100
        named = [name for name in refusals or {} if name in (ask.body or {})]
        words = (refusals or {}).get(named[0]) if named else None
        one.add(rejected(ask, words) if words else answered(ask))
    return sent


def test_all_questions_are_asked() -> None:
    one = session()
    assert len(run(one)) == one.requests == 15
    assert one.tokens <= 2000


@pytest.mark.parametrize("limit", [2, 5, 14, 15, 30])
def test_no_more_requests_are_sent_than_allowed(limit: int) -> None:
    refusals = {
        name: f"'{name}' is not supported"
        for name in ("max_tokens", "stream_options", "seed", "n", "logprobs", "stop")
    }
    one = session(limit)
    assert len(run(one, refusals)) == one.requests <= limit


@pytest.mark.parametrize("limit", [200, 500, 1000])
def test_questions_that_cost_too_much_are_left_out(limit: int) -> None:
    one = session(max_tokens=limit)
    run(one)
    assert one.tokens <= limit
    assert MAIN in one.answers


def test_tokens_are_those_that_the_server_counted() -> None:
    one = session()
    models, main = one.next(), one.next()
    assert models
    assert main
    one.add(answered(models))
    usage = {"choices": [], "usage": {"total_tokens": 1990}}
    one.add(streamed(MAIN, [*texts("a"), usage], asked=main).seen)
    assert one.tokens == 1990
    assert one.next() is None


@pytest.mark.parametrize("limits", [(1, 2000), (0, 2000), (15, 100), (15, -1)])
def test_limits_leave_room_for_the_main_question(limits: tuple[int, int]) -> None:
    with pytest.raises(ConfigurationError, match="needs"):
        session(*limits)


def test_a_refused_option_is_left_out() -> None:
    one = session()
    sent = run(one, {"stream_options": "include_usage: extra fields not permitted"})
    assert [ask.name for ask in sent[:3]] == [MODELS, MAIN, MAIN]
    assert "stream_options" not in (sent[2].body or {})
    assert one.answers[MAIN].seen.ask.refused.keys() == {"stream_options"}


def test_the_other_name_of_the_limit_is_used_from_then_on() -> None:
    words = "'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    one = session()
    sent = run(one, {"max_tokens": words})
    assert sum("max_tokens" in (ask.body or {}) for ask in sent) == 1
    assert one.answers[MAIN].seen.ask.refused == {"max_tokens": words}


def test_the_usual_name_of_the_limit_is_used_if_the_other_is_refused() -> None:
    one = session()
    run(one, {"max_completion_tokens": "max_completion_tokens: unknown"})
    assert one.answers[UNASKED].seen.ask.body == {
        **(one.answers[UNASKED].seen.ask.body or {}),
        "max_tokens": 9,
    }


def test_several_refused_fields_are_left_out_one_after_the_other() -> None:
    one = session(20)
    run(one, {"logprobs": "logprobs: no", "n": "'n' must be 1"})
    assert one.answers[FIELDS].seen.ask.refused.keys() == {"logprobs", "n"}


def test_a_refusal_that_names_nothing_is_the_answer() -> None:
    one = session()
    run(one, {"logprobs": "bad request"})
    assert one.answers[FIELDS].error == "bad request"


def main_of(one: Session) -> Ask:
    models = one.next()
    assert models
    one.add(answered(models))
    main = one.next()
    assert main
    return main


def test_the_error_of_the_main_question_is_raised() -> None:
    one = session()
    main = main_of(one)
    error = AuthenticationError("bad key")
    with pytest.raises(AuthenticationError, match="bad key"):
        one.add(rejected(main, "bad key", 401), error)


def test_a_page_is_no_chat_server_and_shows_no_secret() -> None:
    one = session(redact=lambda text: text.replace("secret", "***"))
    main = main_of(one)
    html = {"content-type": "text/html"}
    page = Seen(main, 200, html, ((0.0, b"<html> secret </html>"),))
    with pytest.raises(ProtocolError, match=r"'text/html'.*<html> \*\*\* </html>"):
        one.add(page)


def test_an_empty_response_is_no_chat_server() -> None:
    one = session()
    with pytest.raises(ProtocolError, match="missing"):
        one.add(Seen(main_of(one), 200))


def test_an_error_with_status_200_is_raised() -> None:
    one = session()
    main = main_of(one)
    broken = streamed(MAIN, [{"error": {"message": "no credit"}}], asked=main)
    with pytest.raises(StreamError, match="no credit"):
        one.add(broken.seen)


def test_a_server_that_cannot_be_reached_ends_everything() -> None:
    one = session()
    models = one.next()
    assert models
    with pytest.raises(ConnectionFailedError):
        one.add(Seen(models, error="no host"), ConnectionFailedError("no host"))


def test_later_failures_end_nothing() -> None:
    one = session()
    main = main_of(one)
    one.add(answered(main))
    later = one.next()
    assert later
    one.add(Seen(later, error="reset"), ConnectionFailedError("reset"))
    assert one.next() is not None


def test_a_list_of_models_that_times_out_ends_nothing() -> None:
    one = session()
    models = one.next()
    assert models
    one.add(Seen(models, error="late"), TimedOutError("late"))
    assert one.next() is not None


def test_a_refused_request_takes_no_tokens() -> None:
    one = session()
    main = main_of(one)
    one.add(answered(main))
    before = one.tokens
    later = one.next()
    assert later
    one.add(whole(later.name, {"error": "busy"}, 503, asked=later).seen)
    assert one.tokens == before
