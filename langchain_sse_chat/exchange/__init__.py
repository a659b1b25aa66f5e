"""One call as the transport runs it: its attempts, its tokens, its endpoints."""
