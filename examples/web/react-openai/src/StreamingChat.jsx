import { useEffect, useRef, useState } from "react";
import { streamCompletion } from "./completions.js";

/** A chat with a server of OpenAI's API. */
export default function StreamingChat({ url, model }) {
  const [messages, setMessages] = useState([]);
  const [answer, setAnswer] = useState(null); // the text so far, while it streams
  const [error, setError] = useState(null);
  const [input, setInput] = useState("");
  const running = useRef(null);

  const stop = () => running.current?.abort();
  useEffect(() => stop, []); // a chat that is closed stops its model

  async function send(event) {
    event.preventDefault();
    const asked = [...messages, { role: "user", content: input }];
    const { signal } = (running.current = new AbortController());
    setMessages(asked);
    setInput("");
    setError(null);
    let text = "";
    setAnswer(text);
    try {
      for await (const piece of streamCompletion(url, { model, messages: asked }, { signal })) {
        text += piece;
        setAnswer(text);
      }
    } catch (failure) {
      if (!signal.aborted) setError(failure.message);
    }
    // What came of an answer that was stopped or failed is part of the conversation.
    if (text) setMessages([...asked, { role: "assistant", content: text }]);
    setAnswer(null);
  }

  const isStreaming = answer !== null;
  return (
    <>
      <div role="log">
        {messages.map(({ role, content }, index) => (
          <div key={index} className={`message ${role}`}>
            {content}
          </div>
        ))}
        {isStreaming && <div className="message assistant streaming">{answer}</div>}
      </div>
      {error && <p role="alert">{error}</p>}
      <form onSubmit={send}>
        <input
          aria-label="Message"
          required
          value={input}
          onChange={(event) => setInput(event.target.value)}
        />
        {isStreaming ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button>Send</button>
        )}
      </form>
    </>
  );
}
