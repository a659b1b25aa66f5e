import { useState } from "react";
import Chat from "./Chat.jsx";
import { loadChat, newChat } from "./saved.js";

export default function App() {
  const [chat, setChat] = useState(loadChat);
  return (
    <>
      <Chat key={chat.id} chat={chat} />
      <button type="button" onClick={() => setChat(newChat())}>
        New chat
      </button>
    </>
  );
}
