from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from langchain_sse_chat.probe import ProbeLine, ProbeReport


def report(**changes: Any) -> ProbeReport:
    fields: dict[str, Any] = {
        "base_url": "http://x/v1",
        "model": "m",
        "requests": 15,
        "tokens": 900,
        "lines": (
            ProbeLine("tools", "tool_choice: auto", "yes", "called get_weather"),
            ProbeLine("errors", "refuses a wrong key", "not clear", ""),
        ),
        "timing": {"gap_p50": 0.0123, "tokens_per_second": 71.26, "gap_p95": None},
        "provider": None,
        "provider_reason": "no row of the table has this host",
        "settings": {"reasoning_tags": ("<think>", "</think>")},
        "notes": ("A note.",),
        "code": "chat = …\n",
        **changes,
    }
    return ProbeReport(**fields)


def test_the_table_has_everything() -> None:
    text = report().table()
    for part in (
        "m at http://x/v1\n15 requests, 900 tokens\n",
        "\ntools\n  tool_choice: auto         yes        called get_weather\n",
        "\n  refuses a wrong key       not clear\n",
        "12.3 ms\n",
        "71.3\n",
        "not known\n",
        "\nprovider: none (no row of the table has this host)\nA note.\n",
    ):
        assert part in text
    assert text.endswith("chat = …\n")
    assert "provider: vllm (" in report(provider="vllm").table()


@pytest.mark.parametrize("width", [1, 20, 40, 59, 60, 80, 200])
def test_a_line_is_not_wider_than_the_terminal(width: int) -> None:
    lines = (ProbeLine("tools", "tool_choice: auto", "yes", "word " * 40),)
    text = report(lines=lines, provider_reason="", code="").table(width)
    *head, _ = text.partition("provider:")
    rows = "".join(head).splitlines()[2:-1]
    assert all(len(row) <= max(width, 20) for row in rows)


def test_a_name_gives_no_orders_to_the_terminal() -> None:
    assert report(model="m\x1b[2J").table().startswith("m [2J at http://x/v1\n")


@pytest.mark.parametrize("width", [20, 80])
def test_wide_characters_fill_two_columns(width: int) -> None:
    line = ProbeLine("formats", "json_object", "no", "错误、不支持 金魚🐟 " * 9)
    shown = report(lines=(line,)).table(width).partition("\ntiming")[0].splitlines()[1:]
    columns = [
        len(each) + sum(unicodedata.east_asian_width(c) in "WF" for c in each)
        for each in shown
    ]
    assert max(columns) <= width
    assert "".join("".join(shown).split()).endswith("错误、不支持金魚🐟" * 9)


def test_the_dict_is_json() -> None:
    found = json.loads(json.dumps(report().as_dict()))
    assert found["lines"][0]["verdict"] == "yes"
    assert found["settings"] == {"reasoning_tags": ["<think>", "</think>"]}


def test_a_verdict_is_found_by_its_name() -> None:
    assert report().verdict("tool_choice: auto") == "yes"
    with pytest.raises(KeyError):
        report().verdict("something else")
