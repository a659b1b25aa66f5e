// Vercel's AI SDK with its provider for compatible servers. Reports the parts.
const given = JSON.parse(process.argv[2]);
const { createOpenAICompatible } = await import(given.provider);
const { streamText, generateText, tool, jsonSchema, Output } = await import(given.library);
const provider = createOpenAICompatible({
  name: "relay",
  baseURL: given.baseURL,
  apiKey: given.apiKey,
  includeUsage: true,
});
const tools = {};
for (const { name, parameters } of given.tools ?? []) {
  tools[name] = tool({ description: name, inputSchema: jsonSchema(parameters) });
}
const call = {
  model: provider("m"),
  prompt: "Hello",
  maxRetries: given.maxRetries ?? 0,
  ...(given.tools && { tools }),
};

async function stream() {
  const abort = new AbortController();
  const answer = streamText({ ...call, abortSignal: abort.signal, onError() {} });
  const parts = [];
  for await (const part of answer.fullStream) {
    if (part.type === "error") {
      const { name, statusCode, message } = part.error;
      parts.push({ type: "error", name, statusCode, message: message ?? String(part.error) });
    } else {
      const { type, text, delta, toolCallId, toolName, input, finishReason, totalUsage, id } = part;
      parts.push({ type, id, text, delta, toolCallId, toolName, input, finishReason, totalUsage });
    }
    if (given.leaves && part.type === "text-delta") abort.abort();
  }
  return { parts };
}

async function whole() {
  const { text, reasoningText, toolCalls, finishReason, usage } = await generateText(call);
  return { text, reasoningText, toolCalls, finishReason, usage };
}

let report;
try {
  report = await { stream, whole }[given.way]();
} catch (error) {
  report = { error: { name: error.name, statusCode: error.statusCode, message: error.message } };
}
console.log(JSON.stringify(report));
