// OpenAI's SDK for Node. Reports what it read, or the error that it raised.
const given = JSON.parse(process.argv[2]);
const { default: OpenAI } = await import(given.library);
const client = new OpenAI({ baseURL: given.baseURL, apiKey: given.apiKey });
const request = { model: "m", ...given.request };

async function iterate() {
  const stream = await client.chat.completions.create({ ...request, stream: true });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { chunks };
}

async function helper() {
  const stream = client.chat.completions.stream(request);
  const events = [];
  stream.on("content.delta", ({ delta }) => events.push(["content", delta]));
  stream.on("tool_calls.function.arguments.done", (call) =>
    events.push(["call", call.index, call.name, call.arguments]),
  );
  return { completion: await stream.finalChatCompletion(), events };
}

async function whole() {
  return { completion: await client.chat.completions.create(request) };
}

async function leave() {
  const stream = await client.chat.completions.create({ ...request, stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0].delta.content) {
      stream.controller.abort();
      break;
    }
  }
  return { left: true };
}

async function models() {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  return { names };
}

let report;
try {
  report = await { iterate, helper, whole, leave, models }[given.way]();
} catch (error) {
  const { status, code, param, type, message, requestID } = error;
  report = { error: { name: error.constructor.name, status, code, param, type, message, requestID } };
}
console.log(JSON.stringify(report));
