"""Token counts."""

from __future__ import annotations

from typing import Any

from tests.unit_tests.quirks.quirk import STOP, Quirk
from tests.unit_tests.wire.wire_streams import Seen, chunk, events, text

COUNTS = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
USAGE = {"input_tokens": 10, "output_tokens": 3, "total_tokens": 13}
COUNTED = Seen(text="Hi", usage=USAGE)
KEPT = {"token_usage": COUNTS}


def grown(count: int) -> dict[str, int]:
    """Return the counts after so many tokens of the answer."""
    return {**COUNTS, "completion_tokens": count, "total_tokens": 10 + count}


def cached(**fields: Any) -> list[bytes]:
    """Return an answer whose usage has further fields."""
    return events([text("Hi"), STOP, chunk(choices=[], usage={**COUNTS, **fields})])


def with_details(**details: Any) -> Seen:
    """Return an answer whose usage has details."""
    return Seen(text="Hi", usage={**USAGE, **details})


CACHED = with_details(input_token_details={"cache_read": 8})

USAGES = (
    Quirk(
        "usage in a chunk without choices is read",
        "usage in a last chunk with `choices` empty, null or missing",
        "reads it",
        events([text("Hi"), STOP, chunk(choices=None, usage=COUNTS)]),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "usage that is sent twice counts once",
        "usage twice: with the finish reason and once more (Databricks, OpenRouter)",
        "uses the last, once; nothing is added up",
        events(
            [
                text("Hi"),
                chunk({}, "stop", usage=COUNTS),
                chunk(choices=[], usage=COUNTS),
            ]
        ),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "usage that grows on every chunk counts once",
        "usage on every chunk, growing (Gemini, vLLM when asked, Perplexity)",
        "uses the last, once",
        events(
            [
                chunk({"content": "H"}, usage=grown(1)),
                chunk({"content": "i"}, usage=grown(2)),
                chunk({}, "stop", usage=grown(3)),
            ]
        ),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "a null usage after the real one says nothing",
        "`usage: null` on all chunks but one, also after it; `usage: {}`",
        "keeps the one that counts",
        events(
            [
                chunk({"content": "Hi"}, usage=None),
                chunk({}, "stop", usage=COUNTS),
                chunk(choices=[], usage=None),
                chunk(choices=[], usage={}),
            ]
        ),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "usage in the choice is read",
        "usage inside the choice (Moonshot)",
        "reads it there",
        events(
            [
                text("Hi"),
                chunk(
                    choices=[
                        {
                            "index": 0,
                            "delta": {},
                            "finish_reason": "stop",
                            "usage": COUNTS,
                        }
                    ]
                ),
            ]
        ),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "usage in the message is read",
        "usage inside the whole `message`",
        "reads it there",
        events(
            [
                text("Hi"),
                chunk(
                    choices=[
                        {
                            "index": 0,
                            "message": {"content": "Hi", "usage": COUNTS},
                            "finish_reason": "stop",
                        }
                    ]
                ),
            ]
        ),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "usage under x_groq is read",
        "usage under `x_groq` (Groq)",
        "reads it there",
        events([text("Hi"), chunk({}, "stop", x_groq={"id": "r", "usage": COUNTS})]),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "null counts are ignored",
        "counts that are null or missing, and details that are null",
        "reads them as 0; a missing total is the sum",
        events(
            [
                text("Hi"),
                chunk(
                    {},
                    "stop",
                    usage={
                        "prompt_tokens": 10,
                        "completion_tokens": None,
                        "prompt_tokens_details": None,
                        "completion_tokens_details": {"reasoning_tokens": None},
                    },
                ),
            ]
        ),
        Seen(
            text="Hi",
            usage={"input_tokens": 10, "output_tokens": 0, "total_tokens": 10},
        ),
    ),
    Quirk(
        "cached tokens of openai are counted",
        "cached tokens in `prompt_tokens_details.cached_tokens` (OpenAI)",
        "`usage_metadata` has them as `cache_read`",
        cached(prompt_tokens_details={"cached_tokens": 8}),
        CACHED,
    ),
    Quirk(
        "cached tokens of deepseek are counted",
        "… in `prompt_cache_hit_tokens` (DeepSeek)",
        "the same",
        cached(prompt_cache_hit_tokens=8, prompt_cache_miss_tokens=2),
        CACHED,
    ),
    Quirk(
        "cached tokens of gigachat are counted",
        "… in `precached_prompt_tokens` (GigaChat)",
        "the same",
        cached(precached_prompt_tokens=8),
        CACHED,
    ),
    Quirk(
        "cached tokens of moonshot are counted",
        "… in `cached_tokens` (Moonshot, Groq)",
        "the same",
        cached(cached_tokens=8),
        CACHED,
    ),
    Quirk(
        "cached tokens of anthropic are counted",
        "… in `cache_read_input_tokens` (gateways over Claude)",
        "`usage_metadata` has them as `cache_read` and `cache_creation`",
        cached(cache_read_input_tokens=8, cache_creation_input_tokens=1),
        with_details(input_token_details={"cache_read": 8, "cache_creation": 1}),
    ),
    Quirk(
        "reasoning tokens are counted",
        "reasoning tokens in `completion_tokens_details`",
        "`usage_metadata` has them as `reasoning`",
        cached(completion_tokens_details={"reasoning_tokens": 2}),
        with_details(output_token_details={"reasoning": 2}),
    ),
    Quirk(
        "usage that was not sent is not invented",
        "no usage at all",
        "`usage_metadata` is `None`; nothing is estimated",
        events([text("Hi"), STOP]),
        Seen(text="Hi"),
        metadata={"token_usage": None},
    ),
    Quirk(
        "what an answer cost is kept",
        "cost and the like in the usage (OpenRouter)",
        '`response_metadata["cost"]`; `["token_usage"]` has the usage as sent',
        cached(cost=0.0012, is_byok=False),
        COUNTED,
        metadata={
            "cost": 0.0012,
            "cost_source": "server",
            "token_usage": {**COUNTS, "cost": 0.0012, "is_byok": False},
        },
    ),
    Quirk(
        "an amount with a currency of its own is a cost",
        "the cost as rubles, ticks, an object or next to the choices (AITUNNEL, xAI, "
        "Perplexity, Venice)",
        '`response_metadata["cost"]` and `["cost_currency"]`',
        cached(cost_rub=0.09, cost=0.0012),
        COUNTED,
        metadata={
            "cost": 0.09,
            "cost_currency": "RUB",
            "cost_source": "server",
            "token_usage": {**COUNTS, "cost_rub": 0.09, "cost": 0.0012},
        },
    ),
    Quirk(
        "zeros after usage are not usage",
        "usage, and once more with nothing but zeros",
        "uses the one that counts",
        events(
            [
                {**text("Hi"), "usage": COUNTS},
                STOP,
                chunk(choices=[], usage=dict.fromkeys(COUNTS, 0)),
            ]
        ),
        COUNTED,
        metadata=KEPT,
    ),
    Quirk(
        "counts as texts are counts",
        '`"prompt_tokens": "10"`: counts as texts',
        "reads them",
        events(
            [
                text("Hi"),
                STOP,
                chunk(choices=[], usage={k: str(v) for k, v in COUNTS.items()}),
            ]
        ),
        COUNTED,
    ),
)
