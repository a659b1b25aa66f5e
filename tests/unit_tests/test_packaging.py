import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

import pytest

from langchain_sse_chat._version import __version__
from scripts import pages
from scripts.check_readme import relative_links

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "langchain_sse_chat"
DEPENDENCIES = {"langchain-core", "httpx", "pydantic"}
# Each version of pydantic requires one exact version of pydantic-core.
# `httpcore` and `pydantic_core` come with the libraries that are made of them.
IMPORTABLE = {"langchain_core", "httpx", "httpcore", "pydantic", "pydantic_core"}
# Of the extras, and what draws progress. Modules that no user without them imports.
EXTRAS = {
    "genai_prices",
    "markdown_it",
    "redis",
    "rich",
    "shtab",
    "starlette",
    "tqdm",
    "uvicorn",
}
# langchain-core depends on it; its types are for type checkers only.
ONLY_TYPES = {"langchain_protocol"}


def imported_packages(source: str) -> Iterator[str]:
    """Yield the top-level name of every import in the source, wherever it stands.

    Those of `ONLY_TYPES` are left out where only type checkers look.
    """
    tree = ast.parse(source)
    unread = {
        id(statement)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        if isinstance(statement, ast.ImportFrom)
        and str(statement.module).partition(".")[0] in ONLY_TYPES
    }
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else str(node.module).partition(".")[0]


def test_the_type_marker_is_part_of_the_package() -> None:
    assert resources.files("langchain_sse_chat").joinpath("py.typed").is_file()


def test_the_version_is_the_installed_one() -> None:
    assert __version__ == metadata.version("langchain-sse-chat")


def test_the_changelog_has_an_entry_for_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(__version__)}\b", changelog, re.MULTILINE)


def test_the_run_time_dependencies_are_exactly_three_with_a_floor_and_a_ceiling() -> (
    None
):
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = pyproject["project"]["dependencies"]
    found = [re.fullmatch(r"([\w-]+)>=[\d.]+,<\d+", line) for line in requirements]
    assert {match[1] for match in found if match} == DEPENDENCIES
    assert len(requirements) == len(DEPENDENCIES)


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_a_module_imports_nothing_but_the_standard_library_and_the_dependencies(
    path: Path,
) -> None:
    imported = set(imported_packages(path.read_text(encoding="utf-8")))
    ours = {"langchain_sse_chat", *IMPORTABLE, *EXTRAS}
    assert imported - ours - sys.stdlib_module_names == set()


def test_what_few_calls_need_is_not_imported_before_one_does() -> None:
    late = [
        "langchain_core.tools.base",
        "langchain_sse_chat.structured_output.runnable",
        "langchain_sse_chat.recording",
        "langchain_sse_chat.catalog",
        "genai_prices",
        "langchain_sse_chat.probe",
        "langchain_sse_chat.progress",
    ]
    program = "import sys, langchain_sse_chat; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert set(done.stdout.split()).isdisjoint(late)


