"""Define the results of GigaChat's requests about files, models and tokens.

The names of the attributes are those of the `gigachat` package; the API's own names are
their aliases (https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/gigachat-api).
"""

from __future__ import annotations

import base64

from pydantic import BaseModel, ConfigDict, Field


class GigaChatResult(BaseModel):
    """A result, with every field that the server sent."""

    model_config = ConfigDict(
        extra="allow",
        populate_by_name=True,
        protected_namespaces=(),
        # Most programs need none of these classes.
        defer_build=True,
    )

    x_headers: dict[str, str | None] | None = None
    """The IDs of the request, from the response: `x-request-id`, `x-session-id` and
    `x-client-id`."""


class UploadedFile(GigaChatResult):
    """A file in the storage."""

    id_: str = Field(alias="id")
    """Its ID, for `{"type": "file", "file_id": …}` in a message."""
    object_: str = Field(default="file", alias="object")
    bytes_: int = Field(default=0, alias="bytes")
    """Its size in bytes."""
    created_at: int = 0
    """When it was uploaded, in seconds since 1970."""
    filename: str = ""
    purpose: str = "general"
    access_policy: str | None = None


class UploadedFiles(GigaChatResult):
    """The files in the storage."""

    data: list[UploadedFile]


class DeletedFile(GigaChatResult):
    """The result of deleting a file."""

    id_: str = Field(alias="id")
    deleted: bool


class Image(GigaChatResult):
    """The content of a file, which need not be an image."""

    content: str
    """The bytes in Base64."""

    @property
    def data(self) -> bytes:
        """The bytes."""
        return base64.b64decode(self.content)


class Model(GigaChatResult):
    """A model of the server."""

    id_: str = Field(alias="id")
    """Its name, for `GigaChat(model=…)`."""
    object_: str = Field(default="model", alias="object")
    owned_by: str = ""


class Models(GigaChatResult):
    """The models of the server."""

    data: list[Model]
    object_: str = Field(default="list", alias="object")


class TokensCount(GigaChatResult):
    """The number of tokens in a text."""

    tokens: int
    characters: int
    object_: str = Field(default="tokens", alias="object")
