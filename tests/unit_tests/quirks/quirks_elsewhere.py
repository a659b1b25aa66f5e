"""Peculiarities of time, sockets and requests, and the tests that show them."""

from __future__ import annotations

from typing import NamedTuple

_CALLS = "tests/unit_tests/exchange/test_exchange_endpoint_attempts.py"
_CALLBACKS = "tests/unit_tests/test_calls.py"
_CLIENTS = "tests/unit_tests/transport/test_transport_clients.py"
_CHUNKS = "tests/unit_tests/quirks/test_quirks_chunks.py"
_EXCHANGE = "tests/unit_tests/transport/test_transport_exchange.py"
_PIPELINE = "tests/unit_tests/answer/test_answer_pipeline.py"
_REQUESTS = "tests/unit_tests/test_plan.py"
_SOCKETS = "tests/integration_tests/test_transport_sockets.py"
_STREAMING = "tests/integration_tests/test_streaming.py"


class Elsewhere(NamedTuple):
    """A row of the page that has a test of its own."""

    sends: str
    does: str
    path: str
    test: str


REQUESTS = (
    Elsewhere(
        "refuses `stream_options` with 400 or 422 (Mistral, Databricks, older servers)",
        "asks once more without it, and remembers that for the address",
        _CALLS,
        "test_a_refused_question_for_usage_is_left_out_and_remembered",
    ),
    Elsewhere(
        "does not know the role `developer`",
        "sends `system` unless the dialect names another role",
        _REQUESTS,
        "test_the_dialect_names_the_system_role",
    ),
    Elsewhere(
        "has models that only stream (Qwen's thinking ones)",
        "`invoke` streams inside with `streaming=True`",
        _CHUNKS,
        "test_a_model_that_only_streams_can_be_invoked",
    ),
    Elsewhere(
        "compresses or caches the stream, so that all of it comes at the end",
        "asks for neither; the rest is the proxy's settings (nginx: "
        "`proxy_buffering off`)",
        "tests/unit_tests/request/test_request_headers.py",
        "test_a_stream_is_asked_for_uncompressed_and_uncached",
    ),
    Elsewhere(
        "compresses the answer although it was asked not to",
        "reads it",
        _EXCHANGE,
        "test_a_body_that_is_compressed_unasked_is_read",
    ),
    Elsewhere(
        "sends the key back in its error",
        "the error does not show it",
        _CALLS,
        "test_a_key_that_the_server_sends_back_is_not_in_the_error",
    ),
    Elsewhere(
        "names the request, or its limits, in headers",
        '`response_metadata["request_id"]`; all headers with '
        "`include_response_headers`",
        _PIPELINE,
        "test_headers_stand_in_the_metadata_when_asked_for",
    ),
    Elsewhere(
        "changes the `id` with every chunk",
        "the message has one id of LangChain's own; the server's last is in "
        '`response_metadata["id"]`',
        _CHUNKS,
        "test_ids_that_change_with_every_chunk_do_not_part_the_message",
    ),
    Elsewhere(
        "begins a tool call with empty arguments",
        "shows no call before its first argument: an application that acts immediately "
        "would run it without arguments",
        _CHUNKS,
        "test_a_call_that_has_just_begun_is_not_shown_as_one_without_arguments",
    ),
    Elsewhere(
        "is asked for JSON and streams",
        "returns each token immediately, reasoning too",
        _CHUNKS,
        "test_a_response_format_does_not_hold_tokens_back",
    ),
)

TIME = (
    Elsewhere(
        "keeps the connection open and sends nothing, or only pings and comments",
        "`TimedOutError` by `first_token_timeout` or `stream_chunk_timeout`, in sync "
        "code too; pings do not restart a timeout",
        _EXCHANGE,
        "test_keep_alives_do_not_stop_the_clock_between_tokens",
    ),
    Elsewhere(
        "takes minutes for the first token, and is fast then",
        "has a separate timeout for the first token",
        "tests/unit_tests/transport/test_transport_clock.py",
        "test_first_token_is_due_from_the_start",
    ),
    Elsewhere(
        "closes the connection within the answer",
        "`ConnectionFailedError` with what came as `partial`",
        _STREAMING,
        "test_a_broken_stream_is_an_error_with_what_came",
    ),
    Elsewhere(
        "breaks off before the first token",
        "sends the request again",
        _CALLS,
        "test_a_stream_that_dies_before_its_first_token_is_sent_again",
    ),
    Elsewhere(
        "breaks off after the first token",
        "does not retry: the text would be repeated",
        _CALLS,
        "test_nothing_is_sent_again_after_a_token_is_out",
    ),
    Elsewhere(
        "closes the connection after the finish reason, not by the rules",
        "the answer is complete",
        _STREAMING,
        "test_an_answer_with_its_finish_reason_is_whole",
    ),
    Elsewhere(
        "keeps the connection open after `[DONE]`",
        "the last chunk does not wait for it",
        _STREAMING,
        "test_the_last_chunk_does_not_wait_for_the_connection",
    ),
    Elsewhere(
        "ends the body a moment after `[DONE]`",
        "waits 50 ms at most: the next request uses the same connection",
        _SOCKETS,
        "test_ten_streams_use_one_connection",
    ),
    Elsewhere(
        "sends an image, or long arguments, in one event of megabytes",
        "reads it in time that grows with its size only, up to 16 MiB",
        "tests/unit_tests/sse/test_sse_limits.py",
        "test_takes_events_of_megabytes_by_default",
    ),
    Elsewhere(
        "keeps generating, and costs, when the answer is no longer wanted",
        "leaving the loop, closing the stream or cancelling the task closes the "
        "connection",
        _STREAMING,
        "test_leaving_a_stream_closes_its_connection",
    ),
)

APPLICATIONS = (
    Elsewhere(
        "one model in several event loops (`asyncio.run` twice, Celery)",
        "each loop has its own connections",
        _STREAMING,
        "test_one_model_works_in_ten_event_loops",
    ),
    Elsewhere(
        "a model for each request",
        "models with equal settings share their connections",
        _CLIENTS,
        "test_models_with_equal_settings_share_a_client",
    ),
    Elsewhere(
        "a process that forks (gunicorn, Celery)",
        "the child makes its own connections",
        "tests/integration_tests/test_transport_own_clients.py",
        "test_a_forked_process_has_connections_of_its_own",
    ),
    Elsewhere(
        "callbacks, in any way of asking",
        "reports each token once",
        _CALLBACKS,
        "test_each_chunk_is_reported_once",
    ),
)

ELSEWHERE = {
    "Requests": REQUESTS,
    "Time and connections": TIME,
    "Your application": APPLICATIONS,
}
