"""Read reasoning under every key that servers use."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

REASONING_KEYS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
"""Keys of a delta that hold reasoning as text.

`reasoning_content`: DeepSeek (https://api-docs.deepseek.com/guides/reasoning_model) and
servers that follow it; `reasoning`: OpenRouter, Groq, newer vLLM, Ollama;
`reasoning_text`: GitHub Copilot; `thinking`: gateways to Ollama and Claude. Some
gateways send the same text under two keys.
"""

REASONING_PARTS_KEY = "reasoning_parts"
"""Field of the message for parts of reasoning that are not plain text, such as a
signature."""

DETAILS_KEY = "reasoning_details"
"""OpenRouter's structured reasoning
(https://openrouter.ai/docs/use-cases/reasoning-tokens)."""

BLOCKS_KEY = "thinking_blocks"
"""LiteLLM's reasoning of Claude, with the signatures that Anthropic requires back
(https://docs.litellm.ai/docs/reasoning_content)."""

PARTS = "content"
"""Used instead of a key for `thinking` parts of the content (Mistral,
https://docs.mistral.ai/capabilities/reasoning/)."""

_TEXT_FIELDS = ("text", "summary", "data")


def read_reasoning(delta: dict[str, Any]) -> tuple[str, str | None]:
    """Return the reasoning text of a delta, and the first key that has any."""
    for key in REASONING_KEYS:
        value = delta.get(key)
        if not value:
            continue
        text = value if isinstance(value, str) else reasoning_in(value)
        if text:
            return text, key
    details = delta.get(DETAILS_KEY)
    if not isinstance(details, list):
        return "", None
    texts = (d.get("text") or d.get("summary") for d in details if isinstance(d, dict))
    text = "".join(text for text in texts if isinstance(text, str))
    return text, DETAILS_KEY if text else None


def repeats(
    key: str | None, text: str, earlier_key: str | None, earlier: list[str]
) -> bool:
    """Whether details hold all reasoning again, after it came as text.

    A relay has them only when the answer is complete.
    """
    is_second = key == DETAILS_KEY and earlier_key not in {None, DETAILS_KEY}
    return is_second and text == "".join(earlier)


_TEXTS = ("thinking", "reasoning", "text", "summary", "content", "reasoning_content")
"""Keys of the text in a part of the reasoning."""

_PLAIN_PART = frozenset({"type", "index", *_TEXTS})


def reasoning_in(value: object) -> str:
    """Return the text of reasoning: a text, a number, a part or a list of these.

    Mistral nests text parts in its `thinking`
    (https://docs.mistral.ai/capabilities/reasoning/), Databricks in a `summary`
    (https://docs.databricks.com/aws/en/machine-learning/model-serving/query-reason-models).
    """
    if isinstance(value, list):
        return "".join(map(reasoning_in, value))
    if isinstance(value, dict):
        return reasoning_in(next((value[n] for n in _TEXTS if value.get(n)), None))
    # A boolean only says whether the model reasons.
    return "" if isinstance(value, bool) else plain_text(value)


def plain_text(value: object) -> str:
    """Return a text, or the JSON of a number or a boolean, or `""`.

    Servers that parse each token as JSON send `1` for `"1"`.
    """
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, (int, float)) else ""


def further_parts(reasoning: object) -> list[Any]:
    """Return the parts of reasoning that are more than text."""
    return [
        part
        for part in (reasoning if isinstance(reasoning, list) else [reasoning])
        if isinstance(part, dict) and not part.keys() <= _PLAIN_PART
    ]


def are_thinking_parts(content: object) -> bool:
    """Whether reasoning in the content can be sent back, which only Mistral's can.

    It is not known what other servers accept, so nothing is sent to them.
    """
    parts = content if isinstance(content, list) else [content]
    return any(
        isinstance(part, dict) and isinstance(part.get("thinking"), list)
        for part in parts
    )


def merge_details(deltas: list[list[Any]]) -> list[Any]:
    """Merge the `reasoning_details` of all deltas of an answer.

    Details from one delta are returned unchanged. Otherwise the fragments of an item
    are merged: they have the same type and index, and at most one ID. Fragments without
    an index continue the previous item if both are only text. Anything else stays a
    separate item. Items keep the order of their first fragments.
    """
    groups: dict[object, list[dict[str, Any]]] = {}
    ids: dict[object, str] = {}
    before: dict[str, Any] = {}
    last: object = None
    if len(deltas) == 1:
        return deltas[0]
    for item in chain.from_iterable(deltas):
        if isinstance(item, dict):
            if not (_is_bare_text(item) and _same_but_text(item, before)):
                last = _item_key(item)
                own = item.get("id")
                if isinstance(own, str) and ids.setdefault(last, own) != own:
                    last = (last, own)
            groups.setdefault(last, []).append(item)
            before = item
    return [_merge_item(fragments, _TEXT_FIELDS) for fragments in groups.values()]


def merge_thinking_blocks(deltas: list[list[Any]]) -> list[Any]:
    """Merge the `thinking_blocks` of all deltas of an answer.

    Blocks from one delta are returned unchanged. Otherwise fragments continue the
    previous block until it has its signature, which comes last.
    """
    blocks: list[list[dict[str, Any]]] = []
    if len(deltas) == 1:
        return deltas[0]
    for item in chain.from_iterable(deltas):
        if not isinstance(item, dict):
            continue
        open_block = blocks and not blocks[-1][-1].get("signature")
        if open_block and item.get("type") == blocks[-1][-1].get("type") == "thinking":
            blocks[-1].append(item)
        else:
            blocks.append([item])
    return [_merge_item(fragments, ("thinking",)) for fragments in blocks]


def _item_key(item: dict[str, Any]) -> object:
    index, kind = item.get("index"), item.get("type")
    whole = not isinstance(index, (int, str)) or not isinstance(kind, (str, type(None)))
    return id(item) if whole else (index, kind)


def _is_bare_text(item: dict[str, Any]) -> bool:
    return item.get("index") is None and isinstance(item.get("text"), str)


def _same_but_text(item: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether two items differ only in their text, and neither is signed."""
    if item.keys() != before.keys() or item.get("signature"):
        return False
    return all(key == "text" or before[key] == value for key, value in item.items())


def _merge_item(
    fragments: list[dict[str, Any]], text_fields: tuple[str, ...]
) -> dict[str, Any]:
    merged = dict(fragments[0])
    for fragment in fragments[1:]:
        merged |= {k: v for k, v in fragment.items() if v is not None and v != ""}
    for key in text_fields:
        texts = [f[key] for f in fragments if isinstance(f.get(key), str)]
        if texts:
            merged[key] = "".join(texts)
    return merged
