"""A probe of a served model: uvicorn, the application, the echo model behind it."""

from __future__ import annotations

from langchain_sse_chat.probe import probe
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve.servers import running

UNKNOWABLE = ("images", "role system", "role developer", "continues an answer")


def test_a_served_model_is_probed(upstream: ScriptedServer) -> None:
    with running("uvicorn-h11", UPSTREAM=upstream.base_url) as server:
        report = probe(model="chat", base_url=f"{server.url}/v1", api_key="x")
    found = {line.name: line.verdict for line in report.lines}

    assert found["streams"] == "yes"
    assert found["lists models"] == "yes"
    assert found["finish reason"] == "yes"
    assert found["[DONE] at the end"] == "yes"
    assert found["refuses an unknown model"] == "yes"
    assert not any(found[name] == "yes" for name in UNKNOWABLE)
    compile(report.code, "code", "exec")
