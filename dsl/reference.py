"""The reference of the language in Markdown, made from the models: there is no second copy of the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from inspect import getdoc
from typing import Any

import xp.dsl.deepspeed
from xp.dsl import constraints, overrides
from xp.dsl.axes import Matrix
from xp.dsl.claims import Claim, Claims
from xp.dsl.deepspeed.meaning import FORMATS, OFFLOADS, TYPED
from xp.dsl.experiment import Experiment
from xp.dsl.matrix import Expansion
from xp.dsl.measures import MEASURES
from xp.dsl.objective import Objective
from xp.dsl.own_measures import OwnMeasure
from xp.dsl.price import Price
from xp.dsl.reading import RULES
from xp.dsl.resources import Resources
from xp.dsl.schema import schema
from xp.dsl.spec import Carbon, Dataset, Defaults, Header, Limits, Method, Model
from xp.dsl.spelling import either, spell
from xp.dsl.table import Table
from xp.dsl.tuning import Space

INTRODUCTION = """# The experiment file

An experiment is one TOML file. Every key is typed and closed: an unknown key, a wrong type or a value out of range is
refused before anything runs, with its line, its column and a suggestion. `1`, `1.0`, `true` and `"1"` are four
different things; only where a number may have a fraction, `1` is read as `1.0`.
"""

TABLES: tuple[type[Table], ...] = (
    Header,
    Defaults,
    Model,
    Dataset,
    Method,
    Claim,
    Claims,
    OwnMeasure,
    Space,
    Carbon,
    Resources,
    Limits,
    Price,
    Objective,
)
"""The tables of a file that are documented key by key, in the order of the reference."""

KEYS = ("seed", *RULES)
"""The keys of the matrix that have a meaning of their own."""

MOST = 12
"""Values to choose from that are listed."""


def reference() -> str:
    """Return the whole reference."""
    definitions = schema()["$defs"]
    parts = [INTRODUCTION, top()]
    parts += [table(kind, definitions) for kind in TABLES]
    parts += [deepspeed_section(), matrix(), measures(), command_line()]
    return "\n".join(parts)


def top() -> str:
    """Return the list of tables."""
    rows = [(f"`{name}`", prose(field.description or "")) for name, field in Experiment.model_fields.items()]
    return f"## The whole file\n\n{grid(('table or key', 'what it is'), rows)}"


def table(kind: type[Table], definitions: Mapping[str, Any]) -> str:
    """Return the section of one table."""
    node = definitions[kind.__name__]
    longest = node.get("anyOf", [node])[-1]  # what has a short form too is told by its long one
    rows = list(keys(longest, definitions))
    return f"## {heading(kind)}\n\n{grid(('key', 'value', 'default', 'meaning'), rows)}"


def heading(kind: type[Table]) -> str:
    """Return the first line of a table's docstring: its name and what it is."""
    name, _, what = prose(getdoc(kind) or "").partition(": ")
    return f"{name}: {what}".removesuffix(".")


def keys(node: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """Yield one row per key, those of tables inside with dotted names."""
    for name, field in node["properties"].items():
        inner = definitions.get(str(field.get("$ref", "")).rpartition("/")[2])
        if inner and "properties" in inner:
            yield from keys(inner, definitions, f"{prefix}{name}.")
            continue
        default = f"`{spell(field['default'])}`" if "default" in field else ""
        required = "required" if name in node.get("required", ()) else default
        yield f"`{prefix}{name}`", kind_of(field), required, prose(field.get("description", ""))


def kind_of(field: Mapping[str, Any]) -> str:
    """Return what a value may be, in words."""
    if "enum" in field or "const" in field:
        return choice(field.get("enum") or [field["const"]])
    if "items" in field:
        return f"list of {kind_of(field['items'])}"
    if "patternProperties" in field or field.get("type") == "object":
        return "table"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return " ".join(filter(None, [words.get(field.get("type", ""), "any value"), bounds(field)]))


def choice(options: list[Any]) -> str:
    """Return the values to choose from, or how many there are."""
    listed = either([f"`{spell(option)}`" for option in options])
    return listed if len(options) <= MOST else f"one of {len(options)} codes"


def bounds(field: Mapping[str, Any]) -> str:
    """Return the bounds of a number."""
    words = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}
    return ", ".join(f"{sign} {spell(field[word])}" for word, sign in words.items() if word in field)


def deepspeed_section() -> str:
    """Return the section of DeepSpeed's files, and what their keys are here."""
    settings = {**TYPED, **dict.fromkeys(FORMATS, "precision"), **OFFLOADS, "scheduler.type": "lr_scheduler_type"}
    rows = [(f"`{key}`", f"`{setting}`") for key, setting in settings.items()]
    title, _, rest = prose(getdoc(xp.dsl.deepspeed) or "").partition("\n\n")
    return f"## {title.removesuffix('.')}\n\n{rest}\n\n{grid(('key of the file', 'setting'), rows)}"


def matrix() -> str:
    """Return the section of the matrix: axes, rules, and what they do to each other."""
    axis = prose(Matrix.model_fields["axes"].description or "")
    rows = [("any axis", axis), *((f"`{key}`", prose(Matrix.model_fields[key].description or "")) for key in KEYS)]
    told = [grid(("key", "what it does"), rows), prose(getdoc(Expansion) or ""), prose(getdoc(constraints) or "")]
    return f"## {heading(Matrix)}\n\n" + "\n\n".join(part.strip() for part in told) + "\n"


def measures() -> str:
    """Return the section of what a claim may speak of."""
    metrics = [f"`{each.metric}`" if each.metric else "none: computed" for each in MEASURES]
    rows = [
        (f"`{each.name}`", metric, each.unit, each.better, each.meaning)
        for each, metric in zip(MEASURES, metrics, strict=True)
    ]
    return f"## Measures: what a claim may speak of\n\n{grid(('measure', 'metric', 'unit', 'better', 'meaning'), rows)}"


def command_line() -> str:
    """Return the section of what the command line adds."""
    return f"## On the command line\n\n{prose(getdoc(overrides) or '')}\n"


def prose(docstring: str) -> str:
    """Return a docstring as Markdown."""
    return docstring.replace("``", "`")


def grid(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    escaped = [[" ".join(cell.replace("|", "\\|").split()) for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)
