"""Reasoning text, under whichever key a server sends it."""

from __future__ import annotations

from typing import Any

REASONING_KEYS = ("reasoning_content", "reasoning", "reasoning_text")
"""Keys of a delta that hold reasoning as text.

`reasoning_content`: DeepSeek (https://api-docs.deepseek.com/guides/reasoning_model) and
those who follow it; `reasoning`: OpenRouter, Groq, newer vLLM, Ollama;
`reasoning_text`: GitHub Copilot. Gateways send the same text under two keys at once.
"""

DETAILS_KEY = "reasoning_details"
"""OpenRouter's structured reasoning
(https://openrouter.ai/docs/use-cases/reasoning-tokens)."""

_TEXT_FIELDS = ("text", "summary", "data")


def reasoning_text(delta: dict[str, Any]) -> str:
    """Return the reasoning text of a delta, once, from the first key that has any."""
    for key in REASONING_KEYS:
        value = delta.get(key)
        if isinstance(value, str) and value:
            return value
    details = delta.get(DETAILS_KEY)
    if not isinstance(details, list):
        return ""
    texts = (d.get("text") or d.get("summary") for d in details if isinstance(d, dict))
    return "".join(text for text in texts if isinstance(text, str))


def thinking_text(part: dict[str, Any]) -> str:
    """Return the text of a `thinking` or `reasoning` content part.

    Mistral nests text parts in it
    (https://docs.mistral.ai/capabilities/reasoning/).
    """
    thinking = part.get("thinking") or part.get("reasoning") or part.get("text")
    if isinstance(thinking, str):
        return thinking
    if not isinstance(thinking, list):
        return ""
    texts = (p.get("text") for p in thinking if isinstance(p, dict))
    return "".join(text for text in texts if isinstance(text, str))


def merge_details(items: list[Any]) -> list[dict[str, Any]]:
    """Return an answer's `reasoning_details` for the items of all its deltas.

    Fragments of one item have the same type and index and become one; all else stays
    an item of its own. The order is that in which items began.
    """
    groups: dict[object, list[dict[str, Any]]] = {}
    for item in items:
        if isinstance(item, dict):
            groups.setdefault(_item_key(item), []).append(item)
    return [_merge_item(fragments) for fragments in groups.values()]


def _item_key(item: dict[str, Any]) -> object:
    index, kind = item.get("index"), item.get("type")
    whole = not isinstance(index, (int, str)) or not isinstance(kind, (str, type(None)))
    return id(item) if whole else (index, kind)


def _merge_item(fragments: list[dict[str, Any]]) -> dict[str, Any]:
    merged = dict(fragments[0])
    for fragment in fragments[1:]:
        merged |= {k: v for k, v in fragment.items() if v is not None}
    for key in _TEXT_FIELDS:
        texts = [f[key] for f in fragments if isinstance(f.get(key), str)]
        if texts:
            merged[key] = "".join(texts)
    return merged
