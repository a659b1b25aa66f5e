"""Decode server-sent events, as in section 9.2 of the WHATWG HTML standard.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from langchain_sse_chat.sse.decoder import SSEDecoder
from langchain_sse_chat.sse.events import ServerSentEvent

__all__ = ["SSEDecoder", "ServerSentEvent"]
