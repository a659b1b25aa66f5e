"""Keep the state of a call: the batches left, the vectors received, and the usage."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from langchain_core.messages.ai import UsageMetadata, add_usage

from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer
from langchain_sse_chat.embeddings.batches import Batch, Batches
from langchain_sse_chat.embeddings.too_large import is_too_large
from langchain_sse_chat.errors import MalformedEmbeddingsError, SSEChatError

logger = logging.getLogger("langchain_sse_chat")


class EmbeddingsJob:
    """A call for embeddings, which may take several requests.

    Sync and async code do the same with it: take a batch, send it, and report its
    answer or its error, until none is left. Several requests may be open at a time.

    Args:
        texts: The texts; empty for a call without a request.
        max_texts: Most texts in a request.
        max_tokens: Most tokens in a request, estimated; `None` for no limit.
        dimensions: The requested width of the vectors, `None` for that of the model.
    """

    def __init__(
        self,
        texts: Sequence[str],
        *,
        max_texts: int,
        max_tokens: int | None = None,
        dimensions: int | None = None,
    ) -> None:
        self._batches = Batches(texts, max_texts, max_tokens)
        self._dimensions = dimensions
        self._width: int | None = None
        self._vectors: list[list[float]] = [[] for _ in texts]
        self._was_divided = False
        self.usage: UsageMetadata | None = None
        """The sum over the answers so far, `None` if no server told any."""
        self.requests = 0
        """Number of answers so far."""

    @property
    def batches_left(self) -> int:
        """Number of batches that have not been taken yet."""
        return len(self._batches)

    @property
    def vectors(self) -> list[list[float]]:
        """The vectors, in the order of the texts."""
        return self._vectors

    def take(self) -> Batch | None:
        """Return the next batch to send, `None` if none is left."""
        return self._batches.take()

    def answered(self, batch: Batch, answer: EmbeddingsAnswer) -> None:
        """Store the vectors of a batch.

        Raises:
            MalformedEmbeddingsError: A vector has another width than it should have.
        """
        self.requests += 1
        if answer.usage is not None:
            self.usage = add_usage(self.usage, answer.usage)
        for place, vector in enumerate(answer.vectors, batch.start):
            self._check_width(place, len(vector))
            self._vectors[place] = vector

    def _check_width(self, place: int, width: int) -> None:
        wanted = self._dimensions or self._width
        if wanted is None:
            self._width = width
        elif width != wanted:
            reason = (
                f"`dimensions` is {wanted}: this server or model ignores it"
                if self._dimensions
                else f"the first one has {wanted}"
            )
            msg = (
                f"The embedding of text {place} has {width} dimensions, but {reason}. "
                "Vectors of different dimensions cannot be compared."
            )
            raise MalformedEmbeddingsError(msg)

    def failed(self, batch: Batch, error: SSEChatError) -> None:
        """Divide a batch that the server rejected as too large.

        Args:
            batch: The batch.
            error: The error of its request, after its retries.

        Raises:
            SSEChatError: The error, unless smaller batches may help.
        """
        count = len(batch.texts)
        if not is_too_large(error):
            raise error
        if count == 1:
            size = len(batch.texts[0])
            error.add_note(
                f"The text at position {batch.start} was alone in its request. It has "
                f"{size} characters: divide it with a text splitter."
            )
            self._was_divided = False  # smaller batches would not help
            raise error
        self._batches.halve(batch)
        self._was_divided = True

    def close(self) -> None:
        """Log what saves the requests that had to be divided."""
        if self._was_divided:
            logger.warning(
                "The server rejected requests for embeddings as too large, so that "
                "they were divided. `max_texts=%d` saves such requests.",
                self._batches.max_texts,
            )
