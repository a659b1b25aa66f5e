"""Write the tables of docs/coming-from.md from the tables that the code uses.

A table stands between two comments, the first of which names it:
`<!-- arguments of ChatOpenAI -->` and `<!-- end of table -->`. For the arguments of
another class, add them to `ARGUMENTS`, and the comments to the page.

Run from the root of the project: `python -m scripts.coming_from`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from langchain_sse_chat.providers import PROVIDERS, Provider
from langchain_sse_chat.settings.peer_names.peer_name import Meaning, PeerName
from langchain_sse_chat.settings.peer_names.table import PEERS

PAGE = Path(__file__).parents[1] / "docs" / "coming-from.md"

ARGUMENTS: Mapping[str, Mapping[str, PeerName]] = {**PEERS}
"""The arguments by the class that has them."""

BASES = dict.fromkeys(("AzureChatOpenAI", "ChatDeepSeek", "ChatXAI"), "ChatOpenAI")
"""Classes whose page does not repeat the arguments of another one."""

PROVIDERS_OF = {
    "ChatOpenAI": ("openai",),
    "AzureChatOpenAI": ("azure", "azure-deployments", "azure-entra"),
    "ChatDeepSeek": ("deepseek",),
    "ChatOpenRouter": ("openrouter",),
    "ChatXAI": ("xai",),
    "ChatGroq": ("groq",),
}
"""The providers whose variables a class reads."""

_BLOCK = re.compile(
    r"(<!-- (?P<what>arguments of|variables) ?(?P<name>\w*) -->\n)"
    r".*?(<!-- end of table -->)",
    re.DOTALL,
)


def page(text: str) -> str:
    """Return the page with its tables as they are now."""
    return _BLOCK.sub(_block, text)


def tables(text: str) -> list[str]:
    """Return the names of the tables of a page."""
    return [found["name"] or found["what"] for found in _BLOCK.finditer(text)]


def _block(found: re.Match[str]) -> str:
    is_variables = found["what"] == "variables"
    lines = _variables() if is_variables else _arguments(found["name"])
    return "\n".join([found[1], *lines, "", found[4]])


def _variables() -> list[str]:
    return [
        "| Instead of | `provider=` | Key | Address | Other |",
        "| --- | --- | --- | --- | --- |",
        *(
            _variables_row(f"`{name}`", PROVIDERS[provider])
            for name, providers in PROVIDERS_OF.items()
            for provider in providers
        ),
    ]


def _variables_row(name: str, provider: Provider) -> str:
    others: dict[str, str] = {}
    for header, variable in provider.headers_env:
        others[variable] = f"`{variable}`: header `{header}`"
    if provider.query_env:
        parameter, variable = provider.query_env
        others[variable] = f"`{variable}`: parameter `{parameter}`"
    if provider.proxy_env:
        others[provider.proxy_env] = f"`{provider.proxy_env}`: `proxy`"
    cells = [
        name,
        f"`{provider.name}`",
        _list(provider.key_variables),
        _list(provider.address_variables),
        "<br>".join(others.values()),
    ]
    return f"| {' | '.join(cells)} |"


def _arguments(name: str) -> list[str]:
    rows = ARGUMENTS[name]
    known = ARGUMENTS[BASES[name]] if name in BASES else {}
    own = [row for row in rows.values() if known.get(row.name) != row]
    same = [row.name for row in own if _is_same(row, Meaning.FIELD)]
    sent = [row.name for row in own if _is_same(row, Meaning.BODY)]
    refused = [row for row in own if row.meaning is Meaning.REFUSED]
    others = [
        row for row in own if row.name not in {*same, *sent} and row not in refused
    ]
    lines = ["| There | Here | Differences |", "| --- | --- | --- |"]
    if same:
        lines.append(f"| {_list(same)} | the same | |")
    if sent:
        lines.append(f"| {_list(sent)} | the same, sent in the body | |")
    lines += [f"| `{row.name}` | {_place(row)} | {row.note} |" for row in others]
    lines += [f"| {_refused(row)} | an error | {row.note} |" for row in refused]
    return lines


def _is_same(row: PeerName, meaning: Meaning) -> bool:
    return row.meaning is meaning and row.to == row.name and not row.note


def _place(row: PeerName) -> str:
    places = {
        Meaning.BODY: "`{}` in the body",
        Meaning.HEADER: "the header `{}`",
        Meaning.METADATA: "`metadata`, under `{}`",
        Meaning.NOTHING: "no effect",
    }
    is_same = row.meaning is Meaning.FIELD and row.to == row.name
    return "the same" if is_same else places.get(row.meaning, "`{}`").format(row.to)


def _refused(row: PeerName) -> str:
    values = ", ".join(f'`{row.name}="{value}"`' for value in row.values)
    return values or f"`{row.name}`"


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} is written.")
