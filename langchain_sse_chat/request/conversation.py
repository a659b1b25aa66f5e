"""Put a conversation in the order that servers accept: each call with its result.

Histories contain calls that were never run, late results, results whose calls were
trimmed away, and IDs of other servers. All of that is corrected here, in the same way
each time a conversation is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import BaseMessage

from langchain_sse_chat.acceptable_names import CallIds, acceptable_name
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.content import RequestPart
from langchain_sse_chat.request.past_calls import PastCall
from langchain_sse_chat.request.reasoning_echo import signed

_NOT_RUN = "This call was not run: it has no result."
_NOT_WHOLE = "This call was not run: its arguments were not a complete JSON object."
_MEDIA_FOLLOW = "The result is in the message that follows the results."
_MEDIA_OF = "From the result of the tool "
_BRIDGE = "OK."
"""The answer between a tool result and a user message, for servers that require one."""

_NO_NAME = "unknown_tool"
"""The name of a call that is made up for a result without the name of its tool."""


@dataclass(slots=True)
class Sent:
    """A message to send."""

    message: BaseMessage | None
    """The LangChain message, `None` for one that was added to complete the
    conversation."""
    wire: dict[str, Any]
    """The message as sent."""
    path: str = ""
    """Its path in the messages, for errors."""
    calls: list[PastCall] = field(default_factory=list)
    """The tool calls of an answer."""
    media: list[RequestPart] = field(default_factory=list)
    """Parts of a result that the server does not accept there."""


@dataclass(slots=True)
class _Open:
    """A call, and its result once that is found."""

    call: PastCall
    turn: int
    """The number of its answer."""
    result: Sent | None = None

    def matches(self, result: Sent) -> bool:
        """Whether a result can belong to this call."""
        if result.wire["role"] == "function":
            return self.call.name == result.wire.get("name")
        return bool((self.call.own_id or "") == result.wire["tool_call_id"])


@dataclass(slots=True)
class _Turn:
    """An answer with calls."""

    sent: Sent
    calls: list[_Open]


def settled(
    sent: Iterable[Sent], dialect: Dialect, names: Mapping[str, str]
) -> list[Sent]:
    """Return the messages with each call before its result, and each result once.

    A late result moves to its calls. A call without a result gets one that says so, and
    a result without a call gets a call without arguments. Results in the older form,
    with the role `function`, become tool results.

    Args:
        sent: The messages in order.
        dialect: The server's dialect: which IDs it accepts, and which parts in results.
        names: The sent names of tools that are sent under another name.

    Raises:
        ConfigurationError: A result does not name its call.
    """
    whole = list(_in_order(_turns(sent), dialect, names))
    return whole if dialect.user_after_tools else list(_bridged(whole))


def _turns(sent: Iterable[Sent]) -> list[Sent | _Turn]:
    entries: list[Sent | _Turn] = []
    unanswered: list[_Open] = []
    for item in sent:
        if item.calls:
            calls = [_Open(call, len(entries)) for call in item.calls]
            unanswered += calls
            entries.append(_Turn(item, calls))
        elif item.wire["role"] not in {"tool", "function"}:
            entries.append(item)
        elif call := _called(item, unanswered):
            call.result = item
            unanswered.remove(call)
        else:
            entries.append(_made_up(item))
    return entries


def _called(result: Sent, unanswered: list[_Open]) -> _Open | None:
    """Return the call of a result: the first match in the last matching answer."""
    matching = [call for call in unanswered if call.matches(result)]
    last = matching[-1].turn if matching else None
    return next((call for call in matching if call.turn == last), None)


def _made_up(result: Sent) -> _Turn:
    """Return a result with a call made up for it."""
    own_id = result.wire.get("tool_call_id")
    if own_id == "":
        msg = (
            f"{result.path} is a tool result without the id of its call. Add it as "
            "`tool_call_id`."
        )
        raise ConfigurationError(msg)
    name = result.wire.get("name") or _NO_NAME
    function = {"name": name, "arguments": "{}"}
    call = PastCall(own_id, {"type": "function", "function": function})
    answer = Sent(None, {"role": "assistant", "content": None})
    return _Turn(answer, [_Open(call, 0, result)])


def _in_order(
    entries: Iterable[Sent | _Turn], dialect: Dialect, names: Mapping[str, str]
) -> Iterator[Sent]:
    ids = CallIds(dialect.tool_call_ids)
    for entry in entries:
        if isinstance(entry, Sent):
            yield entry
            continue
        wires = [_with_id(entry_call.call, ids, names) for entry_call in entry.calls]
        if dialect.missing_signature:
            wires[0] = signed(wires[0], dialect.missing_signature)
        entry.sent.wire["tool_calls"] = wires
        yield entry.sent
        for call, wire in zip(entry.calls, wires, strict=True):
            yield _result(call, wire["id"], names)
        for call in entry.calls:
            if call.result is not None and call.result.media:
                title = {"type": "text", "text": f"{_MEDIA_OF}{call.call.name}:"}
                content = [title, *call.result.media]
                yield Sent(None, {"role": "user", "content": content})


def _with_id(call: PastCall, ids: CallIds, names: Mapping[str, str]) -> RequestPart:
    call_id = ids.give(call.own_id, call)
    return call.named(sent_name(call.name, names), call_id)


def sent_name(name: str, names: Mapping[str, str]) -> str:
    """Return the name under which a tool is sent.

    Args:
        name: The tool's own name.
        names: The sent names of tools that are sent under another name.
    """
    return names.get(name) or acceptable_name(name)


def _result(call: _Open, call_id: str, names: Mapping[str, str]) -> Sent:
    own = call.result
    wire: dict[str, Any] = {"role": "tool", "tool_call_id": call_id}
    if own is None:
        content = _NOT_WHOLE if call.call.is_broken else _NOT_RUN
        return Sent(None, {**wire, "content": content})
    wire["content"] = own.wire["content"] or (_MEDIA_FOLLOW if own.media else "")
    if name := own.wire.get("name"):
        wire["name"] = sent_name(name, names)
    return Sent(own.message, wire, own.path)


def _bridged(sent: Iterable[Sent]) -> Iterator[Sent]:
    """Yield the messages with an answer between a tool result and a user message."""
    before = None
    for item in sent:
        role = item.wire["role"]
        if before == "tool" and role == "user":
            yield Sent(None, {"role": "assistant", "content": _BRIDGE})
        before = role
        yield item
