from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.options import read_options
from langchain_sse_chat.cli.served_app import (
    ServedApp,
    application,
    is_application,
    parts_that_serve,
)
from langchain_sse_chat.serve.asgi.app import ServeApp
from tests.unit_tests.cli import things
from tests.unit_tests.serve.asgi_calls import chat

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@contextmanager
def serving(*argv: str, **environment: str) -> Iterator[ServedApp]:
    with application(read_options(argv), environment) as served:
        yield served


def app_of(*argv: str, **environment: str) -> Any:
    """Return an application whose model is closed."""
    with serving(*argv, **environment) as served:
        return served.app


def at(name: str) -> str:
    return f"tests.unit_tests.cli.things:{name}"


@pytest.mark.parametrize("name", ["agent", "agents"])
def test_an_object_becomes_an_application(name: str) -> None:
    assert isinstance(app_of(at(name)), ServeApp)


@pytest.mark.parametrize("name", ["app", "keyed", "asgi", "site"])
def test_an_application_is_served_as_it_is(name: str) -> None:
    assert app_of(at(name)) is getattr(things, name)


def test_a_model_of_this_package_is_served_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AITUNNEL_API_KEY", "k")
    app = app_of("--provider=aitunnel", "--model=gpt-4o")
    assert app._catalog.names() == ["gpt-4o"]


@pytest.mark.enable_socket
async def test_without_a_model_the_embedded_server_answers() -> None:
    with serving() as served:
        assert (served.name, served.is_embedded) == ("echo", True)
        reply = await chat(served.app, "echo", stream=False).whole()
        text = reply.json()["choices"][0]["message"]["content"]
        assert text == "You said: Hello"


def test_the_environment_may_name_the_model() -> None:
    with serving(BASE_URL="http://here/v1", MODEL="mine") as served:
        assert (served.name, served.is_embedded) == ("mine", False)


def test_there_is_a_page_unless_it_is_left_out() -> None:
    with serving(at("agent")) as served:
        assert (served.name, served.has_page) == (at("agent"), True)
    with serving(at("agent"), "--no-page") as served:
        assert not served.has_page


def test_an_application_has_the_page_that_it_has() -> None:
    with serving(at("app")) as served:
        assert not served.has_page
    with serving(at("site")) as served:
        assert not served.has_page


def test_keys_come_from_a_variable() -> None:
    app = app_of(
        at("agent"), "--host=0.0.0.0", "--api-key-env=KEYS", KEYS="one, two\nthree"
    )
    assert app.has_keys


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([at("agent"), "--host=0.0.0.0"], r"Without API keys.*--api-key-env"),
        ([at("app"), "--host=0.0.0.0"], r"Without API keys"),
        ([at("agent"), "--api-key-env=KEYS"], r"KEYS has no keys"),
        ([at("app"), "--cors-origin=https://a.com"], r"create_app\(\)"),
        ([at("app"), "--no-page"], r"create_app\(\)"),
        (["--provider=openai"], r"Name the model with --model"),
        ([at("app"), "--keep=none"], r"create_app\(\)"),
        ([at("app"), "--linger=5"], r"create_app\(\)"),
        (
            [at("agent"), "--keep=disk"],
            r"^--keep is memory://, none, or the address",
        ),
        ([at("number")], r"things:number: int cannot be served"),
        (["--provider=opnai", "--model=m"], r"Unknown provider 'opnai'"),
        (["nowhere:agent"], r"no module"),
    ],
)
def test_what_cannot_be_served_is_said(argv: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        app_of(*argv, KEYS=" , ")


def test_an_error_names_the_variable_with_the_address() -> None:
    with pytest.raises(CommandError, match=r"^BASE_URL is 'ftp://x'"):
        app_of(BASE_URL="ftp://x")


@pytest.mark.parametrize("option", ["--cors-origin", "--allowed-host"])
def test_an_error_names_the_option_that_set_an_entry(option: str) -> None:
    with pytest.raises(CommandError, match=rf"^Invalid entry 'a b' of {option}\. "):
        app_of(at("agent"), option, "a b")


def test_the_option_for_keys_of_clients_is_not_one_for_the_key_of_a_server() -> None:
    with pytest.raises(CommandError, match=r": set OPENROUTER_API_KEY\."):
        app_of("--provider=openrouter", "--model=m")


@pytest.mark.parametrize(
    ("argv", "place"),
    [
        ([], "memory"),
        (["--linger=5"], "memory"),
        (["--keep=none"], None),
        (["--workers=2"], None),
        (["--keep=redis://localhost"], "redis"),
    ],
)
def test_answers_are_kept_where_it_is_said(argv: list[str], place: str | None) -> None:
    assert app_of(at("agent"), *argv).kept_in == place


def test_the_password_of_a_redis_is_not_told() -> None:
    with pytest.raises(CommandError, match=r"^LANGCHAIN_SSE_CHAT_KEEP is") as raised:
        app_of(at("agent"), LANGCHAIN_SSE_CHAT_KEEP="redis://:secret@localhost:port")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("argv", [["--host=0.0.0.0"], ["--host=::"]])
def test_an_application_of_another_kind_may_be_open(argv: list[str]) -> None:
    assert app_of(at("site"), *argv) is things.site
    assert app_of(at("keyed"), *argv) is things.keyed


def test_the_variables_are_those_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEYS", "one")
    options = read_options([at("agent"), "--api-key-env=KEYS"])
    with application(options) as served:
        assert served.has_keys


@pytest.mark.parametrize("thing", [things.agent, 1, int, print, {}])
def test_other_things_are_no_applications(thing: Any) -> None:
    assert not is_application(thing)


def test_applications_that_are_mounted_are_found() -> None:
    assert parts_that_serve(things.app) == [things.app]
    assert parts_that_serve(things.site) == [things.app]
    assert parts_that_serve(things.wrapped) == [things.app]
    assert parts_that_serve(things.asgi) == []
