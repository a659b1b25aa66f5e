from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from langchain_sse_chat.secrets.masking import (
    MaskedDict,
    MaskedStr,
    fingerprinted,
    mask_keywords,
    masked_values,
    without_frames,
)


def test_a_masked_text_is_used_as_it_is() -> None:
    text = MaskedStr("secret")

    assert text == "secret"
    assert f"Bearer {text}" == "Bearer secret"
    assert str(text).encode() == b"secret"
    assert json.dumps({"k": text}) == '{"k": "secret"}'
    assert pickle.loads(pickle.dumps(text)) == "secret"  # noqa: S301  our own


def test_a_masked_text_is_not_shown() -> None:
    shown = [
        {"k": MaskedStr("secret")},
        ("a", MaskedStr("secret")),
        MaskedStr("secret"),
    ]

    assert "secret" not in repr([*shown, pickle.loads(pickle.dumps(shown))])  # noqa: S301


def test_texts_of_a_mapping_stay_masked_when_they_are_copied() -> None:
    values = masked_values({"a": "secret", "b": None, "c": 1, "d": True})

    assert values == {"a": "secret", "b": None, "c": 1, "d": True}
    assert "secret" not in repr({**values, "e": [*values.values()]})


def test_keywords_are_masked_in_place() -> None:
    given: dict[str, Any] = {
        "extra_headers": {"X": "secret"},
        "extra_query": None,
        "extra_body": {"x": ["secret"]},
        "seed": 1,
    }
    keywords = dict(given)

    mask_keywords(keywords)

    assert keywords == given
    assert repr(keywords["extra_body"]) == "{'x': ***}"
    assert "secret" not in repr(keywords)
    assert isinstance(keywords["extra_headers"], MaskedDict)


@pytest.mark.parametrize("name", ["extra_headers", "extra_query", "extra_body"])
def test_a_fingerprint_tells_values_apart_and_does_not_show_them(name: str) -> None:
    one, same, other = (
        fingerprinted({name: {"X": value}, "seed": 1})
        for value in ("secret", "secret", "secret-too")
    )

    assert one == same != other
    assert one["seed"] == 1
    assert "secret" not in repr((one, other))
    assert fingerprinted({"seed": 1, name: None}) == {"seed": 1, name: None}


def test_frames_are_let_go_with_those_of_causes() -> None:
    def fail() -> None:
        try:
            int("x")
        except ValueError as exc:
            msg = "outer"
            raise TypeError(msg) from exc

    with pytest.raises(TypeError) as caught:
        fail()
    error = caught.value
    assert without_frames(error) is error
    assert error.__traceback__ is None
    assert isinstance(error.__cause__, ValueError)
    assert error.__cause__.__traceback__ is None
