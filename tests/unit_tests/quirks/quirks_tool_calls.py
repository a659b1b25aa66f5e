"""Tool calls."""

from __future__ import annotations

import json
from typing import Any

from tests.unit_tests.quirks.quirk import STOP, TOOLS, Quirk
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    Seen,
    call,
    calls,
    chunk,
    events,
)

ARGS = {"city": "Улан-Удэ"}
JSON = json.dumps(ARGS, ensure_ascii=False)
HEAD, TAIL = JSON[:4], JSON[4:]
TIME = '{"tz": "UTC"}'


def gives(*tool_calls: Any, reason: str | None = "tool_calls", **more: Any) -> Seen:
    """Return an answer with these calls: id, name and arguments of each."""
    return Seen(calls=list(tool_calls), finish_reason=reason, **more)


ONE = gives(("a1", "weather", ARGS))
TWO = gives(("a1", "weather", ARGS), ("a2", "time", {"tz": "UTC"}))
UNNAMED = gives((MADE_UP, "weather", ARGS), (MADE_UP, "time", {"tz": "UTC"}))

TOOL_CALLS = (
    Quirk(
        "pieces without an index are one call",
        "no `index` on the pieces of a call (Gemini, older Ollama, mistral.rs, SGLang)",
        "joins them by id, or adds them to the open call",
        events(
            [
                calls(call(NIL, "a1", "weather", HEAD)),
                calls(call(arguments=TAIL)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "pieces with a null index are one call",
        "`index: null`",
        "the same",
        events(
            [
                calls(call(None, "a1", "weather", HEAD)),
                calls(call(None, arguments=TAIL)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "calls without an index are told apart by id",
        "no `index` on several calls",
        "a new id begins a new call",
        events(
            [
                calls(call(NIL, "a1", "weather", JSON)),
                calls(call(NIL, "a2", "time", TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "calls whose arguments cannot be told apart are not valid",
        "all calls announced under one `index`, and then the arguments of each under "
        "an `index` of its own (relays)",
        "an `invalid_tool_call` each: the arguments may be those of another call",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(0, "a2", "time")),
                calls(call(0, arguments=JSON)),
                calls(call(1, arguments=TIME)),
                TOOLS,
            ]
        ),
        Seen(
            invalid=[
                ("a1", "weather", "{}"),
                ("a2", "time", JSON),
                (MADE_UP, None, TIME),
            ],
            finish_reason="tool_calls",
        ),
    ),
    Quirk(
        "a whole call that comes once more is one call",
        "a call sent again, whole and with the same id, in its last piece or after the "
        "finish reason",
        "uses it once",
        events(
            [
                calls(call(0, "a1", "weather", HEAD)),
                calls(call(0, arguments=TAIL)),
                calls(call(0, "a1", "weather", json.dumps(ARGS, indent=1))),
                calls(call(1, "a2", "time", TIME)),
                TOOLS,
                calls(call(0, "a1", "weather", JSON), call(1, "a2", "time", TIME)),
            ]
        ),
        TWO,
    ),
    Quirk(
        "a repeated name and id come once",
        "the name, or the id, on every piece (MiniMax on NVIDIA NIM, Fireworks, vLLM "
        "forks)",
        "returns both once",
        events(
            [
                calls(call(0, "a1", "weather", "")),
                calls(call(0, "a1", "weather", HEAD)),
                calls(call(0, "a1", "weather", TAIL)),
                calls(call(0, "a1", "weather", "")),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "a split name is put together",
        "the name split over pieces, before the arguments (Gemini)",
        "joins the pieces",
        events(
            [
                calls(call(0, "a1", "wea")),
                calls(call(0, name="ther")),
                calls(call(0, arguments=JSON)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "empty id and name say nothing",
        '`"id": ""` and `"name": ""` on later pieces (DashScope, DeepSeek)',
        "ignores empty texts",
        events(
            [
                calls(call(0, "a1", "weather", HEAD, type="function")),
                calls(call(0, "", "", TAIL, type="")),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "parallel calls with one index are told apart by id",
        "all parallel calls have index 0 (Gemini converters, dynamo, LMDeploy, SGLang)",
        "a new id begins a new call",
        events(
            [
                calls(call(0, "a1", "weather", HEAD)),
                calls(call(0, arguments=TAIL)),
                calls(call(0, "a2", "time", TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "parallel calls with one index and no ids are told apart by name",
        "all parallel calls have index 0 and no ids",
        "a name after whole arguments begins a new call",
        events(
            [
                calls(call(0, name="weather", arguments=JSON)),
                calls(call(0, name="time", arguments=TIME)),
                TOOLS,
            ]
        ),
        UNNAMED,
    ),
    Quirk(
        "interleaved calls stay apart",
        "pieces of parallel calls in turns",
        "assigns each by its index",
        events(
            [
                calls(call(0, "a1", "weather", ""), call(1, "a2", "time", "")),
                calls(call(0, arguments=HEAD), call(1, arguments=TIME[:3])),
                calls(call(1, arguments=TIME[3:]), call(0, arguments=TAIL)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "indices that do not begin at zero are calls like others",
        "indices that begin at 1, or leave some out",
        "counts the calls itself",
        events(
            [
                calls(call(1, "a1", "weather", JSON)),
                calls(call(7, "a2", "time", TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "a new id on every piece is not a new call",
        "another id on every piece",
        "continues the call while its arguments are incomplete; the first id is kept",
        events(
            [
                calls(call(0, "a1", "weather", HEAD)),
                calls(call(0, "a2", arguments=TAIL)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "a call without an id gets one",
        "no id at all (vLLM among others)",
        "makes one up, the same for the whole answer",
        events([calls(call(0, name="weather", arguments=JSON)), TOOLS]),
        gives((MADE_UP, "weather", ARGS)),
    ),
    Quirk(
        "arguments may come before the name",
        "arguments, or a piece with an empty name, before the name (SGLang, vmlx)",
        "holds them back until the name is there",
        events(
            [
                calls(call(0, "a1", "", "")),
                calls(call(0, arguments=HEAD)),
                calls(call(0, name="weather", arguments=TAIL)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "a whole call in one piece is a call",
        "a whole call in one piece, with the finish reason (Ollama)",
        "reads it as any other",
        events([calls(call(0, "a1", "weather", JSON), finish="tool_calls")]),
        ONE,
    ),
    Quirk(
        "a piece without a function is passed over",
        "a piece without `function`, with `null`, or no object at all",
        "ignores it",
        events(
            [
                calls(call(0, "a1", "weather", HEAD)),
                calls(call(0)),
                calls({"index": 0, "function": None}, None, "x", 7),
                calls(call(0, arguments=TAIL)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "a call truncated by the token limit is invalid",
        "a call truncated by the token limit: half of it reads as a shorter call",
        "an `invalid_tool_call`; it is never repaired",
        events(
            [
                calls(call(0, "a1", "pay", '{"to": "alice", "amount": 100, "conf')),
                chunk({}, "length"),
            ]
        ),
        gives(
            invalid=[("a1", "pay", '{"to": "alice", "amount": 100, "conf')],
            reason="length",
        ),
    ),
    Quirk(
        "a call truncated before its arguments is invalid",
        "a call truncated before its first argument: nothing reads as no arguments",
        "an `invalid_tool_call`",
        events([calls(call(0, "a1", "pay", "")), chunk({}, "length")]),
        gives(invalid=[("a1", "pay", "")], reason="length"),
    ),
    Quirk(
        "a call cut by the end of an accepted stream is invalid",
        "a stream that ends within a call, with `on_truncation` set to accept it",
        "an `invalid_tool_call`",
        events([calls(call(0, "a1", "pay", '{"amount": 1'))], done=False),
        gives(invalid=[("a1", "pay", '{"amount": 1')], reason=None),
        settings={"on_truncation": "accept"},
    ),
    Quirk(
        "a call by the old name is a call",
        "`function_call` as in 2023 (GigaChat, old proxies), also next to `tool_calls`",
        "a tool call with an id of its own",
        events(
            [
                chunk({"function_call": {"name": "weather", "arguments": HEAD}}),
                chunk({"function_call": {"arguments": TAIL}}),
                chunk({}, "function_call"),
            ]
        ),
        gives((MADE_UP, "weather", ARGS)),
        metadata={"native_finish_reason": "function_call"},
    ),
    Quirk(
        "a call in both forms is one call",
        "one call both as `tool_calls` and as `function_call`",
        "returns it once",
        events(
            [
                chunk(
                    {
                        "tool_calls": [call(0, "a1", "weather", JSON)],
                        "function_call": {"name": "weather", "arguments": JSON},
                    },
                    "tool_calls",
                )
            ]
        ),
        ONE,
    ),
    Quirk(
        "the call of gigachat is a call",
        "a whole call with an object, `functions_state_id`, and chunks that call "
        "themselves `chat.completion` (GigaChat)",
        "a tool call; the state is kept in `additional_kwargs`",
        events(
            [
                chunk(
                    {
                        "role": "assistant",
                        "content": "",
                        "function_call": {"name": "weather", "arguments": ARGS},
                        "functions_state_id": "7f3b",
                    },
                    object="chat.completion",
                ),
                chunk({"content": ""}, "function_call", object="chat.completion"),
            ]
        ),
        gives((MADE_UP, "weather", ARGS)),
        kwargs={"functions_state_id": "7f3b"},
    ),
    Quirk(
        "text before a call is kept",
        "text and tool calls in one answer",
        "returns both",
        events(
            [
                chunk({"content": "Let me see."}),
                calls(call(0, "a1", "weather", JSON)),
                STOP,
            ]
        ),
        gives(("a1", "weather", ARGS), text="Let me see."),
        metadata={"native_finish_reason": "stop"},
    ),
    Quirk(
        "text and calls in two choices of one chunk are one answer",
        "text in one choice and the calls in another, both with index 0 (GitHub "
        "Copilot)",
        "reads both as one answer",
        events(
            [
                chunk(
                    choices=[
                        {"index": 0, "delta": {"content": "See:"}},
                        {
                            "index": 0,
                            "delta": {"tool_calls": [call(0, "a1", "weather", JSON)]},
                            "finish_reason": "tool_calls",
                        },
                    ]
                )
            ]
        ),
        gives(("a1", "weather", ARGS), text="See:"),
    ),
)
