"""docs/serve-settings.md has each setting of `create_app` as it is."""

from __future__ import annotations

from scripts.settings_table import PAGE, names, page

TEXT = PAGE.read_text("utf-8")


def test_the_table_is_up_to_date() -> None:
    assert page(TEXT) == TEXT, "Run `python -m scripts.settings_table`."


def test_every_setting_has_a_row_with_a_meaning() -> None:
    rows = {line.split("`")[1]: line for line in TEXT.splitlines() if "| `" in line}

    assert list(rows) == names()
    assert all(row.rstrip(" |").endswith(".") for row in rows.values())
