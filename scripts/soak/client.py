"""The near side of the soak: streams are read, and what came is judged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from langchain_core.messages import AIMessageChunk, HumanMessage

from langchain_sse_chat import ChatSSE, Dialect, Provider, SSEChatError
from langchain_sse_chat.exchange.retry import RetryPolicy
from scripts.soak.faults import stop_of
from scripts.soak.model import REFUSES, REPEATS, reasoning_to
from scripts.soak.texts import answer_to

OnDisconnect = Literal["raise", "resume"]

_DIALECTS = {
    "asked": Dialect(),
    "prefixed": Dialect(continuation="prefix"),
    "continued": Dialect(continuation="continue_final_message"),
    REPEATS: Dialect(continuation="prefix", repeats_prefix=True),
    REFUSES: Dialect(continuation="prefix"),
    "asked again": Dialect(),
}
"""The names of the models, each with the way in which it resumes an answer."""
_RETRIES = 50
_SECONDS = 1.0
"""The limits on silence: each of those that the plan has costs a reader so long."""


class _Hurried(ChatSSE):
    """A model that waits for milliseconds where others wait for seconds."""

    retry_policy: ClassVar[RetryPolicy] = RetryPolicy(initial=0.001, maximum=0.01)


def models(base_url: str, on_disconnect: OnDisconnect) -> list[ChatSSE]:
    """Return a model for each way to resume an answer.

    Args:
        base_url: The address.
        on_disconnect: What they do when a stream breaks.
    """
    return [
        _Hurried(
            model=name,
            base_url=base_url,
            provider=Provider(name=name, api_key_required=False, dialect=dialect),
            max_retries=_RETRIES,
            on_disconnect=on_disconnect,
            first_token_timeout=_SECONDS,
            stream_chunk_timeout=_SECONDS,
            stream_usage=True,
        )
        for name, dialect in _DIALECTS.items()
    ]


@dataclass(slots=True)
class Outcome:
    """The result of a reader."""

    text: str = ""
    reasoning: str = ""
    stopped: bool = False
    """Whether the reader left."""
    ending: Mapping[str, Any] | None = None
    """The metadata of the last chunk, `None` when none came."""
    error: str = ""
    partial: str | None = None
    """The text of the error's message, `None` when it had none."""
    after_the_end: bool = False
    """Whether something came after the last chunk."""

    def take(self, chunk: AIMessageChunk) -> None:
        """Take the next chunk."""
        self.after_the_end |= self.ending is not None
        self.text += str(chunk.content)
        self.reasoning += chunk.additional_kwargs.get("reasoning_content", "")
        if chunk.chunk_position == "last":
            self.ending = chunk.response_metadata

    def fail(self, error: Exception) -> None:
        """Take the error, without the frames that it holds."""
        self.error = type(error).__name__
        if not isinstance(error, SSEChatError):
            self.error = f"foreign {error!r}"
        elif error.partial is not None:
            self.partial = str(error.partial.content)


class Reader:
    """Reads streams by their numbers.

    Args:
        chats: The models, used in turn.
        seed: That of the run.
    """

    def __init__(self, chats: list[ChatSSE], seed: int) -> None:
        self.chats = chats
        self._seed = seed

    def question(self, number: int) -> str:
        """Return the question of a stream."""
        return f"stream {self._seed} {number}"

    def read(self, number: int) -> Outcome:
        """Read a stream; leave it where the plan says so."""
        stop, outcome = self._stop(number), Outcome()
        stream = self._chat(number).stream(self._messages(number))
        try:
            for chunk in stream:
                outcome.take(chunk)
                if stop is not None and len(outcome.text) >= stop:
                    outcome.stopped = True
                    break
        except Exception as error:  # noqa: BLE001  any kind is judged
            outcome.fail(error)
        # The others are closed when nothing refers to them any more.
        if number % 3 == 1:
            stream.close()
        return outcome

    async def aread(self, number: int) -> Outcome:
        """Read a stream; leave it where the plan says so, or be cancelled there."""
        stop, outcome = self._stop(number), Outcome()
        if stop is None or number % 3:
            await self._follow(number, outcome, stop)
            return outcome
        there = asyncio.Event()
        following = asyncio.create_task(self._follow(number, outcome, stop, there))
        waiting = asyncio.create_task(there.wait())
        await asyncio.wait({following, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        outcome.stopped = following.cancel()
        await asyncio.wait({following, waiting})
        return outcome

    async def _follow(
        self,
        number: int,
        outcome: Outcome,
        stop: int | None,
        there: asyncio.Event | None = None,
    ) -> None:
        stream = self._chat(number).astream(self._messages(number))
        try:
            async for chunk in stream:
                outcome.take(chunk)
                if stop is not None and len(outcome.text) >= stop:
                    if there is None:
                        outcome.stopped = True
                        break
                    there.set()
        except Exception as error:  # noqa: BLE001  any kind is judged
            outcome.fail(error)
        if number % 3 == 1:
            await stream.aclose()

    def _chat(self, number: int) -> ChatSSE:
        # Not by the lowest bits: they choose between threads and tasks.
        return self.chats[number // 2 % len(self.chats)]

    def _messages(self, number: int) -> list[HumanMessage]:
        return [HumanMessage(self.question(number))]

    def _stop(self, number: int) -> int | None:
        length = len(answer_to(self.question(number)))
        return stop_of(self._seed, number, length)


def fault_of_outcome(
    outcome: Outcome, question: str, on_disconnect: OnDisconnect
) -> str | None:
    """Say what is wrong with what a reader got, `None` for nothing.

    Args:
        outcome: What the reader got.
        question: What was asked.
        on_disconnect: What the model does when a stream breaks.
    """
    answer, text = answer_to(question), outcome.text
    whole = not outcome.stopped and not outcome.error
    for got, wanted in (
        (outcome.reasoning, reasoning_to(question)),
        (text, answer),
    ):
        if not wanted.startswith(got) or (whole and got != wanted):
            return f"{got!r} came, not {wanted!r} ({outcome.error or 'no error'})"
    if outcome.after_the_end:
        return "something came after the last chunk"
    if whole and (outcome.ending or {}).get("finish_reason") != "stop":
        return f"the ending is {outcome.ending!r}"
    if not outcome.error:
        return None
    if on_disconnect == "resume" or outcome.error.startswith("foreign"):
        return f"{outcome.error} after {text!r}"
    partial = outcome.partial or ""
    # An event whose blank line did not come is in the message alone.
    if not partial.startswith(text) or not answer.startswith(partial):
        return f"the partial message is {outcome.partial!r}, but {text!r} was given"
    return None
