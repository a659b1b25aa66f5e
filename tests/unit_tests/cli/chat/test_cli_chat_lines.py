from __future__ import annotations

import pytest

from langchain_sse_chat.cli.chat.lines import read_message


def read(*lines: str) -> tuple[str, list[str]]:
    """Return the message and the prompts."""
    given = iter(lines)
    prompts: list[str] = []

    def read_line(prompt: str) -> str:
        prompts.append(prompt)
        line = next(given, None)
        if line is None:
            raise EOFError
        return line

    return read_message(read_line), prompts


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Hi"], "Hi"),
        ([""], ""),
        (["a\\", "b\\", "c"], "a\nb\nc"),
        (["a\\", ""], "a\n"),
        (["C:\\\\"], "C:\\\\"),
        (["a\\\\\\", "b"], "a\\\\\nb"),
        (["pasted\nlines"], "pasted\nlines"),
        (["a\\"], "a"),
    ],
    ids=repr,
)
def test_a_backslash_continues_a_message(lines: list[str], message: str) -> None:
    found, prompts = read(*lines)
    assert found == message
    assert prompts[0] == "> "
    assert set(prompts[1:]) <= {". "}


def test_the_end_of_the_input_is_no_message() -> None:
    with pytest.raises(EOFError):
        read()
