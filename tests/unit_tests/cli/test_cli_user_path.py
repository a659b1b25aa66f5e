from __future__ import annotations

from pathlib import Path

import pytest

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.user_path import user_path


def test_a_tilde_is_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert user_path("~/a") == Path("/home/me/a")
    assert user_path("a b") == Path("a b")


def test_the_folder_of_an_unknown_user_is_not_an_error() -> None:
    assert user_path("~no-such-user/a") == Path("~no-such-user/a")


def test_a_name_with_a_nul_character_is_refused() -> None:
    with pytest.raises(CommandError, match="NUL"):
        user_path("a\0b")
