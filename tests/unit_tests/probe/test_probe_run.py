from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    ConfigurationError,
    ConnectionFailedError,
    NotFoundError,
    ProtocolError,
    ServerError,
    TimedOutError,
)
from langchain_sse_chat.probe import ProbeReport, aprobe, probe
from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from tests.unit_tests.probe import servers
from tests.unit_tests.probe.answers import chunk, events, texts

pytestmark = pytest.mark.enable_socket

Probe = Callable[..., ProbeReport]

ALWAYS_CLEAR = {
    "tokens arrive one by one",
    "keep-alive comments",
    "under a key of its own",
    "in tags in the text",
    "seed",
}
"""Lines that the good server leaves open."""


def in_a_loop(**arguments: Any) -> ProbeReport:
    return asyncio.run(aprobe(**arguments))


@pytest.fixture(params=[probe, in_a_loop], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Probe:
    return functools.partial(request.param, model="m", api_key=servers.KEY)


def verdicts(report: ProbeReport) -> dict[str, str]:
    return {line.name: line.verdict for line in report.lines}


def evidence(report: ProbeReport, name: str) -> str:
    return {line.name: line.evidence for line in report.lines}[name]


def test_a_server_that_does_everything_gets_a_yes_everywhere(ask: Probe) -> None:
    with servers.server() as server:
        report = ask(base_url=server.base_url)
        found = verdicts(report)
    assert {name for name, each in found.items() if each != "yes"} == ALWAYS_CLEAR
    assert "no" not in found.values()
    assert report.requests == len(server.requests) == 15
    assert report.provider is None
    assert report.settings == {}


def test_more_requests_show_whether_a_seed_repeats_answers(ask: Probe) -> None:
    with servers.server() as server:
        report = ask(base_url=server.base_url, max_requests=18)
    assert report.verdict("seed") == "yes"
    assert report.tokens <= 2000


def test_the_program_of_the_report_runs(
    ask: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", servers.KEY)
    with servers.server() as server:
        report = ask(base_url=server.base_url, api_key_env="MY_KEY")
        names: dict[str, Any] = {}
        exec(compile(report.code, "code", "exec"), names)  # noqa: S102  it is tested
        chat = names["chat"]
        assert isinstance(chat, ChatSSE)
        assert chat.invoke("x").text.startswith("PROBE-7")
    assert servers.KEY not in report.code
    assert "MY_KEY" in report.code


def streamed(*chunks: Any, **options: Any) -> Reply:
    return servers.sse([*chunks], **options)


def without(field: str, words: str) -> Callable[[Request], Reply | None]:
    """Return a quirk: the server refuses a field."""

    def answer(request: Request) -> Reply | None:
        return servers.refusal(words) if field in request.settings() else None

    return answer


BODY = {"choices": [{"message": {"content": "1"}, "finish_reason": "stop"}]}
PROSE = streamed(*texts("I am fine."))
WORDS = streamed(*texts("quokka zephyr marzipan thimble"))
OTHERS = streamed(*texts("gazebo flotsam umlaut pumpernickel"))


def one_after_the_other(*replies: Reply) -> Callable[[Request], Reply]:
    """Return a quirk: equal requests get different answers."""
    given = iter(replies)
    return lambda request: next(given)


QUIRKS = [
    pytest.param({"main": Reply.json(BODY)}, ["streams"], id="no stream"),
    pytest.param(
        {"main": streamed(*texts("1"))}, ["usage when asked for"], id="no usage"
    ),
    pytest.param(
        {"every": without("stream_options", "stream_options: unknown")},
        ["usage when asked for"],
        id="refuses stream_options",
    ),
    pytest.param(
        {
            "every": without(
                "max_tokens", "Use 'max_completion_tokens', no 'max_tokens'"
            )
        },
        ["max_tokens"],
        id="refuses max_tokens",
    ),
    pytest.param({"required": PROSE}, ["tool_choice: required"], id="ignores required"),
    pytest.param({"named": PROSE}, ["tool_choice: by name"], id="ignores a name"),
    pytest.param(
        {"every": without("tools", "tools are not supported")},
        ["tool_choice: auto", "tool_choice: required", "tool_choice: by name"],
        id="no tools",
    ),
    pytest.param({"schema": PROSE}, ["json_schema with strict"], id="no schema"),
    pytest.param({"object": PROSE}, ["json_object"], id="no json_object"),
    pytest.param(
        {"every": without("logprobs", "logprobs: unknown")},
        ["logprobs"],
        id="refuses logprobs",
    ),
    pytest.param(
        {"fields": streamed(*texts("alpha beta gamma delta"))},
        ["logprobs", "n", "stop"],
        id="ignores fields",
    ),
    pytest.param(
        {"developer": servers.refusal("unknown role")},
        ["role developer"],
        id="no developer",
    ),
    pytest.param({"image": servers.refusal("text only", 404)}, ["images"], id="blind"),
    pytest.param(
        {"prefix": servers.refusal("prefix: extra fields not permitted", 422)},
        ["continues an answer"],
        id="no continuation",
    ),
    pytest.param({"key": None}, ["refuses a wrong key"], id="any key"),
    pytest.param({"unknown_model": PROSE}, ["refuses an unknown model"], id="model"),
    pytest.param({"bad_field": PROSE}, ["refuses a wrong value"], id="any value"),
    pytest.param({"seed": one_after_the_other(WORDS, OTHERS)}, ["seed"], id="no seed"),
    pytest.param({"models": Reply.status(404)}, ["lists models"], id="no models"),
]


@pytest.mark.parametrize(("quirks", "expected"), QUIRKS)
def test_a_quirk_is_a_no_in_its_own_line(
    quirks: dict[str, Any], expected: list[str]
) -> None:
    with servers.server(**quirks) as server:
        report = probe(
            model="m", base_url=server.base_url, api_key=servers.KEY, max_requests=20
        )
    found = {name for name, each in verdicts(report).items() if each == "no"}
    assert found == set(expected)
    compile(report.code, "code", "exec")


@pytest.mark.parametrize(
    ("quirks", "name"),
    [
        ({"main": streamed(*texts("1"), done=False)}, "[DONE] at the end"),
        ({"prefix": streamed(*texts("1"), done=False)}, "[DONE] at the end"),
        ({"main": streamed(*texts("1", finish=None))}, "finish reason"),
        ({"prefix": streamed(*texts("1", finish=None))}, "finish reason"),
        ({"unasked": PROSE}, "usage unasked"),
        ({"prefix": PROSE}, "usage unasked"),
    ],
    ids=[
        *("one without DONE", "another without DONE"),
        *("one without a reason", "another without a reason"),
        *("one without usage", "another without usage"),
    ],
)
def test_what_comes_in_some_streams_is_not_clear(
    quirks: dict[str, Any], name: str
) -> None:
    with servers.server(**quirks) as server:
        report = probe(model="m", base_url=server.base_url, api_key=servers.KEY)
    assert report.verdict(name) == "not clear"
    assert " streams" in evidence(report, name)


def test_what_comes_in_no_stream_is_a_no() -> None:
    bare = streamed(*texts("1", finish=None), done=False)
    with servers.server(every=lambda _: bare) as server:
        report = probe(model="m", base_url=server.base_url, api_key=servers.KEY)
    for name in ("[DONE] at the end", "finish reason", "usage unasked"):
        assert report.verdict(name) == "no"


def test_a_cache_does_not_make_a_seed() -> None:
    def cached(request: Request) -> Reply:
        key = json.dumps(request.json(), sort_keys=True)
        return streamed(*texts(f"quokka zephyr {key[::-1]}"))

    with servers.server(seed=cached, other_seed=cached) as server:
        report = probe(
            model="m", base_url=server.base_url, api_key=servers.KEY, max_requests=18
        )
    assert report.verdict("seed") == "no"


def test_reasoning_and_comments_are_found() -> None:
    body = b": wait\n\n" + b"".join(
        events([chunk(reasoning="hm"), *texts("1"), {"usage": servers.USAGE}])
    )
    with servers.server(main=Reply.sse(body)) as server:
        report = probe(model="m", base_url=server.base_url, api_key=servers.KEY)
    assert report.verdict("under a key of its own") == "yes"
    assert report.verdict("keep-alive comments") == "yes"
    assert "reasoning (2" in evidence(report, "under a key of its own")


def test_tags_become_a_setting() -> None:
    main = streamed(*texts("<think>", "hm", "</think>", "1"))
    with servers.server(main=main) as server:
        report = probe(model="m", base_url=server.base_url, api_key=servers.KEY)
    assert report.settings["reasoning_tags"] == ("<think>", "</think>")
    assert "reasoning_tags=('<think>', '</think>')" in report.code


@pytest.mark.parametrize("limit", [2, 3, 14])
def test_the_limit_on_requests_is_kept(ask: Probe, limit: int) -> None:
    refusing = without("stream_options", "stream_options: unknown")
    with servers.server(every=refusing) as server:
        report = ask(base_url=server.base_url, max_requests=limit)
        assert len(server.requests) == report.requests == limit


def test_a_server_that_writes_without_end_is_cut() -> None:
    endless = streamed(*texts(*["word " * 200] * 300))
    with servers.server(developer=endless) as server:
        report = probe(model="m", base_url=server.base_url, api_key=servers.KEY)
    assert report.verdict("role developer") == "not clear"


def test_a_request_that_fails_is_not_sent_again(ask: Probe) -> None:
    broken = Reply.sse(b"data: {}\n\n", reset_after=1)
    with servers.server(schema=broken) as server:
        report = ask(base_url=server.base_url)
        assert len(server.requests) == 15
    assert report.verdict("json_schema with strict") == "not clear"
    assert report.verdict("json_object") == "yes"


ECHO = Reply.status(400, error=f"Bad key {servers.KEY} and url-secret-123456789")


def test_no_key_is_shown(ask: Probe, tmp_path: Path) -> None:
    models = Reply.json({"data": [{"id": f"of {servers.KEY}"}]})
    prose = streamed(*texts(f"Your key is {servers.KEY}"))
    with servers.server(
        models=models, schema=ECHO, developer=prose, object=ECHO
    ) as server:
        report = ask(
            base_url=f"{server.base_url}?key=url-secret-123456789",
            default_headers={"X-Api-Key": "header-secret-123456"},
            record=tmp_path,
        )
        assert "key=url-secret" in server.requests[1].query
    shown = report.table() + json.dumps(report.as_dict())
    files = list(tmp_path.iterdir())
    shown += "".join(path.read_text(encoding="utf-8") for path in files)
    assert len(files) == 30
    for secret in (servers.KEY, "url-secret", "header-secret", "right-key"):
        assert secret not in shown


HTML = Reply.html("<html><body>Welcome sk-right-key-1234567890</body></html>")


@pytest.mark.parametrize(
    ("main", "error"),
    [
        pytest.param(HTML, ProtocolError, id="a page"),
        pytest.param(Reply.status(404), NotFoundError, id="status 404"),
        pytest.param(Reply.status(500), ServerError, id="status 500"),
        pytest.param(Reply.sse(b""), ProtocolError, id="empty"),
    ],
)
def test_what_is_no_chat_server_is_an_error(
    ask: Probe, main: Reply, error: type[Exception]
) -> None:
    with (
        servers.server(main=main) as server,
        pytest.raises(error) as raised,
    ):
        ask(base_url=server.base_url)
    assert servers.KEY not in str(raised.value)
    assert len(server.requests) == 2


def test_a_refused_key_is_an_error(ask: Probe) -> None:
    with (
        servers.server(key="another") as server,
        pytest.raises(AuthenticationError),
    ):
        ask(base_url=server.base_url)


def test_a_server_that_is_not_there_is_an_error(ask: Probe) -> None:
    with ScriptedServer() as server:
        url = server.base_url
    with pytest.raises(ConnectionFailedError):
        ask(base_url=url)


def test_a_silent_server_is_an_error(ask: Probe) -> None:
    silent = Reply.sse(b"data: {}\n\n", stall_after=0)
    with servers.server(main=silent) as server, pytest.raises(TimedOutError):
        ask(base_url=server.base_url, timeout=0.2)


def test_a_wrong_setting_is_an_error_before_any_request(ask: Probe) -> None:
    with pytest.raises(ConfigurationError):
        ask(provider="nobody")


def test_the_echo_server_is_probed(ask: Probe) -> None:
    with ScriptedServer() as server:
        report = ask(base_url=server.base_url)
    found = verdicts(report)
    assert found["streams"] == found["tool_choice: by name"] == "yes"
    assert found["refuses a wrong key"] == found["logprobs"] == "no"
    for name in ("images", "role system", "role developer", "continues an answer"):
        assert found[name] == "not clear"


def test_the_row_of_the_provider_is_named(ask: Probe) -> None:
    with servers.server() as server:
        report = ask(base_url=server.base_url, provider="vllm")
    assert report.provider == "vllm"
    assert "provider='vllm'" in report.code or "PROVIDERS['vllm']" in report.code
