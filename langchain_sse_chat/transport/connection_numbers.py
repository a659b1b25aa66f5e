"""Number connections, to see which responses came on the same one."""

from __future__ import annotations

import itertools
from typing import Any
from weakref import WeakKeyDictionary

import httpx

CONNECTION = "langchain_sse_chat.connection"
"""The response extension of transports that have no `network_stream`."""

_numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
_next = itertools.count(1)


def connection_number(response: httpx.Response) -> int:
    """Return the number of a response's connection, counted from 1; 0 if not known.

    A connection is known by the response extension `network_stream`
    (https://www.encode.io/httpcore/extensions/#network_stream) or by that of a
    transport of this package.
    """
    known = response.extensions.get("network_stream")
    connection = known or response.extensions.get(CONNECTION)
    try:
        return _numbers.setdefault(connection, next(_next))
    except TypeError:  # there is none, or none that can be told from others
        return 0
