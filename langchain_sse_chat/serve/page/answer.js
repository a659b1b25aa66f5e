// The message that the chunks of a UI message stream make.
// https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol

/** States of a tool whose names are not those of their chunks. */
const STATES = { "input-start": "input-streaming", "input-error": "output-error" };

/** An answer that grows. `apply` returns what a chunk changed. */
export class Answer {
  constructor(message) {
    this.message = message;
    this.#forget();
  }

  #forget() {
    this.error = null;
    this.isStopped = false;
    this.isFinished = false;
    this.open = new Map();
  }

  /** Returns `{ part, delta }` for a part that is new or has changed, `{ status }` for
   * words about what goes on, and null otherwise. */
  apply(chunk) {
    const { message } = this;
    const [kind, step] = chunk.type.split(/-(?=start$|delta$|end$)/);
    if (kind === "text" || kind === "reasoning") {
      return this.#grow(kind, step, chunk);
    }
    if (kind.startsWith("tool-")) return this.#tool(chunk);
    if (kind.startsWith("data-")) return { status: words(chunk.data) };
    switch (chunk.type) {
      case "start":
        // An answer that is read again begins again.
        message.parts = [];
        message.id = chunk.messageId ?? message.id;
        this.#forget();
        return { isNew: true };
      case "start-step":
        message.parts.push({ type: "step-start" });
        break;
      case "source-url":
      case "source-document":
      case "file":
        message.parts.push(chunk);
        return { part: chunk };
      case "error":
        this.error = chunk.errorText;
        break;
      case "abort":
        this.isStopped = true;
        break;
      case "finish":
        this.isFinished = true;
        message.metadata = chunk.messageMetadata;
    }
    return null;
  }

  #grow(kind, step, chunk) {
    const key = `${kind} ${chunk.id}`;
    if (step === "start") {
      const part = { type: kind, text: "", state: "streaming" };
      this.open.set(key, part);
      this.message.parts.push(part);
      return { part };
    }
    const part = this.open.get(key);
    if (part === undefined) return null;
    if (step === "delta") {
      part.text += chunk.delta;
      return { part, delta: chunk.delta };
    }
    part.state = "done";
    this.open.delete(key);
    return { part };
  }

  #tool(chunk) {
    const id = chunk.toolCallId;
    let part = this.open.get(`tool ${id}`);
    if (part === undefined) {
      part = { type: "dynamic-tool", toolCallId: id, toolName: chunk.toolName ?? "" };
      this.open.set(`tool ${id}`, part);
      this.message.parts.push(part);
    }
    const { type, input, output, errorText } = chunk;
    if (type === "tool-input-start") part.inputText = "";
    if (type === "tool-input-delta") {
      part.inputText += chunk.inputTextDelta;
      return { part, delta: chunk.inputTextDelta };
    }
    const state = type.slice("tool-".length);
    part.state = STATES[state] ?? state;
    if (input !== undefined) {
      part.input = input;
      delete part.inputText;
    }
    if (output !== undefined) part.output = output;
    if (errorText !== undefined) part.errorText = errorText;
    return { part };
  }
}

/** Returns the text of a message, as it is copied and read out. */
export function textOf(message) {
  const texts = message.parts.filter((part) => part.type === "text");
  return texts.map((part) => part.text).join("\n\n");
}

function words(data) {
  return typeof data === "string" ? data : JSON.stringify(data);
}
