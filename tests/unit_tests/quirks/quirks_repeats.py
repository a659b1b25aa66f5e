"""Tool calls of which all so far, or all, comes again."""

from __future__ import annotations

import json

from tests.unit_tests.quirks.quirk import TOOLS, Quirk
from tests.unit_tests.quirks.quirks_tool_calls import JSON, ONE, gives
from tests.unit_tests.wire.wire_streams import NIL, call, calls, chunk, events

NESTED = {"x": {"x": 1}}
DEEP = json.dumps(NESTED)
FUNCTION = {"name": "weather", "arguments": JSON}

REPEATS = (
    *(
        Quirk(
            f"arguments that start over with each piece are read once, {form}",
            f"all arguments so far in every piece, {form} (DeepSeek at Baidu Qianfan)",
            "uses the new part of each",
            events(
                [
                    calls(call(0, "a1", "weather", JSON[:1])),
                    *(
                        calls(call(0, call_id, name, JSON[:end]))
                        for end in (4, 4, 13, len(JSON), len(JSON))
                    ),
                    TOOLS,
                ]
            ),
            ONE,
        )
        for form, call_id, name in (
            ("without a name", NIL, NIL),
            ("with the name and the id", "a1", "weather"),
        )
    ),
    Quirk(
        "arguments that started over once may start over anywhere",
        "the same, and objects of one kind inside each other",
        "the same",
        events(
            [
                calls(call(0, "a1", "tree", DEEP[:3])),
                calls(call(0, arguments=DEEP[:6])),
                calls(call(0, arguments=DEEP)),
                TOOLS,
            ]
        ),
        gives(("a1", "tree", NESTED)),
    ),
    Quirk(
        "objects of one kind inside each other do not start over",
        "a piece of arguments that begins as all of them did, because objects of one "
        "kind are inside each other",
        "adds the pieces",
        events(
            [
                calls(call(0, "a1", "tree", DEEP[:6])),
                calls(call(0, arguments=DEEP[6:12])),
                calls(call(0, arguments=DEEP[12:])),
                TOOLS,
            ]
        ),
        gives(("a1", "tree", NESTED)),
    ),
    Quirk(
        "a call that comes again in the old form is one call",
        "a call as `tool_calls`, and once more as `function_call` at the end",
        "returns it once",
        events(
            [
                calls(call(0, "a1", "weather", JSON)),
                chunk({"function_call": FUNCTION}, "tool_calls"),
            ]
        ),
        ONE,
    ),
)
