"""The names of the package, with and without the framework."""

from __future__ import annotations

import subprocess
import sys

import pytest

from langchain_sse_chat import serve


def test_each_public_name_is_there() -> None:
    for name in serve.__all__:
        assert getattr(serve, name).__name__ == name


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="create_apps"):
        serve.create_apps  # noqa: B018


WITHOUT = """
import sys
sys.modules["starlette"] = None
from langchain_sse_chat.serve import OpenAIEncoder
OpenAIEncoder().open()
assert "uvicorn" not in sys.modules
for name in ("create_app", "EventStreamResponse"):
    try:
        getattr(sys.modules["langchain_sse_chat.serve"], name)
    except ImportError as error:
        print(error)
"""


def test_encoders_need_no_framework() -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", WITHOUT], check=True, capture_output=True, text=True
    )
    pip = "needs Starlette: pip install 'langchain-sse-chat[serve]'"
    assert done.stdout.splitlines() == [
        f"create_app {pip}",
        f"EventStreamResponse {pip}",
    ]


@pytest.mark.parametrize("name", ["create_app", "EventStreamResponse"])
def test_a_missing_framework_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in list(sys.modules):
        if module.startswith(("starlette", "langchain_sse_chat.serve.")) and (
            module.endswith((".app", ".create_app", ".response"))
            or module.partition(".")[0] == "starlette"
        ):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(ImportError, match="pip install") as caught:
        getattr(serve, name)
    assert caught.value.name == "starlette"
    # The traceback is that of one error.
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


def test_any_other_missing_module_is_that_modules_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("app", "create_app"):
        module = f"langchain_sse_chat.serve.asgi.{name}"
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "langchain_sse_chat.serve.asgi.keys", None)
    with pytest.raises(ImportError, match=r"asgi\.keys"):
        serve.create_app  # noqa: B018
