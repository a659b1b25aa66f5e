"""Unused file names, and bytes that are written immediately."""

from __future__ import annotations

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from langchain_sse_chat.recording import files
from langchain_sse_chat.recording.files import RecordingFiles


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make(folder: Path, host: str = "host") -> None:
    RecordingFiles(folder, host).close()


def test_files_are_numbered_and_named_by_the_host(tmp_path: Path) -> None:
    make(tmp_path / "new" / "folder", "api.example.com")
    make(tmp_path / "new" / "folder", "api.example.com")

    assert names(tmp_path / "new" / "folder") == [
        "0001-api.example.com.body",
        "0001-api.example.com.jsonl",
        "0002-api.example.com.body",
        "0002-api.example.com.jsonl",
    ]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("::1", "1"),
        ("", "server"),
        ("../..", "server"),
        pytest.param("хост", "server", id="Cyrillic"),
        ("a/b\\c d", "a-b-c-d"),
        pytest.param("h" * 300, "h" * 60, id="long"),
    ],
)
def test_a_host_is_made_fit_for_a_name(tmp_path: Path, host: str, name: str) -> None:
    make(tmp_path, host)

    assert names(tmp_path) == [f"0001-{name}.body", f"0001-{name}.jsonl"]


def test_numbers_go_on_after_those_of_another_run(tmp_path: Path) -> None:
    (tmp_path / "0041-other.jsonl").write_text("kept")
    (tmp_path / "notes.txt").write_text("kept")

    make(tmp_path)

    assert "0042-host.jsonl" in names(tmp_path)


@pytest.mark.parametrize("suffix", [".jsonl", ".body"])
def test_a_name_that_another_process_took_is_left_to_it(
    tmp_path: Path, suffix: str
) -> None:
    make(tmp_path)
    for number in range(2, 5):
        (tmp_path / f"{number:04}-host{suffix}").write_text("of another process")

    make(tmp_path)
    make(tmp_path)

    assert (tmp_path / f"0002-host{suffix}").read_text() == "of another process"
    assert [n for n in names(tmp_path) if n > "0004-z"] == [
        "0005-host.body",
        "0005-host.jsonl",
        "0006-host.body",
        "0006-host.jsonl",
    ]


def test_fifty_threads_get_names_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(make, [tmp_path] * 200))

    assert len(names(tmp_path)) == 400
    assert names(tmp_path)[-1] == "0200-host.jsonl"


def test_what_was_written_is_there_before_the_files_are_closed(tmp_path: Path) -> None:
    made = RecordingFiles(tmp_path, "host")
    made.write_line({"text": "п\u2028\ud83d"})
    made.write_body(b"data: 1\n\n")

    [line] = (tmp_path / "0001-host.jsonl").read_bytes().splitlines()
    assert "п\u2028".encode() in line
    assert json.loads(line) == {"text": "п\u2028\ud83d"}
    assert (tmp_path / "0001-host.body").read_bytes() == b"data: 1\n\n"
    made.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    make(tmp_path)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_folder_that_cannot_be_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="file"):
        RecordingFiles(tmp_path / "file", "host")
    with pytest.raises(OSError, match="file"):
        RecordingFiles(tmp_path / "file" / "below", "host")


def test_folders_are_counted_each_by_itself(tmp_path: Path) -> None:
    make(tmp_path / "a")
    make(tmp_path / "b")

    assert names(tmp_path / "a") == names(tmp_path / "b")
    assert {(tmp_path / "a").resolve(), (tmp_path / "b").resolve()} <= set(
        files._numbers
    )
