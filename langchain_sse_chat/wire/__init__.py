"""The chat-completions wire: what servers send, and how they differ."""
