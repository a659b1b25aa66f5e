"""Requests about files, models and tokens, and the reading of their responses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError, ProtocolError, StreamError
from langchain_sse_chat.exchange.plain_answer import PlainAnswer
from langchain_sse_chat.exchange.plain_request import PlainRequest
from langchain_sse_chat.gigachat import service_requests as requests
from langchain_sse_chat.request.multipart import FormFile, Multipart

FILE = {"id": "f", "object": "file", "bytes": 3, "created_at": 4, "filename": "a"}


def read(request: PlainRequest[Any], body: Any) -> Any:
    """Return the result in a body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "x-request-id": "r"}
    return request.reading.read(
        PlainAnswer("http://test/v1", request.path, data, headers)
    )


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        pytest.param(requests.file_request("a/b ?"), "GET /files/a%2Fb%20%3F", id="id"),
        pytest.param(requests.content_request("f"), "GET /files/f/content", id="read"),
        pytest.param(requests.files_request(), "GET /files", id="files"),
        pytest.param(requests.deletion_request("f"), "POST /files/f/delete", id="del"),
        pytest.param(requests.models_request(), "GET /models", id="models"),
        pytest.param(
            requests.model_request("GigaChat:1"), "GET /models/GigaChat:1", id="model"
        ),
        pytest.param(requests.tokens_request([], "m"), "POST /tokens/count", id="tok"),
    ],
)
def test_a_request_has_its_method_and_path(
    request_: PlainRequest[object], sent: str
) -> None:
    assert f"{request_.method} {request_.path}" == sent


def test_an_upload_is_a_form() -> None:
    request = requests.upload_request(FormFile("file", "a", b"x"), "general")

    assert isinstance(request.body, Multipart)
    assert request.body.fields == {"purpose": "general"}
    assert request.body.files == (FormFile("file", "a", b"x"),)
    assert (request.method, request.path) == ("POST", "/files")


@pytest.mark.parametrize("purpose", [None, 5])
def test_a_purpose_is_a_string(purpose: Any) -> None:
    with pytest.raises(ConfigurationError, match="`purpose` is"):
        requests.upload_request(FormFile("file", "a", b"x"), purpose)


@pytest.mark.parametrize("file_id", [None, "", "..", "\ud800"], ids=ascii)
def test_what_is_not_an_id_is_an_error(file_id: Any) -> None:
    with pytest.raises(ConfigurationError, match="Pass an ID"):
        requests.file_request(file_id)


def test_the_content_may_have_any_type() -> None:
    request = requests.content_request("f")

    assert request.accept == "*/*"
    assert read(request, b"\x00\xff").data == b"\x00\xff"


def test_a_result_has_all_fields_and_the_ids_of_the_request() -> None:
    result = read(requests.file_request("f"), {**FILE, "new": 1})

    assert (result.id_, result.bytes_, result.created_at) == ("f", 3, 4)
    assert result.new == 1
    assert result.x_headers["x-request-id"] == "r"


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (requests.file_request("f"), {"filename": "a"}),
        (requests.file_request("f"), []),
        (requests.files_request(), {"data": [{}]}),
        (requests.models_request(), {"data": None}),
        (requests.tokens_request(["a"], "m"), []),
        (requests.tokens_request(["a"], "m"), [1]),
        (requests.tokens_request(["a"], "m"), {"tokens": 1}),
        (requests.tokens_request(["a"], "m"), b"<html>"),
    ],
    ids=["no id", "list", "file", "null", "few", "number", "object", "html"],
)
def test_an_answer_in_another_form_is_an_error(
    request_: PlainRequest[object], body: Any
) -> None:
    with pytest.raises(ProtocolError, match="something other than a"):
        read(request_, body)


def test_an_error_names_what_is_missing() -> None:
    with pytest.raises(ProtocolError, match=r"UploadedFile \(invalid or missing: id\)"):
        read(requests.file_request("f"), {"filename": "a"})


@pytest.mark.parametrize(
    "request_",
    [requests.models_request(), requests.tokens_request(["a"], "m")],
    ids=["models", "tokens"],
)
def test_an_error_in_a_successful_response_is_raised(
    request_: PlainRequest[object],
) -> None:
    with pytest.raises(StreamError, match="overloaded"):
        read(request_, {"error": {"message": "overloaded"}})


@pytest.mark.parametrize("texts", ["text", [1], [None], None, {"a"}], ids=repr)
def test_only_a_list_of_texts_is_counted(texts: Any) -> None:
    with pytest.raises(ConfigurationError, match="a list of strings"):
        requests.tokens_request(texts, "m")
