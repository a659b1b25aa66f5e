"""Define GigaChat's requests about files, models and tokens, and read their responses.

https://developers.sber.ru/docs/ru/gigachat/api/working-with-files
https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from langchain_sse_chat.errors import ConfigurationError, ProtocolError
from langchain_sse_chat.exchange.plain_answer import (
    PlainAnswer,
    Reading,
    json_object,
    json_value,
    unlike,
)
from langchain_sse_chat.exchange.plain_request import PlainRequest
from langchain_sse_chat.gigachat.older_names import x_headers
from langchain_sse_chat.gigachat.results import (
    DeletedFile,
    Image,
    Model,
    Models,
    TokensCount,
    UploadedFile,
    UploadedFiles,
)
from langchain_sse_chat.request.multipart import FormFile, Multipart

ResultT = TypeVar("ResultT", bound=BaseModel)

_FILE_ID = "the ID of the file"

_LARGEST_FILE = 256 * 1024 * 1024
"""Limit on the content of a file in bytes. GigaChat accepts files of up to 40 MB, and
those that it generates are smaller."""


def upload_request(file: FormFile, purpose: Any) -> PlainRequest[UploadedFile]:
    """Return the request that uploads a file.

    Args:
        file: The file, in the field `file`.
        purpose: `general` for messages, or `assistant`.

    Raises:
        ConfigurationError: The purpose is not a string.
    """
    if not isinstance(purpose, str):
        msg = f"`purpose` is {purpose!r}; pass 'general' or 'assistant'."
        raise ConfigurationError(msg)
    return PlainRequest(
        Reading("/files", partial(_read, UploadedFile)),
        method="POST",
        body=Multipart({"purpose": purpose}, (file,)),
    )


def file_request(file_id: str) -> PlainRequest[UploadedFile]:
    """Return the request for the description of a file."""
    return PlainRequest(
        Reading(
            f"/files/{_segment(file_id, 'file_id')}",
            partial(_read, UploadedFile),
            subject=_FILE_ID,
        )
    )


def content_request(file_id: str) -> PlainRequest[Image]:
    """Return the request for the content of a file."""
    return PlainRequest(
        Reading(
            f"/files/{_segment(file_id, 'file_id')}/content",
            _read_content,
            limit=_LARGEST_FILE,
            what="a file",
            subject=_FILE_ID,
        ),
        accept="*/*",
    )


def files_request() -> PlainRequest[UploadedFiles]:
    """Return the request for the list of files."""
    return PlainRequest(Reading("/files", partial(_read, UploadedFiles)))


def deletion_request(file_id: str) -> PlainRequest[DeletedFile]:
    """Return the request that deletes a file."""
    return PlainRequest(
        Reading(
            f"/files/{_segment(file_id, 'file_id')}/delete",
            partial(_read, DeletedFile),
            subject=_FILE_ID,
        ),
        method="POST",
    )


def models_request() -> PlainRequest[Models]:
    """Return the request for the list of models."""
    return PlainRequest(Reading("/models", partial(_read, Models)))


def model_request(model: str) -> PlainRequest[Model]:
    """Return the request for the description of a model."""
    return PlainRequest(
        Reading(f"/models/{_segment(model, 'model')}", partial(_read, Model))
    )


def tokens_request(texts: Any, model: str) -> PlainRequest[list[TokensCount]]:
    """Return the request that counts the tokens of texts.

    Args:
        texts: The texts.
        model: The model whose tokens are counted.

    Raises:
        ConfigurationError: The texts are not a list, or one is not a string.
    """
    is_list = isinstance(texts, Sequence) and not isinstance(texts, str)
    if not is_list or not all(isinstance(text, str) for text in texts):
        msg = "`input_` must be a list of strings, such as ['text']."
        raise ConfigurationError(msg)
    return PlainRequest(
        Reading("/tokens/count", partial(_read_counts, len(texts))),
        method="POST",
        body={"model": model, "input": list(texts)},
    )


def _segment(name: object, argument: str) -> str:
    """Return an ID as a segment of a path.

    Raises:
        ConfigurationError: It is not one.
    """
    if isinstance(name, str) and name.strip("."):
        with suppress(UnicodeEncodeError):  # a half of a character
            return quote(name, safe=":")
    msg = (
        f"Invalid `{argument}`: {name!r}. Pass an ID, such as the `id_` of an uploaded "
        "file."
    )
    raise ConfigurationError(msg)


def _read(result: type[ResultT], answer: PlainAnswer) -> ResultT:
    """Return the result in a JSON object.

    Raises:
        SSEChatError: The body is not a JSON object, or lacks fields of the result.
    """
    fields = {**json_object(answer), "x_headers": x_headers(answer.headers)}
    return _validated(result, fields, answer)


def _read_content(answer: PlainAnswer) -> Image:
    content = base64.b64encode(answer.body).decode()
    return Image(content=content, x_headers=x_headers(answer.headers))


def _read_counts(count: int, answer: PlainAnswer) -> list[TokensCount]:
    """Return the result for each text.

    Raises:
        SSEChatError: The body is not a list with a valid result for each text.
    """
    rows = json_value(answer)
    if isinstance(rows, dict):
        json_object(answer)  # raises the error that it may be
    if not isinstance(rows, list) or len(rows) != count:
        raise ProtocolError(unlike(answer, f"a list of {count} counts"))
    own = {"x_headers": x_headers(answer.headers)}
    return [
        _validated(TokensCount, {**row, **own} if isinstance(row, dict) else {}, answer)
        for row in rows
    ]


def _validated(
    result: type[ResultT], fields: Mapping[str, Any], answer: PlainAnswer
) -> ResultT:
    try:
        return result.model_validate(fields)
    except ValidationError as error:
        lacking = ", ".join(str(fault["loc"][0]) for fault in error.errors())
        wanted = f"a {result.__name__} (invalid or missing: {lacking})"
        raise ProtocolError(unlike(answer, wanted)) from None
