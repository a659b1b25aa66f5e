"""Which reply answers a request."""

from __future__ import annotations

from typing import Any, cast

import pytest

from langchain_sse_chat.testing.journal import Journal
from langchain_sse_chat.testing.replies import Reply
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.routing import Router, checked

CHAT = "/v1/chat/completions"


def request(path: str = CHAT, method: str = "POST", **headers: str) -> Request:
    body = b'{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}'
    return Journal().received(method, path, headers, body, 1)


def router(*script: Any, **options: Any) -> Router:
    given = {"default": None, "routes": {}, "api_key": None, **options}
    return Router(script, **given)


def status(routes: Router, asked: Request) -> int:
    return int(routes.answer(asked)[1].head.split()[1])


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        (CHAT, "POST", 200),
        ("/chat/completions", "POST", 200),
        ("/v1/models", "GET", 200),
        (CHAT, "GET", 405),
        ("/v1/models", "POST", 405),
        ("/v1/embeddings", "POST", 400),
        ("/v1/embeddings", "GET", 405),
        ("/v1/completions", "POST", 404),
    ],
)
def test_a_path_has_its_method(path: str, method: str, expected: int) -> None:
    assert status(router(), request(path, method)) == expected


def test_a_key_must_be_the_servers_own() -> None:
    locked = router(api_key="k")

    assert status(locked, request()) == 401
    assert status(locked, request(authorization="Bearer other")) == 401
    assert status(locked, request(authorization="Bearer k")) == 200


def test_a_route_answers_before_all_else() -> None:
    routes = router(routes={"/token": Reply.json({"a": 1})}, api_key="k")

    assert status(routes, request("/token", "GET")) == 200


def test_a_route_may_be_for_all_paths_below_it() -> None:
    routes = router(routes={"/files/": Reply.status(418), "/files/a": Reply.json(1)})

    assert status(routes, request("/files/b/content", "GET")) == 418
    assert status(routes, request("/files/a", "GET")) == 200
    assert status(routes, request("/files", "GET")) == 404


def test_replies_of_the_script_are_used_up_one_by_one() -> None:
    routes = router(Reply.status(503), default=Reply.status(418))

    assert [status(routes, request()) for _ in range(3)] == [503, 418, 418]


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(lambda _: 1 / 0, id="an error"),
        pytest.param(lambda _: "text", id="not a reply"),
    ],
)
def test_a_function_that_fails_is_a_server_error(function: Any) -> None:
    assert status(router(function), request()) == 500


def test_a_script_takes_replies_and_functions_only() -> None:
    with pytest.raises(TypeError, match=r"not a str; for a text pass Reply\.text"):
        checked(["Hello"])


def test_a_script_is_a_list_of_replies() -> None:
    with pytest.raises(TypeError, match=r"not a Reply: pass \[reply\]"):
        checked(cast("Any", Reply.text("Hello")))


def test_the_class_of_replies_is_no_reply() -> None:
    with pytest.raises(TypeError, match="not a type"):
        checked([Reply])


def test_a_route_that_no_request_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with '/', unlike 'token'"):
        router(routes={"token": Reply.text("Hello")})
