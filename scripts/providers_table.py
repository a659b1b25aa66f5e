"""Write the tables of docs/providers.md from the providers' rows.

Run from the root of the project: `python -m scripts.providers_table`.
"""

import re
from dataclasses import fields
from pathlib import Path

from langchain_sse_chat import Dialect, Provider
from langchain_sse_chat.providers import PROVIDERS

PAGE = Path(__file__).parents[1] / "docs" / "providers.md"

_BEGIN = "<!-- Written by `python -m scripts.providers_table`. -->\n"
_END = "<!-- The end of what is written. -->\n"


def page(text: str) -> str:
    """Return the page with its tables as the rows have them now."""
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{_tables()}\n{_END}{after}"


def _tables() -> str:
    known = [PROVIDERS[name] for name in sorted(PROVIDERS) if name != "custom"]
    addresses = [
        "| `provider=` | Address | Key | Other address from | Read on |",
        "| --- | --- | --- | --- | --- |",
        *(_address_row(provider) for provider in known),
    ]
    notes = [
        "| `provider=` | What differs in its requests | Good to know |",
        "| --- | --- | --- |",
        *(
            _note_row(provider)
            for provider in known
            if provider.note or provider.dialect != Dialect()
        ),
    ]
    headers = [
        "| `provider=` | Header | Variable |",
        "| --- | --- | --- |",
        *(
            f"| `{provider.name}` | `{header}` | `{variable}` |"
            for provider in known
            for header, variable in provider.headers_env
        ),
    ]
    return "\n".join([*addresses, "", *notes, "", *headers, ""])


def _address_row(provider: Provider) -> str:
    address = _address(provider.base_url) or f"your own, with `{provider.path}`"
    key = _any_of(provider.key_variables)
    if not provider.api_key_required:
        key = f"none, or {key}" if key else "none"
    name = f"[`{provider.name}`]({provider.source})"
    others = _any_of(provider.address_variables)
    return f"| {name} | {address} | {key} | {others} | {provider.checked} |"


def _address(base_url: str | None) -> str:
    """Return an address with the first variable of each place, then the others.

    A `|` would begin another cell.
    """
    others: list[str] = []

    def first(match: re.Match[str]) -> str:
        name, *rest = match[1].split("|")
        others.extend(each for each in rest if each not in others)
        return f"{{{name}}}"

    address = _code(re.sub(r"\{([^}]*)\}", first, base_url or ""))
    return f"{address}, or {_any_of(tuple(others))}" if others else address


def _note_row(provider: Provider) -> str:
    facts = "<br>".join(f"`{fact}`" for fact in _differences(provider.dialect))
    return f"| `{provider.name}` | {facts} | {provider.note} |"


def _differences(dialect: Dialect) -> list[str]:
    """Return the differences of a dialect from most servers, as Python."""
    usual = Dialect()
    names = [field.name for field in fields(Dialect)]
    return [
        f"{name}={_text(getattr(dialect, name))}"
        for name in names
        if getattr(dialect, name) != getattr(usual, name)
    ]


def _text(value: object) -> str:
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(repr, value)))}}}"
    return repr(value)


def _any_of(variables: tuple[str, ...]) -> str:
    return ", ".join(map(_code, variables))


def _code(value: str | None) -> str:
    return f"`{value}`" if value else ""


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
