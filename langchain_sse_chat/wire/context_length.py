"""Recognize errors about a conversation longer than the model's context.

There is no common code, and some fifty wordings are known. They are matched by meaning:
a text counts when it names what is too long (the prompt, the messages, the context) and
says that a limit is exceeded, unless the limit is another one: tokens per minute, the
tokens of the answer, a field of the request, a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from langchain_sse_chat.lazy_pattern import lazy_pattern

_FLAGS = re.IGNORECASE | re.DOTALL
_LONGEST = 2000
"""Characters of a text that are read."""
_TOO_MANY_REQUESTS = 429

_CODES = lazy_pattern(
    r"(?:context|prompt|input|conversation)_?(?:length|window|size|limit|tokens?)?"
    r"(?:_?limit)?_?(?:exceed|overflow|too_?(?:long|large))"
    r"|exceed_context_size"  # llama.cpp
    r"|too_?many_?(?:prompt|input)_?tokens"  # Perplexity
    r"|tokens_?limit_?reached"  # GitHub Models
    r"|max_?(?:prompt|input|context)_?tokens_?exceeded",  # GitHub Copilot
    _FLAGS,
)
"""Codes, types and class names that are enough without a text."""

_EXCESS = lazy_pattern(
    r"exceed|surpass|overflow|beyond|\bover\b|reached|not enough"
    r"|too (?:long|large|big|many)|(?:longer|larger|greater|higher|bigger|more) than"
    r"|(?:must|should) (?:be|have) (?:<|less|at most|no more|smaller|below|under|\[)"
    r"|cannot (?:exceed|fit)|n[o']t fit|reduce|shorten|shorter|truncate|decrease"
    r"|\bmax(?:imum)?\b[^.]{0,40}\bis\b|only \d|(?<!minimum )\b(?:is|are) \d"
    r"|while limit|but got|> ?(?:\d|max)"
    r"|only (?:supports|accepts|takes|allows)"
    r"|超|过长|过大|太长|превы|слишком|больше",
    _FLAGS,
)
"""Words for an exceeded limit."""

_CONTEXT = lazy_pattern(
    r"(?:context|conversation)[ _-]?(?:length|window|size|limit)|maximum context|n_ctx"
    r"|max(?:imum)?[ _](?:model|seq(?:uence)?)[ _]len|max_model_len"
    r"|\bcontext (?:is )?(?:too long|overflow)|上下文|контекст",
    _FLAGS,
)
"""Names of the context window."""

_SUBJECT = lazy_pattern(
    r"(?<![a-z])(?:prompts?|inputs?|messages?|requests?(?:ed)?|conversation"
    r"|(?:chat )?history|text|sequence|model|total|length of)(?:\b|_)"
    r"|输入|提示|对话|消息|内容|模型|сообщени|запрос|текст|промпт",
    _FLAGS,
)
"""Things that have tokens, in a text that counts tokens."""

_TOKENS = lazy_pattern(
    r"tokens\b|\d token\b|token[ _](?:count|limit|length|size)|токен|token数", _FLAGS
)

_LENGTHS = lazy_pattern(
    r"\b(?:prompts?|inputs?|messages?|conversation|sequence)\b.{0,40}"
    r"(?:\blength|\bcharacters)|(?:length|size) of the (?:prompt|input|messages)"
    r"|max(?:imum)? (?:input|prompt) (?:length|characters)"
    r"|(?:输入|提示词?|对话|消息|内容|文本|prompt|token).{0,12}(?:超|过长|过大|太长)"
    r"|超.{0,8}(?:长度|token)|длин",
    _FLAGS,
)
"""Lengths of a conversation that are not counted in tokens."""

_PLAIN = lazy_pattern(
    r"\b(?:prompt|inputs?|messages?|conversation|context|history|text fields)\b['\"]?"
    r"(?: \([^)]*\))?(?: (?:tokens?|length|count|size|text|that|you|submitted))*"
    r"(?: is| are| was| were)?(?: far| way)? too (?:long|large|big)"
    r"|too many (?:input |prompt |total |text )+(?:tokens|bytes|characters)"
    r"|length of (?:the )?(?:messages|input|prompt|tokens)\b.{0,40}too long"
    r"|(?:reduce|shorten|decrease|shorter|trim)\b.{0,30}"
    r"\b(?:prompt|inputs?|messages|conversation|context|history)\b"
    r"|\bmessages\W*(?:\d+\W*)?(?:content\W{0,3}(?:\d+\W*)?(?:text)?)?['\"]?:? ?"
    r"(?:string|array) too long"
    r"|input request: expected maxLength: \d+, actual"  # Amazon Bedrock
    r"|^\W*tokens? limit(?: exceeded| reached)?\b",  # MiniMax, GigaChat
    _FLAGS,
)
"""Sentences without a number."""

_TOO_MANY = lazy_pattern(r"too many tokens|tokens? limit exceeded", _FLAGS)
"""About the conversation or, with status 429, about a rate."""

_ANOTHER_LIMIT = lazy_pattern(
    r"rate.?limit|per[ _-]?(?:min\b|minute|second|sec\b|hour|day|month)|\b[TR]P[MDS]\b"
    r"|/ ?min\b|too many requests|throttl|quota|this minute|\bdaily|\bmonthly"
    r"|please wait|try again (?:in|later)|concurren|每分钟|限流|频率|速率|并发"
    r"|\bencoder prompt",  # vLLM: an image or audio, which has its own limit
    _FLAGS,
)

_ANSWER = lazy_pattern(
    r"<cap>|\b(?:output|completion|response|generated|thinking|reasoning|budget)\b",
    _FLAGS,
)
"""The limit on the answer, which the caller sets."""
_CAP = lazy_pattern(
    r"`?\b(?:max_?(?:completion_?|new_?|output_?)?tokens|n_predict|num_predict"
    r"|max (?:completion |new |output )tokens)\b`?",
    _FLAGS,
)
_INPUT = lazy_pattern(
    r"\b(?:inputs?|prompts?|messages?|conversation|history)\b", _FLAGS
)

_FIELD = lazy_pattern(
    r"\b(?:tools?|functions?|arguments?|field|property|properties|schema|description"
    r"|names?|ids?|stop|suffix|header|url|password|title|cache|key|metadata|user)\b",
    _FLAGS,
)

_FILE = lazy_pattern(
    r"\b(?:files?|images?|audio|videos?|uploads?|uploaded|attachments?|pdf|media"
    r"|payload|entity|body|bytes|pixels?|pages?|base64|[kmg]i?b)\b|\d[kmg]i?b\b",
    _FLAGS,
)

_FORM = lazy_pattern(
    r"input (?:should|validation|must be a)|context deadline|\brequest[ _-]?id\b",
    _FLAGS,
)
"""Words of validators and of Go's timeouts, and the names of request IDs, all unrelated
to the conversation."""

_ANSWER_SIZE = lazy_pattern(
    r"too large: (\d+)|\((\d+) (?:output|<cap>)|requested (\d+) (?:output|<cap>)"
    r"|and (\d+) <cap>|(\d+) (?:tokens )?(?:in|for) the completion|\d \+ (\d+) > \d",
    _FLAGS,
)
_LIMIT_SIZE = lazy_pattern(
    r"context (?:length|window|limit)\D{0,12}(\d+)|<= (\d+)|\d \+ \d+ > (\d+)", _FLAGS
)


def is_overflow(texts: Iterable[str], codes: Iterable[str], status: int) -> bool:
    """Whether an error reports that the conversation is too long.

    Args:
        texts: The server's messages.
        codes: Its codes and types.
        status: The HTTP status, or the one that the error names.
    """
    said = list(texts)
    if any(_CODES.search(code) for code in (*codes, *said)):
        return True
    return any(_says_overflow(text[:_LONGEST], status) for text in said)


def _says_overflow(text: str, status: int) -> bool:
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = _CAP.sub("<cap>", _FORM.sub("", text))
    if _ANOTHER_LIMIT.search(text) or _is_about_the_answer(text):
        return False
    passed = bool(_EXCESS.search(text))
    if passed and _CONTEXT.search(text):
        return True
    counts_tokens = bool(_TOKENS.search(text))
    if passed and counts_tokens and _SUBJECT.search(text):
        return True
    if _TOO_MANY.search(text):
        return status != _TOO_MANY_REQUESTS
    if _FIELD.search(text) or (_FILE.search(text) and not _BYTES.search(text)):
        return False
    return bool(_PLAIN.search(text) or (passed and _LENGTHS.search(text)))


_BYTES = lazy_pattern(r"text bytes", _FLAGS)  # Anthropic counts the bytes of text


def _is_about_the_answer(text: str) -> bool:
    """Whether the limit is on the answer, so that less input would not help."""
    if not _ANSWER.search(text):
        return False
    if not _INPUT.search(text):
        return True
    wanted, limit = _ANSWER_SIZE.search(text), _LIMIT_SIZE.search(text)
    return bool(wanted and limit and _number(wanted) >= _number(limit))


def _number(match: re.Match[str]) -> int:
    return int(match[match.lastindex or 0])
