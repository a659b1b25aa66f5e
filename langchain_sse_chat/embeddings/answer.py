"""Read the answer to a request for embeddings: one vector for each text, and usage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from langchain_core.messages.ai import UsageMetadata

from langchain_sse_chat.answer.usage import summed, usage_to_metadata
from langchain_sse_chat.embeddings.vectors import read_vector
from langchain_sse_chat.errors import MalformedEmbeddingsError

_SHOWN = 10
"""Values that an error shows, at most."""


class EmbeddingsAnswer(NamedTuple):
    """The vectors of a batch, and its usage."""

    vectors: list[list[float]]
    """One for each text, in the order of the texts."""
    usage: UsageMetadata | None
    """The usage of the request, `None` if the server did not send any."""


def read_answer(body: Mapping[str, Any], count: int, url: str) -> EmbeddingsAnswer:
    """Return the vectors of a batch, each at the place of its text.

    Args:
        body: The JSON object.
        count: The number of texts.
        url: The URL without query, for error messages.

    Raises:
        MalformedEmbeddingsError: There is not exactly one valid vector for each text.
    """
    items = body.get("data")
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        keys = ", ".join(map(repr, list(body)[:5])) or "no keys"
        msg = (
            f"{url} answered with a JSON object ({keys}) without a list `data` of "
            "embeddings. Check that `base_url` is the part of the address before "
            "`/embeddings`, and that the model is one for embeddings."
        )
        raise MalformedEmbeddingsError(msg)
    if len(items) != count:
        msg = (
            f"{url} returned {len(items)} embeddings for {_texts(count)}. None of them "
            "is used, because they may belong to other texts. Try a smaller "
            "`max_texts`, or report this to the operator of the server."
        )
        raise MalformedEmbeddingsError(msg)
    vectors: list[list[float]] = [[] for _ in items]
    for place, item in zip(_places(items, url), items, strict=True):
        try:
            vectors[place] = read_vector(item.get("embedding"))
        except ValueError as fault:
            msg = f"{url} returned an unusable vector for text {place}: it {fault}."
            raise MalformedEmbeddingsError(msg) from None
    return EmbeddingsAnswer(vectors, _usage(body, items))


def _places(items: Sequence[Mapping[str, Any]], url: str) -> Sequence[int]:
    """Return the place of each item: its `index`, or its position if none has one.

    Servers written with Protocol Buffers omit an index of 0, Gemini among them: a
    single item without an index has the place that is left.
    """
    given: list[Any] = [item.get("index") for item in items]
    count = len(given)
    if given.count(None) == count:
        return range(count)
    known = {place for place in given if type(place) is int and 0 <= place < count}
    if given.count(None) == 1 and len(known) == count - 1:
        [free] = set(range(count)) - known
        given[given.index(None)] = free
        known.add(free)
    if len(known) == count:
        return given
    shown = ", ".join(map(repr, given[:_SHOWN])) + (", …" if count > _SHOWN else "")
    msg = (
        f"{url} returned embeddings with the `index` values {shown}, which are not 0 "
        f"to {count - 1}, each once. The vectors cannot be assigned to the texts. "
        "Report this to the operator of the server."
    )
    raise MalformedEmbeddingsError(msg)


def _usage(
    body: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> UsageMetadata | None:
    """Return the usage of a request: that of the whole, else the sum of its items."""
    whole = body.get("usage")
    usage = usage_to_metadata(whole) if isinstance(whole, Mapping) else None
    if usage is not None:
        return usage
    # GigaChat has a usage in each item.
    of_items = [item["usage"] for item in items if isinstance(item.get("usage"), dict)]
    return usage_to_metadata(summed(of_items))


def _texts(count: int) -> str:
    return f"{count} text{'s' * (count != 1)}"
