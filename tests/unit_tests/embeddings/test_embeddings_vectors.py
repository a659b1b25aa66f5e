"""Vectors in both forms."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest

from langchain_sse_chat.embeddings.vectors import read_vector


def in_base64(*numbers: float) -> str:
    """Return numbers as OpenAI encodes them."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


@pytest.mark.parametrize(
    ("value", "vector"),
    [
        pytest.param([0.5, -1.0], [0.5, -1.0], id="floats"),
        pytest.param([1, 0.5, 0], [1.0, 0.5, 0.0], id="integers"),
        pytest.param(in_base64(0.5, -1.0), [0.5, -1.0], id="base64"),
        pytest.param([1e308, 1e308], [1e308, 1e308], id="sum_overflows"),
    ],
)
def test_a_vector_is_a_list_of_floats(value: Any, vector: list[float]) -> None:
    found = read_vector(value)

    assert found == vector
    assert {type(number) for number in found} == {float}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(None, "is NoneType", id="missing"),
        pytest.param({"0": 1.0}, "is dict", id="object"),
        pytest.param([], "is empty", id="empty"),
        pytest.param("", "is empty", id="empty_base64"),
        pytest.param([[0.1], [0.2]], "has items of the type list", id="of_tokens"),
        pytest.param([0.1, None, "a"], "type NoneType, str", id="null"),
        pytest.param([0.1, True], "type bool", id="bool"),
        pytest.param([10**400], "too large", id="huge"),
        pytest.param([0.1, float("nan")], "not finite", id="nan"),
        pytest.param([float("inf"), 0.1], "not finite", id="infinity"),
        pytest.param([float("inf"), float("-inf")], "not finite", id="both"),
        pytest.param(in_base64(0.5, float("nan")), "not finite", id="base64_nan"),
        pytest.param("not base64!", "not base64", id="words"),
        pytest.param("ж", "not base64", id="not_ascii"),
        pytest.param("AAAAAAA=", "5 bytes", id="cut_base64"),
    ],
)
def test_what_is_no_vector_is_an_error(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_vector(value)
