// A page that shows an answer as it comes, in the manner of many tutorials: an
// `EventSource` whose messages are pieces of text, and which `end` replaces by all of it.
import { EventSource } from "eventsource";

const given = JSON.parse(process.argv[2]);
const statuses = [];
const source = new EventSource(given.url, {
  fetch: async (input, init) => {
    const response = await fetch(input, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${given.apiKey}` },
    });
    statuses.push(response.status);
    return response;
  },
});
let shown = "";
const report = { pieces: [], ends: [], failures: [], reasoning: [], tools: [], errors: 0 };

// It is done when the source is closed, by the page or by the server. Node does not
// wait for a source that connects again later.
const watch = setInterval(() => {
  if (source.readyState !== EventSource.CLOSED) return;
  clearInterval(watch);
  console.log(JSON.stringify({ ...report, shown, statuses }));
}, 20);

source.addEventListener("message", (event) => {
  shown += event.data;
  report.pieces.push(event.data);
});
source.addEventListener("reasoning", (event) => report.reasoning.push(event.data));
source.addEventListener("tool", (event) => report.tools.push(JSON.parse(event.data)));
source.addEventListener("failure", (event) => {
  report.failures.push(JSON.parse(event.data));
  if (given.closes) source.close();
});
source.addEventListener("end", (event) => {
  report.ends.push(event.data);
  if (given.closes) source.close();
});
source.onerror = () => {
  report.errors += 1;
};
