/**
 * Asks for a chat completion and yields the pieces of its text as they come.
 *
 * Throws an error with one sentence if the server refuses the request, if the answer
 * fails later, or if the connection ends before the answer does.
 */
export async function* streamCompletion(url, request, { headers, signal } = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ ...request, stream: true }),
    signal,
  });
  if (!response.ok) throw new Error(await reason(response));
  for await (const data of readEvents(response.body)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Error(chunk.error.message);
    const text = chunk.choices[0]?.delta?.content;
    if (text) yield text;
  }
  throw new Error("The connection ended before the answer was complete.");
}

async function reason(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered with the status ${response.status}.`;
  }
}

/**
 * Yields the data of each event in a stream of bytes.
 *
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* readEvents(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an event without its blank line does not count
      // A read can end inside a character: with `stream` the decoder keeps its bytes.
      rest += decoder.decode(value, { stream: true });
      // It can also end inside a line, or between the two characters of a line break.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        const field = /^data(?:: ?(.*))?$/s.exec(line);
        if (field) {
          data.push(field[1] ?? "");
        } else if (line === "" && data.length) {
          yield data.join("\n");
          data = [];
        } // other fields, and comments, which keep the connection open
      }
    }
  } finally {
    // Leaving the loop early closes the connection, which stops the model.
    reader.cancel().catch(() => {});
  }
}
