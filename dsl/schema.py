"""The JSON Schema of an experiment file, for editors that complete and check as one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xp.dsl.experiment import Experiment

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the schema, made from the models."""
    return {"$schema": DIALECT, "title": "An experiment of xp", **tidy(Experiment.model_json_schema())}


def tidy(node: Any, *, named: bool = False) -> Any:
    """Return a schema as TOML needs it: without null, which TOML has not, and without what only repeats the key.

    *named*: the keys of *node* are names that the schema speaks of, not words of JSON Schema.
    """
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    if named:
        return {name: tidy(item) for name, item in node.items()}
    words = {word: item for word, item in node.items() if not superfluous(word, item)}
    clean = {
        word: tidy(item, named=word in {"properties", "$defs", "patternProperties"}) for word, item in words.items()
    }
    if "description" in clean:
        clean["description"] = clean["description"].replace("``", "`")
    if "patternProperties" in clean:
        clean["additionalProperties"] = False
    return without_null(clean)


def superfluous(word: str, item: Any) -> bool:
    """Tell whether a word of a schema says nothing: a title made of the key, a default that is a table or null."""
    return word == "title" or (word == "default" and (item is None or isinstance(item, Mapping)))


def without_null(node: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that no longer offers null as a choice."""
    choices = [choice for choice in node.get("anyOf", []) if choice != {"type": "null"}]
    others = {word: item for word, item in node.items() if word != "anyOf"}
    if len(choices) == 1:
        return {**choices[0], **others}
    return {**others, "anyOf": choices} if choices else others
