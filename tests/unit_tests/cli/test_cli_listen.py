from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from langchain_sse_chat.cli.listen import address_of, listening
from langchain_sse_chat.cli.load import CommandError

pytestmark = pytest.mark.enable_socket


def test_a_free_port_is_found_and_told() -> None:
    with listening("127.0.0.1", 0, None) as sock:
        port = sock.getsockname()[1]
        assert address_of(sock) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port)):
            pass


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6")
def test_an_address_of_version_6_has_brackets() -> None:
    try:
        with listening("::1", 0, None) as sock:
            assert address_of(sock).startswith("http://[::1]:")
    except CommandError:
        pytest.skip("there is no IPv6")


def test_a_port_that_is_taken_is_said() -> None:
    with listening("127.0.0.1", 0, None) as sock:
        port = sock.getsockname()[1]
        with (
            pytest.raises(CommandError, match=f"127.0.0.1 port {port}: .* in use"),
            listening("127.0.0.1", port, None),
        ):
            pass


@pytest.mark.parametrize("host", ["192.0.2.1", "no such name"])
def test_a_host_that_is_another_machine_is_said(host: str) -> None:
    with (
        pytest.raises(CommandError, match=r"Choose another --host\.$"),
        listening(host, 0, None),
    ):
        pass


def test_a_unix_socket_is_for_its_owner_and_group(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with listening("", 0, str(path)) as sock:
        assert address_of(sock) == str(path)
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
        with (
            pytest.raises(CommandError, match=r"a\.sock: .* in use"),
            listening("", 0, str(path)),
        ):
            pass
    assert not path.exists()


def test_what_is_left_of_a_unix_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    with listening("", 0, str(path)):
        assert path.exists()


def test_another_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("mine")
    with pytest.raises(CommandError), listening("", 0, str(path)):
        pass
    assert path.read_text() == "mine"
