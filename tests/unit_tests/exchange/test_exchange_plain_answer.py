"""The body of a response that is not a chat completion."""

from __future__ import annotations

import pytest

from langchain_sse_chat import (
    EventTooLargeError,
    NotFoundError,
    ProtocolError,
    SSEChatError,
    StreamError,
    StreamTruncatedError,
)
from langchain_sse_chat.exchange.plain_answer import (
    PlainAnswer,
    PlainReceiver,
    Reading,
    json_object,
    json_value,
)
from langchain_sse_chat.transport.protocols import ResponseHead

URL = "http://test/v1/things"


def answer(body: bytes, content_type: str = "application/json") -> PlainAnswer:
    headers = {"content-type": content_type} if content_type else {}
    return PlainAnswer(URL, "/things", body, headers)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_answer_comes_at_the_end_however_it_is_cut(size: int) -> None:
    receiver = PlainReceiver(Reading("/things", lambda given: given), URL)
    body = b'{"data": []}'

    receiver.open(ResponseHead(200, {"x-a": "b"}, URL))
    for start in range(0, len(body), size):
        assert receiver.feed(body[start : start + size]) == []
    before = receiver.progress
    [given] = receiver.close()

    assert given == PlainAnswer(URL, "/things", body, {"x-a": "b"})
    assert (before, receiver.progress) == (0, 1)
    assert receiver.wants_more
    assert not receiver.is_complete


def test_a_body_above_the_limit_is_an_error() -> None:
    reading = Reading("/things", json_object, limit=4, what="a thing")
    receiver = PlainReceiver(reading, URL)
    receiver.feed(b"1234")

    with pytest.raises(EventTooLargeError, match="4 bytes, the limit for a thing") as e:
        receiver.feed(b"5")

    assert e.value.limit == 4


def test_a_status_is_an_error_with_advice_about_the_request() -> None:
    reading = Reading("/things/x", json_object, subject="the ID of the thing")
    receiver = PlainReceiver(reading, URL)

    error = receiver.error_response(ResponseHead(404, {}, URL), b"no such thing")

    assert isinstance(error, NotFoundError)
    assert "Check the ID of the thing, and that" in str(error)
    assert "before `/things/x`, often" in str(error)


def test_a_request_without_a_key_has_a_hint() -> None:
    receiver = PlainReceiver(Reading("/things", json_object), URL, "Pass a key.")

    error = receiver.error_response(ResponseHead(401, {}, URL), b"")

    assert str(error).endswith("Pass a key.")


def test_a_body_is_read_as_json() -> None:
    assert json_object(answer(b'\n{"a": 1} ')) == {"a": 1}
    assert json_value(answer(b"[1]")) == [1]
    assert json_value(answer(b"<html>")) is None


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        pytest.param(b"", StreamTruncatedError, "empty body", id="empty"),
        pytest.param(b" \n", StreamTruncatedError, "empty body", id="blank"),
        pytest.param(b'{"a": ', ProtocolError, "than a JSON object", id="cut"),
        pytest.param(b"<html>Hi</html>", ProtocolError, "'<html>Hi", id="html"),
        pytest.param(b"[1]", ProtocolError, "before `/things`", id="list"),
        pytest.param(
            b'{"error": {"message": "overloaded"}}', StreamError, "overloaded", id="er"
        ),
    ],
)
def test_what_is_no_object_is_a_typed_error(
    body: bytes, kind: type[SSEChatError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        json_object(answer(body))


@pytest.mark.parametrize(
    ("content_type", "shown"), [("text/html", "'text/html'"), ("", "'missing'")]
)
def test_an_error_names_the_content_type(content_type: str, shown: str) -> None:
    with pytest.raises(ProtocolError, match=shown):
        json_object(answer(b"x", content_type))


def test_an_error_shows_the_beginning_of_a_long_body() -> None:
    with pytest.raises(ProtocolError) as caught:
        json_object(answer("я".encode() * 1000))

    assert str(caught.value).count("я") == 200


@pytest.mark.parametrize("values", [b"[],", b"{},", b"1,"])
def test_too_many_values_are_an_error(values: bytes) -> None:
    with pytest.raises(EventTooLargeError, match="10 values, the limit for things"):
        json_value(answer(b"[" + values * 10 + b"0]"), most_values=10, what="things")


def test_an_answer_does_not_show_its_body() -> None:
    assert "marker" not in repr(PlainAnswer(URL, "/x", b"marker", {"a": "marker"}))
