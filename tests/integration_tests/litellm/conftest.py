"""A relay that others wrote: a LiteLLM proxy, with the embedded server behind it.

The proxy runs in an environment of its own, with its own versions of everything; the
tests run in this one.
"""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve_clients.relay import Relay, relaying

ENVIRONMENT = Path(__file__).parents[3] / ".venvs" / "litellm_server"
PROXY_KEY = "sk-the-key-of-the-proxy"
MOCKED_ANSWER = "The sky is blue."
# Retries and cooldowns off: what the server says is what the client is to see.
CONFIGURATION = """\
model_list:
  - model_name: relayed
    litellm_params:
      model: openai/behind
      api_base: "{base_url}"
      api_key: sk-the-key-of-the-server
  - model_name: served
    litellm_params:
      model: openai/m
      api_base: "{served_url}"
      api_key: {served_key}
  - model_name: mocked
    litellm_params:
      model: openai/behind
      api_key: none
      mock_response: "{mocked_answer}"
general_settings:
  master_key: "{proxy_key}"
litellm_settings:
  telemetry: false
  num_retries: 0
router_settings:
  num_retries: 0
  disable_cooldowns: true
"""


@pytest.fixture(scope="session")
def running_server() -> Iterator[ScriptedServer]:
    with ScriptedServer(api_key="sk-the-key-of-the-server") as server:
        yield server


@pytest.fixture
def server(running_server: ScriptedServer) -> ScriptedServer:
    """The server behind the proxy; without a script it is the echo model."""
    return running_server


@pytest.fixture
def proxy_key() -> str:
    return PROXY_KEY


@pytest.fixture
def mocked_answer() -> str:
    """The answer of the proxy's model `mocked`, which has no server behind it."""
    return MOCKED_ANSWER


@pytest.fixture(scope="session")
def served(running_server: ScriptedServer) -> Iterator[Relay]:
    """A served model, between the proxy and the server."""
    with relaying(running_server, server_key="sk-the-key-of-the-server") as relay:
        yield relay


@pytest.fixture(scope="session")
def proxy_url(
    running_server: ScriptedServer,
    served: Relay,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the running proxy, without `/v1`."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / ".made").exists():
        pytest.skip("the group litellm_server is not installed: make litellm_server")
    home = tmp_path_factory.mktemp("litellm")
    configuration = home / "config.yaml"
    configuration.write_text(
        CONFIGURATION.format(
            base_url=running_server.base_url,
            served_url=served.base_url,
            served_key=served.key,
            mocked_answer=MOCKED_ANSWER,
            proxy_key=PROXY_KEY,
        ),
        encoding="utf-8",
    )
    run = "from litellm.proxy.proxy_cli import run_server; run_server()"
    command = [str(python), "-c", run, "--config", str(configuration)]
    command += ["--host", "127.0.0.1", "--port", "0"]
    # Not this process's environment, whose keys do not concern the proxy.
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    # The table of prices that comes with it, not the one on the network.
    environment["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    # The command consists of that interpreter and constants.
    with subprocess.Popen(  # noqa: S603
        command,
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as proxy:
        try:
            yield address_when_ready(proxy)
        finally:
            proxy.terminate()
            try:
                proxy.wait(timeout=10)
            except subprocess.TimeoutExpired:
                proxy.kill()


def address_when_ready(proxy: subprocess.Popen[str]) -> str:
    """Return the address that the proxy reports once it accepts connections."""
    assert proxy.stdout is not None
    log: list[str] = []
    for line in proxy.stdout:
        log.append(line)
        if found := re.search(r"running on (http://[\d.:]+)", line):
            # A full pipe would stop the proxy.
            threading.Thread(target=proxy.stdout.read, daemon=True).start()
            return found[1]
    pytest.fail("the proxy ended before it listened:\n" + "".join(log))
