"""Plan a request that is not for a chat completion from the settings of a model."""

from __future__ import annotations

from typing import TypeVar

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.exchange.plain_request import PlainPlan, PlainRequest
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.settings.connection import Connection
from langchain_sse_chat.settings.route import find_route
from langchain_sse_chat.transport.protocols import Timeouts

AnswerT = TypeVar("AnswerT")


def plan_request(
    settings: Connection, request: PlainRequest[AnswerT], *, key: str | None
) -> PlainPlan:
    """Return the way of a request to the server of a model.

    Args:
        settings: The model.
        request: The request.
        key: The API key, `None` for none.

    Raises:
        ConfigurationError: A setting cannot be sent.
    """
    provider = settings._provider  # noqa: SLF001  # found by the settings for this
    try:
        route = find_route(
            settings,
            provider,
            request.path,
            key=key,
            model=settings.model,
            used=vars(settings),
            streamed=False,
            headers=request.headers,
            query=request.query,
        )
    except ConfigurationError as error:
        raise without_frames(error) from error.__cause__
    return PlainPlan(
        url=route.url,
        headers=route.headers,
        clients=settings._clients,  # noqa: SLF001  # made by the settings for this
        timeouts=Timeouts().overridden_by(settings.timeout),
        policy=route.policy,
        grant=route.grant,
        tls_hint=provider.tls_hint,
        record=route.record,
        key_hint=route.key_hint,
    )
