from __future__ import annotations

from operator import itemgetter
from typing import Any, TypedDict

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import FakeListLLM
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import (
    ChatPromptTemplate,
    MessagesPlaceholder,
    PromptTemplate,
)
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.targets.inputs import input_of, question
from tests.unit_tests.serve.targets.models import SyncModel

TALK = [SystemMessage("s"), HumanMessage("one"), AIMessage("two"), HumanMessage("why")]
CHAT: Any = SyncModel()


class Papers(BaseRetriever):
    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return []


def placeholder(name: str = "messages", **options: Any) -> ChatPromptTemplate:
    return ChatPromptTemplate([("system", "s"), MessagesPlaceholder(name, **options)])


def with_text(text: str) -> str:
    return text


def with_list(messages: list[int]) -> int:
    return 1


ASKED = "Answer {question} with {history}"
FEW = PromptTemplate.from_template("{a} {b}")


@pytest.mark.parametrize(
    ("runnable", "value"),
    [
        (CHAT | StrOutputParser(), TALK),
        (FakeListLLM(responses=[""]), TALK),
        (placeholder() | CHAT, {"messages": TALK}),
        (placeholder("talk") | CHAT, {"talk": TALK}),
        (placeholder("talk", optional=True), {"talk": TALK}),
        (ChatPromptTemplate.from_template("{topic}") | CHAT, {"topic": "why"}),
        (ChatPromptTemplate.from_template("hello") | CHAT, {"messages": TALK}),
        (PromptTemplate.from_template("{messages}"), {"messages": TALK}),
        (FEW.partial(b="1") | CHAT, {"a": "why"}),
        (
            placeholder("history") + "{question}",
            {"question": "why", "history": TALK[:3]},
        ),
        (
            (placeholder() | CHAT).with_retry().with_fallbacks([CHAT]),
            {"messages": TALK},
        ),
        (Papers() | RunnableLambda(str), "why"),
        ({"papers": Papers(), "question": RunnablePassthrough()} | CHAT, "why"),
        ({"question": itemgetter("question")} | FEW, {"question": "why"}),
        (RunnableLambda(with_text), "why"),
        (RunnableLambda(with_list), TALK),
        (RunnableLambda(lambda x: x), {"messages": TALK}),
    ],
    ids=[
        "chat model",
        "text model",
        "placeholder",
        "placeholder of another name",
        "optional placeholder",
        "prompt of one value",
        "prompt without values",
        "prompt of messages as text",
        "partial prompt",
        "history and question",
        "retry and fallbacks",
        "retriever",
        "retriever beside the question",
        "key of a dict",
        "function of a text",
        "function of a list",
        "function without types",
    ],
)
def test_the_input_is_what_the_first_step_asks_for(runnable: Any, value: Any) -> None:
    assert input_of(runnable)(TALK) == value


@pytest.mark.parametrize(
    "runnable",
    [
        FEW | CHAT,
        {"a": itemgetter("a"), "b": itemgetter("b")} | CHAT,
        placeholder("a") + placeholder("b"),
    ],
    ids=[
        "prompt",
        "dict",
        "placeholders",
    ],
)
def test_several_values_are_an_error_that_says_what_to_do(runnable: Any) -> None:
    with pytest.raises(ValueError, match=r"\(a, b\).*input="):
        input_of(runnable)


def test_the_question_is_the_last_one_of_the_user() -> None:
    assert question(TALK) == "why"
    parts: list[str | dict[str, Any]] = ["Is ", {"type": "text", "text": "it?"}]
    assert question([HumanMessage(parts), AIMessage("a")]) == "Is it?"


@pytest.mark.parametrize(
    "prompt",
    [
        ChatPromptTemplate.from_template("{topic}"),
        placeholder("history") + "{question}",
    ],
    ids=["question", "question and history"],
)
@pytest.mark.parametrize(
    ("talk", "param"),
    [
        pytest.param([SystemMessage("s"), AIMessage("a")], "messages", id="none"),
        pytest.param(
            [
                AIMessage("a"),
                HumanMessage(
                    [
                        {"type": "text", "text": "What is it?"},
                        {"type": "image_url", "image_url": {"url": "https://a/b"}},
                    ]
                ),
            ],
            "messages[1]",
            id="an image",
        ),
    ],
)
def test_a_question_that_a_text_cannot_stand_for_is_refused(
    prompt: Any, talk: list[BaseMessage], param: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        input_of(prompt)(talk)
    assert caught.value.failure.status == 400
    assert caught.value.failure.param == param


class Schema(Runnable[Any, Any]):
    """A runnable whose schema is as given."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def get_input_jsonschema(self, config: Any = None, **kwargs: Any) -> Any:
        if isinstance(self.schema, Exception):
            raise self.schema
        return self.schema

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


class State(TypedDict):
    """A state that pydantic refuses on some versions of Python."""

    topic: str


class Builder:
    input_schema = State


def test_a_schema_that_is_of_no_use_leaves_the_messages() -> None:
    schema: Any
    for schema in (ValueError(), None, {}, {"properties": {"messages": {}, "a": {}}}):
        assert input_of(Schema(schema))(TALK) == {"messages": TALK}


def test_a_graph_whose_schema_fails_is_known_by_its_state() -> None:
    graph = Schema(ValueError())
    graph.builder = Builder  # type: ignore[attr-defined]
    assert input_of(graph)(TALK) == {"topic": "why"}


def test_a_graph_of_one_function_whose_schema_fails_gets_the_messages() -> None:
    graph = Schema(ValueError())
    graph.input_channels = "__start__"  # type: ignore[attr-defined]
    assert input_of(graph)(TALK) == TALK
