"""All that errors and traces show, as texts to look for secrets in."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler


class Recorder(BaseCallbackHandler):
    """Keeps all that it is told, as text."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(repr((args, kwargs)))

    def on_llm_new_token(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(repr((args, kwargs)))

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(repr((args, kwargs)))

    def on_llm_error(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append(repr((args, kwargs)))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    left = [error]
    while left:
        one = left.pop()
        if one is not None and one not in seen:
            seen.append(one)
            yield one
            left += [one.__cause__, one.__context__]


def texts_of(error: BaseException) -> Iterator[str]:
    """Give all that an error shows, and that its causes and our frames show."""
    for one in chain(error):
        yield from (str(one), repr(one), repr(one.args), repr(vars(one)))
        request = getattr(one, "_request", None)
        if request is not None:
            yield f"{request.headers.raw} {request.content} {request.url}"
        yield from (f"{key}={value}" for key, value in vars(one).items())
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if "langchain_sse_chat" in frame.f_code.co_filename:
                yield from locals_of(frame.f_locals)
    yield repr(pickle.loads(pickle.dumps(error)))  # noqa: S301  our own
    response = getattr(error, "response", None)
    yield f"{response!r} {getattr(error, 'body', None)}"


def locals_of(variables: dict[str, Any]) -> Iterator[str]:
    for name, value in variables.items():
        try:
            yield f"{name}: {value!r}"
        except AttributeError:  # a model that is not made yet
            continue


def leaks(texts: Iterator[str] | list[str], marks: tuple[str, ...]) -> list[str]:
    return [text[:400] for text in texts if any(mark in text for mark in marks)]
