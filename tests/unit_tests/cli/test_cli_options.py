from __future__ import annotations

import pytest

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.options import KEEP_VARIABLE, read_options


def test_an_object_is_served_on_this_machine() -> None:
    options = read_options(["app:agent"])
    assert options.target == "app:agent"
    assert (options.host, options.port, options.workers) == ("127.0.0.1", 8000, 1)
    assert options.is_local


def test_options_have_values_and_some_several() -> None:
    options = read_options(
        [
            "--model=m",
            "--workers=3",
            "--drain-seconds=5",
            "--cors-origin=a",
            "--cors-origin=b",
            "--allowed-host=c",
        ]
    )
    assert (options.workers, options.drain_seconds) == (3, 5)
    assert options.cors_origins == ("a", "b")
    assert options.allowed_hosts == ("c",)


def test_nothing_has_to_be_named() -> None:
    options = read_options([])
    assert (options.target, options.model, options.page) == (None, None, True)


def test_the_page_may_be_left_out() -> None:
    assert read_options(["app:agent"]).page
    assert not read_options(["app:agent", "--no-page"]).page


@pytest.mark.parametrize(
    ("argv", "environment", "place"),
    [
        pytest.param([], {}, "memory://", id="one worker"),
        pytest.param(["--workers=2"], {}, None, id="several workers"),
        pytest.param(["--keep=none"], {}, None, id="none"),
        pytest.param(["--keep=redis://a", "--workers=2"], {}, "redis://a", id="option"),
        pytest.param(
            ["--workers=2"], {KEEP_VARIABLE: "redis://b"}, "redis://b", id="variable"
        ),
        pytest.param(["--keep=none"], {KEEP_VARIABLE: "redis://b"}, None, id="both"),
    ],
)
def test_where_answers_are_kept(
    argv: list[str], environment: dict[str, str], place: str | None
) -> None:
    assert read_options(["app:agent", *argv]).kept_at(environment) == place


def test_the_password_of_a_redis_is_not_shown() -> None:
    options = read_options(["app:agent", "--keep=redis://:secret@a", "--linger=5"])
    assert "secret" not in repr(options)
    assert options.linger == 5


@pytest.mark.parametrize(
    ("argv", "is_local"),
    [
        (["--host=localhost"], True),
        (["--host=::1"], True),
        (["--host=0.0.0.0"], False),
        (["--host=0.0.0.0", "--uds=/run/a.sock"], True),
    ],
)
def test_who_can_connect(argv: list[str], *, is_local: bool) -> None:
    assert read_options(["app:agent", *argv]).is_local is is_local


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["app:agent", "--model=m"], "either"),
        (["app:agent", "--base-url=http://a"], "either"),
    ],
)
def test_contradictions_are_said(argv: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        read_options(argv)


@pytest.mark.parametrize(
    "argv",
    [
        ["--port=x"],
        ["--port=65536"],
        ["--workers=0"],
        ["--drain-seconds=0"],
        ["--drain-seconds=inf"],
        ["--log-level=loud"],
    ],
)
def test_values_are_checked(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        read_options(["app:agent", *argv])
    assert caught.value.code == 2
    assert argv[0].partition("=")[0] in capsys.readouterr().err