def test_every_page_of_the_documentation_is_in_its_navigation() -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^\s+- .+: (\S+\.md)$", settings, re.MULTILINE)
    there = [path.name for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(listed) == sorted(there)


def test_the_lists_of_pages_are_those_of_the_navigation() -> None:
    stale = [
        file.name
        for file, text in pages.written().items()
        if file.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: python -m scripts.pages"


def test_the_readme_has_no_relative_link_on_pypi() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    hook = pyproject["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme
    for change in hook["substitutions"]:
        shown = re.sub(change["pattern"], change["replacement"], shown)

    assert "(docs/quickstart.md)" in readme
    assert relative_links(readme)
    assert relative_links(shown) == []
    assert "Quick start" in shown


def test_contributing_names_files_that_there_are() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("### Where does it go?")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", table)
    missing = [n for n in named if not ((ROOT / n).exists() or (PACKAGE / n).exists())]

    assert named
    assert missing == []


LOCKS = [
    json.loads(file.read_text("utf-8"))["packages"]
    for file in (ROOT / "examples").rglob("package-lock.json")
    if "node_modules" not in file.parts
]
"""The packages of each lock file of npm, by their paths."""


def test_lock_files_of_npm_have_all_that_may_be_installed() -> None:
    # `npm ci` refuses a lock file that lacks one, also for another system.
    missing = [
        name
        for packages in LOCKS
        for package in packages.values()
        for kind in ("dependencies", "optionalDependencies")
        for name in package.get(kind, {})
        if not any(path.endswith(f"node_modules/{name}") for path in packages)
    ]

    assert LOCKS
    assert missing == []


def test_lock_files_of_npm_install_from_any_registry() -> None:
    locked = [
        package for packages in LOCKS for path, package in packages.items() if path
    ]

    assert locked
    assert [package for package in locked if "resolved" in package] == []
    assert all(package["integrity"].startswith("sha512-") for package in locked)


TRANSLATIONS = [
    ("README.md", "README.ru.md"),
    ("README.md", "README.zh.md"),
    ("docs/quickstart.md", "docs/quickstart.ru.md"),
    ("docs/gigachat.md", "docs/gigachat.ru.md"),
]


@pytest.mark.parametrize(("page", "translation"), TRANSLATIONS)
def test_a_translation_has_the_code_and_the_headings_of_its_page(
    page: str, translation: str
) -> None:
    def outline(name: str) -> tuple[list[str], list[str]]:
        text = (ROOT / name).read_text(encoding="utf-8")
        code = re.findall(r"^```.*?^```$", text, re.DOTALL | re.MULTILINE)
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        return code, re.findall(r"^#+", prose, re.MULTILINE)

    assert outline(translation) == outline(page)


UNLAYERED = {
    "__init__": "gathers the public names",
    "gigachat": "its class is on top, the forms of its API are where they are used",
    "testing": "stands apart, and has a contract of its own",
}
"""Modules that the order of the layers does not name, and why."""


def test_each_module_has_its_place_among_the_layers() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = pyproject["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name for layer in layers for name in layer.split(" | ")}
    folders = {
        path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()
    }
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    placed = {name.split(".")[1] for name in named}
    assert (folders | modules) - placed - UNLAYERED.keys() == set()
    assert placed - folders - modules == set()


def test_each_module_may_use_the_http_library_or_may_not() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    [without] = [c for c in contracts if c["name"].startswith("only the transport")]
    kept = {name.split(".")[1] for name in without["source_modules"]}
    names = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    # `settings` has fields for clients of the caller's own.
    free = {"transport", "settings"}
    data = {"__init__", "__main__", "_version", "acceptable_names", "cli", "dialect"}
    data |= {"lazy_pattern", "message_keys", "near_match", "tool_names"}
    assert names - kept - free - data == set()


UNTESTED = {
    "_version.py": "its one name is read by tests of this file",
    "gigachat/provider.py": "a row, tested by test_providers_table.py",
    "cli/chat/effects.py": "types, which test_cli_chat_conversation.py compares",
    "message_keys.py": "names only",
    "providers/china.py": "rows, tested by test_providers_table.py",
    "providers/clouds.py": "rows, tested by test_providers_table.py",
    "providers/gateways.py": "rows, tested by test_providers_table.py",
    "providers/hosted.py": "rows, tested by test_providers_table.py",
    "providers/local.py": "rows, tested by test_providers_table.py",
    "providers/open_models.py": "rows, tested by test_providers_table.py",
    "providers/plans.py": "rows, tested by test_providers_table.py",
    "providers/russia.py": "rows, tested by test_providers_table.py",
    "serve/asgi/create_app.py": "passes on settings; those of each are tested by it",
    "serve/targets/kind.py": "a protocol, which type checkers test",
    "serve/targets/served.py": "fields, tested with each kind of target",
    "serve/request/limits.py": "numbers; test_serve_messages.py and others reach each",
    "settings/field_types.py": "types, tested by tests/typing/api.py",
    "settings/peer_names/azure.py": "rows, tested by test_settings_peer_names_table.py",
    "settings/peer_names/openai.py": "rows, tested like those of azure.py",
    "settings/peer_names/openrouter.py": "rows, tested like those of azure.py",
    "settings/peer_names/others.py": "rows, tested like those of azure.py",
    "serve/answer/parts.py": "types only",
    "serve/wires/wire.py": "a protocol",
    "testing/options.py": "a dict of types; test_testing_delivery.py tests each option",
}
"""Source files without a test file of their name, and why."""


def sources() -> list[Path]:
    """Return the source files of the package that have more than names in them."""
    found = (path.relative_to(PACKAGE) for path in sorted(PACKAGE.rglob("*.py")))
    return [path for path in found if path.name != "__init__.py"]


@pytest.mark.parametrize("path", sources(), ids=Path.as_posix)
def test_a_source_file_has_a_test_file_of_its_name(path: Path) -> None:
    """`a/b.py` is tested by `a/test_a_b.py`, and more of it by `a/test_a_b_*.py`."""
    name = "_".join(["test", *path.parts[:-1], path.stem.strip("_")])
    has_one = (ROOT / "tests/unit_tests" / path.parent / f"{name}.py").exists()
    assert has_one is (path.as_posix() not in UNTESTED)


def test_each_exception_names_a_source_file() -> None:
    assert UNTESTED.keys() <= {path.as_posix() for path in sources()}


LONGEST = 400
"""Lines of a file. A longer one does more than one thing."""


def test_no_file_is_too_long() -> None:
    folders = ("langchain_sse_chat", "tests", "scripts", "benchmarks", "examples")
    lines = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n")
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}
