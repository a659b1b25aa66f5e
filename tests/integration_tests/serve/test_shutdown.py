"""A server that gets SIGTERM tells its open streams, and ends."""

from __future__ import annotations

import signal

import pytest

from tests.integration_tests.serve.servers import LONG, SERVERS, RawClient, running


@pytest.mark.parametrize("name", SERVERS)
def test_open_streams_do_not_look_complete(name: str) -> None:
    with (
        running(name) as server,
        RawClient(server.port) as client,
        RawClient(server.port) as waiting,
    ):
        client.ask("begins")
        client.read_until(b"Well")
        waiting.ask("silent", stream=False)
        server.wait_for_open(2)
        server.process.send_signal(signal.SIGTERM)
        received = client.read_to_end()
        assert b"[DONE]" not in received
        assert b'"finish_reason":"' not in received
        if name == "granian":
            # It closes connections before it tells the application: inside a chunked
            # body, which is an error for every client.
            assert not received.endswith(b"0\r\n\r\n")
            assert waiting.read_to_end() == b""
        else:
            assert b"server_shutting_down" in received
            assert waiting.read_to_end().startswith(b"HTTP/1.1 503")
        server.process.communicate(timeout=LONG)
