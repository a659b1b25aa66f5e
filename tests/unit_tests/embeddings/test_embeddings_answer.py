"""The answer to one request."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from langchain_sse_chat import MalformedEmbeddingsError
from langchain_sse_chat.embeddings.answer import read_answer
from tests.unit_tests.embeddings.embeddings_scripts import item

URL = "http://test/v1/embeddings"
A, B, C = [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_each_vector_is_at_the_place_of_its_text(order: tuple[int, ...]) -> None:
    data = [item(index, [A, B, C][index]) for index in order]

    assert read_answer({"data": data}, 3, URL).vectors == [A, B, C]


def test_without_any_index_the_order_counts() -> None:
    data = [item(None, A), item(None, B)]

    assert read_answer({"data": data}, 2, URL).vectors == [A, B]


def test_a_single_omitted_index_is_the_one_that_is_left() -> None:
    """Gemini omits an index of 0."""
    data = [item(2, C), item(None, A), item(1, B)]

    assert read_answer({"data": data}, 3, URL).vectors == [A, B, C]


@pytest.mark.parametrize(
    ("indices", "shown"),
    [
        pytest.param([0, 0, 2], "0, 0, 2", id="doubled"),
        pytest.param([0, 0, 0], "0, 0, 0", id="all_the_same"),
        pytest.param([1, 2, 3], "1, 2, 3", id="from_one"),
        pytest.param([-1, 0, 1], "-1, 0, 1", id="negative"),
        pytest.param([0, None, None], "0, None, None", id="two_omitted"),
        pytest.param([0, 0, None], "0, 0, None", id="omitted_and_doubled"),
        pytest.param([0, True, 2], "0, True, 2", id="bool"),
        pytest.param(["0", "1", "2"], "'0', '1', '2'", id="text"),
        pytest.param([[0], 1, 2], "[0], 1, 2", id="list"),
        pytest.param([0, 1.0, 2], "0, 1.0, 2", id="float"),
    ],
)
def test_a_place_that_is_not_known_is_an_error(indices: list[Any], shown: str) -> None:
    data = [{"index": index, "embedding": A} for index in indices]

    with pytest.raises(MalformedEmbeddingsError) as caught:
        read_answer({"data": data}, 3, URL)

    assert f"`index` values {shown}, which" in str(caught.value)


def test_an_error_shows_only_the_first_places() -> None:
    data = [item(0, A)] * 40

    with pytest.raises(MalformedEmbeddingsError, match=r"0, 0, …, which"):
        read_answer({"data": data}, 40, URL)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param([item(0, A)], "1 embeddings for 2 texts", id="missing"),
        pytest.param([item(0, A)] * 3, "3 embeddings for 2 texts", id="extra"),
        pytest.param([], "0 embeddings for 2 texts", id="none"),
        pytest.param([item(0, A), item(1, [])], "text 1: it is empty", id="empty"),
        pytest.param([item(1, A), {"index": 0}], "text 0: it is None", id="no_vector"),
        pytest.param([A, B], r"\('data'\) without a list `data`", id="bare_vectors"),
        pytest.param({"0": A}, "without a list `data`", id="object"),
        pytest.param(None, "without a list `data`", id="null"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error(data: Any, words: str) -> None:
    with pytest.raises(MalformedEmbeddingsError, match=words):
        read_answer({"data": data}, 2, URL)


def test_an_object_without_data_shows_its_keys() -> None:
    with pytest.raises(MalformedEmbeddingsError, match=r"\('embeddings'\)"):
        read_answer({"embeddings": [A]}, 1, URL)
    with pytest.raises(MalformedEmbeddingsError, match=r"\(no keys\)"):
        read_answer({}, 1, URL)


@pytest.mark.parametrize(
    ("body", "of_items", "tokens"),
    [
        pytest.param({"usage": {"prompt_tokens": 7}}, [{}, {}], 7, id="whole"),
        pytest.param(
            {"usage": {"prompt_tokens": 7}},
            [{"usage": {"prompt_tokens": 1}}] * 2,
            7,
            id="whole_and_items",
        ),
        pytest.param({}, [{"usage": {"prompt_tokens": 3}}] * 2, 6, id="items"),
        pytest.param(
            {"usage": {}}, [{"usage": {"prompt_tokens": 3}}, {}], 3, id="one_item"
        ),
        pytest.param({"usage": None}, [{}, {}], None, id="null"),
        pytest.param({"usage": "7"}, [{"usage": 7}, {}], None, id="other_types"),
    ],
)
def test_usage_is_that_of_the_request_or_of_its_items(
    body: dict[str, Any], of_items: list[dict[str, Any]], tokens: int | None
) -> None:
    data = [item(i, A, **more) for i, more in enumerate(of_items)]

    usage = read_answer({"data": data, **body}, 2, URL).usage

    assert (usage and usage["input_tokens"]) == tokens
