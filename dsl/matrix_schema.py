"""The JSON Schema of ``[matrix]`` as it is written: axes and rules side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xp.dsl.dotted import SETTINGS
from xp.dsl.kinds import KINDS

NAMED = {
    "method": "Names of [methods] that are compared.",
    "model": "Keys of [models], hub ids or folders.",
    "dataset": "Keys of [datasets], hub ids or paths.",
    "seed": "Every combination is tried once per seed.",
}


def matrix_schema(rules: Mapping[str, str]) -> dict[str, Any]:
    """Return the schema of the table; *rules* documents its keys that are no axes."""
    rule = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": spelled(axis_value_schemas()),
    }
    texts = {"type": "array", "items": {"type": "string"}}
    kinds: dict[str, dict[str, Any]] = {
        "exclude": {"type": "array", "items": rule},
        "include": {"type": "array", "items": rule},
        "zip": {"type": "array", "items": {**texts, "minItems": 2}},
        "constraints": texts,
    }
    lists = {name: axis(value) for name, value in axis_value_schemas().items()}
    described = {key: {**kind, "description": rules[key]} for key, kind in kinds.items()}
    return {"type": "object", "additionalProperties": False, "properties": {**spelled(lists), **described}}


def axis_value_schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of one value of each axis, by its dotted name."""
    return {name: {**adapter.json_schema(), "description": meaning(name)} for name, adapter in KINDS.items()}


def meaning(name: str) -> str:
    """Return what an axis is."""
    return NAMED[name] if name in NAMED else SETTINGS[name].field.description or ""


def axis(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an axis that takes values of one kind."""
    items = {word: item for word, item in value.items() if word != "description"}
    return {"type": "array", "minItems": 1, "items": items, "description": value["description"]}


def spelled(flat: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return properties for both spellings of a dotted name: ``"zero.stage"`` and ``zero.stage``."""
    tables: dict[str, dict[str, Any]] = {}
    for name, value in flat.items():
        table, dot, key = name.partition(".")
        if dot:
            tables.setdefault(table, {})[key] = value
    closed = {"type": "object", "additionalProperties": False}
    return {**flat, **{table: {**closed, "properties": keys} for table, keys in tables.items()}}
