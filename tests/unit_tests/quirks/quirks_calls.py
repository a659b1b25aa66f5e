"""Tool calls that share an id, are of another kind, or must not be run."""

from __future__ import annotations

import json
from typing import Any

from tests.unit_tests.quirks.quirk import STOP, TOOLS, Quirk
from tests.unit_tests.quirks.quirks_tool_calls import JSON, gives
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    call,
    calls,
    chunk,
    event,
    events,
)

LISTED: Any = ("c1", "list_files", {})
DELETED = (MADE_UP, "delete_file", {"y": 1})
LIST: Any = (NIL, "c1", "list_files", "{}")
DELETE: Any = (NIL, "c1", "delete_file", '{"y": 1}')
FIND = {"name": "find", "arguments": "{}"}
NOTE = {"text": "a\nb\tc\r\n\x07 \u00e9"}
RAW = json.dumps(NOTE, ensure_ascii=False)
for _escape, _raw in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r"), ("\\u0007", "\x07")):
    RAW = RAW.replace(_escape, _raw)
ESCAPED = json.dumps(NOTE, ensure_ascii=False)
SQL = 'select "a"\nfrom b -- \\ \u00e9'


def whole(*sent: Any, finish: Any = "tool_calls", **message: Any) -> list[bytes]:
    """Return an answer that is not streamed, with these tool calls."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "tool_calls": [*sent], **message},
        "finish_reason": finish,
    }
    return [json.dumps({"model": "m-1", "choices": [choice]}).encode()]


def custom(index: Any = NIL, call_id: Any = NIL, **body: Any) -> dict[str, Any]:
    """Return a piece of a custom tool's call."""
    kind = {"type": "custom"} if call_id is not ... else {}
    return {**call(index, call_id), **kind, "custom": body}


UNDER_ONE_ID = tuple(
    Quirk(
        f"two calls under one id {where} are two calls",
        f"two calls with the same id, {where}",
        "two calls, each with its own arguments; the second one gets an id of its own",
        body,
        gives(LISTED, DELETED),
    )
    for where, body in {
        "in one JSON body": whole(call(*LIST), call(*DELETE)),
        "in one delta": events([calls(call(*LIST), call(*DELETE)), TOOLS]),
        "without an index": events([calls(call(*LIST)), calls(call(*DELETE)), TOOLS]),
        "all at index 0": events(
            [calls(call(0, *LIST[1:])), calls(call(0, *DELETE[1:])), TOOLS]
        ),
        "at two indices": events(
            [calls(call(0, *LIST[1:])), calls(call(1, *DELETE[1:])), TOOLS]
        ),
        "in pieces": events(
            [
                calls(call(0, "c1", "list_files", "")),
                calls(call(0, arguments="{}")),
                calls(call(1, "c1", "delete_file", "")),
                calls(call(1, "c1", arguments='{"y"')),
                calls(call(1, arguments=": 1}")),
                TOOLS,
            ]
        ),
    }.items()
)

SENT_TWICE = tuple(
    Quirk(
        f"a call that comes again {where} is one call",
        f"a call sent again, with the same id, name and arguments, {where}",
        "uses it once",
        body,
        gives(("c1", "pay", {"y": 1})),
    )
    for where, body in {
        "in one JSON body": whole(
            call(NIL, "c1", "pay", '{"y": 1}'), call(NIL, "c1", "pay", '{"y":1}')
        ),
        "at another index": events(
            [
                calls(call(0, "c1", "pay", '{"y": 1}')),
                calls(call(1, "c1", "pay", '{"y":1}')),
                TOOLS,
            ]
        ),
        "at another index in pieces": events(
            [
                calls(call(0, "c1", "pay", '{"y": 1}')),
                calls(call(1, "c1", "pay", '{"y"')),
                calls(call(1, arguments=":1}")),
                TOOLS,
            ]
        ),
    }.items()
)

