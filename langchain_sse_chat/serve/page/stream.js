// Server-sent events, and an answer that is read on over several connections.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/** Parses an event stream that arrives in pieces. */
export class EventParser {
  #rest = "";
  #endsInCR = false;
  #id = null;
  #data = [];

  /** Returns the events that a piece of text completes, each with `id` and `data`;
   * `data` is null for an event that has an ID only. */
  feed(text) {
    // The line feed of a CR LF that was cut in two.
    const piece = this.#endsInCR ? text.replace(/^\n/, "") : text;
    if (text) this.#endsInCR = piece.endsWith("\r");
    const lines = (this.#rest + piece).split(/\r\n?|\n/);
    this.#rest = lines.pop();
    const events = [];
    for (const line of lines) this.#line(line, events);
    return events;
  }

  #line(line, events) {
    if (line === "") {
      const data = this.#data.length ? this.#data.join("\n") : null;
      if (data !== null || this.#id !== null) events.push({ id: this.#id, data });
      this.#id = null;
      this.#data = [];
      return;
    }
    const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line);
    if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = value;
  }
}

/** The answer ended before it was complete, and there is nothing to read on. */
export class Interrupted extends Error {}

/** The server refused a request; the message is its sentence. */
export class Refused extends Error {
  constructor(words, status) {
    super(words);
    this.status = status;
  }
}

/** Milliseconds before each new connection. */
const DELAYS = [300, 1000, 2000, 4000, 8000, 10000];

/** Yields the chunks of one answer, each once. If the events have IDs, a connection that
 * is lost is replaced by `connect(lastId)`, after `onLost()` and `pause(milliseconds)`.
 * `onId(id)` is called with each ID before the chunk of its event. */
export async function* readChunks({ connect, lastId = null, onId, onLost, pause }) {
  let last = lastId;
  let tries = 0;
  for (;;) {
    let isConnected = false;
    try {
      const response = await connect(last);
      isConnected = true;
      if (response.status === 204) throw new Interrupted();
      const parser = new EventParser();
      for await (const text of texts(response.body)) {
        for (const { id, data } of parser.feed(text)) {
          if (id) onId((last = id));
          if (data === "[DONE]") return;
          if (data === null) continue;
          tries = 0;
          yield JSON.parse(data);
        }
      }
    } catch (error) {
      const isLost = error instanceof TypeError && (isConnected || last !== null);
      if (!isLost && !(last !== null && isPassing(error))) throw error;
    }
    if (last === null || tries === DELAYS.length) throw new Interrupted();
    onLost();
    await pause(DELAYS[tries++]);
  }
}

/** Returns whether the same request may succeed later. */
function isPassing(error) {
  return error instanceof Refused && (error.status === 429 || error.status >= 500);
}

async function* texts(body) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    readToEnd(reader).catch(() => {});
  }
}

/** A response that is not read to its end looks like a client that has left. */
async function readToEnd(reader) {
  while (!(await reader.read()).done);
}
