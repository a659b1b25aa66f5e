"""Arguments of tool calls: in other forms, twice, too late, or not at all."""

from __future__ import annotations

import json
from typing import Any

from tests.unit_tests.quirks.quirk import TOOLS, Quirk
from tests.unit_tests.quirks.quirks_tool_calls import (
    ARGS,
    HEAD,
    JSON,
    ONE,
    TAIL,
    TIME,
    TWO,
    UNNAMED,
    gives,
)
from tests.unit_tests.wire.wire_streams import (
    MADE_UP,
    NIL,
    Seen,
    call,
    calls,
    chunk,
    events,
)

WHOLE = (call(0, "a1", "weather", JSON), call(1, "a2", "time", TIME))

CUSTOM = {"index": 0, "id": "c1", "type": "custom"}


def named(name: str, **body: Any) -> dict[str, Any]:
    """Return a call with these fields of `function` next to its name."""
    return {"index": 0, "id": "a1", "function": {"name": name, **body}}


ARGUMENTS = (
    Quirk(
        "arguments under indices of their own make no call valid",
        "several calls announced, and then the arguments of each under an `index` that "
        "no call has (relays of the Responses API)",
        "an `invalid_tool_call` each: the arguments may be those of another call",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(1, "a2", "time")),
                calls(call(2, arguments=JSON)),
                calls(call(3, arguments=TIME)),
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
        "arguments that are known by their id are valid under any index",
        "arguments under another `index` with the `id` of their call, and others that "
        "no call was announced for",
        "the call, and an `invalid_tool_call` of the others",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(5, "a1", arguments=JSON)),
                calls(call(6, arguments=TIME)),
                TOOLS,
            ]
        ),
        Seen(
            calls=[("a1", "weather", ARGS)],
            invalid=[(MADE_UP, None, TIME)],
            finish_reason="tool_calls",
        ),
    ),
    Quirk(
        "a call may have its arguments under another index",
        "a call announced under one `index`, its arguments under the next (relays of "
        "the Responses API)",
        "one call",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(1, None, "", JSON)),
                calls(call(2, "a2", "time")),
                calls(call(3, None, "", TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "what a stray piece makes invalid was not finished before",
        "arguments under indices that no call has, and more of them than calls",
        "an `invalid_tool_call` each, also where calls are finished as they arrive",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(1, None, "", JSON)),
                calls(call(2, "a2", "time")),
                calls(call(3, None, "", TIME)),
                calls(call(4, None, "", TIME)),
                TOOLS,
            ]
        ),
        Seen(
            invalid=[
                ("a1", "weather", JSON),
                ("a2", "time", TIME),
                (MADE_UP, None, TIME),
            ],
            finish_reason="tool_calls",
        ),
    ),
    Quirk(
        "a shared index and a stray piece make calls invalid",
        "calls announced under one `index`, arguments under this one and under another",
        "the same",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(0, "a2", "time")),
                calls(call(0, None, "", JSON)),
                calls(call(2, "a3", "time", TIME)),
                calls(call(1, None, "", TIME)),
                TOOLS,
            ]
        ),
        gives(
            ("a3", "time", {"tz": "UTC"}),
            invalid=[
                ("a1", "weather", "{}"),
                ("a2", "time", JSON),
                (MADE_UP, None, TIME),
            ],
        ),
    ),
    Quirk(
        "arguments as an object are arguments",
        "arguments as an object, not as a text (GigaChat and others)",
        "takes the object",
        events([calls(call(0, "a1", "weather", ARGS)), TOOLS]),
        ONE,
    ),
    Quirk(
        "null arguments are empty",
        "`arguments: null` (older vLLM)",
        "reads a call without arguments",
        events([calls(call(0, "a1", "now", None)), TOOLS]),
        gives(("a1", "now", {})),
    ),
    Quirk(
        "arguments that are encoded twice are decoded twice",
        "arguments that are a JSON text in a JSON text",
        "decodes twice, when an object comes out",
        events(
            [
                calls(call(0, "a1", "weather", json.dumps(JSON)[:9])),
                calls(call(0, arguments=json.dumps(JSON)[9:])),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "arguments that are not an object are an invalid call",
        "arguments that are a list, a number or a bare word (Qwen)",
        "an `invalid_tool_call` with the text as sent",
        events(
            [
                calls(call(0, "a1", "f", "[1]")),
                calls(call(1, "a2", "g", [2])),
                calls(call(2, "a3", "h", "Paris")),
                TOOLS,
            ]
        ),
        gives(invalid=[("a1", "f", "[1]"), ("a2", "g", "[2]"), ("a3", "h", "Paris")]),
    ),
    Quirk(
        "empty braces before the arguments are left out",
        "`{}` first, and then the arguments (gateways over Claude)",
        "ignores the braces",
        events(
            [
                calls(call(0, "a1", "weather", "{}")),
                calls(call(0, arguments=HEAD)),
                calls(call(0, arguments=TAIL)),
                calls(call(1, "a2", "time", {})),
                calls(call(1, arguments=TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "empty braces of several calls are left out",
        "`{}` for each call first, and then the arguments of each",
        "the same",
        events(
            [
                calls(call(0, "a1", "weather", "{}"), call(1, "a2", "time", "{}")),
                calls(call(0, arguments=JSON)),
                calls(call(1, arguments=TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "empty braces of a call that was cut are not arguments",
        "`{}`, and the token limit before the arguments",
        "an `invalid_tool_call`",
        events([calls(call(0, "a1", "remove", "{}")), chunk({}, "length")]),
        gives(reason="length", invalid=[("a1", "remove", "")]),
    ),
    Quirk(
        "empty braces alone are not arguments",
        "`{}` and nothing else, once or twice",
        "a call without arguments",
        events(
            [
                calls(call(0, "a1", "now", "{}")),
                calls(call(0, arguments="{}")),
                calls(call(1, "a2", "today", "{}")),
                TOOLS,
            ]
        ),
        gives(("a1", "now", {}), ("a2", "today", {})),
    ),
    Quirk(
        "arguments that come again are one call",
        "all arguments sent again in one piece, after the pieces (relays over OpenAI's "
        "Responses)",
        "uses them once",
        events(
            [
                calls(call(0, "a1", "weather", "")),
                calls(call(0, arguments=HEAD)),
                calls(call(0, arguments=TAIL)),
                calls(call(0, arguments=JSON)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "calls that come again are the same calls",
        "all calls sent again, with their ids, in the last chunk",
        "the same",
        events([calls(*WHOLE), calls(*WHOLE, finish="tool_calls")]),
        TWO,
    ),
    Quirk(
        "a first index that counts the tools is understood",
        "the `index` counts the tools on a call's first piece, and the calls on the "
        "others (SGLang)",
        "arguments go to the call that has none yet",
        events(
            [
                calls(call(1, "a1", "weather", "")),
                calls(call(0, arguments=HEAD)),
                calls(call(0, arguments=TAIL)),
                calls(call(0, "a2", "time", "")),
                calls(call(1, arguments=TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "an id says more than an index that is new",
        "another `index` on each piece of a call, with its id",
        "joins them by id",
        events(
            [
                calls(call(0, "a1", "weather", HEAD)),
                calls(call(1, "a1", arguments=TAIL)),
                TOOLS,
            ]
        ),
        ONE,
    ),
    Quirk(
        "an index of another type is an index",
        '`"index": "0"` or `0.0`',
        "reads it",
        events(
            [
                calls(call("0", "a1", "weather", HEAD), call(1.0, "a2", "time", "{")),
                calls(call("0", arguments=TAIL), call(1.0, arguments=TIME[1:])),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "an id that says null is not an id",
        '`"id": "null"` on every call (older Mistral)',
        "makes one up for each",
        events(
            [
                calls(
                    call(NIL, "null", "weather", JSON), call(NIL, "null", "time", TIME)
                ),
                TOOLS,
            ]
        ),
        UNNAMED,
    ),
    *(
        Quirk(
            f"a call that {reason} cut before its arguments is not run",
            f"a call cut before its first argument, with `{reason}` as the reason "
            f"({server})",
            "an `invalid_tool_call`",
            events([calls(call(0, "a1", "remove", "")), chunk({}, reason)]),
            gives(reason=reason, invalid=[("a1", "remove", "")]),
        )
        for reason, server in (
            ("model_length", "Mistral"),
            ("model_context_window_exceeded", "Zhipu"),
            ("interrupted", "anybody"),
            ("SAFETY", "Gemini"),
        )
    ),
    *(
        Quirk(
            f"arguments under an unknown key of {where} are not left out",
            f"a call whose arguments stand under another key of {where}",
            "an `invalid_tool_call` with everything that came, not a call without "
            "arguments",
            events([*(calls(piece) for piece in pieces), TOOLS]),
            gives(("a2", "now", {}), invalid=[("a1", "pay", came)]),
        )
        for where, pieces, came in (
            (
                "`function`",
                [named("pay", args={"y": 1}), call(1, "a2", "now", "{}")],
                '{"id": "a1", "function": {"args": {"y": 1}}}',
            ),
            (
                "`function`, as a text",
                [
                    named("pay", arguments="", input='{"y": 1}'),
                    call(1, "a2", "now", "{}"),
                ],
                '{"id": "a1", "function": {"input": "{\\"y\\": 1}"}}',
            ),
            (
                "the entry",
                [
                    {**named("pay"), "arguments": {"y": 1}},
                    call(1, "a2", "now", "{}"),
                ],
                '{"id": "a1", "arguments": {"y": 1}}',
            ),
        )
    ),
    Quirk(
        "a custom call with its input under an unknown key is invalid",
        "a call of a custom tool whose input stands under another key",
        "the same",
        events([calls({**CUSTOM, "custom": {"name": "sql", "text": "x"}}), TOOLS]),
        gives(
            invalid=[("c1", "sql", '{"id": "c1", "custom": {"text": "x"}}')],
        ),
    ),
    Quirk(
        "a function that is not an object is kept",
        "`function` as a text",
        "the same",
        events([calls({"index": 0, "id": "a1", "function": "pay"}), TOOLS]),
        gives(invalid=[("a1", None, '{"id": "a1", "function": "pay"}')]),
    ),
    Quirk(
        "a call without arguments may have other fields",
        "a call without arguments, with a signature or `strict` in it",
        "a call without arguments",
        events(
            [
                calls({**named("now", strict=True), "extra_content": {"google": 1}}),
                TOOLS,
            ]
        ),
        gives(("a1", "now", {})),
    ),
)
