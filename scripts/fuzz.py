"""Feed changed streams to the readers, and report violated rules.

Whatever a server sends, an answer is a message or an `SSEChatError`, no message stands
for an answer that is cut or an error, and no tool call has other arguments than the
server sent whole, or becomes invalid after it was complete in chunks. Run from the root
of the project: `python -m scripts.fuzz --count 50000`. The same seed makes the same
streams.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage

from langchain_sse_chat import MalformedChunkError, SSEChatError, SSEDecoder
from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.events import EventAssembler
from langchain_sse_chat.answer.pipeline import OutputT
from langchain_sse_chat.answer.results import ResultAssembler
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler, Delta, WireToolCall
from langchain_sse_chat.wire.jsontext import loads, parse_arguments, read_data
from scripts.fuzz_reference import fault_of
from scripts.mutations import Mutator
from tests.unit_tests.quirks.quirk import SYNC, Quirk
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.wire.wire_streams import (
    OPTIONS,
    Seen,
    assembled,
    merged,
    pipeline,
    put_together,
    same_ids,
)

_EVERY = 50
"""One in this many streams also goes through a complete model."""
_BEFORE_AN_ANSWER = re.compile(rb"\A(?:\s|\xef\xbb\xbf)+")
"""Blanks and byte order marks, with which some servers keep a connection alive."""
_CONTROL = re.compile(r"[\x00-\x1f]")
_PREFIX = re.compile(r"finish_?reason[_.]|stop_?reason[_.]")
_GOOD = {
    *("stop", "tool_calls", "function_call", "eos", "eos_token", "end_turn"),
    *("tool_use", "stop_sequence", "tool_call", "complete", "tool-calls", "normal"),
}
"""Finish reasons of complete answers. After any other reason, a call with only a name
is not a call without arguments."""


@dataclass
class Finding:
    """A violated rule."""

    number: int
    what: str
    reads: list[bytes]


class _Watched:
    """An assembler that keeps the message it was given."""

    def __init__(self, inner: Assembler[OutputT]) -> None:
        self._inner: Assembler[Any] = inner
        self.message: AnswerMessage | None = None

    def feed(self, delta: str | Delta) -> list[Any]:
        return self._inner.feed(delta)

    def close(self, message: AnswerMessage, pending: Delta) -> list[Any]:
        self.message = message
        return self._inner.close(message, pending)


def fuzz(count: int, seed: int, outcomes: Counter[str]) -> Iterator[Finding]:
    """Yield the findings in this many changed streams.

    Args:
        count: How many streams.
        seed: Equal seeds make equal streams.
        outcomes: Where the outcomes are counted, by kind.
    """
    mutator = Mutator([quirk.body for quirk in ALL], seed)
    for number in range(count):
        reads = mutator.stream()
        try:
            faults = list(_faults(reads, number, outcomes))
        except Exception:  # noqa: BLE001  any foreign exception is what is looked for
            faults = [traceback.format_exc()]
        for fault in faults:
            yield Finding(number, fault, reads)


def _faults(reads: list[bytes], number: int, outcomes: Counter[str]) -> Iterator[str]:
    tags = ("<think>", "</think>") if number % 3 == 0 else None
    settings: dict[str, Any] = {"reasoning_tags": tags}
    if number % 2:
        settings["on_truncation"] = "accept"
    chunks, wire = _answer(reads, ChunkAssembler(), settings)
    whole, same = _answer([b"".join(reads)], ResultAssembler(), settings)
    if (wire is None) != (same is None) or (
        wire is None and repr(chunks) != repr(whole)
    ):
        yield f"the cuts between reads matter: {chunks!r} {whole!r}"
    outcomes[type(chunks).__name__ if wire is None else "message"] += 1
    if wire is None or same is None:
        return
    accepts = "on_truncation" in settings
    why = fault_of(b"".join(reads), may_be_cut=accepts)
    if why:
        yield f"given out as a whole answer, but it has {why}: {wire!r}"
    sent = sent_arguments(b"".join(reads))
    reason = wire.native_finish_reason or wire.finish_reason or ""
    cut = wire.finish_reason_inferred or _PREFIX.sub("", reason.lower()) not in _GOOD
    for call in wire.tool_calls:
        yield from faults_of_call(call, sent, cut=cut)
    if len({call.id for call in wire.tool_calls}) < len(wire.tool_calls):
        yield f"two calls have one id: {wire.tool_calls!r}"
    yield from _faults_of_chunks(chunks, wire)
    valid = [(c.name, c.parsed) for c in wire.tool_calls if c.parsed is not None]
    result = whole[0].generations[0].message
    for message in (merged(chunks), assembled(chunks), result):
        yield from _faults_of_message(message, wire, valid)
    yield from _faults_of_events(reads, settings, result)
    if number % _EVERY == 0:
        yield from _faults_of_model(reads, settings, result)


def _faults_of_chunks(chunks: list[Any], wire: AnswerMessage) -> Iterator[str]:
    """Yield the calls that were complete in chunks, and then made invalid.

    Text that follows complete arguments makes a call invalid, and nothing else does.
    """
    invalid = {c.index: c.arguments for c in wire.tool_calls if c.parsed is None}
    texts: dict[Any, str] = {}
    for piece in (p for c in chunks[:-1] for p in c.message.tool_call_chunks):
        index = piece["index"]
        texts[index] = texts.get(index, "") + (piece["args"] or "")
        if parse_arguments(texts[index]) and texts[index] == invalid.get(index):
            yield f"a call was complete before it was invalid: {texts[index]!r}"


def _answer(
    reads: list[bytes], assembler: Assembler[OutputT], settings: dict[str, Any]
) -> tuple[Any, AnswerMessage | None]:
    """Return the outputs and the message, or the error and `None`."""
    watched = _Watched(assembler)
    reader = pipeline(watched, OPTIONS._replace(**settings))
    outputs: list[Any] = []
    try:
        for data in reads:
            outputs += reader.feed(data)
            if not reader.wants_more:
                break
        outputs += reader.close()
    except SSEChatError as error:
        return reader.attach_partial(error), None
    return outputs, watched.message


def sent_arguments(body: bytes) -> list[str]:
    """Return the arguments in a body, or pieces of them, in order."""
    body = _BEFORE_AN_ANSWER.sub(b"", body)
    decoder = SSEDecoder()
    events = [*decoder.feed(body), *decoder.close()]
    # Events without a blank line between them are read line by line: in their place,
    # for pieces add up in their order.
    texts = [
        text
        for event in events
        for text in (
            event.data,
            *(event.data.split("\n") if "\n" in event.data else ()),
        )
    ]
    texts.append(body.decode("utf-8", "replace"))
    found: list[str] = []
    for text in texts:
        _collect(read_data(text), found)
    return found


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"arguments", "input"} and item is not None:
                text = (
                    item
                    if isinstance(item, str)
                    else json.dumps(item, ensure_ascii=False)
                )
                found.append(text)
            _collect(item, found)


def faults_of_call(call: WireToolCall, sent: list[str], *, cut: bool) -> Iterator[str]:
    """Yield the problems of a tool call that was read as valid.

    Args:
        call: The call.
        sent: The arguments, or pieces of them, that the server sent.
        cut: Whether the answer may have been cut: the call is then not one without
            arguments, nor one of a custom tool.
    """
    if call.parsed is None:
        return
    if call.parsed != json.loads(call.arguments):
        yield f"the arguments are not those of their text: {call!r}"
    try:
        json.dumps(call.parsed, allow_nan=False)
    except ValueError:
        yield f"the arguments cannot be sent back: {call!r}"
    if call.extras.get("type") == "custom":
        if cut or not _is_made_of(call.parsed["__arg1"], sent):
            yield f"the input was never sent whole: {call!r}, sent: {sent!r}"
        return
    nothing = call.parsed == {} and not cut
    texts = [call.arguments, json.dumps(call.parsed)]
    texts += [json.dumps(call.arguments, ensure_ascii=a) for a in (True, False)]
    made = any(_is_made_of(text, sent) for text in texts)
    within = map(_escaped, _within_strings(sent))
    if not nothing and not made and _escaped(call.arguments) not in within:
        yield f"the arguments were never sent whole: {call!r}, sent: {sent!r}"


def _within_strings(pieces: list[str]) -> Iterator[str]:
    """Yield the JSON strings of consecutive pieces, however escaped."""
    for start, end in itertools.combinations(range(len(pieces) + 1), 2):
        text = "".join(pieces[start:end])
        if text.lstrip().startswith('"'):
            with contextlib.suppress(ValueError):
                yield str(loads(_escaped(text)))


def _escaped(text: str) -> str:
    """Return a text with each control character as a JSON escape.

    Inside strings they are read as if they were spelled so.
    """
    return _CONTROL.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _is_made_of(text: str, pieces: list[str]) -> bool:
    """Whether a text consists of some of the pieces, in order."""
    # A character may be cut into surrogates, which are whole again in the text.
    units = _escaped(text.strip()).encode("utf-16-le", "surrogatepass")
    ends = {0}
    for piece in pieces:
        for spelled in {piece, piece.strip()}:
            stripped = _escaped(spelled).encode("utf-16-le", "surrogatepass")
            ends |= {e + len(stripped) for e in ends if units.startswith(stripped, e)}
    return len(units) in ends or "\ufffd" in text


def _faults_of_message(
    message: AIMessage, wire: AnswerMessage, valid: list[Any]
) -> Iterator[str]:
    got = [(call["name"], call["args"]) for call in message.tool_calls]
    kind = type(message).__name__
    # A call whose name came late may stand behind one that began after it.
    if sorted(got, key=repr) != sorted(valid, key=repr):
        yield f"{kind} has the calls {got!r}, not {valid!r}"
    if str(message.text) != wire.text:
        yield f"{kind} has the text {message.text!r}, not {wire.text!r}"
    message.text.encode()
    list(message.content_blocks)


def _faults_of_events(
    reads: list[bytes], settings: dict[str, Any], result: AIMessage
) -> Iterator[str]:
    """Yield the differences between protocol events and a complete answer."""
    assembler = EventAssembler("id")
    events, wire = _answer(reads, assembler, settings)
    if wire is None:
        if not _is_told_too_late(events, result):
            yield f"events end with {events!r}"
        return
    message = put_together([*events, assembler.finish])
    for what in ("tool_calls", "invalid_tool_calls", "usage_metadata", "text"):
        got, want = _told(message, what), _told(result, what)
        if got != want:
            yield f"events have the {what} {got!r}, not {want!r}"
    for what in ("additional_kwargs", "response_metadata"):
        got, want = (_plain(getattr(m, what)) for m in (message, result))
        if got != want:
            yield f"events have the {what} {got}, not {want}"


def _plain(fields: dict[str, Any]) -> str:
    """Return fields in one order, without made-up ids and LangChain's own key."""
    kept = sorted(item for item in fields.items() if item[0] != "output_version")
    return same_ids(repr(kept))


