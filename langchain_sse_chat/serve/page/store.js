// What survives a reload of the tab. Nothing outlives the tab.

// Applications at other paths of the same origin have chats of their own.
const PREFIX = `langchain-sse-chat ${location.pathname} `;

/** Returns a stored value, null without one. */
export function load(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** Stores a value, if there is room. */
export function save(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch (error) {
    console.warn("A reload would lose the chat:", error.message);
  }
}

/** Returns an ID that cannot be guessed, on pages without TLS too. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
