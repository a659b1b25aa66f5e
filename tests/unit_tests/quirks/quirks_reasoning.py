"""Reasoning."""

from __future__ import annotations

from tests.unit_tests.quirks.quirk import STOP, Quirk
from tests.unit_tests.wire.wire_streams import Seen, chunk, events, text

THOUGHT = Seen(text="Hi", reasoning="Hmm")
TAGS = {"reasoning_tags": ("<think>", "</think>")}


def thought(*deltas: dict[str, object]) -> list[bytes]:
    """Return an answer that begins with deltas of reasoning."""
    return events([*map(chunk, deltas), text("Hi"), STOP])


def parts(*pieces: str) -> list[bytes]:
    """Return an answer in these pieces of text."""
    return events([*map(text, pieces), STOP])


MARKED = {"extra_content": {"google": {"thought": True}}}

REASONINGS = (
    Quirk(
        "reasoning_content is reasoning",
        "reasoning in `reasoning_content` (DeepSeek, Qwen, GLM, Kimi, MiniMax, SGLang)",
        'is in `additional_kwargs["reasoning_content"]` and a `reasoning` block',
        thought({"reasoning_content": "H"}, {"reasoning_content": "mm"}),
        THOUGHT,
        kwargs={"reasoning_content": "Hmm"},
    ),
    Quirk(
        "reasoning under its own name is reasoning",
        "… in `reasoning` (OpenRouter, Ollama, Groq, newer vLLM)",
        "the same",
        thought({"reasoning": "H", "content": ""}, {"reasoning": "mm"}),
        THOUGHT,
        kwargs={"reasoning_content": "Hmm"},
    ),
    Quirk(
        "reasoning under two names comes once",
        "… in both keys (LiteLLM over OpenRouter)",
        "returns it once",
        thought(
            {"reasoning": "H", "reasoning_content": "H"},
            {"reasoning": "mm", "reasoning_content": "mm"},
        ),
        THOUGHT,
        kwargs={"reasoning_content": "Hmm"},
    ),
    Quirk(
        "thinking in pieces is reasoning",
        "… in `thinking`, as text or as an object (gateways over Ollama and Claude)",
        "gives the text; a signature is kept in `reasoning_parts`",
        thought(
            {"thinking": "H"},
            {"thinking": {"content": "m"}},
            {"thinking": {"thinking": "m", "signature": "s"}, "content": None},
            {"thinking": True},
        ),
        THOUGHT,
        kwargs={
            "reasoning_content": "Hmm",
            "reasoning_parts": [{"thinking": "m", "signature": "s"}],
        },
    ),
    Quirk(
        "reasoning in lists and objects is reasoning",
        "`reasoning_content` or `reasoning` that is a list or an object",
        "the same",
        thought(
            {"reasoning_content": ["H"]},
            {"reasoning_content": [{"type": "text", "text": "m"}], "content": ""},
            {"reasoning": {"summary": [{"text": "m"}]}, "content": None},
        ),
        THOUGHT,
    ),
    Quirk(
        "details that repeat all reasoning add none",
        "all reasoning again in `reasoning_details`, after it came as text (relays)",
        "returns it once, and keeps the details, which are sent back",
        thought(
            {"reasoning_content": "H"},
            {"reasoning_content": "mm"},
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "Hmm", "signature": "s"}
                ]
            },
        ),
        THOUGHT,
        kwargs={
            "reasoning_content": "Hmm",
            "reasoning_details": [
                {"type": "reasoning.text", "text": "Hmm", "signature": "s"}
            ],
        },
    ),
    Quirk(
        "reasoning in details is reasoning",
        "… in `reasoning_details` alone, or next to `reasoning` (OpenRouter)",
        "gives the text once; the details are kept, joined by type and index",
        thought(
            {
                "reasoning": "H",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "H", "index": 0}
                ],
            },
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "mm", "index": 0}
                ],
            },
        ),
        THOUGHT,
        kwargs={
            "reasoning_details": [{"type": "reasoning.text", "text": "Hmm", "index": 0}]
        },
    ),
    Quirk(
        "details without a text are kept",
        "a detail without its text: the signature comes by itself (Claude on "
        "OpenRouter)",
        "keeps it with its fragments, regardless of its other fields",
        thought(
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "Hmm", "index": 0}
                ],
            },
            {
                "reasoning_details": [
                    {
                        "type": "reasoning.text",
                        "signature": "c2ln",
                        "format": "anthropic-claude-v1",
                        "index": 0,
                    }
                ],
            },
            {
                "reasoning_details": [
                    {"type": "reasoning.encrypted", "data": "eA==", "index": 1}
                ],
            },
        ),
        THOUGHT,
        kwargs={
            "reasoning_details": [
                {
                    "type": "reasoning.text",
                    "text": "Hmm",
                    "signature": "c2ln",
                    "format": "anthropic-claude-v1",
                    "index": 0,
                },
                {"type": "reasoning.encrypted", "data": "eA==", "index": 1},
            ]
        },
    ),
    Quirk(
        "a thinking part of the content is reasoning",
        "`content` as a list with `thinking` parts (Mistral's Magistral)",
        "reasoning is reasoning, text is text",
        events(
            [
                chunk(
                    {
                        "content": [
                            {
                                "type": "thinking",
                                "thinking": [{"type": "text", "text": "Hmm"}],
                            },
                            {"type": "text", "text": "H"},
                        ]
                    }
                ),
                chunk({"content": [{"type": "text", "text": "i"}]}),
                STOP,
            ]
        ),
        THOUGHT,
    ),
    Quirk(
        "reasoning between tags is reasoning when asked for",
        "`<think>…</think>` in the text, the tags cut anywhere (R1 distills, Qwen, "
        "MiniMax)",
        'reasoning with `reasoning_tags=("<think>", "</think>")`, else text',
        parts("<th", "ink>\nH", "mm</thi", "nk>\n\n", "Hi"),
        THOUGHT,
        settings=TAGS,
    ),
    Quirk(
        "tags are text unless asked for",
        "`<think>…</think>` in the text, and `reasoning_tags` is not set",
        "leaves the text as it is",
        parts("<think>Hmm</think>", "Hi"),
        Seen(text="<think>Hmm</think>Hi"),
    ),
    Quirk(
        "reasoning whose opening tag the prompt has is reasoning when asked for",
        "no opening tag: the prompt has it",
        'reasoning with an empty first tag, `("", "</think>")`',
        parts("Hm", "m</thi", "nk>", "Hi"),
        THOUGHT,
        settings={"reasoning_tags": ("", "</think>")},
    ),
    Quirk(
        "tags may be of any form",
        "other tags, such as `[THINK]` and `[/THINK]`",
        "any two texts",
        parts("<|channel>thou", "ghtHmm<chan", "nel|>Hi"),
        THOUGHT,
        settings={"reasoning_tags": ("<|channel>thought", "<channel|>")},
    ),
    Quirk(
        "a tag that the answer speaks of is text",
        "a tag within the answer, in prose or in code",
        "leaves it: reasoning stands before the text",
        parts("<think>Hmm</think>Hi: `<thi", "nk>` is", " a tag"),
        Seen(text="Hi: `<think>` is a tag", reasoning="Hmm"),
        settings=TAGS,
    ),
    Quirk(
        "null reasoning is ignored",
        "reasoning that is null or empty on every other chunk",
        "ignores it",
        thought(
            {"reasoning_content": "Hmm", "content": None},
            {"reasoning_content": None, "content": ""},
            {"reasoning_content": "", "reasoning": None},
        ),
        THOUGHT,
    ),
    *(
        Quirk(
            f"content that is marked as a thought is reasoning, {form}",
            sends,
            "reasoning is reasoning, text is text",
            events([*(chunk(delta) for delta in deltas), STOP]),
            Seen(text=answer, reasoning="Hmm"),
            kwargs={"reasoning_content": "Hmm", "extra_content": None},
            settings=settings,
        )
        for form, sends, answer, settings, deltas in (
            (
                "in pieces",
                (
                    "`<thought>` and reasoning in the content, with "
                    '`"extra_content": {"google": {"thought": true}}` next to it, and '
                    "`</thought>` before the answer (Gemini)"
                ),
                "Hi, a </thought>",
                {},
                [
                    {"content": "<thought>H", **MARKED},
                    {"content": "mm", **MARKED},
                    {"content": ""},
                    {"content": "</thought>Hi"},
                    {"content": ", a "},
                    {"content": "</thought>"},
                ],
            ),
            (
                "in one piece",
                "the same in one piece",
                "Hi",
                {},
                [{"content": "<thought>Hmm</thought>Hi", **MARKED}],
            ),
            (
                "without tags",
                "the same without the tags",
                "Hi",
                {},
                [{"content": "Hmm", **MARKED}, {"content": "Hi"}],
            ),
            (
                "with tags that are set",
                "the same, and `reasoning_tags` is set to the tags",
                "Hi",
                {"reasoning_tags": ("<thought>", "</thought>")},
                [{"content": "<thought>Hmm", **MARKED}, {"content": "</thought>Hi"}],
            ),
            (
                "unless there is other reasoning",
                "the same mark next to reasoning under a key of its own",
                "Hi",
                {},
                [{"reasoning_content": "Hmm", "content": "Hi", **MARKED}],
            ),
        )
    ),
)
