"""Every error that this package raises.

```
SSEChatError
├─ ConfigurationError            (ValueError)                before any I/O
├─ ConnectionFailedError         (ModelConnectionError)
├─ TimedOutError                 (ModelTimeoutError)         .phase
├─ StatusError                   (ModelError)                .status_code .headers .body
│  │                                                         .request_id .response
│  ├─ AuthenticationError        (ModelAuthenticationError)     401
│  ├─ PermissionDeniedError      (ModelPermissionDeniedError)   402, 403
│  ├─ NotFoundError              (ModelNotFoundError)           404
│  ├─ InvalidRequestError        (ModelInvalidRequestError)     400, 413, 422
│  │  └─ ContextLengthError      (ContextOverflowError)
│  ├─ RateLimitError             (ModelRateLimitError)          429   .retry_after
│  └─ ServerError                (ModelAPIError)                5xx
├─ StreamError                   (ModelAPIError)             .code .body .retry_after
└─ ProtocolError                 (ModelError)
   ├─ NotAnEventStreamError      .content_type
   ├─ EventTooLargeError         .limit
   ├─ MalformedChunkError        .data
   └─ StreamTruncatedError
```

In brackets: the class of `langchain_core.exceptions` that an error is as well, so that
middleware which retries by `is_retryable` works unchanged. Errors survive pickling and
hold no API key, no request header and no request body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

TimeoutPhase = Literal["connect", "write", "pool", "read", "first_token", "gap"]


class SSEChatError(Exception):
    """An error of this package; every error that it raises is one of these."""

    partial: AIMessage | None = None
    """The message merged from what was received before the error; `None` when nothing
    was, or when the error came before the answer began."""

    is_retryable: bool = False
    """Whether sending the same request again may succeed.

    The default of a class is that of LangChain's class. For what a server answered,
    `wire/retryable.py` decides, by status, code and words.
    """


class ConfigurationError(SSEChatError, ValueError):
    """The caller's mistake: nothing was sent. The message says what to change."""


class ConnectionFailedError(SSEChatError, ModelConnectionError):
    """The server could not be reached, or the connection broke under the answer."""

    is_retryable = ModelConnectionError.is_retryable


class TimedOutError(SSEChatError, ModelTimeoutError):
    """The server did not respond in time."""

    is_retryable = ModelTimeoutError.is_retryable

    def __init__(self, message: str = "", *, phase: TimeoutPhase = "read") -> None:
        """Keep which timeout was reached.

        Args:
            message: What happened, where, and which setting to raise.
            phase: `connect`, `write` and `pool` are httpx's phases; `first_token` is
                the time to the first progress of an answer, `gap` the time between
                two events with progress, `read` the wait for a whole answer.
        """
        super().__init__(message)
        self.phase: TimeoutPhase = phase


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """The server's answer as it stands on `StatusError.response`.

    It has the attributes that LangChain's tracers read from HTTP errors.
    """

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def json(self) -> Any:
        """Return the body parsed as JSON.

        Raises:
            ValueError: It is not JSON, or nested too deep to be read.
        """
        try:
            return json.loads(self.text)
        except RecursionError as error:
            msg = "JSON nested too deep"
            raise ValueError(msg) from error


class StatusError(SSEChatError, ModelError):
    """The server answered with an HTTP status that is not a success."""

    def __init__(
        self,
        message: str = "",
        *,
        response: ErrorResponse | None = None,
        request_id: str | None = None,
        code: str | int | None = None,
        retry_after: float | None = None,
        is_retryable: bool | None = None,
    ) -> None:
        """Keep the server's answer.

        Args:
            message: What happened, where, and the server's own words.
            response: The answer; its body is cut at 64 KiB.
            request_id: The server's name for this request, from its headers.
            code: The error code in the body, as the server sent it.
            retry_after: Seconds the server asks to wait, when it said so.
            is_retryable: Overrides the default of the class.
        """
        super().__init__(message)
        self.response = response if response is not None else ErrorResponse(0)
        self.request_id = request_id
        self.code = code
        self.retry_after = retry_after
        if is_retryable is not None:
            self.is_retryable = is_retryable

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer, with names in lower case, without cookies."""
        return self.response.headers

    @property
    def body(self) -> Any:
        """The body: parsed when it is JSON, else its text, at most 64 KiB of it."""
        try:
            return self.response.json()
        except ValueError:
            return self.response.text


class AuthenticationError(StatusError, ModelAuthenticationError):
    """401: the key is missing, wrong or expired."""


class PermissionDeniedError(StatusError, ModelPermissionDeniedError):
    """402 or 403: the key is known, but may not do this, or has no credit left."""


class NotFoundError(StatusError, ModelNotFoundError):
    """404: no such model, or no such path on the server."""


class InvalidRequestError(StatusError, ModelInvalidRequestError):
    """400, 413, 422 or another 4xx: the server does not accept the request."""


class ContextLengthError(InvalidRequestError, ContextOverflowError):
    """The messages are longer than the model's context window.

    `status_code` is 200 when the server reported it inside an answer that had begun.
    """


class RateLimitError(StatusError, ModelRateLimitError):
    """429: too many requests; `retry_after` is the wait in seconds the server asks for.

    Not retryable when the account has no money left or is closed.
    """

    is_retryable = ModelRateLimitError.is_retryable


class ServerError(StatusError, ModelAPIError):
    """5xx: the server failed."""

    is_retryable = ModelAPIError.is_retryable


class StreamError(SSEChatError, ModelAPIError):
    """The server reported an error inside an answer that had begun with status 200."""

    def __init__(
        self,
        message: str = "",
        *,
        code: str | int | None = None,
        body: Any = None,
        is_retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """Keep what the server reported.

        Args:
            message: What happened, where, and the server's own words.
            code: The error's code as sent: a number, a word, or nothing.
            body: The error as sent, parsed.
            is_retryable: Whether the code speaks of a passing failure.
            retry_after: Seconds the server asks to wait, when it said so.
        """
        super().__init__(message)
        self.code = code
        self.body = body
        self.is_retryable = is_retryable
        self.retry_after = retry_after


class ProtocolError(SSEChatError, ModelError):
    """The answer does not follow the rules of a chat-completions event stream."""


class NotAnEventStreamError(ProtocolError):
    """The answer is neither an event stream nor a chat completion."""

    def __init__(self, message: str = "", *, content_type: str | None = None) -> None:
        """Keep the content type of the answer, `None` when it had none."""
        super().__init__(message)
        self.content_type = content_type


class EventTooLargeError(ProtocolError):
    """One event of the stream is longer than the limit."""

    def __init__(self, message: str = "", *, limit: int = 0) -> None:
        """Keep the limit in bytes."""
        super().__init__(message)
        self.limit = limit


class MalformedChunkError(ProtocolError):
    """An event's data is not the JSON object that it must be."""

    def __init__(self, message: str = "", *, data: str = "") -> None:
        """Keep the first 200 characters of the data."""
        super().__init__(message)
        self.data = data


class StreamTruncatedError(ProtocolError):
    """The stream ended before the answer did: no finish reason and no `[DONE]`."""

    is_retryable = True