KINDS = (
    *(
        Quirk(
            f"a custom call {where} is a call with one argument",
            f"a call of a custom tool {where} (OpenAI)",
            "a tool call in LangChain's form for custom tools: the input is the "
            "argument `__arg1`",
            body,
            gives(("c1", "run_sql", {"__arg1": SQL})),
        )
        for where, body in {
            "in one JSON body": whole(custom(NIL, "c1", name="run_sql", input=SQL)),
            "in one piece": events(
                [calls(custom(0, "c1", name="run_sql", input=SQL)), TOOLS]
            ),
            "in pieces": events(
                [
                    calls(custom(0, "c1", name="run_sql", input="")),
                    calls(custom(0, input=SQL[:9])),
                    calls(custom(0, input=SQL[9:])),
                    TOOLS,
                ]
            ),
            "that comes twice": events(
                [
                    calls(custom(0, "c1", name="run_sql", input=SQL)),
                    calls(custom(1, "c1", name="run_sql", input=SQL)),
                    TOOLS,
                ]
            ),
            "without the level between": events(
                [
                    calls(
                        {
                            **call(0, "c1"),
                            "type": "custom",
                            "name": "run_sql",
                            "input": SQL,
                        }
                    ),
                    TOOLS,
                ]
            ),
        }.items()
    ),
    Quirk(
        "custom calls and calls of functions stand side by side",
        "calls of custom tools and of functions in one answer",
        "returns each in its form",
        events(
            [
                calls(call(0, "a1", "weather", JSON)),
                calls(custom(1, "c1", name="run_sql", input="select")),
                calls(custom(2, "c2", name="run_sql")),
                TOOLS,
            ]
        ),
        gives(
            ("a1", "weather", json.loads(JSON)),
            ("c1", "run_sql", {"__arg1": "select"}),
            ("c2", "run_sql", {"__arg1": ""}),
        ),
    ),
    Quirk(
        "a custom call that was cut is invalid",
        "a call of a custom tool, truncated by the token limit",
        "an `invalid_tool_call`: any part of an input looks like a whole one",
        events(
            [
                calls(custom(0, "c1", name="run_sql", input="select")),
                chunk({}, "length"),
            ]
        ),
        gives(
            invalid=[("c1", "run_sql", '{"__arg1": "select')],
            reason="length",
        ),
    ),
    *(
        Quirk(
            f"a call of an unknown kind {where} is invalid",
            f"an entry without `function`, of a kind that cannot be run, {where}",
            "an `invalid_tool_call` with everything that came; the finish reason stays",
            body,
            gives(
                invalid=[
                    (
                        "c1",
                        "shell",
                        '{"id": "c1", "type": "shell", "shell": {"command": "rm"}}',
                    )
                ]
            ),
        )
        for where, body in {
            "in one JSON body": whole(
                {"id": "c1", "type": "shell", "shell": {"command": "rm"}}
            ),
            "in a stream": events(
                [
                    calls({"index": 0, "id": "c1", "type": "shell"}),
                    calls({"index": 0, "shell": {"command": "r"}}),
                    calls({"index": 0, "type": "shell", "shell": {"command": "m"}}),
                    TOOLS,
                ]
            ),
            "before stop": events(
                [
                    calls(
                        {
                            "index": 0,
                            "id": "c1",
                            "type": "shell",
                            "shell": {"command": "rm"},
                        }
                    ),
                    STOP,
                ]
            ),
        }.items()
    ),
    Quirk(
        "a call of an unknown kind keeps its name",
        "a call in the form of another API, such as `mcp_call`, next to a good one",
        "an `invalid_tool_call` under its own name",
        events(
            [
                calls(
                    call(0, "a1", "weather", JSON),
                    {"id": "c2", "type": "mcp_call"} | FIND,
                ),
                TOOLS,
            ]
        ),
        gives(
            ("a1", "weather", json.loads(JSON)),
            invalid=[
                (
                    "c2",
                    "find",
                    json.dumps({"id": "c2", "type": "mcp_call"} | FIND),
                )
            ],
        ),
    ),
    Quirk(
        "a call without the level between is a call",
        "`name` and `arguments` in the entry itself, and no `function`",
        "reads it as if there were one",
        events(
            [
                calls({"id": "a1", "name": "weather", "arguments": json.loads(JSON)}),
                TOOLS,
            ]
        ),
        gives(("a1", "weather", json.loads(JSON))),
    ),
    Quirk(
        "arguments under an unknown key are not left out",
        "a call whose arguments stand under another key, such as `input`",
        "an `invalid_tool_call` with everything that came, not a call without "
        "arguments",
        events([calls({"id": "a1", "name": "pay", "input": {"y": 1}}), TOOLS]),
        gives(
            invalid=[("a1", "pay", '{"id": "a1", "name": "pay", "input": {"y": 1}}')]
        ),
    ),
    Quirk(
        "tool_calls with an empty call keeps its reason",
        "`tool_calls` as the reason, and a call without anything in it",
        "an `invalid_tool_call`, and the reason stays",
        events([calls({"index": 0, "id": "c1", "type": "function"}), TOOLS]),
        gives(invalid=[("c1", None, '{"id": "c1"}')]),
    ),
)

