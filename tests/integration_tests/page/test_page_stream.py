"""The page's reader of event streams, however the network cuts them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration_tests.page.chat_page import ChatPage

Open = Callable[..., ChatPage]
CHUNKS: list[Any] = [
    {"type": "start", "messageId": "m"},
    *(
        {"type": "text-delta", "id": "0", "delta": d}
        for d in ("Grüße ", "東京", "👋\n")
    ),
    {"type": "finish"},
]
LINE_ENDS = pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"]
)

READ = """async ({ pieces, lastId }) => {
  const { readChunks } = await import("/assets/stream.js");
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new Uint8Array(piece));
      controller.close();
    },
  });
  const [chunks, ids] = [[], []];
  const onId = (id) => ids.push(id);
  const connect = async () => new Response(body);
  for await (const chunk of readChunks({ connect, onId })) chunks.push(chunk);
  return { chunks, ids };
}"""

CUT = """async ({ events }) => {
  const { readChunks } = await import("/assets/stream.js");
  const encoder = new TextEncoder();
  const whole = encoder.encode(events.join(""));
  const results = new Set();
  for (let cut = encoder.encode(events[0]).length; cut < whole.length; cut += 1) {
    const asked = [];
    const connect = async (last) => {
      asked.push(last);
      const isFirst = asked.length === 1;
      // As the server: all events after the one that the reader has.
      const rest = last === null ? 0 : Number(last.split(".")[1]) + 1;
      const more = encoder.encode(events.slice(rest).join(""));
      const bytes = isFirst ? whole.slice(0, cut) : more;
      return new Response(new ReadableStream({
        start(controller) {
          for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
          if (cut % 2 || !isFirst) controller.close();
          else setTimeout(() => controller.error(new TypeError("network error")));
        },
      }));
    };
    const chunks = [];
    const options = { connect, onId() {}, onLost() {}, async pause() {} };
    for await (const chunk of readChunks(options)) chunks.push(chunk);
    results.add(JSON.stringify(chunks));
  }
  return [...results];
}"""

ENDS = """async ({ responses, lastId }) => {
  const { readChunks } = await import("/assets/stream.js");
  const [asked, waits] = [[], []];
  const connect = async (last) => {
    asked.push(last);
    const next = responses[Math.min(asked.length, responses.length) - 1];
    if (next === null) throw new TypeError("Failed to fetch");
    const { status, body } = next;
    if (status >= 400) {
      const { Refused } = await import("/assets/stream.js");
      throw new Refused("No.", status);
    }
    return new Response(body, { status });
  };
  let error = null;
  const chunks = [];
  const pause = async (milliseconds) => waits.push(milliseconds);
  try {
    const options = { connect, lastId, onId() {}, onLost() {}, pause };
    for await (const chunk of readChunks(options)) chunks.push(chunk.type);
  } catch (thrown) {
    error = thrown.constructor.name;
  }
  return { asked, chunks, error, tries: waits.length };
}"""


def event(number: int, data: str | None, end: str = "\n") -> str:
    lines = [f"id: a.{number}", *([] if data is None else [f"data: {data}"]), "", ""]
    return end.join(lines)


def stream(end: str = "\n") -> list[str]:
    data = [None, *(json.dumps(c, ensure_ascii=False) for c in CHUNKS), "[DONE]"]
    return [event(number, each, end) for number, each in enumerate(data)]


def cut(data: bytes, chunking: str) -> list[list[int]]:
    if chunking == "whole":
        return [list(data)]
    if chunking == "byte by byte":
        return [[byte] for byte in data]
    dice = random.Random(1)  # noqa: S311  the same cuts each time
    places = sorted(dice.sample(range(1, len(data)), 20))
    return [
        list(data[start:stop])
        for start, stop in zip([0, *places], [*places, len(data)], strict=True)
    ]


@LINE_ENDS
@pytest.mark.parametrize("chunking", ["whole", "byte by byte", "at random"])
def test_every_cut_gives_the_same_chunks(
    open_page: Open, url: str, chunking: str, end: str
) -> None:
    data = ("\ufeff: hello" + end + end + "".join(stream(end)) + end).encode()
    page = open_page(url).page
    read = page.evaluate(READ, {"pieces": cut(data, chunking)})
    assert read["chunks"] == CHUNKS
    assert read["ids"] == [f"a.{n}" for n in range(len(CHUNKS) + 2)]


@LINE_ENDS
def test_a_connection_that_breaks_at_any_byte_loses_and_repeats_nothing(
    open_page: Open, url: str, end: str
) -> None:
    [chunks] = open_page(url).page.evaluate(CUT, {"events": stream(end)})
    assert json.loads(chunks) == CHUNKS


START = {"status": 200, "body": event(0, None) + event(1, '{"type":"start"}')}
NOT_KEPT = {"status": 200, "body": 'data: {"type":"start"}\n\n'}
DONE = {"status": 200, "body": event(2, "[DONE]")}
GONE = {"status": 204, "body": None}


@pytest.mark.parametrize(
    ("responses", "error", "tries"),
    [
        pytest.param([START, DONE], None, 1, id="goes on"),
        pytest.param([START, None, None, DONE], None, 3, id="goes on later"),
        pytest.param([START, {"status": 503}, DONE], None, 2, id="server restarts"),
        pytest.param([START, {"status": 429}, DONE], None, 2, id="server is busy"),
        pytest.param([START, None], "Interrupted", 6, id="never again"),
        pytest.param([START, {"status": 404}], "Refused", 1, id="not kept any more"),
        pytest.param([START, GONE], "Interrupted", 1, id="nothing to read"),
        pytest.param([NOT_KEPT, DONE], "Interrupted", 0, id="not kept at all"),
        pytest.param([GONE], "Interrupted", 0, id="nothing at all"),
        pytest.param([None], "TypeError", 0, id="no server"),
        pytest.param([{"status": 503}], "Refused", 0, id="refused"),
    ],
)
def test_how_a_reader_ends(
    open_page: Open, url: str, responses: list[Any], error: str | None, tries: int
) -> None:
    given = {"responses": responses, "lastId": None}
    found = open_page(url).page.evaluate(ENDS, given)
    assert (found["error"], found["tries"]) == (error, tries)
    assert found["asked"][1:] == ["a.1"] * tries


def test_an_answer_is_read_from_an_id(open_page: Open, url: str) -> None:
    given = {"responses": [None, DONE], "lastId": "a.0"}
    found = open_page(url).page.evaluate(ENDS, given)
    assert (found["error"], found["asked"]) == (None, ["a.0", "a.0"])
