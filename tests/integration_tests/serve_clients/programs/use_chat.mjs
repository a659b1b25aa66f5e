// The client behind `useChat`, without React. Goes through steps and reports the chat
// after each one; or reads given bytes, for which it needs no server.
const given = JSON.parse(process.argv[2]);
const {
  AbstractChat,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithToolCalls,
  readUIMessageStream,
} = await import(given.library);

class State {
  status = "ready";
  error = undefined;
  #messages = given.messages ?? [];
  #onText;

  get messages() {
    return this.#messages;
  }
  set messages(messages) {
    this.#messages = messages;
    const text = JSON.stringify(messages.at(-1) ?? "");
    if (this.#onText && text.includes(this.#onText.text)) {
      const { act } = this.#onText;
      this.#onText = undefined;
      act();
    }
  }
  pushMessage(message) {
    this.messages = [...this.messages, message];
  }
  popMessage() {
    this.messages = this.messages.slice(0, -1);
  }
  replaceMessage(index, message) {
    this.messages = this.messages.toSpliced(index, 1, structuredClone(message));
  }
  snapshot(value) {
    return structuredClone(value);
  }
  when(text, act) {
    this.#onText = { text, act };
  }
}

class Chat extends AbstractChat {
  constructor({ state, ...init }) {
    super({ ...init, state });
  }
}

async function steps() {
  const state = new State();
  const headers = { authorization: `Bearer ${given.apiKey}` };
  const toolCalls = [];
  const finishes = [];
  const chat = new Chat({
    id: "chat-1",
    state,
    transport: new DefaultChatTransport({ api: given.api, headers, body: given.body }),
    onToolCall({ toolCall }) {
      toolCalls.push(toolCall.toolName);
      if (!(toolCall.toolName in (given.results ?? {}))) return;
      const output = given.results[toolCall.toolName];
      const { toolName: tool, toolCallId } = toolCall;
      // It is in `ai` 5 under its old name alone.
      (chat.addToolOutput ?? chat.addToolResult)({ tool, toolCallId, output });
    },
    onFinish({ finishReason, isAbort, isError }) {
      finishes.push({ finishReason, isAbort, isError });
    },
    onError() {},
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
  });
  const acts = {
    abort: () => chat.stop(),
    stop: () => fetch(`${given.api}/chat-1/stop`, { method: "POST", headers }),
    signal: () => fetch(given.signal),
  };
  const reports = [];
  for (const step of given.steps) {
    let acted;
    if (step.act) {
      state.when(step.at, () => {
        acted = acts[step.act]();
      });
    }
    if (step.send) await chat.sendMessage(step.send);
    if (step.regenerate) await chat.regenerate();
    if (step.resume) await chat.resumeStream();
    const { status, messages } = chat;
    reports.push({
      status,
      messages: structuredClone(messages),
      error: chat.error?.message,
      acted: (await acted)?.status,
    });
  }
  return { reports, toolCalls, finishes };
}

async function bytes(size) {
  const data = Buffer.from(given.bytes, "base64");
  const pieces = new ReadableStream({
    start(controller) {
      for (let i = 0; i < data.length; i += size) {
        controller.enqueue(data.subarray(i, i + size));
      }
      controller.close();
    },
  });
  const transport = new DefaultChatTransport({ fetch: async () => new Response(pieces) });
  const stream = await transport.sendMessages({ chatId: "chat-1", messages: [] });
  let message;
  const errors = [];
  const onError = (error) => errors.push(error.message);
  for await (const state of readUIMessageStream({ stream, onError })) message = state;
  return { message, errors };
}

console.log(JSON.stringify(given.steps ? await steps() : await Promise.all(given.sizes.map(bytes))));
