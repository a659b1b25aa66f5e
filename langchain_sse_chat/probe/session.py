"""Decide what is asked next, within the limits. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    ProtocolError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.probe.answer import Answer, read_answer
from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.line import names, shown
from langchain_sse_chat.probe.questions import MAIN, questions
from langchain_sse_chat.probe.seen import Seen

_LEAST = 2
_FIELDS = {"stream_options": ("include_usage",)}
"""Other words by which a server names a field."""


class Session:
    """The questions to one server, and its answers so far.

    Args:
        model: The name of the model.
        max_requests: The most requests, those that are repeated included.
        max_tokens: The most tokens, by the counts of the server where it sends any.
        address: The address without secrets, for error messages.
        redact: Returns a text without secrets.

    Raises:
        ConfigurationError: A limit is too low for the main question.
    """

    def __init__(
        self,
        model: str,
        max_requests: int,
        max_tokens: int,
        address: str,
        redact: Callable[[str], str] = str,
    ) -> None:
        if max_requests < _LEAST:
            msg = (
                f"A probe needs {_LEAST} requests at least, not {max_requests}: one "
                "for the list of models, one for an answer."
            )
            raise ConfigurationError(msg)
        self._left = deque(questions(model))
        least = next(ask.cost for ask in self._left if ask.name == MAIN)
        if max_tokens < least:
            msg = f"`max_tokens` is {max_tokens}; the main question needs {least}."
            raise ConfigurationError(msg)
        self._max_requests = max_requests
        self._max_tokens = max_tokens
        self._address = address
        self._redact = redact
        self._name_of_limit = "max_tokens"
        self.answers: dict[str, Answer] = {}
        """The answers by the names of their questions."""
        self.requests = 0
        """The requests so far."""
        self.tokens = 0
        """The tokens so far: those that the server counted, or an estimate."""

    def next(self) -> Ask | None:
        """Return the next question, which is then sent; `None` at the end."""
        while self._left and self.requests < self._max_requests:
            ask = self._with_known_limit(self._left.popleft())
            if self.tokens + ask.cost <= self._max_tokens:
                self.requests += 1
                return ask
        return None

    def add(self, seen: Seen, error: SSEChatError | None = None) -> None:
        """Record what came for a question.

        Args:
            seen: The response.
            error: The error of the exchange, if it failed.

        Raises:
            SSEChatError: The server cannot be asked anything.
        """
        answer = read_answer(seen)
        # Before it is cut: servers quote the key that they reject.
        answer.error = self._redact(answer.error)
        self.tokens += self._spent(answer)
        repeated = self._without_refused(answer)
        if repeated is not None:
            self._left.appendleft(repeated)
        elif seen.ask.name == MAIN and not answer.is_chat:
            raise error or self._unusable(answer)
        elif isinstance(error, ConnectionFailedError) and not self.answers:
            raise error
        self.answers[seen.ask.name] = answer

    def _spent(self, answer: Answer) -> int:
        """Return the tokens of an answer; a refused request takes none."""
        counted = answer.tokens("total_tokens")
        if counted is not None:
            return max(counted, 0)
        is_refused = answer.seen.status is not None and not answer.seen.has_success
        return 0 if is_refused else answer.seen.ask.cost

    def _without_refused(self, answer: Answer) -> Ask | None:
        """Return the question without a field that the server refused by name."""
        ask = answer.seen.ask
        if not answer.is_refusal:
            return None
        for name in ask.optional:
            spellings = (name, *_FIELDS.get(name, ()))
            if any(names(answer.error, each) for each in spellings):
                if name == self._name_of_limit == "max_tokens":
                    self._name_of_limit = "max_completion_tokens"
                return ask.without(name, answer.error)
        return None

    def _with_known_limit(self, ask: Ask) -> Ask:
        """Return a question with the limit under the name that the server accepts."""
        has_other = self._name_of_limit != "max_tokens"
        if has_other and ask.body is not None and "max_tokens" in ask.body:
            return ask.without("max_tokens", "refused before")
        return ask

    def _unusable(self, answer: Answer) -> SSEChatError:
        """Return the error for a response that is not the answer of a model."""
        if answer.error:
            return StreamError(f"{self._address} answered: {shown(answer.error)}")
        kind = answer.seen.headers.get("content-type") or "missing"
        start = self._redact(answer.seen.body.decode("utf-8", "replace"))
        return ProtocolError(
            f"{self._address} answered with something other than a chat completion "
            f"(content type {kind!r}): {shown(start)!r}. Check that `base_url` is the "
            "part of the address before `/chat/completions`, often ending in `/v1`."
        )
