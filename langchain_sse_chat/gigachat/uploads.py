"""Remember which files of messages were uploaded, each content once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.messages import BaseMessage

from langchain_sse_chat.exchange.plain_request import PlainRequest
from langchain_sse_chat.gigachat.attachments import (
    Attachment,
    attachments_in,
    with_file_ids,
)
from langchain_sse_chat.gigachat.results import UploadedFile
from langchain_sse_chat.gigachat.service_requests import upload_request

MOST = 1000
"""Number of files that a model remembers; the oldest are forgotten first."""


class Uploads:
    """The IDs of uploaded files, by their content.

    A sync and an async call that run at the same time may both upload a file that is
    new; see `UploadTurns`.
    """

    def __init__(self, most: int = MOST) -> None:
        """Start without files.

        Args:
            most: Number of files to remember.
        """
        self._most = most
        self._ids: dict[str, str] = {}

    def missing(self, messages: Sequence[BaseMessage]) -> Iterator[Attachment]:
        """Yield the files in messages that are not uploaded yet, each once.

        `keep` is called for each before the next one is taken.

        Raises:
            ConfigurationError: A block lacks a field of its type.
        """
        for found in attachments_in(messages):
            if found.key not in self._ids:
                yield found

    def request(self, attachment: Attachment) -> PlainRequest[UploadedFile] | None:
        """Return the request that uploads a file, `None` if another call did.

        Raises:
            ConfigurationError: The data is not Base64.
        """
        if attachment.key in self._ids:
            return None
        return upload_request(attachment.form_file(), "general")

    def keep(self, attachment: Attachment, file_id: str) -> None:
        """Remember an uploaded file."""
        # Lists, because other threads may change the dict.
        for oldest in list(self._ids)[: len(self._ids) - self._most + 1]:
            self._ids.pop(oldest, None)
        self._ids[attachment.key] = file_id

    def forget(self, file_id: str) -> None:
        """Forget a file that was deleted."""
        for key in [k for k, known in list(self._ids.items()) if known == file_id]:
            self._ids.pop(key, None)

    def applied(self, messages: list[BaseMessage]) -> list[BaseMessage]:
        """Return messages that refer to the uploaded files."""
        if all(isinstance(message.content, str) for message in messages):
            return messages
        return with_file_ids(messages, self._ids.get)