VALIDITY = (
    *(
        Quirk(
            f"a call without arguments is not run behind {reason}",
            f"a call cut before its first argument, with `{reason}` as the reason",
            "an `invalid_tool_call`: only a reason that is known to end an answer well "
            "makes it a call without arguments",
            events([calls(call(0, "a1", "remove", "")), chunk({}, reason)]),
            gives(reason=reason, invalid=[("a1", "remove", "")]),
        )
        for reason in ("model_context_window_exceeded", "interrupted", "unheard_of")
    ),
    Quirk(
        "a call without arguments is not run behind done alone",
        "a call without arguments, and `[DONE]` without a finish reason",
        "an `invalid_tool_call`: relays send `[DONE]` when their upstream failed",
        events([calls(call(0, "a1", "remove", ""))]),
        gives(invalid=[("a1", "remove", "")]),
    ),
    *(
        Quirk(
            f"line ends in the strings of arguments {where} are read",
            f"line ends, tabs and other control characters in strings of the "
            f"arguments, not escaped, {where}",
            "takes them for what they stand for: the arguments are the same text, "
            "escaped",
            body,
            gives(("a1", "note", NOTE)),
        )
        for where, body in {
            "in one JSON body": whole(call(NIL, "a1", "note", RAW)),
            "in one piece": events([calls(call(0, "a1", "note", RAW)), TOOLS]),
            "in pieces": events(
                [
                    calls(call(0, "a1", "note", "")),
                    *(calls(call(0, arguments=part)) for part in RAW),
                    TOOLS,
                ]
            ),
            "encoded twice": events(
                [calls(call(0, "a1", "note", json.dumps(RAW))), TOOLS]
            ),
        }.items()
    ),
    *(
        Quirk(
            f"arguments with {number} are invalid",
            f"`{number}` in the arguments",
            "an `invalid_tool_call`: JSON cannot hold it",
            events([calls(call(0, "a1", "pay", f'{{"y": [{number}]}}')), TOOLS]),
            gives(invalid=[("a1", "pay", f'{{"y": [{number}]}}')]),
        )
        for number in ("1e400", "-1e400", "NaN", "Infinity", "-Infinity")
    ),
    Quirk(
        "an object with an invalid number is invalid",
        "`NaN` in arguments that come as an object",
        "the same",
        [
            event(calls(call(0, "a1", "pay", {"y": 7.5}))).replace(b"7.5", b"NaN"),
            *events([TOOLS]),
        ],
        gives(invalid=[("a1", "pay", '{"y": NaN}')]),
    ),
)

CALLS = UNDER_ONE_ID + SENT_TWICE + KINDS + VALIDITY
