from __future__ import annotations

import re

import pytest

from langchain_sse_chat.cli.served_demo import served_lines

pytestmark = pytest.mark.enable_socket


def test_what_was_served_is_read_back() -> None:
    first, second = served_lines().splitlines()
    assert re.search(r"http://127\.0\.0\.1:\d+/v1", first)
    assert second == "You| said:| Is| anybody| there?"