def _told(message: AIMessage, what: str) -> Any:
    """Return calls in one order, without ids: these may be made up."""
    value = getattr(message, what)
    if not isinstance(value, list):
        return value
    return sorted((repr(c["name"]), repr(c["args"] or {})) for c in value)


def _is_told_too_late(error: object, result: AIMessage) -> bool:
    """Whether events end with an error where a message has an invalid call.

    The call continues after it was returned as complete.
    """
    return isinstance(error, MalformedChunkError) and bool(result.invalid_tool_calls)


def _faults_of_model(
    reads: list[bytes], settings: dict[str, Any], result: AIMessage
) -> Iterator[str]:
    quirk = Quirk("", "", "", reads, Seen(), settings=settings)
    for way, ask in SYNC.items():
        try:
            text = str(ask(quirk.model(reads)).text)
        except MalformedChunkError as error:
            if not _is_told_too_late(error, result):
                raise
            continue
        if text != result.text:
            yield f"{way} has the text {text!r}, not {result.text!r}"


def main() -> int:
    """Fuzz this many streams; return 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))  # noqa: S311
    given = parser.parse_args()
    print(f"{given.count} streams with --seed {given.seed}", flush=True)
    started, findings = time.monotonic(), 0
    outcomes: Counter[str] = Counter()
    for finding in fuzz(given.count, given.seed, outcomes):
        findings += 1
        print(f"\nStream {finding.number}: {finding.what}\n{finding.reads!r}")
    print(*(f"{kind}: {n}" for kind, n in outcomes.most_common()), sep=", ")
    print(f"{findings} findings in {time.monotonic() - started:.0f} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
