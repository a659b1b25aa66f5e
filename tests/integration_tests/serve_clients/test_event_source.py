"""Programs and pages without an SDK: `fetch`, `EventSource`, and a loop over lines."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any
from urllib.parse import quote

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.node import Node
from tests.integration_tests.serve_clients.relay import (
    CALLS,
    MESSAGES,
    REASONING,
    TOKENS,
    Relay,
)

LINES = [token.replace("\r\n", "\n") for token in TOKENS]
"""The tokens as an event stream has them: with one kind of line end."""
QUESTION = f"/events?message={quote('Hello & goodbye?')}"
LINE_LOOP = r"""
curl --silent --no-buffer "$1" --header "Authorization: Bearer $2" \
    --header 'Content-Type: application/json' --data "$3" |
while IFS= read -r line; do
    case $line in
    'data: [DONE]') printf 'done\n' ;;
    'data: '*) printf '%s\n' "${line#data: }" ;;
    '') ;;
    *) printf 'unknown: %s\n' "$line" ;;
    esac
done
"""


def test_a_parser_over_fetch_reads_each_chunk(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING))
    body = {"model": "m", "messages": MESSAGES, "stream": True}

    got = node.run("fetch", url=f"{relay.base_url}/chat/completions", body=body)

    assert got["type"] == "text/event-stream; charset=utf-8"
    assert got["errors"] == []
    # Only `data`: an event type or an ID breaks some clients.
    assert [event.keys() for event in got["events"]] == [{"data"}] * len(got["events"])
    assert got["events"][-1]["data"] == "[DONE]"
    assert contents([event["data"] for event in got["events"][:-1]]) == TOKENS


def test_a_parser_over_fetch_reads_the_plain_wire(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING))

    got = node.run("fetch", url=f"{relay.url}/events", body={"message": "Hello"})

    assert got["errors"] == []
    events = [(event.get("event"), event["data"]) for event in got["events"]]
    assert [data for event, data in events if event == "reasoning"] == REASONING
    assert [data for event, data in events if event in (None, "message")] == LINES
    assert events[-1] == ("end", "".join(LINES))


def test_a_page_that_closes_at_the_end_asks_once(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING))

    got = node.run("page", url=relay.url + QUESTION, closes=True)

    assert got["pieces"] == LINES
    assert got["reasoning"] == REASONING
    assert got["ends"] == [got["shown"]] == ["".join(LINES)]
    assert got["statuses"] == [200]
    [request] = upstream.requests
    assert request.json()["messages"][-1]["content"] == "Hello & goodbye?"


def test_a_page_that_forgets_to_close_gets_no_second_answer(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS), Reply.text(["Again!"]))

    got = node.run("page", url=relay.url + QUESTION, closes=False)

    assert got["statuses"] == [200, 204]
    assert got["ends"] == ["".join(LINES)]
    assert len(upstream.requests) == 1


def test_a_page_sees_calls_for_it_whole(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(["Look:"], tool_calls=CALLS))

    got = node.run("page", url=relay.url + QUESTION, closes=True)

    tools = [
        {**tool, "arguments": json.loads(tool["arguments"])} for tool in got["tools"]
    ]
    assert tools == CALLS


@pytest.mark.parametrize("closes", [True, False], ids=["closes", "forgets"])
def test_a_page_sees_that_an_answer_failed(
    node: Node, relay: Relay, upstream: ScriptedServer, *, closes: bool
) -> None:
    upstream.script(Reply.text(TOKENS, cut_after=2), Reply.text(["Again!"]))

    got = node.run("page", url=relay.url + QUESTION, closes=closes)

    assert got["pieces"] == LINES[:2]
    assert got["ends"] == []
    assert got["failures"][0]["error"]["code"] == "upstream_error"
    assert got["statuses"] == ([200] if closes else [200, 204])
    assert len(upstream.requests) == 1


def test_a_page_whose_answer_fails_before_its_first_token_asks_once(
    node: Node, relay: Relay, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.status(500), Reply.text(["Again!"]))

    got = node.run("page", url=relay.url + QUESTION, closes=False)

    assert got["statuses"] == [502]
    assert len(upstream.requests) == 1


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("cut_after", [None, 2], ids=["complete", "breaks off"])
def test_a_loop_over_the_lines_of_curl_reads_each_chunk(
    relay: Relay, upstream: ScriptedServer, cut_after: int | None
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING, cut_after=cut_after))
    body: dict[str, Any] = {"model": "m", "messages": MESSAGES, "stream": True}
    url = f"{relay.base_url}/chat/completions"

    read = subprocess.run(  # noqa: S603  our own loop
        ["/bin/sh", "-c", LINE_LOOP, "sh", url, relay.key, json.dumps(body)],
        capture_output=True,
        timeout=60,
        check=True,
    )

    lines = read.stdout.decode().removesuffix("\n").split("\n")
    assert not [line for line in lines if line.startswith("unknown")]
    last = lines.pop()
    if cut_after is None:
        assert last == "done"
        assert contents(lines) == TOKENS
    else:
        assert json.loads(last)["error"]["code"] == "upstream_error"


def contents(lines: list[str]) -> list[str]:
    """Return the pieces of text of a stream's chunks."""
    deltas = [json.loads(line)["choices"][0]["delta"] for line in lines]
    return [delta["content"] for delta in deltas if delta.get("content")]
