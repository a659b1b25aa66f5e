"""Every error that this package raises.

```
SSEChatError
├─ ConfigurationError            (ValueError)                before any I/O
├─ ConnectionFailedError         (ModelConnectionError)
├─ TimedOutError                 (ModelTimeoutError)         .phase
├─ ModelClosedError              (ModelError)                closed under its answer
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
├─ ProtocolError                 (ModelError)
│  ├─ NotAnEventStreamError      .content_type
│  ├─ EventTooLargeError         .limit
│  ├─ MalformedChunkError        .data
│  ├─ MalformedEmbeddingsError
│  └─ StreamTruncatedError
└─ StructuredOutputError         (OutputParserException)     .llm_output .finish_reason
   └─ RefusalError               (ModelRefusalError)         .raw_message
```

In brackets: the class of `langchain_core.exceptions` that an error also is, so that
middleware which retries by `is_retryable` works unchanged. Errors survive pickling and
contain no API key, no request headers and no request body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import langchain_core.exceptions
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
    OutputParserException,
)

if TYPE_CHECKING:
    from langchain_core.exceptions import ModelRefusalError
    from langchain_core.messages import AIMessage
else:
    # langchain-core has it since 1.7.5.
    ModelRefusalError = getattr(
        langchain_core.exceptions, "ModelRefusalError", ModelError
    )

TimeoutPhase = Literal["connect", "write", "pool", "read", "first_token", "gap"]


class SSEChatError(Exception):
    """An error of this package; every error that it raises is one of these."""

    partial: AIMessage | None = None
    """The message received before the error; `None` if nothing was received,
    or if the error came before the answer began."""

    is_retryable: bool = False
    """Whether sending the same request again may succeed.

    The default of a class is that of LangChain's class. For errors of a server,
    `wire/retryable.py` decides by status, code and message.
    """


class ConfigurationError(SSEChatError, ValueError):
    """A setting or argument is invalid; nothing was sent. The message has the fix."""


class ConnectionFailedError(SSEChatError, ModelConnectionError):
    """The server could not be reached, or the connection broke during the answer."""

    is_retryable = ModelConnectionError.is_retryable


class TimedOutError(SSEChatError, ModelTimeoutError):
    """The server did not respond in time."""

    is_retryable = ModelTimeoutError.is_retryable

    def __init__(self, message: str = "", *, phase: TimeoutPhase = "read") -> None:
        """Store the timeout that was reached.

        Args:
            message: What happened, where, and which setting to raise.
            phase: `connect`, `write` and `pool` are httpx's phases; `first_token` is
                the time to the first progress of an answer, `gap` the time between
                two events with progress, `read` the wait for an entire answer.
        """
        super().__init__(message)
        self.phase: TimeoutPhase = phase


class ModelClosedError(SSEChatError, ModelError):
    """The model, or its HTTP client, was closed while an answer was open.

    There are no retries or fallbacks after it.
    """


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """The server's response, in `StatusError.response`.

    It has the attributes that LangChain's tracers read from HTTP errors.
    """

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def json(self) -> Any:
        """Return the body parsed as JSON.

        Raises:
            ValueError: The body is not JSON, or nested too deeply.
        """
        try:
            return json.loads(self.text)
        except RecursionError as error:
            msg = "JSON nested too deep"
            raise ValueError(msg) from error


class StatusError(SSEChatError, ModelError):
    """The server responded with an HTTP status that is not a success."""

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
        """Store the server's response.

        Args:
            message: What happened, the URL, and the server's own message.
            response: The response; its body is truncated at 64 KiB.
            request_id: The server's ID of the request, from the response headers.
            code: The error code in the body, as the server sent it.
            retry_after: Seconds that the server requests to wait, if any.
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
        """The response headers, with names in lower case, without cookies."""
        return self.response.headers

    @property
    def body(self) -> Any:
        """The body: parsed if it is JSON, otherwise its text, up to 64 KiB."""
        try:
            return self.response.json()
        except ValueError:
            return self.response.text


class AuthenticationError(StatusError, ModelAuthenticationError):
    """401: the key is missing, wrong or expired."""


class PermissionDeniedError(StatusError, ModelPermissionDeniedError):
    """402 or 403: the key is valid but lacks permission, or has no credit left."""


