"""Answers that follow from the question alone, and how a model continues one."""

from __future__ import annotations

import random
from collections.abc import Sequence

_WORDS = (
    *("the", "sky", "is", "blue", "because", "of", "light", "that", "scatters", "a"),
    *("небо", "синее", "потому", "что", "свет", "рассеивается", "ёж", "и", "объём"),
    *("天空", "为什么", "是", "蓝色的", "散射", "光", "空は", "青い", "하늘", "سماء"),
    *(
        "🚀",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "é",
        "ñ",
        "ﬁ",
        "𐍈",
        "…",
        "\u2028",
        "\u00a0",
        "\ufeff",
        "\x7f",
    ),
    *(
        "def f(x):\n    return x + 1\n",
        "```python\n",
        "```",
        '{"a": [1, 2]}',
        "</think>",
    ),
    *(
        "data: [DONE]\n\n",
        "data: x\r\n",
        ": ping\n\n",
        "event: error\n",
        "\\n",
        '"',
        "\\",
    ),
    *("3.14159", "2024-06-01", "10000000", "0", "42%", "| a | b |\n|---|---|\n", "- "),
)
_JOINTS = (" ", " ", " ", " ", "", "", "\n", ", ", ". ", "\n\n", "  ", "\r\n")
_RUNS = ("a", "ha", "= ", "-", "0", "ла", "很", "🎉", "\n", " ", "na na ", "1. ")

_LONGEST_TOKEN = 8
_LONGEST_OVERLAP = 60


def answer_to(question: str) -> str:
    """Return the answer to a question: equal questions have equal answers.

    It has what is hard to cut and to put together again: words of several scripts,
    characters of several code points, code, text that looks like the wire, repeated
    words and phrases.
    """
    source = random.Random(f"answer to {question}")  # noqa: S311  no secret
    text = ""
    for _ in range(source.randint(1, 25)):
        match source.randrange(8):
            case 0:
                text += source.choice(_RUNS) * source.randint(2, 12)
            case 1:
                text += text[-source.randint(1, 30) :]
            case _:
                text += source.choice(_WORDS)
        text += source.choice(_JOINTS)
    # White space alone is not an answer that anybody would continue.
    return f"{text}{source.choice('.!?')}"


def tokens_of(text: str, key: str) -> list[str]:
    """Return a text in tokens of a few characters; equal keys cut equally."""
    source = random.Random(f"tokens of {key}")  # noqa: S311  no secret
    longest = source.choice((1, 3, _LONGEST_TOKEN))
    tokens, start = [], 0
    while start < len(text):
        end = start + source.randint(1, longest)
        tokens.append(text[start:end])
        start = end
    return tokens


def rest_of(answer: str, begun: str) -> str:
    """Return the rest of an unfinished answer.

    Raises:
        ValueError: The answer does not begin so.
    """
    if not begun or not answer.startswith(begun):
        msg = f"the answer does not begin with {begun!r}: {answer!r}"
        raise ValueError(msg)
    return answer[len(begun) :]


def repeated(begun: str, rest: str, key: str) -> str:
    """Return the end of what was begun that a model says again before the rest.

    How much is drawn by the key, from what leaves no doubt: where the rest itself
    begins like an end of what was begun, as in "ha ha", a reader cannot know how much
    is repeated, unless more is.
    """
    source = random.Random(f"repeated of {key} {len(begun)}")  # noqa: S311  no secret
    wanted = source.choice((0, 0, 1, source.randint(0, _LONGEST_OVERLAP)))
    sizes = [*range(min(wanted, len(begun)), len(begun)), len(begun)]
    size = next(s for s in sizes if _overlap(begun, _last(begun, s) + rest) == s)
    return _last(begun, size)


def _last(text: str, size: int) -> str:
    return text[len(text) - size :]


def _overlap(first: str, second: str) -> int:
    """Return the length of the longest end of the first that the second begins with."""
    longest = min(len(first), len(second))
    return next(n for n in range(longest, -1, -1) if first.endswith(second[:n]))


def pieces_in_utf16(tokens: Sequence[str], key: str) -> list[str]:
    """Return tokens, with some characters cut in two as UTF-16 has them."""
    source = random.Random(f"halves of {key}")  # noqa: S311  no secret
    pieces: list[str] = []
    for token in tokens:
        units = token.encode("utf-16-le")
        if len(token) == 1 and len(units) > 2 and source.choice((True, False)):  # noqa: PLR2004
            halves = units[:2], units[2:]
            pieces += [half.decode("utf-16-le", "surrogatepass") for half in halves]
        else:
            pieces.append(token)
    return pieces
