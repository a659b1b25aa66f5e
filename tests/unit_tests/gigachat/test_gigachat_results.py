"""The results of requests about files, models and tokens."""

from __future__ import annotations

from langchain_sse_chat.gigachat.results import Image, TokensCount, UploadedFile


def test_a_result_has_the_names_of_both() -> None:
    by_alias = UploadedFile.model_validate({"id": "f", "bytes": 3})
    by_name = UploadedFile(id_="f", bytes_=3)

    assert by_alias == by_name
    assert by_alias.model_dump(by_alias=True)["id"] == "f"
    assert by_alias.model_dump()["id_"] == "f"


def test_missing_details_have_defaults() -> None:
    file = UploadedFile(id_="f")

    assert (file.object_, file.filename, file.access_policy) == ("file", "", None)
    assert TokensCount(tokens=1, characters=2).object_ == "tokens"


def test_a_content_is_base64_and_bytes() -> None:
    assert Image(content="iVBORw==").data == b"\x89PNG"
