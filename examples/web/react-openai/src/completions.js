import { EventSourceParserStream } from "eventsource-parser/stream";

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
  const events = response.body
    // A read can end inside a character or inside an event: both streams keep the rest.
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const { done, value } = await events.read();
      if (done) throw new Error("The connection ended before the answer was complete.");
      if (value.data === "[DONE]") return;
      const chunk = JSON.parse(value.data);
      if (chunk.error) throw new Error(chunk.error.message);
      const text = chunk.choices[0]?.delta?.content;
      if (text) yield text;
    }
  } finally {
    // Leaving the loop early closes the connection, which stops the model.
    events.cancel().catch(() => {});
  }
}

async function reason(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered with the status ${response.status}.`;
  }
}
