"""Targets are found by their names, in any mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve.asgi.catalog import Catalog
from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused


async def one(messages: Any, request: Any) -> str:
    return "one"


async def two(messages: Any, request: Any) -> str:
    return "two"


def refusal(catalog: Catalog, name: str | None, *, has_default: bool) -> Failure:
    with pytest.raises(RequestRefused) as caught:
        catalog.find(name, has_default=has_default)
    return caught.value.failure


def test_a_name_is_found() -> None:
    catalog = Catalog({"one": one, "two": two})
    name, target = catalog.find("two", has_default=False)
    assert name == target.name == "two"
    assert catalog.names() == ["one", "two"]
    assert "two" in catalog
    assert "three" not in catalog


def test_an_unknown_name_is_not() -> None:
    failure = refusal(Catalog({"one": one}), "three", has_default=True)
    assert (failure.status, failure.code) == (404, "model_not_found")


def test_without_a_name_there_must_be_no_choice() -> None:
    assert Catalog({"one": one}).find(None, has_default=False)[0] == "one"
    several = Catalog({"one": one, "two": two})
    assert several.find(None, has_default=True)[0] == "one"
    failure = refusal(several, None, has_default=False)
    assert (failure.status, failure.param) == (400, "model")
    assert refusal(Catalog({}), None, has_default=True).status == 400


def test_a_target_is_made_once() -> None:
    catalog = Catalog({"one": one})
    first = catalog.find("one", has_default=False)[1]
    assert catalog.find("one", has_default=False)[1] is first


def test_a_mapping_may_be_filled_later() -> None:
    targets: dict[str, Any] = {}
    catalog = Catalog(targets)
    targets["one"] = one
    assert catalog.find("one", has_default=False)[0] == "one"


def test_a_mapping_may_change() -> None:
    targets = {"one": one}
    catalog = Catalog(targets)
    first = catalog.find("one", has_default=False)[1]
    targets["one"] = two
    assert catalog.find("one", has_default=False)[1] is not first
    targets["two"] = two
    assert catalog.find("two", has_default=False)[0] == "two"
    del targets["one"]
    assert refusal(catalog, "one", has_default=True).status == 404


class EveryName(Mapping[str, Any]):
    """A mapping that has every name, and is never listed."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.asked.append(name)
        return one

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def test_any_mapping_is_asked_at_each_request() -> None:
    targets = EveryName()
    catalog = Catalog(targets)
    assert targets.asked == catalog.known_names == []
    for number in range(1000):
        catalog.find(f"user-{number}", has_default=False)
    catalog.find("user-999", has_default=False)
    assert len(targets.asked) == 1001
    assert len(catalog._kept) <= 256


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (ChatSSE(model="gpt-4o", base_url="http://test"), "gpt-4o"),
        (GenericFakeChatModel(messages=iter([])), "default"),
        (FakeListChatModel(responses=["a"]) | (lambda message: message), "default"),
        (one, "default"),
    ],
    ids=["our model", "another model", "a chain", "a function"],
)
def test_what_is_served_alone_has_a_name(target: Any, name: str) -> None:
    assert Catalog(target).names() == [name]


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        pytest.param(SimpleNamespace(), "^SimpleNamespace cannot", id="alone"),
        pytest.param({"a": "gpt-4o"}, "^a: str cannot", id="named"),
    ],
)
def test_what_cannot_be_served_is_known_at_the_start(targets: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        Catalog(targets)
