"""Ask a server and report what it does: `probe` and `aprobe`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from langchain_sse_chat.chat_models import ChatSSE
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.exchange.plain_answer import Reading
from langchain_sse_chat.exchange.plain_request import PlainPlan, PlainRequest
from langchain_sse_chat.exchange.wrapped import with_token_and_observers
from langchain_sse_chat.probe.advice import advice_of
from langchain_sse_chat.probe.ask import Ask
from langchain_sse_chat.probe.exchange import ProbeExchange
from langchain_sse_chat.probe.findings import lines_of
from langchain_sse_chat.probe.line import ProbeLine
from langchain_sse_chat.probe.program import program_of
from langchain_sse_chat.probe.questions import MAIN
from langchain_sse_chat.probe.report import ProbeReport
from langchain_sse_chat.probe.session import Session
from langchain_sse_chat.probe.timing import timing_of
from langchain_sse_chat.secrets import Secrets
from langchain_sse_chat.settings.api_key import async_key, sync_key
from langchain_sse_chat.settings.plain_plan import plan_request
from langchain_sse_chat.transport.async_client import astream
from langchain_sse_chat.transport.protocols import Exchange, Timeouts
from langchain_sse_chat.transport.sync_client import stream
from langchain_sse_chat.transport.url import safe_url

_REQUESTS = 15
_TOKENS = 2000
_TIMEOUT = 60.0
_WRONG_KEY = "wrong-key-of-a-probe"


def probe(
    *,
    model: str,
    base_url: str | None = None,
    provider: str | None = None,
    api_key: str | None = None,
    api_key_env: str | None = None,
    max_requests: int = _REQUESTS,
    max_tokens: int = _TOKENS,
    timeout: float = _TIMEOUT,
    record: str | Path | None = None,
    **settings: Any,
) -> ProbeReport:
    """Ask a server a few short questions; return what it does.

    The questions cost tokens. Neither limit is exceeded by a repetition: a request that
    fails is not sent again, except without a field that the server has just refused.

    Args:
        model: The name of the model.
        base_url: The part of the address before `/chat/completions`.
        provider: A name in the table of providers; it sets address and key, but not
            what is asked.
        api_key: The key; by default that of the provider's environment variable.
        api_key_env: The variable with the key as the code of the report names it.
        max_requests: The most requests.
        max_tokens: The most tokens, input included. A question is left out when its
            estimate does not fit; a server that writes more than it was asked for is
            cut off.
        timeout: Seconds to wait for the first token, and for each one after it.
        record: A folder for recordings of all requests, without secrets.
        **settings: More settings of `ChatSSE`, such as `default_headers` or `verify`.

    Raises:
        ConfigurationError: A setting is invalid; nothing was sent.
        SSEChatError: The server cannot be reached, refuses the key, or does not answer
            as a chat model does.
    """
    with ChatSSE(
        model=model,
        provider=provider,
        base_url=base_url,
        api_key=api_key,
        record=record,
        **settings,
    ) as chat:
        run = _Run(
            chat, max_requests, max_tokens, timeout, _Given(provider, api_key_env)
        )
        key = sync_key(chat._key)  # noqa: SLF001  # its own
        while (ask := run.session.next()) is not None:
            exchange, observed = run.exchange(ask, key)
            try:
                list(stream(observed))
            except SSEChatError as error:
                run.session.add(exchange.seen(error), error)
            else:
                run.session.add(exchange.seen(None))
        return run.report(key)


async def aprobe(
    *,
    model: str,
    base_url: str | None = None,
    provider: str | None = None,
    api_key: str | None = None,
    api_key_env: str | None = None,
    max_requests: int = _REQUESTS,
    max_tokens: int = _TOKENS,
    timeout: float = _TIMEOUT,  # noqa: ASYNC109  # for each token
    record: str | Path | None = None,
    **settings: Any,
) -> ProbeReport:
    """Ask a server a few short questions; see `probe`."""
    async with ChatSSE(
        model=model,
        provider=provider,
        base_url=base_url,
        api_key=api_key,
        record=record,
        **settings,
    ) as chat:
        run = _Run(
            chat, max_requests, max_tokens, timeout, _Given(provider, api_key_env)
        )
        key = await async_key(chat._key)  # noqa: SLF001  # its own
        while (ask := run.session.next()) is not None:
            exchange, observed = run.exchange(ask, key)
            try:
                _ = [each async for each in astream(observed)]
            except SSEChatError as error:
                run.session.add(exchange.seen(error), error)
            else:
                run.session.add(exchange.seen(None))
        return run.report(key)


class _Given(NamedTuple):
    """The names that the caller passed."""

    provider: str | None
    key_variable: str | None


class _Run:
    """The part that both ways of asking share."""

    def __init__(
        self,
        chat: ChatSSE,
        max_requests: int,
        max_tokens: int,
        timeout: float,
        given: _Given,
    ) -> None:
        self._chat = chat
        self._given = given
        self._secrets = Secrets()
        # `read` is checked first, under the name of the argument.
        self._timeouts = Timeouts(
            connect=10.0, read=timeout, first_token=timeout, gap=timeout
        )
        self._address = chat._address  # noqa: SLF001  # its own
        self._shown = safe_url(self._address)
        self.session = Session(
            chat.model, max_requests, max_tokens, self._shown, self._secrets.redact
        )

    def exchange(
        self, ask: Ask, key: str | None
    ) -> tuple[ProbeExchange, Exchange[None]]:
        """Return the exchange of a question, and itself with token and recording."""
        sent_key = _WRONG_KEY if ask.has_wrong_key else key
        plan = self._plan(ask, sent_key)
        exchange = ProbeExchange(ask, plan, self._secrets)
        return exchange, with_token_and_observers(exchange, plan, self._chat.model)

    def _plan(self, ask: Ask, key: str | None) -> PlainPlan:
        # Only the way is needed: the probe reads its answers itself.
        request = PlainRequest(
            Reading(ask.path, read=lambda answer: answer),
            body=ask.body,
            accept=_accept(ask),
        )
        plan = plan_request(self._chat, request, key=key)
        return replace(plan, timeouts=self._timeouts)

    def report(self, key: str | None) -> ProbeReport:
        """Return the report, without secrets."""
        session, redact = self.session, self._secrets.redact
        lines = tuple(
            ProbeLine(line.group, line.name, line.verdict, redact(line.evidence))
            for line in lines_of(session.answers)
        )
        advice = advice_of(
            session.answers,
            lines,
            base_url=self._address,
            model=self._chat.model,
            provider=self._given.provider,
        )
        known = self._chat._provider.api_key_env  # noqa: SLF001  # its own
        variable = (self._given.key_variable or known or "API_KEY") if key else None
        code = program_of(
            advice, base_url=self._shown, model=self._chat.model, key_variable=variable
        )
        return ProbeReport(
            base_url=redact(self._shown),
            model=self._chat.model,
            requests=session.requests,
            tokens=session.tokens,
            lines=lines,
            timing=timing_of(session.answers.get(MAIN)),
            provider=advice.provider,
            provider_reason=redact(advice.reason),
            settings=advice.settings,
            notes=advice.notes,
            code=redact(code),
        )


def _accept(ask: Ask) -> str:
    return "application/json" if ask.body is None else "text/event-stream"
