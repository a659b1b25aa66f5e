"""Define GigaChat's methods about files, models and tokens, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from langchain_sse_chat.gigachat import service_requests as requests
from langchain_sse_chat.gigachat.connection import GigaChatConnection
from langchain_sse_chat.gigachat.files import FileTypes, form_file
from langchain_sse_chat.gigachat.results import (
    DeletedFile,
    Image,
    Model,
    Models,
    TokensCount,
    UploadedFile,
    UploadedFiles,
)
from langchain_sse_chat.plain_calls import aask, ask

Purpose = Literal["general", "assistant"]


class GigaChatService(GigaChatConnection):
    """The storage of files, the list of models, and the count of tokens.

    Every request has the key, token, proxy, retries and recording of the model, and
    every error is an `SSEChatError`.
    """

    def upload_file(
        self, file: FileTypes, purpose: Purpose = "general"
    ) -> UploadedFile:
        """Upload a file to GigaChat's storage.

        Args:
            file: Bytes, a file opened with the mode `rb`, a `pathlib.Path`, or a tuple:
                name, content, and the MIME type if the name does not tell it. A string
                is the content of a text file.
            purpose: `general` for messages, or `assistant`.

        Returns:
            Its description. Pass `{"type": "file", "file_id": uploaded.id_}` in the
            content of a message.

        Raises:
            ConfigurationError: The file cannot be read; nothing is sent.
            SSEChatError: The request failed.
        """
        return ask(self, requests.upload_request(form_file(file), purpose))

    async def aupload_file(
        self, file: FileTypes, purpose: Purpose = "general"
    ) -> UploadedFile:
        """Upload a file to GigaChat's storage; see `upload_file`."""
        # Reading a file would block the event loop.
        read = await asyncio.to_thread(form_file, file)
        return await aask(self, requests.upload_request(read, purpose))

    def get_file(self, file_id: str) -> UploadedFile:
        """Return the description of a file.

        Raises:
            NotFoundError: There is no such file.
            SSEChatError: The request failed.
        """
        return ask(self, requests.file_request(file_id))

    async def aget_file(self, file_id: str) -> UploadedFile:
        """Return the description of a file; see `get_file`."""
        return await aask(self, requests.file_request(file_id))

    def get_file_content(self, file_id: str) -> Image:
        """Return the content of a file, such as a generated image.

        Returns:
            `content` has it in Base64, `data` as bytes.

        Raises:
            NotFoundError: There is no such file.
            SSEChatError: The request failed.
        """
        return ask(self, requests.content_request(file_id))

    async def aget_file_content(self, file_id: str) -> Image:
        """Return the content of a file; see `get_file_content`."""
        return await aask(self, requests.content_request(file_id))

    def list_files(self) -> UploadedFiles:
        """Return the descriptions of all files, in `data`.

        Raises:
            SSEChatError: The request failed.
        """
        return ask(self, requests.files_request())

    async def alist_files(self) -> UploadedFiles:
        """Return the descriptions of all files; see `list_files`."""
        return await aask(self, requests.files_request())

    def delete_file(self, file_id: str) -> DeletedFile:
        """Delete a file.

        Raises:
            NotFoundError: There is no such file.
            SSEChatError: The request failed.
        """
        return ask(self, requests.deletion_request(file_id))

    async def adelete_file(self, file_id: str) -> DeletedFile:
        """Delete a file; see `delete_file`."""
        return await aask(self, requests.deletion_request(file_id))

    def get_models(self) -> Models:
        """Return the models that the key may use, in `data`.

        Raises:
            SSEChatError: The request failed.
        """
        return ask(self, requests.models_request())

    async def aget_models(self) -> Models:
        """Return the models that the key may use; see `get_models`."""
        return await aask(self, requests.models_request())

    def get_model(self, model: str) -> Model:
        """Return the description of a model.

        Raises:
            NotFoundError: There is no such model.
            SSEChatError: The request failed.
        """
        return ask(self, requests.model_request(model))

    async def aget_model(self, model: str) -> Model:
        """Return the description of a model; see `get_model`."""
        return await aask(self, requests.model_request(model))

    def tokens_count(
        self, input_: Sequence[str], model: str | None = None
    ) -> list[TokensCount]:
        """Return the number of tokens in each text, counted by the server.

        Args:
            input_: The texts.
            model: The model whose tokens are counted. Default: this one.

        Raises:
            ConfigurationError: `input_` is not a list of strings.
            SSEChatError: The request failed.
        """
        return ask(self, requests.tokens_request(input_, model or self.model))

    async def atokens_count(
        self, input_: Sequence[str], model: str | None = None
    ) -> list[TokensCount]:
        """Return the number of tokens in each text; see `tokens_count`."""
        return await aask(self, requests.tokens_request(input_, model or self.model))
