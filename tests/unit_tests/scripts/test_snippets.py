"""The examples of a page as a module, for type checkers."""

from __future__ import annotations

from scripts.snippets import as_module, module_name, pages

PAGE = """# Title

```python
a = 1
```

```text
1
```

```python
b = a
```
"""


def test_a_module_has_the_lines_of_its_page() -> None:
    lines = as_module(PAGE).splitlines()

    expected = {4: "a = 1", 12: "b = a"}
    assert {n: line for n, line in enumerate(lines, 1) if line} == expected


def test_every_page_has_a_module_of_its_own() -> None:
    names = [module_name(page) for page in pages()]

    assert len(set(names)) == len(names)
    assert "page_readme" in names
    assert "page_quickstart" in names
