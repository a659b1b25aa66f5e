import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import StreamingChat from "./StreamingChat.jsx";
import "./style.css";

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <StreamingChat url="/api/v1/chat/completions" model="chat" />
  </StrictMode>,
);
