"""Check texts, and cut them into the batches of a call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from langchain_sse_chat.errors import ConfigurationError

_BYTES_OF_A_TOKEN = 3
"""Bytes of UTF-8 that count as one token. English has 4 to 5, Russian 4 to 6, Chinese 3
to 4, and program code about 3, so that most batches stay below the limit."""


class Batch(NamedTuple):
    """The texts of one request."""

    start: int
    """Position of the first one among all texts of the call."""
    texts: Sequence[str]

    @property
    def stop(self) -> int:
        """Position after the last text."""
        return self.start + len(self.texts)


def checked_texts(texts: Iterable[object], *, is_query: bool = False) -> list[str]:
    """Return the texts as a list.

    Args:
        texts: The texts.
        is_query: Whether they are the one text of `embed_query`.

    Raises:
        ConfigurationError: Something is not a text, or is empty. Servers reject an
            empty text, or return a vector for it that means nothing.
    """
    if isinstance(texts, str | bytes):
        msg = (
            f"`texts` must be a list of strings, not {type(texts).__name__}. For one "
            "text call `embed_query`, or pass a list."
        )
        raise ConfigurationError(msg)
    found: list[str] = []
    for place, text in enumerate(texts):
        name = "`text`" if is_query else f"texts[{place}]"
        if not isinstance(text, str):
            msg = (
                f"{name} must be a string, not {type(text).__name__}. Pass text "
                "instead of token IDs, which differ between models."
            )
            raise ConfigurationError(msg)
        if not text:
            msg = (
                f"{name} is empty, and has no meaning to embed. Remove empty texts "
                "before the call."
            )
            raise ConfigurationError(msg)
        found.append(text)
    return found


def estimated_tokens(text: str) -> int:
    """Return about as many tokens as a text has, rather too many than too few."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return size // _BYTES_OF_A_TOKEN + 1


class Batches:
    """The texts of a call that have not been sent yet.

    Args:
        texts: All texts.
        max_texts: Most texts in a batch.
        max_tokens: Most tokens in a batch, estimated; `None` for no limit. A text that
            exceeds it alone is a batch of its own.
    """

    def __init__(
        self, texts: Sequence[str], max_texts: int, max_tokens: int | None
    ) -> None:
        self._texts = texts
        self.max_texts = max_texts
        """Most texts in the next batch; lower after one was halved."""
        self._left = deque(_ranges(texts, max_texts, max_tokens))

    def __len__(self) -> int:
        """Return the number of batches that are left."""
        return len(self._left)

    def take(self) -> Batch | None:
        """Return the next batch, `None` if none is left."""
        if not self._left:
            return None
        start, stop = self._left.popleft()
        if stop - start > self.max_texts:
            self._left.appendleft((start + self.max_texts, stop))
            stop = start + self.max_texts
        return Batch(start, self._texts[start:stop])

    def halve(self, batch: Batch) -> None:
        """Put the halves of a batch back, to be sent next.

        Batches that are left are cut to that size too, when they are taken.

        Args:
            batch: A batch of two texts or more.
        """
        half = (len(batch.texts) + 1) // 2
        middle = batch.start + half
        self.max_texts = min(self.max_texts, half)
        self._left.extendleft([(middle, batch.stop), (batch.start, middle)])


def _ranges(
    texts: Sequence[str], max_texts: int, max_tokens: int | None
) -> Iterable[tuple[int, int]]:
    """Yield start and stop of each batch."""
    start = tokens = 0
    for place, text in enumerate(texts):
        size = 0 if max_tokens is None else estimated_tokens(text)
        is_full = place - start == max_texts or (
            max_tokens is not None and place > start and tokens + size > max_tokens
        )
        if is_full:
            yield start, place
            start, tokens = place, 0
        tokens += size
    if start < len(texts):
        yield start, len(texts)
