from __future__ import annotations

from typing import Any

import httpx
import pytest

from langchain_sse_chat.testing import ScriptedServer
from langchain_sse_chat.transport.connection_numbers import (
    CONNECTION,
    connection_number,
)


@pytest.mark.enable_socket
def test_responses_on_the_same_connection_share_a_number() -> None:
    with ScriptedServer() as server:
        url = f"{server.base_url}/models"
        with httpx.Client() as client, httpx.Client() as other:
            first, second = client.get(url), client.get(url)
            third = other.get(url)
    numbers = [connection_number(each) for each in (first, second, third)]
    assert numbers[0] == numbers[1] != numbers[2]
    assert all(numbers)


@pytest.mark.parametrize(
    "extensions", [{}, {CONNECTION: None}, {"network_stream": 5}], ids=str
)
def test_an_unknown_connection_has_no_number(extensions: dict[str, Any]) -> None:
    assert connection_number(httpx.Response(200, extensions=extensions)) == 0


def test_a_transport_may_name_its_connection() -> None:
    class Connection:
        """A connection of a transport."""

    given = {CONNECTION: Connection()}
    first, second = (httpx.Response(200, extensions={**given}) for _ in range(2))
    assert connection_number(first) == connection_number(second) > 0
