"""An outage is reported once, however long it lasts."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.kept.shared.outage import Outage


def test_an_outage_is_reported_once_and_its_end_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage()
    outage.worked("write")
    assert not outage.lasts()
    waits = [outage.failed("write", OSError("refused.")) for _ in range(6)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert outage.failed("beat", OSError("refused")) == 0.1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.messages[0].startswith("Redis fails: refused. Answers go on")
    outage.worked("write")
    assert len(caplog.messages) == 1
    assert outage.lasts()
    outage.worked("beat")
    assert caplog.messages[1:] == ["Redis works again."]
    assert outage.failed("write", OSError("gone")) == 0.1
    assert caplog.messages[2].startswith("Redis fails: gone.")
