from __future__ import annotations

import pytest

from langchain_sse_chat.cli.chat.tools import load_tools, names_of
from langchain_sse_chat.cli.load import CommandError

HERE = "tests.unit_tests.cli.chat.things"


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("weather", "weather"),
        ("broken", "broken"),
        ("several", "weather, forecast, broken"),
    ],
)
def test_tools_are_found(name: str, names: str) -> None:
    assert names_of(load_tools(f"{HERE}:{name}")) == names


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("weather", "is not of the form module:attribute"),
        (f"{HERE}:nothing", "is an empty list"),
        (f"{HERE}:number", "1 is neither a tool nor a function"),
        (f"{HERE}:Order", "is neither a tool nor a function"),
        (f"{HERE}:unsendable", r"Cannot load tools from \S+unsendable: \w+: [^\n]+$"),
        ("exits:f", "Cannot load tools from exits:f: SystemExit: 3"),
        (
            "faulty:f",
            "Cannot load tools from faulty:f: ZeroDivisionError: division by zero",
        ),
        (
            f"{HERE}:undescribed",
            r"must have a docstring if description not provided\. Pass",
        ),
    ],
)
def test_anything_else_is_told(
    address: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name, source in (("exits", "raise SystemExit(3)"), ("faulty", "1/0")):
        with open(f"{tmp_path}/{name}.py", "w") as file:  # noqa: PTH123
            file.write(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CommandError, match=why):
        load_tools(address)
