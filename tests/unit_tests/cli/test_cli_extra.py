from __future__ import annotations

import pytest

from langchain_sse_chat.cli.extra import ExtraMissingError, needs_extra


@pytest.mark.parametrize("name", ["uvicorn", "starlette.routing"])
def test_a_part_of_the_extra_is_told_apart(name: str) -> None:
    with pytest.raises(ExtraMissingError, match="pip install"), needs_extra():
        raise ImportError(name=name)


@pytest.mark.parametrize("name", ["other", None])
def test_another_module_is_its_own_matter(name: str | None) -> None:
    with pytest.raises(ImportError), needs_extra():
        raise ImportError(name=name)


def test_what_is_there_is_imported() -> None:
    with needs_extra():
        import uvicorn  # noqa: PLC0415

    assert uvicorn.__name__ == "uvicorn"
