"""Tool calls whose indices are wrong: the order of the pieces counts, or nothing."""

from __future__ import annotations

from tests.unit_tests.quirks.quirk import TOOLS, Quirk
from tests.unit_tests.quirks.quirks_tool_calls import (
    ARGS,
    HEAD,
    JSON,
    TAIL,
    TIME,
    TWO,
    gives,
)
from tests.unit_tests.wire.wire_streams import MADE_UP, NIL, call, calls, events

SAME = gives(("a1", "weather", ARGS), ("a2", "rain", ARGS))

UNCLEAR = "an `invalid_tool_call` each: the arguments may be those of another call"

INDICES = (
    Quirk(
        "where an index was wrong once the order counts",
        "the `index` counts the tools on a call's first piece, and the calls on the "
        "others (SGLang), and the first call has no arguments",
        "assigns arguments by the order of the pieces, from the first wrong `index` on",
        events(
            [
                calls(call(1, "a1", "now", "")),
                calls(call(0, arguments="{}")),
                calls(call(0, "a2", "weather", "")),
                calls(call(1, arguments=JSON)),
                TOOLS,
            ]
        ),
        gives(("a1", "now", {}), ("a2", "weather", ARGS)),
    ),
    Quirk(
        "where an index was wrong once the same arguments are two calls",
        "the same, and both calls have the same arguments",
        "the same",
        events(
            [
                calls(call(1, "a1", "weather", "")),
                calls(call(0, arguments=JSON)),
                calls(call(0, "a2", "rain", "")),
                calls(call(1, arguments=JSON)),
                TOOLS,
            ]
        ),
        SAME,
    ),
    Quirk(
        "arguments that come again under a wrong index are used once",
        "the same, and all arguments once more after the pieces",
        "the same",
        events(
            [
                calls(call(1, "a1", "weather", "")),
                calls(call(0, arguments=JSON)),
                calls(call(0, arguments=JSON)),
                calls(call(0, "a2", "rain", "")),
                calls(call(1, arguments=JSON)),
                calls(call(1, arguments=JSON)),
                TOOLS,
            ]
        ),
        SAME,
    ),
    Quirk(
        "indices that are shifted make no call valid",
        "several calls announced, and then the arguments of each under the `index` "
        "before its own",
        UNCLEAR,
        events(
            [
                calls(call(1, "a1", "weather")),
                calls(call(2, "a2", "time")),
                calls(call(0, arguments=JSON)),
                calls(call(1, arguments=TIME)),
                TOOLS,
            ]
        ),
        gives(
            invalid=[
                ("a1", "weather", "{}"),
                ("a2", "time", JSON),
                (MADE_UP, None, TIME),
            ]
        ),
    ),
    *(
        Quirk(
            f"the arguments of two calls {where} make neither valid",
            f"several calls announced, and then the arguments of all {where}",
            "the same",
            events(
                [
                    calls(call(0, "a1", "weather")),
                    calls(call(second, "a2", "time")),
                    calls(call(given, arguments=JSON)),
                    calls(call(given, arguments=TIME)),
                    TOOLS,
                ]
            ),
            gives(invalid=[("a1", "weather", "{}"), ("a2", "time", JSON + TIME)]),
        )
        for where, second, given in (
            ("under one `index`", 0, 0),
            ("without an `index`", 1, NIL),
        )
    ),
    Quirk(
        "arguments may be those of the last call if the order of indices is wrong",
        "indices that count the tools, and the first call has no arguments (SGLang)",
        "the same",
        events(
            [
                calls(call(1, "a1", "now", "")),
                calls(call(0, "a2", "weather", "")),
                calls(call(1, arguments=HEAD)),
                calls(call(1, arguments=TAIL)),
                TOOLS,
            ]
        ),
        gives(invalid=[("a1", "now", JSON), ("a2", "weather", "{}")]),
    ),
    Quirk(
        "calls in an order of their own are valid if each gets arguments",
        "indices that count the tools, on all pieces, and the pieces in turns",
        "returns each call with its arguments",
        events(
            [
                calls(call(1, "a1", "weather", "")),
                calls(call(0, "a2", "time", "")),
                calls(call(1, arguments=HEAD)),
                calls(call(0, arguments=TIME)),
                calls(call(1, arguments=TAIL)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "the same arguments twice may be those of two calls",
        "several calls announced, and the same arguments twice under one `index`",
        UNCLEAR,
        events(
            [
                calls(call(0, "a1", "weather", "")),
                calls(call(0, "a2", "rain", "")),
                calls(call(0, arguments=JSON)),
                calls(call(0, arguments=JSON)),
                TOOLS,
            ]
        ),
        gives(invalid=[("a1", "weather", "{}"), ("a2", "rain", JSON)]),
    ),
    Quirk(
        "pieces that cannot be told apart make no call valid",
        "several calls announced, and then pieces of their arguments in turns, all "
        "under one `index`",
        "the same",
        events(
            [
                calls(call(0, "a1", "weather", "")),
                calls(call(0, "a2", "time", "")),
                calls(call(0, arguments=HEAD)),
                calls(call(0, arguments=TIME)),
                calls(call(0, arguments=TAIL)),
                TOOLS,
            ]
        ),
        gives(invalid=[("a1", "weather", "{}"), ("a2", "time", HEAD + TIME + TAIL)]),
    ),
    Quirk(
        "pieces in turns do not start over",
        "the same, and a piece of one begins like those of the other",
        "the same",
        events(
            [
                calls(call(0, "a1", "now", "")),
                calls(call(0, "a2", "weather", "")),
                calls(call(0, arguments="{")),
                calls(call(0, arguments=HEAD)),
                calls(call(0, arguments="}")),
                calls(call(0, arguments=TAIL)),
                TOOLS,
            ]
        ),
        gives(
            invalid=[
                ("a1", "now", "{}"),
                ("a2", "weather", "{" + HEAD + "}" + TAIL),
            ]
        ),
    ),
    Quirk(
        "empty braces may be a placeholder if arguments are left over",
        "`{}` for each of several calls, and then the arguments of each under an "
        "`index` that no call has",
        "the same",
        events(
            [
                calls(call(0, "a1", "weather", "{}"), call(1, "a2", "time", "{}")),
                calls(call(2, arguments=JSON)),
                calls(call(3, arguments=TIME)),
                TOOLS,
            ]
        ),
        gives(
            invalid=[
                ("a1", "weather", "{}"),
                ("a2", "time", "{}"),
                (MADE_UP, None, JSON),
                (MADE_UP, None, TIME),
            ]
        ),
    ),
    Quirk(
        "empty braces that are left over make no call valid",
        "two calls announced, the arguments of the first, and then `{}`, under "
        "indices that no call has",
        "the same",
        events(
            [
                calls(call(0, "a1", "weather")),
                calls(call(2, "a2", "now")),
                calls(call(1, arguments=JSON)),
                calls(call(3, arguments="{}")),
                TOOLS,
            ]
        ),
        gives(
            invalid=[
                ("a1", "weather", "{}"),
                ("a2", "now", JSON),
                (MADE_UP, None, "{}"),
            ]
        ),
    ),
    Quirk(
        "empty braces before a repeated name may be a placeholder",
        "`{}` first, and then the name on every piece of the arguments, without an id",
        "an `invalid_tool_call`, and the call with its arguments",
        events(
            [
                calls(call(0, "a1", "weather", "{}")),
                calls(call(0, "", "weather", HEAD)),
                calls(call(0, "", "weather", TAIL)),
                TOOLS,
            ]
        ),
        gives((MADE_UP, "weather", ARGS), invalid=[("a1", "weather", "{}")]),
    ),
    Quirk(
        "an id says more than the index of another call",
        "the arguments of a call under the `index` of another, with their own id",
        "the arguments are those of the id",
        events(
            [
                calls(call(0, "a1", "weather", ""), call(1, "a2", "time", "")),
                calls(call(0, "a2", arguments=TIME)),
                calls(call(1, "a1", arguments=JSON)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "an id and a name say more than an index",
        "another `index`, the id and the name on every piece",
        "the same",
        events(
            [
                calls(call(0, "a1", "weather", "")),
                calls(call(1, "a1", "weather", JSON)),
                calls(call(2, "a2", "time", "")),
                calls(call(3, "a2", "time", TIME)),
                TOOLS,
            ]
        ),
        TWO,
    ),
    Quirk(
        "arguments after empty braces may belong to the next call",
        "`{}` for a call, the name of the next, and arguments under the first `index`",
        "the same",
        events(
            [
                calls(call(0, "a1", "now", "")),
                calls(call(0, arguments="{}")),
                calls(call(1, "a2", "weather", "")),
                calls(call(0, arguments=JSON)),
                TOOLS,
            ]
        ),
        gives(invalid=[("a1", "now", JSON), ("a2", "weather", "{}")]),
    ),
    Quirk(
        "arguments that come again may be those of the next call",
        "a call, the name of the next, and the same arguments under the first `index`",
        "the call, and an `invalid_tool_call` of the next",
        events(
            [
                calls(call(0, "a1", "weather", JSON)),
                calls(call(1, "a2", "rain", "")),
                calls(call(0, arguments=JSON)),
                TOOLS,
            ]
        ),
        gives(("a1", "weather", ARGS), invalid=[("a2", "rain", "{}")]),
    ),
    Quirk(
        "arguments that come again late are used once",
        "a call, the name of the next, the arguments of the first once more, and then "
        "those of the next",
        "uses them once",
        events(
            [
                calls(call(0, "a1", "weather", JSON)),
                calls(call(1, "a2", "rain", "")),
                calls(call(0, arguments=JSON)),
                calls(call(1, arguments=JSON)),
                TOOLS,
            ]
        ),
        SAME,
    ),
)
