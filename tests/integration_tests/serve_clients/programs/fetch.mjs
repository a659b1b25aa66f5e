// `fetch` with `eventsource-parser`. Reports the events, and what is not an event.
import { createParser } from "eventsource-parser";

const given = JSON.parse(process.argv[2]);
const response = await fetch(given.url, {
  method: given.body ? "POST" : "GET",
  headers: {
    Authorization: `Bearer ${given.apiKey}`,
    ...(given.body && { "Content-Type": "application/json" }),
  },
  body: given.body && JSON.stringify(given.body),
});
const report = {
  status: response.status,
  type: response.headers.get("content-type"),
  events: [],
  errors: [],
};
if (response.status === 200) {
  const parser = createParser({
    onEvent: ({ event, id, data }) => report.events.push({ event, id, data }),
    onError: (error) => report.errors.push(String(error)),
    onRetry: (retry) => report.errors.push(`retry ${retry}`),
  });
  const decoder = new TextDecoder();
  for await (const piece of response.body) parser.feed(decoder.decode(piece, { stream: true }));
}
console.log(JSON.stringify(report));
