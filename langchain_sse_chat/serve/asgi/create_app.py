"""Make an application from targets and settings."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from langchain_sse_chat.serve.asgi.app import ServeApp
from langchain_sse_chat.serve.asgi.keys import ApiKeys
from langchain_sse_chat.serve.asgi.settings import Settings
from langchain_sse_chat.serve.kept.shared.names import PREFIX

if TYPE_CHECKING:
    from redis.asyncio import Redis


def create_app(
    targets: Any,
    *,
    api_keys: ApiKeys | None = None,
    cors_origins: Collection[str] = (),
    allowed_hosts: Collection[str] | None = None,
    keep_alive: float = 10.0,
    commit_after: float = 10.0,
    max_body: int = 8 * 2**20,
    max_streams: int = 500,
    max_seconds: float = 600.0,
    body_seconds: float = 60.0,
    reader_seconds: float = 30.0,
    drain_seconds: float = 30.0,
    ui_system_messages: bool = False,
    keep: str | Redis | None = None,
    keep_prefix: str = PREFIX,
    linger: float = 30.0,
    kept_seconds: float = 600.0,
    kept_bytes: int = 4 * 2**20,
    page: bool = False,
) -> ServeApp:
    """Return an ASGI application that serves models in the form of OpenAI's API.

    ```python
    app = create_app({"gpt-4o": ChatSSE(model="gpt-4o"), "support": agent})
    other_app.mount("/ai", create_app(agent))
    ```

    Args:
        targets: A mapping of names to chat models, chains, LangGraph graphs, or
            functions `async def f(messages, request)` that yield texts or message
            chunks. It is looked up at each request, so it may change, and be filled
            later if it is empty. Or one of these alone: its name is that of the model,
            or `default`.
        api_keys: The keys that clients send as `Authorization: Bearer …`, or a
            function, sync or async, that says whether a key is valid. `None` means that
            no key is needed.
        cors_origins: Origins whose web pages may ask, such as `https://example.com`;
            `*` for any.
        allowed_hosts: Names by which the server may be asked, such as `example.com` or
            `*.example.com`; `*` for any. `None` means any, except that a server without
            keys answers at a loopback address only under a loopback name.
        keep_alive: Seconds of silence after which a stream gets a keep-alive.
        commit_after: Seconds after which a stream begins without first bytes. Until
            then a failure has its own status.
        max_body: The largest body of a request, in bytes.
        max_streams: The most answers at the same time, streamed or not.
        max_seconds: Seconds after which an answer fails.
        body_seconds: Seconds after which the body of a request must be complete.
        reader_seconds: Seconds after which a client that does not read is cut off.
        drain_seconds: Seconds that open answers have at a shutdown.
        ui_system_messages: Whether `POST /chat` passes on system messages. They come
            from a browser, where any user can change them, and are otherwise left out.
        keep: `memory://` keeps the answers of `/events` and `/chat`, so that a client
            that lost the connection resumes where it was, in the process that gives
            the answer. The address of a Redis, such as `redis://localhost:6379/0`, or a
            client of `redis.asyncio` keeps copies there too, so that it can be any of
            several workers. `None` keeps none: the model is stopped when its client
            leaves.
        keep_prefix: The beginning of all keys in Redis.
        linger: Seconds without a client after which a kept answer is stopped.
        kept_seconds: Seconds for which an answer is kept after its end.
        kept_bytes: The most bytes of one answer that are kept; 64 times as many of all
            that have ended.
        page: Whether there is a chat page at `/`. Its files need no key.

    Returns:
        The application. `await app.drain(seconds)` refuses new requests, waits for the
        open answers, and ends those that take longer with an error event; the end of
        the lifespan does that too.

    Raises:
        ConfigurationError: A setting is not valid.
        TypeError: A target cannot be served.
        ValueError: The input of a chain is not known.
    """
    settings = Settings(
        api_keys=api_keys,
        cors_origins=cors_origins,
        allowed_hosts=allowed_hosts,
        keep_alive=keep_alive,
        commit_after=commit_after,
        max_body=max_body,
        max_streams=max_streams,
        max_seconds=max_seconds,
        body_seconds=body_seconds,
        reader_seconds=reader_seconds,
        drain_seconds=drain_seconds,
        ui_system_messages=ui_system_messages,
        keep=keep,
        keep_prefix=keep_prefix,
        linger=linger,
        kept_seconds=kept_seconds,
        kept_bytes=kept_bytes,
        page=page,
    )
    return ServeApp(targets, settings)
