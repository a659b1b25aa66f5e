"""One list of spellings: a secret is found in any way that a server writes it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.secrets.redaction import redact_text
from langchain_sse_chat.secrets.spellings import Spellings
from langchain_sse_chat.secrets.stream_redactor import KnownSecrets

SECRET = 'ab/c"d\\e+f g&h<я😀%2F'


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def unescaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": in_json,
    "JSON without escapes of Unicode": unescaped,
    "JSON of PHP": lambda text: in_json(text).replace("/", r"\/"),
    "JSON with every character escaped": lambda text: "".join(
        f"\\u{unit:04X}" for unit in memoryview(text.encode("utf-16-le")).cast("H")
    ),
    "JSON in JSON": lambda text: in_json(in_json(text)),
    "JSON of PHP in JSON": lambda text: in_json(in_json(text).replace("/", r"\/")),
    "URL": lambda text: quote(text, safe=""),
    "URL in lower case": lambda text: re.sub(
        "%..", lambda escape: escape[0].lower(), quote(text, safe="")
    ),
    "query": quote_plus,
    "URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "HTML": html.escape,
    "HTML in HTML": lambda text: html.escape(html.escape(text)),
    "HTML with numbers": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "HTML with hexadecimal numbers": lambda text: "".join(
        f"&#x{ord(c):x};" for c in text
    ),
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_found_in_a_text(spell: Callable[[str], str]) -> None:
    text = f"<{spell(SECRET)}> and <{spell(SECRET)}>"

    assert redact_text(text, Spellings([SECRET])) == "<***> and <***>"


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_secret_is_found_in_a_stream(spell: Callable[[str], str], size: int) -> None:
    spelled = spell(SECRET).encode()
    body = b"data: <" + spelled + b"> \\n %2 &amp; <" + spelled + b">"
    redactor = KnownSecrets(Spellings([SECRET]))

    parts = [redactor.feed(body[at : at + size]) for at in range(0, len(body), size)]
    given_out = b"".join([*parts, redactor.close()])

    hidden = b"*" * len(spelled)
    assert given_out == b"data: <" + hidden + b"> \\n %2 &amp; <" + hidden + b">"


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("secret", [r"pass\x41word", r"0000\x00", r"pass\u0041word"])
def test_a_secret_may_look_like_an_escape(
    secret: str, spell: Callable[[str], str]
) -> None:
    assert redact_text(f"<{spell(secret)}>", Spellings([secret])) == "<***>"


@given(
    secret=st.text(min_size=8, max_size=20),
    spell=st.sampled_from(sorted(SPELLINGS)),
    before=st.text(max_size=5),
)
def test_any_secret_is_found(secret: str, spell: str, before: str) -> None:
    spelled = SPELLINGS[spell](secret) if secret.isprintable() else in_json(secret)

    assert spelled not in redact_text(f"{before} <{spelled}>", Spellings([secret]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no secret",
        r"\\\\\u00",
        "%2",
        "%",
        "&amp",
        "&;",
        "&#1114112;",
        "\ud83d",
        r"\ud83d",
    ],
)
def test_the_rest_of_a_text_stays(text: str) -> None:
    assert redact_text(text, Spellings([SECRET])) == text


def test_half_a_secret_is_not_cut_inside_a_character() -> None:
    assert redact_text("яяяяяю", Spellings(["яяяяяяяяяя"])) in {"***", "***ю"}


def test_backslashes_without_end_are_not_held_back() -> None:
    redactor = KnownSecrets(Spellings(["secret-key"]))
    given_out = sum(len(redactor.feed(b"s" + b"\\" * 1000)) for _ in range(20))

    assert given_out > 19_000
