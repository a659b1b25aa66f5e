"""Refusal blocks that LangChain keeps when it puts protocol events together.

Should happen: the message of a v3 stream has all blocks that its events finished.

Happens instead: `ChatModelStream._push_content_block_finish` keeps blocks of the types
that it lists, and drops any other. `refusal`, which is one of LangChain's own types, is
not in the list, so `ModelRefusalMiddleware` does not see a refusal next to text.

It reads the type with `get`. The block answers that with `non_standard`, a type in the
list whose blocks are kept as they are. Only code of LangChain's module gets this
answer, and the message has the block with its real type.

Upstream: no upstream issue is known.

Verified: 2026-11-28, langchain-core 1.6.0 and 1.8.3.

Without this file: a refusal after a part of the text is taken for an answer by agents
that stream v3 events.
"""

from __future__ import annotations

import inspect
from typing import Any

_READER = "langchain_core.language_models.chat_model_stream"


class RefusalBlock(dict[str, Any]):
    """A refusal block that LangChain's stream does not drop."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a field; LangChain's stream gets a type that it keeps."""
        frame = inspect.currentframe()
        caller = frame and frame.f_back
        # In a variable of its own, a frame would stay until a collection of garbage.
        del frame
        is_reader = caller and caller.f_globals.get("__name__") == _READER
        del caller
        if is_reader and key == "type":
            return "non_standard"
        return super().get(key, default)
