"""Bodies of requests, and the refusals that they get."""

from __future__ import annotations

import json
from typing import Any

from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused
from langchain_sse_chat.serve.request.chat_request import ChatRequest, read_chat_request
from langchain_sse_chat.serve.request.limits import RequestLimits

JSON = "application/json"
QUESTION = {"role": "user", "content": "Hi"}


def read(limits: RequestLimits | None = None, **fields: Any) -> ChatRequest:
    """Return the request with these fields, and a question unless they have one."""
    body = json.dumps({"messages": [QUESTION], **fields}).encode()
    return read_chat_request(body, JSON, limits or RequestLimits())


def refusal(limits: RequestLimits | None = None, **fields: Any) -> Failure:
    """Return the failure of a request with these fields."""
    try:
        request = read(limits, **fields)
    except RequestRefused as refused:
        return refused.failure
    msg = f"not refused: {request}"
    raise AssertionError(msg)


def param_of(limits: RequestLimits | None = None, **fields: Any) -> str | None:
    """Return the field at fault of a request that is refused with status 400."""
    failure = refusal(limits, **fields)
    assert failure.status == 400
    assert failure.param is None or failure.param.split(".")[0] in failure.message
    return failure.param
