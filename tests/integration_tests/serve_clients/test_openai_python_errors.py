"""OpenAI's SDK for Python learns what failed, and retries what may succeed."""

from __future__ import annotations

import contextlib
from typing import Any

import openai
import pytest
from openai import OpenAI

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.relay import MESSAGES, Relay, relaying

BOTH = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


def ask(relay: Relay, **settings: Any) -> Any:
    """Return the chunks of an answer, or the answer."""
    key = settings.pop("api_key", relay.key)
    model = settings.pop("model", "m")
    messages = settings.pop("messages", MESSAGES)
    with OpenAI(base_url=relay.base_url, api_key=key) as client:
        answer = client.chat.completions.create(
            model=model, messages=messages, **settings
        )
        return list(answer) if settings.get("stream") else answer


@BOTH
@pytest.mark.parametrize(
    ("reply", "kind", "code", "requests"),
    [
        pytest.param(
            Reply.status(400, error="The temperature is too high."),
            openai.BadRequestError,
            None,
            1,
            id="invalid request",
        ),
        pytest.param(
            Reply.status(
                400,
                error={
                    "message": "This model's maximum context length is 8 tokens.",
                    "code": "context_length_exceeded",
                },
            ),
            openai.BadRequestError,
            "context_length_exceeded",
            1,
            id="too long",
        ),
        pytest.param(
            Reply.status(401),
            openai.InternalServerError,
            "upstream_refused",
            1,
            id="key of the server refused",
        ),
        pytest.param(
            Reply.status(404),
            openai.InternalServerError,
            "upstream_refused",
            1,
            id="model of the server unknown",
        ),
        pytest.param(
            Reply.status(429, headers={"retry-after": "0"}),
            openai.RateLimitError,
            "rate_limit_exceeded",
            3,
            id="rate limit",
        ),
        pytest.param(
            Reply.status(500),
            openai.InternalServerError,
            "upstream_error",
            3,
            id="server broken",
        ),
        pytest.param(
            Reply.sse(b"", cut_after=0),
            openai.InternalServerError,
            "upstream_error",
            3,
            id="no answer",
        ),
    ],
)
def test_a_failure_upstream_has_its_class_and_its_retries(
    relay: Relay,
    upstream: ScriptedServer,
    *,
    reply: Reply,
    kind: type[openai.APIStatusError],
    code: str | None,
    requests: int,
    stream: bool,
) -> None:
    upstream.script(*[reply] * 3)

    with pytest.raises(kind) as caught:
        ask(relay, stream=stream)

    assert caught.value.code == code
    assert caught.value.request_id
    assert "sk-of-the-server" not in str(caught.value)
    assert len(upstream.requests) == requests


@BOTH
@pytest.mark.parametrize(
    ("settings", "kind", "param"),
    [
        pytest.param({"api_key": "no"}, openai.AuthenticationError, None, id="key"),
        pytest.param({"model": "n"}, openai.NotFoundError, "model", id="model"),
        pytest.param(
            {"temperature": "hot"}, openai.BadRequestError, "temperature", id="field"
        ),
        pytest.param(
            {"messages": [*MESSAGES, {"role": "judge", "content": "?"}]},
            openai.BadRequestError,
            "messages[1]",
            id="role",
        ),
        pytest.param(
            {"messages": []}, openai.BadRequestError, "messages", id="no messages"
        ),
    ],
)
def test_a_refused_request_is_sent_once(
    relay: Relay,
    upstream: ScriptedServer,
    *,
    settings: dict[str, Any],
    kind: type[openai.APIStatusError],
    param: str | None,
    stream: bool,
) -> None:
    with pytest.raises(kind) as caught:
        ask(relay, stream=stream, **settings)

    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"
    assert not upstream.requests


def test_a_retry_after_a_rate_limit_gets_the_answer(
    relay: Relay, upstream: ScriptedServer
) -> None:
    limit = Reply.status(429, headers={"retry-after": "0"})
    upstream.script(limit, limit, Reply.text(["Hello"]))

    chunks = ask(relay, stream=True)

    assert chunks[1].choices[0].delta.content == "Hello"
    assert len(upstream.requests) == 3


def test_an_answer_that_breaks_off_is_an_error_after_its_text(
    relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(["Hel", "lo", " you"], cut_after=2))
    seen: list[str | None] = []

    with (
        OpenAI(base_url=relay.base_url, api_key=relay.key) as client,
        pytest.raises(openai.APIError) as caught,
    ):
        seen.extend(
            chunk.choices[0].delta.content
            for chunk in client.chat.completions.create(
                model="m", messages=MESSAGES, stream=True
            )
        )

    assert caught.value.code == "upstream_error"
    assert [text for text in seen if text] == ["Hel", "lo"]
    assert len(upstream.requests) == 1


def test_an_answer_that_breaks_off_is_an_error_of_the_stream_helper_too(
    relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(["Hel", "lo", " you"], cut_after=2))
    with (
        OpenAI(base_url=relay.base_url, api_key=relay.key) as client,
        client.chat.completions.stream(model="m", messages=MESSAGES) as stream,
        pytest.raises(openai.APIError),
    ):
        stream.until_done()


def test_a_client_that_leaves_stops_the_model(
    relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(["Hel", "lo"], stall_after=2))
    with OpenAI(base_url=relay.base_url, api_key=relay.key) as client:
        stream = client.chat.completions.create(
            model="m", messages=MESSAGES, stream=True
        )
        next(stream)
        stream.close()
        assert upstream.wait_for_disconnect(5)


def test_a_client_that_is_out_of_patience_stops_the_model(
    relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(["Hello"], stall_after=0))
    with (
        OpenAI(
            base_url=relay.base_url, api_key=relay.key, timeout=0.5, max_retries=0
        ) as client,
        contextlib.suppress(openai.APITimeoutError),
    ):
        client.chat.completions.create(model="m", messages=MESSAGES)
    assert upstream.wait_for_disconnect(5)


@pytest.mark.parametrize("helper", [False, True], ids=["iterated", "helper"])
def test_keep_alives_before_and_in_an_answer_change_nothing(
    upstream: ScriptedServer, *, helper: bool
) -> None:
    upstream.script(
        Reply.text(["Hel", "lo"], first_delay=0.3, delay=0.2, tool_calls=[])
    )
    with (
        relaying(upstream, commit_after=0.05, keep_alive=0.05) as relay,
        OpenAI(base_url=relay.base_url, api_key=relay.key) as client,
    ):
        if helper:
            with client.chat.completions.stream(model="m", messages=MESSAGES) as stream:
                message = stream.get_final_completion().choices[0].message
                assert (message.role, message.content) == ("assistant", "Hello")
            return
        chunks = list(
            client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        )
    texts = [chunk.choices[0].delta.content for chunk in chunks]
    assert "".join(text for text in texts if text) == "Hello"
    assert len(chunks) > 5
