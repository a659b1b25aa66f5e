"""A server that others wrote: llama.cpp's, on a model that is made on the spot.

The model recites. Its weights are set so that each token calls for the next one of
`RECITATION`, regardless of the question: every test knows the whole answer, and the
first token follows the line break that ends every chat prompt.
"""

import importlib.util
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

RECITATION = "abcdefghijklmnopqrstuvwxyz€."
# `<unk>`, `<s>` and `</s>` stand before the 256 tokens that are one byte each.
FIRST_BYTE = 3
END_OF_TEXT = 2
VOCABULARY = FIRST_BYTE + 256
WIDTH = 272
HIDDEN = 8


@pytest.fixture(scope="session")
def recitation() -> str:
    return RECITATION


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running server, without `/v1`."""
    # Importing llama_cpp here would leave its open files to this process.
    if not all(importlib.util.find_spec(name) for name in ("llama_cpp", "gguf")):
        pytest.skip("the group real_server is not installed: make real_server")
    model = tmp_path_factory.mktemp("llamacpp") / "tiny.gguf"
    write_model(model)
    command = [sys.executable, "-m", "llama_cpp.server"]
    command += ["--model", str(model), "--model_alias", "tiny", "--verbose", "false"]
    command += ["--host", "127.0.0.1", "--port", "0"]
    command += ["--chat_format", "chatml-function-calling"]
    # The command consists of this interpreter and constants.
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as server:
        try:
            yield address_when_ready(server)
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def address_when_ready(server: subprocess.Popen[str]) -> str:
    """Return the address that the server reports once it accepts connections."""
    assert server.stderr is not None
    log: list[str] = []
    for line in server.stderr:
        log.append(line)
        if found := re.search(r"running on (http://[\d.:]+)", line):
            # A full pipe would stop the server.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return found[1]
    pytest.fail("the server ended before it listened:\n" + "".join(log))


def write_model(path: Path) -> None:
    """Write a llama model of one block that recites `RECITATION`, and stops.

    Attention and feed-forward weights are zero, so a token's embedding reaches the
    output unchanged. Embeddings are unit vectors, and the row of the output matrix
    for a token has a one where the embedding of its predecessor has it.
    """
    gguf: Any = pytest.importorskip("gguf")
    np: Any = pytest.importorskip("numpy")
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    add_byte_tokenizer(writer, gguf.TokenType)

    embedding = np.zeros((VOCABULARY, WIDTH), np.float32)
    embedding[:, :VOCABULARY] = np.eye(VOCABULARY)
    embedding[:, -1] = 0.1
    output = np.zeros((VOCABULARY, WIDTH), np.float32)
    line = [FIRST_BYTE + byte for byte in f"\n{RECITATION}".encode()]
    # A byte that stood twice would have two successors.
    assert len(set(line)) == len(line)
    for token, successor in zip(line, [*line[1:], END_OF_TEXT], strict=True):
        output[successor, token] = 1
    # Where a grammar has taken over, white space comes last: it could continue forever.
    for byte in b" \t\n":
        output[FIRST_BYTE + byte, -1] = -1

    writer.add_tensor("token_embd.weight", embedding.astype(np.float16))
    writer.add_tensor("output.weight", output.astype(np.float16))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
    shapes = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (WIDTH, WIDTH),
        "attn_v": (WIDTH, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (HIDDEN, WIDTH),
        "ffn_up": (HIDDEN, WIDTH),
        "ffn_down": (WIDTH, HIDDEN),
    }
    for name, shape in shapes.items():
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros(shape, np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_byte_tokenizer(writer: Any, types: Any) -> None:
    """Give the model a vocabulary of single bytes: any text in, any text out."""
    tokens = ["<unk>", "<s>", "</s>"]
    tokens += [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [types.UNKNOWN, types.CONTROL, types.CONTROL] + [types.BYTE] * 256
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * VOCABULARY)
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END_OF_TEXT)
    writer.add_add_space_prefix(value=False)
