"""End answers at stop texts, for servers without a `stop` parameter."""

from __future__ import annotations

from langchain_sse_chat.wire.tags import TagSplitter, tag_pattern


class StopSplitter:
    """Ends the text of an answer before the first stop text.

    It splits text and reasoning like a `TagSplitter`, and may wrap one. At most the
    beginning of a stop text is pending.

    Args:
        stops: The stop texts, none of them empty.
        inner: The splitter that first takes reasoning out of the text.
    """

    __slots__ = ("_inner", "_pattern", "_pending", "_stops", "hit_stop")

    def __init__(self, stops: tuple[str, ...], inner: TagSplitter | None) -> None:
        self._stops = frozenset(stops)
        self._pattern = tag_pattern(*stops)
        self._inner = inner
        self._pending = ""
        self.hit_stop = False
        """Whether a stop text was found: nothing after it is part of the answer."""

    def feed(self, text: str) -> tuple[str, str]:
        """Add the next piece; return the text and reasoning that can be emitted."""
        reasoning = ""
        if self._inner is not None:
            text, reasoning = self._inner.feed(text)
        return self._cut(text), reasoning

    def close(self) -> tuple[str, str]:
        """End the answer; return the pending text and reasoning."""
        text, reasoning = self._inner.close() if self._inner is not None else ("", "")
        text = self._cut(text)
        return text + ("" if self.hit_stop else self._pending), reasoning

    def _cut(self, text: str) -> str:
        if self.hit_stop:
            return ""
        text, self._pending = self._pending + text, ""
        found = self._pattern.search(text)
        if found is None:
            return text
        if found[0] in self._stops:
            self.hit_stop = True
        else:
            self._pending = found[0]
        return text[: found.start()]
