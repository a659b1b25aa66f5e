"""Request the models of a server."""

from __future__ import annotations

from functools import partial

from langchain_sse_chat.catalog.server_model import ServerModel, read_models
from langchain_sse_chat.errors import ProtocolError
from langchain_sse_chat.exchange.plain_answer import (
    PlainAnswer,
    Reading,
    json_value,
    raise_error_in,
    unlike,
)
from langchain_sse_chat.exchange.plain_request import PlainRequest
from langchain_sse_chat.plain_calls import aask, ask
from langchain_sse_chat.settings.connection import Connection

PATH = "/models"
"""The list of models, under the root of an API."""

_LIST = "a list of models"


def models_of(settings: Connection) -> list[ServerModel]:
    """Return the models of the server of a model.

    Raises:
        SSEChatError: The request failed, or its answer is not a list of models.
    """
    return ask(settings, _request(settings))


async def amodels_of(settings: Connection) -> list[ServerModel]:
    """Return the models of the server of a model; see `models_of`."""
    return await aask(settings, _request(settings))


def _request(settings: Connection) -> PlainRequest[list[ServerModel]]:
    provider = settings._provider  # noqa: SLF001  # found by the settings for this
    read = partial(_read, provider.currency)
    subject = f"that the server has {_LIST}"
    return PlainRequest(Reading(PATH, read, what=_LIST, subject=subject))


def _read(currency: str, answer: PlainAnswer) -> list[ServerModel]:
    """Return the models.

    Raises:
        StreamTruncatedError: The body is empty.
        StreamError: The server reports an error in a successful response.
        EventTooLargeError: It has too many values.
        ProtocolError: It is not a list of models.
    """
    body = json_value(answer, what=_LIST)
    models = read_models(body, currency)
    if models is None:
        if isinstance(body, dict):
            raise_error_in(body, answer)
        raise ProtocolError(unlike(answer, _LIST))
    return models
