from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.request import exact_tokens
from langchain_sse_chat.request.exact_tokens import exact_token_ids

FILE = b"the file of an encoding"
ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
NAME = hashlib.sha1(ADDRESS.encode()).hexdigest()  # noqa: S324  # tiktoken's own


class Tiktoken(ModuleType):
    """Stands in for tiktoken: a token is a word."""

    models = {"gpt-4o": "o200k_base", "davinci": "r50k_base"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__("tiktoken")
        self.loaded: list[str] = []

    def encoding_name_for_model(self, model: str) -> str:
        return self.models[model]

    def get_encoding(self, name: str) -> Any:
        self.loaded.append(name)
        return self

    def encode(self, text: str, *, disallowed_special: tuple[str, ...]) -> list[int]:
        assert disallowed_special == ()
        return [len(word) for word in text.split()]


@pytest.fixture
def tiktoken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Tiktoken]:
    """An installed tiktoken, with an empty folder for its files."""
    stand_in = Tiktoken()
    monkeypatch.setitem(sys.modules, "tiktoken", stand_in)
    monkeypatch.setitem(
        exact_tokens._FILES, "o200k_base", hashlib.sha256(FILE).hexdigest()
    )
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    exact_tokens._encoding_of.cache_clear()
    yield stand_in
    exact_tokens._encoding_of.cache_clear()


def chat(**fields: Any) -> ChatSSE:
    return ChatSSE(**{"model": "gpt-4o", "api_key": "k", **fields})


def test_with_its_file_the_count_is_exact(tiktoken: Tiktoken, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(FILE)

    assert exact_token_ids("one three", "gpt-4o") == [3, 5]
    assert chat().get_token_ids("one three") == [3, 5]
    assert chat().get_num_tokens("one three five") == 3
    # 3 for the message, 1 for its role, and 3 for the start of the answer.
    assert chat().get_num_tokens_from_messages([HumanMessage("one three")]) == 9
    assert tiktoken.loaded == ["o200k_base"]


def test_without_its_file_nothing_is_downloaded(tiktoken: Tiktoken) -> None:
    assert exact_token_ids("one three", "gpt-4o") is None
    assert chat().get_num_tokens("one three") == 3
    assert tiktoken.loaded == []


def test_a_damaged_file_is_not_used(tiktoken: Tiktoken, tmp_path: Path) -> None:
    # tiktoken would download it again.
    (tmp_path / NAME).write_bytes(FILE[:-1])

    assert exact_token_ids("one three", "gpt-4o") is None
    assert tiktoken.loaded == []


@pytest.mark.parametrize("model", ["my-deployment", "davinci"])
def test_other_models_are_estimated(tiktoken: Tiktoken, model: str) -> None:
    assert exact_token_ids("one three", model) is None
    assert chat(model=model).get_num_tokens("one three") == 3


def test_other_providers_are_estimated(tiktoken: Tiktoken, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(FILE)

    assert chat(provider="aitunnel").get_num_tokens("one three") == 3
    assert tiktoken.loaded == []


def test_a_function_of_the_users_goes_first(tiktoken: Tiktoken, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(FILE)

    assert chat(custom_get_token_ids=lambda _: [7]).get_token_ids("one three") == [7]


def test_without_tiktoken_tokens_are_estimated(
    tiktoken: Tiktoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)

    assert exact_token_ids("one three", "gpt-4o") is None


def test_the_folder_is_that_of_tiktoken(
    tiktoken: Tiktoken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", str(tmp_path / "older"))
    assert exact_tokens._folder() == str(tmp_path / "older")
    monkeypatch.delenv("DATA_GYM_CACHE_DIR")
    assert exact_tokens._folder().endswith("data-gym-cache")


def test_an_empty_folder_means_that_tiktoken_keeps_no_files(
    tiktoken: Tiktoken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")

    assert exact_token_ids("one three", "gpt-4o") is None
