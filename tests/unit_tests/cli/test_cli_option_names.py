from __future__ import annotations

from langchain_sse_chat.cli.option_names import with_options, with_variables


def test_arguments_are_options() -> None:
    said = with_options("Set A, or pass `api_key`. Use `provider='b'` or `base_url`.")
    assert said == (
        "Set A, or name another variable with --api-key-env. "
        "Use --provider b or --base-url."
    )


def test_arguments_are_variables() -> None:
    said = with_variables("Set A, or pass `api_key`. Use `provider='b'` or `base_url`.")
    assert said == "Set A. Use PROVIDER=b or BASE_URL."
