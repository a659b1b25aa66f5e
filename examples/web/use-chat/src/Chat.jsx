import { useEffect, useState } from "react";
import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import Part from "./Part.jsx";
import { saveChat } from "./saved.js";

const API = "/api/chat";
const transport = new DefaultChatTransport({ api: API, body: { model: "agent" } });

/** A chat that goes on after a reload. */
export default function Chat({ chat: { id, messages: saved } }) {
  const { messages, sendMessage, regenerate, resumeStream, status, stop, error } = useChat({
    id,
    messages: saved,
    transport,
    resume: true, // after a reload, if the answer still runs
    onFinish({ isDisconnect }) {
      if (isDisconnect) resumeStream();
    },
    throttle: 50, // milliseconds between two updates of the page
  });
  const [input, setInput] = useState("");
  const isBusy = status === "submitted" || status === "streaming";

  useEffect(() => {
    saveChat({ id, messages });
  }, [id, messages]);

  function send(event) {
    event.preventDefault();
    sendMessage({ text: input });
    setInput("");
  }

  // A kept answer outlives its reader: `stop` alone would only leave it.
  async function end() {
    const ended = await fetch(`${API}/${id}/stop`, { method: "POST" }).catch(() => null);
    if (!ended?.ok) stop();
  }

  return (
    <>
      <div role="log">
        {messages.map((message) => (
          <div key={message.id} className={`message ${message.role}`}>
            {message.parts.map((part, index) => (
              <Part key={index} part={part} />
            ))}
          </div>
        ))}
      </div>
      {error && (
        <p role="alert">
          {error.message}{" "}
          <button type="button" onClick={() => regenerate()}>
            Try again
          </button>
        </p>
      )}
      <form onSubmit={send}>
        <input
          aria-label="Message"
          required
          value={input}
          onChange={(event) => setInput(event.target.value)}
        />
        {isBusy ? (
          <button type="button" onClick={end}>
            Stop
          </button>
        ) : (
          <button>Send</button>
        )}
      </form>
    </>
  );
}
