from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request import json_checks

ACCEPTED: list[tuple[Callable[..., Any], Any, tuple[Any, ...], Any]] = [
    (json_checks.flag, False, (), False),
    (json_checks.number, 0, (0, 1), 0),
    (json_checks.number, 1.0, (0, 1), 1.0),
    (json_checks.whole, 5.0, (1, 9), 5),
    (json_checks.whole, 9, (1, 9), 9),
    (json_checks.text, "", (), ""),
    (json_checks.text, "abc", (3,), "abc"),
    (json_checks.name, "abc", (3,), "abc"),
    (json_checks.mapping, {"a": 1}, (1,), {"a": 1}),
    (json_checks.listing, [1], (1,), [1]),
]

REFUSED: list[tuple[Callable[..., Any], Any, tuple[Any, ...], str]] = [
    (json_checks.flag, "true", (), "`f` must be a boolean, not a string."),
    (json_checks.flag, 1, (), "`f` must be a boolean, not a number."),
    (json_checks.number, True, (0, 1), "`f` must be a number, not a boolean."),
    (json_checks.number, "1", (0, 1), "`f` must be a number, not a string."),
    (json_checks.number, 1.5, (0, 1), "`f` must be between 0 and 1."),
    (json_checks.whole, 1.5, (1, 9), "`f` must be a whole number, not a number."),
    (json_checks.whole, True, (1, 9), "`f` must be a whole number, not a boolean."),
    (json_checks.whole, 10, (1, 9), "`f` must be between 1 and 9."),
    (json_checks.text, None, (), "`f` must be a string, not null."),
    (json_checks.text, "abcd", (3,), "`f` must have at most 3 characters."),
    (json_checks.name, "", (3,), "`f` must not be empty."),
    (json_checks.mapping, [], (), "`f` must be an object, not a list."),
    (json_checks.mapping, {"a": 1}, (0,), "`f` must have at most 0 entries."),
    (json_checks.listing, {}, (1,), "`f` must be a list, not an object."),
    (json_checks.listing, [1, 2], (1,), "`f` must have at most 1 items."),
]


@pytest.mark.parametrize(
    ("check", "value", "bounds", "result"),
    ACCEPTED,
    ids=[f"{check.__name__}-{value!r}" for check, value, _, _ in ACCEPTED],
)
def test_a_valid_value_is_returned(
    check: Callable[..., Any], value: Any, bounds: tuple[Any, ...], result: Any
) -> None:
    read = check(value, "f", *bounds)

    assert read == result
    assert type(read) is type(result)


@pytest.mark.parametrize(
    ("check", "value", "bounds", "message"),
    REFUSED,
    ids=[f"{check.__name__}-{value!r}" for check, value, _, _ in REFUSED],
)
def test_another_value_is_refused_with_its_field(
    check: Callable[..., Any], value: Any, bounds: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        check(value, "f", *bounds)

    failure = caught.value.failure
    assert (failure.status, failure.param, failure.message) == (400, "f", message)
    assert failure.code == (
        "invalid_type" if " not a" in message or "null" in message else "invalid_value"
    )


def test_a_missing_field_is_refused_with_its_name() -> None:
    failure = json_checks.missing("f", "There is no `f`.").failure

    assert failure.param == "f"
    assert failure.code == "missing_required_parameter"