class NotFoundError(StatusError, ModelNotFoundError):
    """404: the server does not have this model or this path."""


class InvalidRequestError(StatusError, ModelInvalidRequestError):
    """400, 413, 422 or another 4xx: the server does not accept the request."""


class ContextLengthError(InvalidRequestError, ContextOverflowError):
    """The messages are longer than the model's context window.

    `status_code` is 200 if the server reported it after the answer had begun.
    """


class RateLimitError(StatusError, ModelRateLimitError):
    """429: too many requests; `retry_after` is the requested wait in seconds.

    Not retryable if the account has no credit left or is closed.
    """

    is_retryable = ModelRateLimitError.is_retryable


class ServerError(StatusError, ModelAPIError):
    """5xx: the server failed."""

    is_retryable = ModelAPIError.is_retryable


class StreamError(SSEChatError, ModelAPIError):
    """The server reported an error in an answer that began with status 200.

    Either as an error, or by a finish reason that means failure, which is the `code`.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str | int | None = None,
        body: Any = None,
        is_retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """Store the reported error.

        Args:
            message: What happened, the URL, and the server's own message.
            code: The error's code as sent: a number, a string, or `None`.
            body: The error as sent, parsed.
            is_retryable: Whether the code indicates a temporary failure.
            retry_after: Seconds that the server requests to wait, if any.
        """
        super().__init__(message)
        self.code = code
        self.body = body
        self.is_retryable = is_retryable
        self.retry_after = retry_after


class ProtocolError(SSEChatError, ModelError):
    """The answer does not follow the rules of the protocol."""


class NotAnEventStreamError(ProtocolError):
    """The answer is neither an event stream nor a chat completion."""

    def __init__(self, message: str = "", *, content_type: str | None = None) -> None:
        """Store the content type of the response, `None` without one."""
        super().__init__(message)
        self.content_type = content_type


class EventTooLargeError(ProtocolError):
    """One event of the stream is longer than the limit."""

    def __init__(self, message: str = "", *, limit: int = 0) -> None:
        """Store the limit in bytes."""
        super().__init__(message)
        self.limit = limit


class MalformedChunkError(ProtocolError):
    """The data of an event is not a JSON object.

    Or no event of the stream is a chat completion, because of another protocol.
    """

    def __init__(self, message: str = "", *, data: str = "") -> None:
        """Store the first 200 characters of the data."""
        super().__init__(message)
        self.data = data


class MalformedEmbeddingsError(ProtocolError):
    """The answer to a request for embeddings has not one valid vector for each text.

    There are more or fewer vectors than texts, it is not known which belongs to which,
    or one has a wrong width or a number that is not finite.
    """


class StreamTruncatedError(ProtocolError):
    """The stream was truncated: it ended without a finish reason or `[DONE]`."""

    is_retryable = True


class StructuredOutputError(SSEChatError, OutputParserException):
    """The answer is not the object that `with_structured_output` requested.

    It is truncated, is not JSON or does not match the schema, or the model did not call
    the tool. `partial` is the entire message.
    """

    def __init__(
        self,
        message: str = "",
        *,
        llm_output: str | None = None,
        finish_reason: str | None = None,
        partial: AIMessage | None = None,
    ) -> None:
        """Store the answer.

        Args:
            message: The fault of the answer, how it begins, and what to do.
            llm_output: The complete text of the answer.
            finish_reason: Why the model stopped; `None` if the stream was truncated.
            partial: The message.
        """
        # Not OutputParserException's, which adds a link to a page about other causes.
        Exception.__init__(self, message)
        self.observation: str | None = None
        self.llm_output = llm_output
        self.send_to_llm = False
        self.finish_reason = finish_reason
        self.partial = partial


class RefusalError(StructuredOutputError, ModelRefusalError):
    """The model refused to answer, or a content filter withheld the answer.

    LangChain's `ModelRefusalError` since langchain-core 1.7.5, and `ModelError`
    before.
    """

    def __init__(self, message: str = "", **given: Any) -> None:
        """Store the answer; the arguments are those of `StructuredOutputError`."""
        super().__init__(message, **given)
        self.raw_message = self.partial
        """The message with the refusal, under LangChain's name."""
