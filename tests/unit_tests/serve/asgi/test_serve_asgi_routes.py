"""Routes are found with and without `/v1`, wherever the application is mounted."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.asgi.routes import Route, path_below, route_of

PATHS = {
    "/chat/completions": Route("chat/completions"),
    "/models": Route("models"),
    "/models/gpt-4o": Route("model", "gpt-4o"),
    "/models/org/model:7b": Route("model", "org/model:7b"),
    "/health": Route("health"),
    "/metrics": Route("metrics"),
    "/events": Route("events"),
    "/chat": Route("chat"),
    "/chat/c-1/stream": Route("chat/stream", "c-1"),
    "/chat/c/1/stop": Route("chat/stop", "c/1"),
    "/markdown": Route("markdown"),
    "/assets/page.js": Route("assets", "page.js"),
}


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("path", PATHS)
def test_each_route_has_its_paths(path: str, end: str, prefix: str) -> None:
    assert route_of(prefix + path + end) == PATHS[path]


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v2/models",
        "/model",
        "/chat/stream",
        "/chat/stop",
        "/chat/1",
        "/events/1",
        "/v1/v1",
        "/page",
        "/assets",
    ],
)
def test_other_paths_are_none(path: str) -> None:
    assert route_of(path) is None


@pytest.mark.parametrize("path", ["", "/"])
def test_the_page_is_at_the_root(path: str) -> None:
    assert route_of(path) == Route("page")


def test_a_route_has_methods() -> None:
    assert Route("events").methods == ("GET", "POST")
    assert Route("model", "m").methods == ("GET", "HEAD")
    assert Route("chat/completions").methods == ("POST",)
    assert Route("chat/stop", "1").methods == ("POST",)


def test_some_routes_ask_a_model() -> None:
    assert Route("events").answers
    assert Route("chat/completions").answers
    assert Route("chat").answers
    assert not Route("models").answers
    assert not Route("chat/stop", "1").answers


def test_some_routes_are_for_use_chat() -> None:
    assert Route("chat").is_for_ui
    assert Route("chat/stream", "1").is_for_ui
    assert not Route("chat/completions").is_for_ui


@pytest.mark.parametrize(
    ("path", "root", "below"),
    [
        ("/events", "", "/events"),
        ("/ai/events", "/ai", "/events"),
        ("/ai/events", "/ai/", "/events"),
        ("/ai", "/ai", ""),
        ("/airs/events", "/ai", "/airs/events"),
        # Servers that take the prefix off themselves.
        ("/events", "/ai", "/events"),
    ],
)
def test_the_path_of_a_mount_is_left_out(path: str, root: str, below: str) -> None:
    assert path_below(path, root) == below
