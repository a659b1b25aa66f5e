"""The scripted server of the integration tests on a Unix socket."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

from langchain_sse_chat.transport.url import socket_url
from tests.integration_tests.transport_wire import Server


class UnixServer(Server):
    """Listens on a socket of its own."""

    def _listen(self) -> tuple[socket.socket, str]:
        # Not `tmp_path`: a socket's path has at most about 100 characters.
        self.folder = tempfile.TemporaryDirectory()
        self.path = str(Path(self.folder.name) / "s")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen()
        return listener, f"{socket_url(self.path)}/v1/chat/completions"

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        self.folder.cleanup()
