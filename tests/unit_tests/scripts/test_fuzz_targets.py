"""The targets of the fuzzer: what they let pass, and what they find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langchain_sse_chat.exchange.overlap import Overlap
from langchain_sse_chat.sse import SSEDecoder
from scripts import fuzz_targets
from scripts.fuzz_bytes import NAMES
from scripts.fuzz_targets import TARGETS, FoundError, examples


def test_every_target_is_run() -> None:
    assert set(NAMES) == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_found_in_some_of_the_examples(target: str) -> None:
    for data in examples()[::7]:
        TARGETS[target](data[:2000])


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=100)
@given(data=st.binary(max_size=60))
def test_nothing_is_found_in_a_few_bytes(target: str, data: bytes) -> None:
    TARGETS[target](data)


class _Forgetful(SSEDecoder):
    """A decoder that takes a read for a line."""

    def feed(self, data: bytes) -> list[object]:  # type: ignore[override]
        return list(super().feed(data.rstrip(b"\r")))


class _Hasty(Overlap):
    """A seam that takes the first piece for all that is repeated."""

    def feed(self, text: str) -> str:
        return super().feed(text) + super().close()


@pytest.mark.parametrize(
    ("target", "name", "faulty", "data"),
    [
        ("decoder", "SSEDecoder", _Forgetful, b"\0\0data: a\r\rdata: b\n\n"),
        ("overlap", "Overlap", _Hasty, b"\0\0ababababababab"),
    ],
)
def test_a_fault_is_found(
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    name: str,
    faulty: type,
    data: bytes,
) -> None:
    monkeypatch.setattr(fuzz_targets, name, faulty)

    with pytest.raises(FoundError):
        TARGETS[target](data)
