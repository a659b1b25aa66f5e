"""The state of a call."""

from __future__ import annotations

import logging

import pytest

from langchain_sse_chat import (
    InvalidRequestError,
    MalformedEmbeddingsError,
    ServerError,
)
from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer
from langchain_sse_chat.embeddings.batches import Batch
from langchain_sse_chat.embeddings.job import EmbeddingsJob
from langchain_sse_chat.errors import ErrorResponse


def too_large() -> InvalidRequestError:
    """Return a server's error about a batch."""
    return InvalidRequestError("batch size is invalid", response=ErrorResponse(400))


def taken(job: EmbeddingsJob) -> Batch:
    """Take a batch that there is."""
    batch = job.take()
    assert batch is not None
    return batch


def test_vectors_come_out_in_the_order_of_the_texts() -> None:
    job = EmbeddingsJob(["a", "b", "c"], max_texts=2)
    first, second = taken(job), taken(job)
    assert job.take() is None

    job.answered(second, EmbeddingsAnswer([[3.0]], None))
    job.answered(first, EmbeddingsAnswer([[1.0], [2.0]], None))

    assert job.vectors == [[1.0], [2.0], [3.0]]
    assert (job.requests, job.usage) == (2, None)


def test_usage_is_summed_over_the_answers_that_have_it() -> None:
    job = EmbeddingsJob(["a", "b", "c"], max_texts=1)
    usage = {"input_tokens": 3, "output_tokens": 0, "total_tokens": 3}
    for each in (usage, None, usage):
        job.answered(taken(job), EmbeddingsAnswer([[1.0]], each))  # type: ignore[arg-type]

    assert job.usage == {"input_tokens": 6, "output_tokens": 0, "total_tokens": 6}


def test_another_width_is_an_error() -> None:
    job = EmbeddingsJob(["a", "b"], max_texts=1)
    job.answered(taken(job), EmbeddingsAnswer([[1.0, 2.0]], None))

    with pytest.raises(MalformedEmbeddingsError, match=r"text 1 has 1 .* first .* 2"):
        job.answered(taken(job), EmbeddingsAnswer([[1.0]], None))


def test_a_width_that_was_not_asked_for_is_an_error() -> None:
    job = EmbeddingsJob(["a"], max_texts=1, dimensions=3)

    with pytest.raises(MalformedEmbeddingsError, match=r"`dimensions` is 3: this"):
        job.answered(taken(job), EmbeddingsAnswer([[1.0]], None))


def test_a_batch_that_is_too_large_is_divided(
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = EmbeddingsJob(["a", "b", "c", "d"], max_texts=4)
    job.failed(taken(job), too_large())
    assert job.batches_left == 2
    job.failed(taken(job), too_large())
    sent = []
    while (batch := job.take()) is not None:
        sent.append(batch.start)
    assert sent == [0, 1, 2, 3]
    assert caplog.records == []

    job.close()

    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "`max_texts=1`" in record.getMessage()


def test_a_single_text_that_is_too_large_is_an_error_with_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = EmbeddingsJob(["a", "bb"], max_texts=2)
    job.failed(taken(job), too_large())
    taken(job)

    with pytest.raises(InvalidRequestError) as caught:
        job.failed(taken(job), too_large())
    job.close()

    assert "position 1 was alone" in caught.value.__notes__[0]
    assert "2 characters" in caught.value.__notes__[0]
    assert caplog.records == []


def test_another_error_is_raised_as_it_is() -> None:
    job = EmbeddingsJob(["a", "b"], max_texts=2)
    error = ServerError("failed")

    with pytest.raises(ServerError) as caught:
        job.failed(taken(job), error)

    assert caught.value is error
    job.close()
