"""Choose what of a graph's run is the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ToolMessage,
)
from langchain_core.messages.ai import UsageMetadata, add_usage

from langchain_sse_chat.serve.answer.parts import NextMessage, Note, ToolRun
from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused
from langchain_sse_chat.serve.targets.graph_watch import ModelCalls

_INTERRUPT = "__interrupt__"

_INTERRUPTED = Failure(
    500,
    "The agent waits for a decision (an interrupt), which this server cannot ask for.",
    "server_error",
    "interrupted",
)


class GraphAnswer:
    """Reads the events of one run of a graph.

    The texts of models that the nodes of the graph call directly are a part of the
    answer as they come. The last message is sent whole at the end if it is not one of
    those.

    Args:
        calls: The model calls of the run.
        nodes: The nodes whose models' texts are streamed, `None` for all.
        output: Returns what is served of the last state.
    """

    def __init__(
        self,
        calls: ModelCalls,
        nodes: Collection[str] | None = None,
        output: Callable[[Any], Any] | None = None,
    ) -> None:
        self._calls = calls
        self._nodes = nodes
        self._output = output
        self._texts: list[list[str]] = []
        """The texts of the messages that were streamed, in pieces."""
        self._current: int | None = None
        """The call whose text is streamed now."""
        self._waiting: dict[int, list[AIMessage]] = {}
        """Chunks of calls at the same time."""
        self._streamed: set[int] = set()
        self._runs: dict[str, str] = {}
        """The names of the tools that run, by call ID."""
        self._known: set[object] | None = None
        """The messages of the input, and calls of tools that were shown."""
        self._state: Any = None
        self._update: Any = None

    def message(self, message: Any, metadata: Any) -> list[Any]:
        """Return the items for a message of a model, or for a chunk of one."""
        key = self._calls.key(metadata)
        if key is None or not isinstance(message, AIMessage):
            return []
        if key == self._current:
            return self._piece(message)
        if self._nodes is not None and _node(metadata) not in self._nodes:
            return []
        return self._take(key, message)

    def step(self, mode: str, payload: Any) -> list[Any]:
        """Return the items for any other event of the graph itself.

        Args:
            mode: `updates`, `values` or `custom`.
            payload: What the graph sent.

        Raises:
            RequestRefused: The graph waits for a decision.
        """
        if mode == "custom":
            return [Note(payload)]
        if mode == "values":
            return self._take_state(payload)
        if _INTERRUPT in payload:
            raise RequestRefused(_INTERRUPTED)
        return [run for update in payload.values() for run in self._tools(update)]

    def close(self) -> list[Any]:
        """Return the items at the end: what was not streamed, and the usage of it."""
        items = self._next_waiting()
        items += self._last()
        usage: UsageMetadata | None = None
        for key, counts in self._calls.usages:
            if key not in self._streamed:
                usage = add_usage(usage, counts)
        if usage is not None:
            items.append(_usage_only(usage))
        return items

    def _take(self, key: int, message: AIMessage) -> list[Any]:
        if key == self._current:
            return self._piece(message)
        if self._current is not None:
            self._waiting.setdefault(key, []).append(message)
            return []
        if key in self._streamed:
            # The whole message of a call whose chunks were streamed.
            return []
        first: list[Any] = [NextMessage()] if self._texts else []
        self._streamed.add(key)
        self._current = key
        self._texts.append([])
        return [*first, *self._piece(message)]

    def _piece(self, message: AIMessage) -> list[Any]:
        content = message.content
        text = content if isinstance(content, str) else str(message.text)
        if text:
            self._texts[-1].append(text)
        if not isinstance(message, AIMessageChunk):
            return [message, *self._next_waiting()]
        if message.chunk_position == "last":
            return [message, *self._next_waiting()]
        return [message]

    def _next_waiting(self) -> list[Any]:
        """Return the items of the calls that waited for the current one."""
        self._current = None
        items: list[Any] = []
        waiting, self._waiting = self._waiting, {}
        for key, messages in waiting.items():
            for message in messages:
                items += self._take(key, message)
        return items

    def _take_state(self, state: Any) -> list[Any]:
        """Keep the state after a step, when no call of the step goes on."""
        if self._known is None:
            self._known = set()
            for message in _messages(state):
                self._known.add(_identity(message))
                self._known |= {call["id"] for call in _calls(message)}
        else:
            self._state = state
        return self._next_waiting()

    def _tools(self, update: Any) -> Iterator[ToolRun]:
        """Yield the beginning and the end of tools by the messages of a node."""
        if update is not None:
            self._update = update
        known = self._known or set()
        for message in _written(update):
            for call in _calls(message):
                call_id = call["id"]
                if call_id and call_id not in known and call_id not in self._runs:
                    self._runs[call_id] = call["name"]
                    yield ToolRun(call_id, call["name"], dict(call["args"]))
            if isinstance(message, ToolMessage):
                name = self._runs.get(message.tool_call_id)
                if name is not None and message.tool_call_id not in known:
                    known.add(message.tool_call_id)
                    yield ToolRun(
                        message.tool_call_id,
                        name,
                        output=str(message.text),
                        failed=message.status == "error",
                    )

    def _last(self) -> list[Any]:
        """Return the part of the last state that was not streamed."""
        if self._output is not None:
            return self._unsent(self._output(self._state))
        messages = _messages(self._state)
        last = messages[-1] if messages else None
        if isinstance(last, AIMessage) and last.text:
            return self._unsent(last) if self._is_new(last) else []
        found = _field(self._state, "structured_response")
        if found is not None:
            return self._unsent(found)
        if isinstance(last, ToolMessage):
            return self._unsent(last) if self._is_new(last) else []
        return [] if messages or self._texts else self._unsent(_only(self._update))

    def _is_new(self, message: BaseMessage) -> bool:
        return _identity(message) not in (self._known or ())

    def _unsent(self, value: Any) -> list[Any]:
        """Return the part of a value that was not streamed."""
        if value is None:
            return []
        if not isinstance(value, (str, BaseMessage)):
            return self._apart(value)
        text = value if isinstance(value, str) else str(value.text)
        sent = ["".join(pieces) for pieces in self._texts]
        if text in sent:
            return []
        if sent and sent[-1] and text.startswith(sent[-1]):
            return [text[len(sent[-1]) :]]
        if isinstance(value, AIMessage):
            value = self._without_counted_usage(value)
        return self._apart(value)

    def _apart(self, value: Any) -> list[Any]:
        return [NextMessage(), value] if self._texts else [value]

    def _without_counted_usage(self, message: AIMessage) -> AIMessage:
        if message.id not in self._calls.message_ids:
            return message
        metadata = dict(message.response_metadata)
        metadata.pop("token_usage", None)
        update = {"usage_metadata": None, "response_metadata": metadata}
        return message.model_copy(update=update)


def _usage_only(usage: UsageMetadata) -> AIMessageChunk:
    # The counts are of several calls, so that none of a server's is that of all.
    metadata = {"token_usage": {"total_tokens": usage["total_tokens"]}}
    return AIMessageChunk(content="", usage_metadata=usage, response_metadata=metadata)


def _node(metadata: Mapping[str, Any]) -> str:
    """Return the node of the graph itself below which a model is called."""
    namespace = str(metadata.get("langgraph_checkpoint_ns", ""))
    return namespace.partition("|")[0].partition(":")[0]


def _field(state: Any, name: str) -> Any:
    if isinstance(state, Mapping):
        return state.get(name)
    return getattr(state, name, None)


def _messages(state: Any) -> Sequence[Any]:
    """Return the messages of a state, which may be a message or a list of them."""
    found = state if isinstance(state, (list, BaseMessage)) else None
    found = _field(state, "messages") if found is None else found
    if isinstance(found, BaseMessage):
        return [found]
    return found if isinstance(found, list) else []


def _written(update: Any) -> Iterator[BaseMessage]:
    """Yield the messages that a node wrote, under any name."""
    for one in update if isinstance(update, list) else [update]:
        values = one.values() if isinstance(one, Mapping) else [one]
        for value in values:
            for message in value if isinstance(value, list) else [value]:
                if isinstance(message, BaseMessage):
                    yield message


def _calls(message: Any) -> Sequence[Any]:
    return message.tool_calls if isinstance(message, AIMessage) else ()


def _identity(message: Any) -> object:
    return getattr(message, "id", None) or id(message)


def _only(update: Any) -> Any:
    """Return the one value of an update, or all of it."""
    if isinstance(update, Mapping) and len(update) == 1:
        return next(iter(update.values()))
    return update
