// The conversation of this tab. The server keeps the answer that runs, the page keeps
// the messages.
const KEY = "chat";

/** Returns the chat before the page was reloaded, or a new one. */
export function loadChat() {
  const saved = sessionStorage.getItem(KEY);
  return saved ? JSON.parse(saved) : newChat();
}

/** Returns a chat without messages; nobody can guess its ID. */
export function newChat() {
  return saveChat({ id: crypto.randomUUID(), messages: [] });
}

export function saveChat(chat) {
  sessionStorage.setItem(KEY, JSON.stringify(chat));
  return chat;
}
