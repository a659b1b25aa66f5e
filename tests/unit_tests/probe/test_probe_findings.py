from __future__ import annotations

from langchain_sse_chat.probe.findings import lines_of
from langchain_sse_chat.probe.questions import questions
from tests.unit_tests.probe.answers import refused


def test_each_line_has_a_name_of_its_own() -> None:
    names = [line.name for line in lines_of({})]
    assert len(set(names)) == len(names)


def test_no_line_is_a_yes_without_an_answer() -> None:
    assert {line.verdict for line in lines_of({})} == {"not clear"}


def test_no_line_is_a_yes_or_a_no_if_the_server_is_busy() -> None:
    answers = {ask.name: refused(ask.name, "busy", 503) for ask in questions("m")}
    assert {line.verdict for line in lines_of(answers)} == {"not clear"}
