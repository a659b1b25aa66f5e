"""The body of a request to messages and options, or to a refusal; without I/O."""
