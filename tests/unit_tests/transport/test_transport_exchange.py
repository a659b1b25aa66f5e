"""Both clients run an exchange over scripted bodies."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import httpx
import pytest

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    ProtocolError,
    SSEChatError,
    StatusError,
    StreamTruncatedError,
    TimedOutError,
)
from langchain_sse_chat.transport.protocols import RequestSpec
from tests.unit_tests.transport.transport_scripts import (
    CLIENTS,
    URL,
    Drive,
    Reply,
    ScriptedExchange,
    answers,
    endless,
    spec,
)

WHOLE = b"a\nb\ndone\n"


def test_gives_what_the_receiver_gives_and_then_its_end(drive: Drive) -> None:
    assert drive(answers(Reply(b"a\n", b"b\ndo", b"ne\n")), ScriptedExchange()) == [
        "a",
        "b",
        "end",
    ]


def test_posts_the_spec_as_it_is(drive: Drive) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return Reply(WHOLE)

    headers = {"Accept": "text/event-stream", "X-Key": "k"}
    exchange = ScriptedExchange(
        spec=RequestSpec(URL + "?q=1", headers, b'{"a":1}', CLIENTS)
    )
    drive(handler, exchange)
    [request] = seen
    assert (request.method, str(request.url)) == ("POST", URL + "?q=1")
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["x-key"] == "k"
    assert request.content == b'{"a":1}'
    assert request.extensions["timeout"]["connect"] == 10.0


def test_the_receiver_learns_the_head_first(drive: Drive) -> None:
    exchange = ScriptedExchange(spec=RequestSpec(URL + "?key=hidden", {}, b"", CLIENTS))
    drive(answers(Reply(WHOLE, X_Request_Id="r1")), exchange)
    [head] = exchange.receivers[0].heads
    assert head.status_code == 200
    assert head.headers["x-request-id"] == "r1"
    assert head.url == URL


def test_each_chunk_is_handed_on_before_the_next_is_read(drive: Drive) -> None:
    answer = Reply(b"a\n", b"b\n", b"done\n")
    assert drive(answers(answer), ScriptedExchange(), take=1) == ["a"]
    assert answer.script.given == 1


def test_closing_early_closes_the_response(drive: Drive) -> None:
    answer = Reply(b"a\n", b"b\n", b"done\n")
    drive(answers(answer), ScriptedExchange(), take=1)
    assert answer.script.closed


def test_reads_no_further_for_the_answer_once_it_is_complete(drive: Drive) -> None:
    answer = Reply(b"a\ndone\n", b"never fed\n")
    assert drive(answers(answer), ScriptedExchange(), take=2) == ["a", "end"]
    assert answer.script.given == 1


def test_what_comes_after_the_end_is_read_and_dropped(drive: Drive) -> None:
    answer = Reply(b"a\ndone\n", b"dropped\n")
    assert drive(answers(answer), ScriptedExchange()) == ["a", "end"]
    assert answer.script.given == 2
    assert answer.script.closed


def test_what_comes_after_the_end_is_bounded(drive: Drive) -> None:
    block = b"x" * 16384
    answer = Reply(b"done\n", *[block] * 100)
    assert drive(answers(answer), ScriptedExchange()) == ["end"]
    assert answer.script.given == 1 + 4


def test_a_failure_after_the_end_is_no_failure(drive: Drive) -> None:
    exchange = ScriptedExchange()
    answer = Reply(b"a\ndone\n", httpx.ReadError("reset"))
    assert drive(answers(answer), exchange) == ["a", "end"]
    assert exchange.errors == []


def test_a_failure_takes_nothing_from_an_answer_that_is_whole(drive: Drive) -> None:
    exchange = ScriptedExchange()
    answer = Reply(b"a\nwhole\n", httpx.ReadError("reset"))
    assert drive(answers(answer), exchange) == ["a", "end"]
    assert exchange.errors == []


def test_an_answer_that_is_whole_is_not_read_for_ever(drive: Drive) -> None:
    exchange = ScriptedExchange(spec=spec(gap=0.0, first_token=None))
    assert drive(answers(endless(b"a\nwhole\n", b": ping\n")), exchange) == ["a", "end"]
    assert exchange.errors == []


def test_silence_takes_nothing_from_an_answer_that_is_whole(drive: Drive) -> None:
    answer = Reply(b"a\nwhole\n", httpx.ReadTimeout("silent"))
    exchange = ScriptedExchange(spec=spec(gap=0.0, first_token=None))
    assert drive(answers(answer), exchange) == ["a", "end"]
    assert exchange.errors == []


def test_the_receiver_judges_a_body_that_just_ends(drive: Drive) -> None:
    with pytest.raises(StreamTruncatedError, match="truncated"):
        drive(answers(Reply(b"a\n")), ScriptedExchange())


def test_an_error_of_the_receiver_goes_to_the_exchange(drive: Drive) -> None:
    exchange = ScriptedExchange()
    answer = Reply(b"a\n!bad line\n", b"more\n")
    with pytest.raises(StreamTruncatedError, match="bad line") as caught:
        drive(answers(answer), exchange)
    assert exchange.errors == [caught.value]
    assert answer.script.closed


def test_a_foreign_exception_of_the_receiver_is_let_through(drive: Drive) -> None:
    exchange = ScriptedExchange(retries=5)
    answer = Reply(b"bug\n")
    with pytest.raises(ZeroDivisionError):
        drive(answers(answer), exchange)
    assert exchange.errors == []
    assert answer.script.closed


def test_a_status_that_is_no_success_is_refused_with_its_body(drive: Drive) -> None:
    exchange = ScriptedExchange()
    with pytest.raises(StatusError, match="status 400"):
        drive(answers(Reply(b'{"e', b'":1}', status=400, X_A="b")), exchange)
    [(head, body)] = exchange.receivers[0].refusals
    assert (head.status_code, head.headers["x-a"], body) == (400, "b", b'{"e":1}')
    assert exchange.receivers[0].heads == []


def test_the_body_of_a_refusal_is_cut(drive: Drive) -> None:
    exchange = ScriptedExchange()
    with pytest.raises(StatusError):
        drive(answers(Reply(*[b"x" * 50_000] * 9, status=500)), exchange)
    [(_, body)] = exchange.receivers[0].refusals
    assert len(body) == 64 * 1024


def test_a_refusal_whose_body_breaks_is_still_that_refusal(drive: Drive) -> None:
    exchange = ScriptedExchange()
    with pytest.raises(StatusError, match="status 503"):
        drive(answers(Reply(b"half", httpx.ReadError("x"), status=503)), exchange)
    assert exchange.receivers[0].refusals[0][1] == b"half"


@pytest.mark.parametrize("status", [302, 307])
def test_redirects_are_not_followed(drive: Drive, status: int) -> None:
    with pytest.raises(StatusError, match=f"status {status}"):
        drive(
            answers(Reply(status=status, Location="https://other.example/")),
            ScriptedExchange(),
        )


@pytest.mark.parametrize(
    "failures",
    [
        pytest.param(lambda: [httpx.ConnectError("refused")], id="connection refused"),
        pytest.param(
            lambda: [Reply(b"busy", status=503), httpx.ReadTimeout("slow")],
            id="busy, then slow",
        ),
        pytest.param(
            lambda: [Reply(b"a\n"), Reply(httpx.RemoteProtocolError("cut"))],
            id="broken before the answer",
        ),
    ],
)
def test_a_failed_attempt_is_followed_by_another(
    drive: Drive, failures: Callable[[], list[httpx.Response | Exception]]
) -> None:
    failed = failures()
    exchange = ScriptedExchange(retries=len(failed))
    outputs = drive(answers(*failed, Reply(WHOLE)), exchange)
    assert outputs[-3:] == ["a", "b", "end"]
    assert len(exchange.errors) == len(failed)
    assert len(exchange.receivers) == len(failed) + 1


def test_the_last_error_is_raised_when_no_attempt_is_left(drive: Drive) -> None:
    exchange = ScriptedExchange(retries=1)
    with pytest.raises(ConnectionFailedError, match="second"):
        drive(
            answers(httpx.ConnectError("first"), httpx.ConnectError("second")), exchange
        )
    assert len(exchange.receivers) == 2


def test_the_response_is_closed_before_the_next_attempt(drive: Drive) -> None:
    first = Reply(b"half", httpx.ReadError("x"), status=503)
    closed: list[bool] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if not closed:
            closed.append(False)
            return first
        closed[0] = first.script.closed
        return Reply(WHOLE)

    drive(handler, ScriptedExchange(retries=1))
    assert closed == [True]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_is_compressed_unasked_is_read(drive: Drive, encoding: str) -> None:
    data = gzip.compress(WHOLE) if encoding == "gzip" else zlib.compress(WHOLE)
    answer = Reply(data[:9], data[9:], Content_Encoding=encoding)
    assert drive(answers(answer), ScriptedExchange()) == ["a", "b", "end"]


@pytest.mark.parametrize("encoding", ["identity", "", " Identity "])
def test_a_body_that_says_it_is_plain_is_read_as_it_is(
    drive: Drive, encoding: str
) -> None:
    answer = Reply(WHOLE, Content_Encoding=encoding)
    assert drive(answers(answer), ScriptedExchange()) == ["a", "b", "end"]


def test_a_body_that_httpx_has_read_already_is_read(drive: Drive) -> None:
    answer = httpx.Response(200, content=WHOLE)
    assert drive(answers(answer), ScriptedExchange()) == ["a", "b", "end"]


def test_a_body_that_cannot_be_decompressed_is_a_protocol_error(drive: Drive) -> None:
    with pytest.raises(ProtocolError, match="cannot be decompressed"):
        drive(answers(Reply(WHOLE, Content_Encoding="gzip")), ScriptedExchange())


def test_keep_alives_do_not_stop_the_clock_for_the_first_token(drive: Drive) -> None:
    exchange = ScriptedExchange(spec=spec(first_token=0.05))
    with pytest.raises(TimedOutError) as caught:
        drive(answers(endless(b": ping\n")), exchange)
    assert caught.value.phase == "first_token"


def test_keep_alives_do_not_stop_the_clock_between_tokens(drive: Drive) -> None:
    exchange = ScriptedExchange(spec=spec(gap=0.05))
    with pytest.raises(TimedOutError) as caught:
        drive(answers(endless(b"a\n", b": ping\n")), exchange)
    assert caught.value.phase == "gap"


def test_an_answer_in_one_piece_is_bounded_as_a_whole(drive: Drive) -> None:
    limits = spec(read=0.05, first_token=60.0, gap=60.0)
    exchange = ScriptedExchange(
        spec=RequestSpec(
            URL, {}, b"", CLIENTS, timeouts=limits.timeouts, streamed=False
        )
    )
    with pytest.raises(TimedOutError) as caught:
        drive(answers(endless(b"a\n")), exchange)
    assert caught.value.phase == "read"


def test_a_closed_client_of_the_caller_is_named(drive: Drive) -> None:
    error = RuntimeError("Cannot send a request, as the client has been closed.")
    with pytest.raises(ConfigurationError, match="has been closed"):
        drive(answers(error), ScriptedExchange())


def test_a_header_value_that_is_refused_shows_nowhere(drive: Drive) -> None:
    secret = httpx.LocalProtocolError("Illegal header value b'hidden\\n'")
    with pytest.raises(ConfigurationError) as caught:
        drive(answers(secret), ScriptedExchange())
    error: BaseException | None = caught.value
    assert "hidden" not in str(error)
    assert isinstance(error, SSEChatError)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_header_outside_ascii_shows_nowhere(drive: Drive) -> None:
    exchange = ScriptedExchange(
        spec=RequestSpec(URL, {"Authorization": "Bearer ключ"}, b"", CLIENTS)
    )
    with pytest.raises(ConfigurationError, match="outside ASCII") as caught:
        drive(answers(), exchange)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_what_the_last_bytes_bring_comes_before_what_is_wrong(drive: Drive) -> None:
    exchange = ScriptedExchange(retries=1)
    script = answers(Reply(b"a\n", b"rest"), Reply(WHOLE))
    assert drive(script, exchange) == ["a", "rest", "a", "b", "end"]
    assert isinstance(exchange.errors[0], StreamTruncatedError)


def test_each_retry_is_told_of(drive: Drive) -> None:
    told: list[object] = []
    refused = [httpx.ConnectError("no"), httpx.ConnectError("no")]
    drive(answers(*refused, Reply(WHOLE)), ScriptedExchange(retries=2), told=told)
    assert told == [{"attempt": 1}, {"attempt": 2}]


def test_a_retry_that_is_nobody_s_business_is_not_told_of(drive: Drive) -> None:
    told: list[object] = []
    exchange = ScriptedExchange(retries=1, is_told=False)
    drive(answers(httpx.ConnectError("no"), Reply(WHOLE)), exchange, told=told)
    assert told == []


def test_a_refused_large_request_over_another_transport_is_reported(
    drive: Drive,
) -> None:
    exchange = ScriptedExchange(spec=RequestSpec(URL, {}, bytes(100_000), CLIENTS))
    with pytest.raises(StatusError, match="413"):
        drive(answers(Reply(b"too large", status=413)), exchange)
