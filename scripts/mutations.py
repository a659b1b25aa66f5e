"""Changes to event streams, such as faulty servers and networks make."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

_ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**70, 0.5, float("nan"), float("inf")),
    *("", " ", "x", "null", "[DONE]", "{}", '{"a": 1}', '"{}"', "\ud83d", "\u2028"),
    *([], {}, [None], [[]], [{}], {"": None}, {"a": {"b": [1]}}, ["x", {"text": "y"}]),
)
_ODD_EVENTS = (
    *(b"data:\n\n", b"data: [DONE]\n\n", b": ping\n\n", b"data: null\n\n", b"\n"),
    *(b"event: error\n", b"data: {", b'{"error": "x"}\n\n', b"data: []\n\n", b"\xff"),
)


class Mutator:
    """Makes changed streams out of good ones, by a seed.

    Args:
        streams: The events of each stream.
        seed: Equal seeds make equal streams.
    """

    def __init__(self, streams: Sequence[Sequence[bytes]], seed: int) -> None:
        self._streams = streams
        self._random = random.Random(seed)  # noqa: S311  no secret comes of it

    def stream(self) -> list[bytes]:
        """Return the next changed stream, in reads of random sizes."""
        events = list(self._random.choice(self._streams))
        for _ in range(self._random.randint(1, 4)):
            change = self._random.choice(
                (self._change_events, self._change_json, self._change_json)
            )
            change(events)
        body = b"".join(events)
        if self._random.choice((True, False)):
            body = self._change_bytes(body)
        return self.cut(body)

    def cut(self, body: bytes) -> list[bytes]:
        """Return a body in reads of random sizes."""
        size = self._random.choice((1, 7, 60, 500, len(body) + 1))
        reads, start = [], 0
        while start < len(body):
            end = start + self._random.randint(1, size)
            reads.append(body[start:end])
            start = end
        return reads

    def _change_events(self, events: list[bytes]) -> None:
        place = self._random.randrange(len(events) + 1)
        other = self._random.randrange(len(events) + 1)
        match self._random.randrange(6):
            case 0:
                del events[place : place + 1]
            case 1:
                events[place:place] = events[other : other + 1]
            case 2:
                first, last = min(place, other), max(place, other)
                events[:] = events[last:] + events[first:last] + events[:first]
            case 3:
                del events[place:]
            case 4:
                events.insert(place, self._random.choice(_ODD_EVENTS))
            case _:
                events.insert(
                    place, self._random.choice(self._random.choice(self._streams))
                )

    def _change_json(self, events: list[bytes]) -> None:
        if not events:
            return
        place = self._random.randrange(len(events))
        head, data, tail = events[place].partition(b"{")
        try:
            value = json.loads(data + tail)
        except ValueError:
            return
        holder = self._holder(value)
        if holder:
            self._change_member(*holder, value)
        text = json.dumps(value, ensure_ascii=self._random.choice((True, False)))
        events[place] = head + text.encode("utf-8", "replace") + b"\n\n"

    def _holder(self, value: Any) -> tuple[Any, Any] | None:
        """Return an object or list within a value, and a key of it."""
        found = []
        stack = [value]
        while stack:
            holder = stack.pop()
            members = holder.items() if isinstance(holder, dict) else enumerate(holder)
            for key, member in members:
                found.append((holder, key))
                if isinstance(member, (dict, list)):
                    stack.append(member)
        return self._random.choice(found) if found else None

    def _change_member(self, holder: Any, key: Any, root: Any) -> None:
        member = holder[key]
        match self._random.randrange(7):
            case 0:
                del holder[key]
            case 1:
                holder[key] = self._random.choice(_ODD_VALUES)
            case 2:
                holder[key] = [member, member]
            case 3:
                holder[key] = {"x": member}
            case 4:
                holder[key] = json.dumps(member)
            case 5 if isinstance(member, str):
                cut = self._random.randint(0, len(member))
                holder[key] = self._random.choice(
                    (member[:cut], member[cut:], member + member[:cut])
                )
            case _:
                other, name = self._holder(root) or (holder, key)
                holder[key] = json.loads(json.dumps(other[name]))

    def _change_bytes(self, body: bytes) -> bytes:
        start = self._random.randrange(len(body) + 1)
        end = min(len(body), start + self._random.randint(1, 20))
        match self._random.randrange(4):
            case 0:
                return body[:start]
            case 1:
                return body[:start] + body[end:]
            case 2:
                return body[:end] + body[start:]
        flipped = bytes(b ^ (1 << self._random.randrange(8)) for b in body[start:end])
        return body[:start] + flipped + body[end:]
