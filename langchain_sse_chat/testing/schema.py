"""Create values that fit a JSON schema, with values from a prompt where possible.

A string takes the next text in quotation marks, a number the next number of the prompt;
what the prompt does not give is the name of the property, 1, or true. So equal prompts
and schemas give equal values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

_QUOTED = re.compile(r"(?<!\w)'([^']+)'(?!\w)|\"([^\"]+)\"|«([^»]+)»|“([^”]+)”")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_FORMATS = {
    "date": "2025-01-01",
    "date-time": "2025-01-01T00:00:00Z",
    "email": "echo@example.com",
    "time": "00:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_MAX_DEPTH = 5
"""How deep optional properties and items of arrays are filled; schemas may recurse."""


def quoted_texts(prompt: str) -> list[str]:
    """Return the quoted texts, in order."""
    return ["".join(groups) for groups in _QUOTED.findall(prompt)]


def value_from_schema(schema: Mapping[str, Any], prompt: str) -> Any:
    """Return a value that fits `schema`.

    `$ref` into the same schema, `allOf`, `anyOf`, `oneOf`, `const`, `enum`, `default`,
    `examples`, `type`, `properties`, `required`, `items`, `prefixItems`, `minItems`,
    lengths, bounds and the common values of `format` are kept to; `pattern` and other
    keywords are not.
    """
    return _Filler(schema, prompt).value(schema, "value", 0)


class _Filler:
    """Creates the values of one schema; uses up the texts and numbers of the prompt."""

    def __init__(self, root: Mapping[str, Any], prompt: str) -> None:
        self._root = root
        names = set(_property_names(root))
        texts = [text for text in quoted_texts(prompt) if text not in names]
        self._texts = iter(texts)
        self._numbers = map(float, _NUMBER.findall(prompt))

    def value(self, schema: Any, name: str, depth: int) -> Any:
        schema = self._resolved(schema, depth)
        if "const" in schema:
            return schema["const"]
        if "default" in schema:
            return schema["default"]
        for key in ("enum", "examples"):
            if schema.get(key):
                return schema[key][0]
        return self._made(schema, name, depth)

    def _made(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        match _type(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer":
                return int(_bounded(next(self._numbers, 1.0), schema, whole=True))
            case "number":
                return _bounded(next(self._numbers, 1.0), schema, whole=False)
            case "boolean":
                return True
            case "null":
                return None
        return self._string(schema, name)

    def _resolved(self, schema: Any, depth: int) -> dict[str, Any]:
        """Return the schema with references resolved and its parts merged."""
        merged = dict(schema) if isinstance(schema, Mapping) else {}
        if "$ref" in merged:
            target = self._resolved(self._target(merged.pop("$ref")), depth)
            merged = {**target, **merged}
        for part in merged.pop("allOf", ()):
            merged = {**merged, **self._resolved(part, depth)}
        options = merged.pop("anyOf", None) or merged.pop("oneOf", None)
        if options:
            resolved = [self._resolved(option, depth) for option in options]
            # Null ends a recursive structure, such as the next node of a list.
            resolved.sort(key=lambda o: (_type(o) == "null") != (depth >= _MAX_DEPTH))
            merged = {**resolved[0], **merged}
        return merged

    def _target(self, reference: str) -> Any:
        target: Any = self._root
        for step in reference.split("/")[1:]:
            # Escapes of JSON Pointer (RFC 6901, section 3).
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return target

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        return {
            key: self.value(part, key, depth + 1)
            for key, part in schema.get("properties", {}).items()
            if depth < _MAX_DEPTH or key in required
        }

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        parts = list(schema.get("prefixItems", ()))
        wanted = 0 if parts or depth >= _MAX_DEPTH else 1
        missing = max(schema.get("minItems", 0), wanted) - len(parts)
        parts += [schema.get("items", {})] * missing
        return [self.value(part, name, depth + 1) for part in parts]

    def _string(self, schema: Mapping[str, Any], name: str) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        text = next(self._texts, name.replace("_", " "))
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]


def _property_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            yield from properties
        for part in schema.values():
            yield from _property_names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _property_names(part)


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type of the values; of several the first that is not `null`."""
    kinds = schema.get("type", ())
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    if names:
        return next((name for name in names if name != "null"), "null")
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _bounded(number: float, schema: Mapping[str, Any], *, whole: bool) -> float:
    low = schema.get("exclusiveMinimum", schema.get("minimum", -math.inf))
    high = schema.get("exclusiveMaximum", schema.get("maximum", math.inf))
    step = 1.0 if whole or math.isinf(high - low) else (high - low) / 2
    if "exclusiveMinimum" in schema:
        low += step
    if "exclusiveMaximum" in schema:
        high -= step
    return float(min(max(number, low), high))
