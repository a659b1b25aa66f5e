from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableConfig, RunnableGenerator, RunnableLambda

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from tests.served_answers import answer_of, request_of
from tests.unit_tests.serve.targets.models import SyncModel

PROMPT = ChatPromptTemplate.from_template("About {topic}")


async def test_a_chain_answers_with_what_it_yields() -> None:
    chain = PROMPT | SyncModel(temperature=1, max_output_tokens=2) | StrOutputParser()
    answer = await answer_of(chain, request_of("cats"))
    assert answer.texts == ["temperature=1.0;", "max_output_tokens=2;"]


async def test_a_chain_gets_the_input_and_the_configuration_of_the_caller() -> None:
    def show(value: dict[str, Any], config: RunnableConfig) -> str:
        return f"{value} {config['tags']}"

    served = Served(
        RunnableLambda(show),
        input=lambda request: {"text": request.messages[0].text},
        config=lambda request: {"tags": [str(request.model)]},
    )
    answer = await answer_of(served, request_of("cats", model="m"))
    assert answer.text == "{'text': 'cats'} ['m']"


async def test_a_model_with_its_own_input_is_a_chain() -> None:
    served = Served(SyncModel(temperature=1), input=lambda request: "fixed")
    assert (await answer_of(served)).text == "temperature=1.0;"
    assert Target.of(served).check(request_of(options={"top_p": 1})) == ("top_p",)


async def test_of_each_item_the_output_is_served() -> None:
    closed = []

    async def steps(items: AsyncIterator[Any]) -> AsyncIterator[dict[str, str]]:
        try:
            yield {"context": "papers"}
            yield {"answer": "be"}
            yield {"answer": "cause"}
        finally:
            closed.append(True)

    served = Served(RunnableGenerator(steps), output=lambda item: item.get("answer"))
    assert (await answer_of(served)).texts == ["be", "cause"]
    items = Target.of(served).astream(request_of())
    assert await anext(items) == "be"
    await items.aclose()
    assert closed == [True, True]


@pytest.mark.parametrize(
    "fields",
    [{"tools": [{}]}, {"response_format": {}}, {"n": 2}, {"logprobs": True}],
)
def test_what_a_chain_cannot_do_is_refused(fields: dict[str, Any]) -> None:
    [param] = fields
    with pytest.raises(RequestRefused, match=f"chain.*`{param}`") as caught:
        Target.of(PROMPT | SyncModel()).check(request_of(**fields))
    assert caught.value.failure.param == param


def test_what_the_caller_accepts_is_neither_refused_nor_ignored() -> None:
    served = Served(PROMPT | SyncModel(), accepts=["response_format", "user"])
    request = request_of(
        response_format={},
        options={"user": "u", "max_tokens": 1},
        fields={"max_tokens": 1},
        metadata={"a": "b"},
    )
    assert Target.of(served).check(request) == ("max_tokens", "metadata")
