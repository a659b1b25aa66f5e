import { useState } from "react";
import StreamingChat from "./StreamingChat.jsx";

export default function App() {
  const [chat, setChat] = useState(1);
  return (
    <>
      <StreamingChat key={chat} url="/api/v1/chat/completions" model="chat" />
      <button type="button" onClick={() => setChat(chat + 1)}>
        New chat
      </button>
    </>
  );
}
