"""Send requests of a model that are not for chat completions, such as `GET /models`."""

from __future__ import annotations

from typing import TypeVar

from langchain_sse_chat.callbacks import CustomEvents
from langchain_sse_chat.exchange.plain_request import PlainRequest, plain_exchange
from langchain_sse_chat.settings.api_key import async_key, sync_key
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.settings.plain_plan import plan_request
from langchain_sse_chat.transport.async_client import astream
from langchain_sse_chat.transport.event_loop import running_loop
from langchain_sse_chat.transport.sync_client import stream

AnswerT = TypeVar("AnswerT")


def ask(settings: Connection, request: PlainRequest[AnswerT]) -> AnswerT:
    """Send a request to the server of a model; return the answer.

    Key, address, clients, timeouts, retries and recording are those of the model.

    Args:
        settings: The model.
        request: The request.

    Raises:
        ConfigurationError: A setting cannot be sent.
        SSEChatError: The request failed, or its answer is not valid.
    """
    plan = plan_request(settings, request, key=sync_key(settings._key))  # noqa: SLF001  # its own
    plan.clients.sync_client()  # a wrong setting is an error without a request
    [answer] = stream(plain_exchange(plan, request), CustomEvents().on_retry)
    return answer


async def aask(settings: Connection, request: PlainRequest[AnswerT]) -> AnswerT:
    """Send a request to the server of a model; see `ask`."""
    running_loop()
    key = await async_key(settings._key)  # noqa: SLF001  # its own
    plan = plan_request(settings, request, key=key)
    plan.clients.async_client()
    answers = astream(plain_exchange(plan, request), CustomEvents().aon_retry)
    [answer] = [answer async for answer in answers]
    return answer
