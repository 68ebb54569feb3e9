"""Pydantic's complaints in our words, at the places of the user's own file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from xp.dsl.claims import EXPECTATION, suggest_expectation
from xp.dsl.dotted import subtable
from xp.dsl.errors import Problem, did_you_mean
from xp.dsl.partial import Partial
from xp.dsl.refusals import REFUSED
from xp.dsl.spec import DURATION
from xp.dsl.spelling import Key, dotted, excerpt
from xp.dsl.table import SLUG, Table
from xp.dsl.vocabulary import PLACES, hint

RULES = {
    "bool_type": "should be true or false",
    "dict_type": "should be a table",
    "finite_number": "should be a finite number",
    "float_type": "should be a number",
    "greater_than": "should be greater than {gt}",
    "greater_than_equal": "should be at least {ge}",
    "int_from_float": "should be a whole number",
    "int_type": "should be a whole number",
    "less_than": "should be less than {lt}",
    "less_than_equal": "should be at most {le}",
    "list_type": "should be a list",
    "literal_error": "should be {expected}",
    "mapping_type": "should be a table",
    "model_type": "should be a table",
    "string_too_long": "should have at most {max_length} characters",
    "string_type": "should be text",
    "too_short": "should have a value",
    "tuple_type": "should be a list",
}
"""What a value should have been, by pydantic's name of the error."""

PATTERNS = {
    SLUG: "should be letters, digits, '.', '_' and '-', and start with a letter or a digit",
    EXPECTATION: "should be 'reduces', 'increases' or 'affects', with a leading * where it depends",
    DURATION: "should be a number and its unit, such as '90s', '30m' or '2h'",
}
"""What a text should have looked like."""

FLAGS = {"0": "false", "1": "true", "no": "false", "yes": "true", "off": "false", "on": "true"}
"""How others spell true and false."""

LISTS = frozenset({"list_type", "tuple_type"})
UNQUOTED = frozenset({"bool_type", "float_type", "int_type"})


def explain_errors(error: ValidationError, root: type[Table], where: Callable[[Key], str]) -> Iterator[Problem]:
    """Yield every problem of a file, in the order of its tables."""
    for detail in relevant_errors(error):
        key = tuple(part for part in detail["loc"] if part != "[key]")
        yield problem(detail, key, root, where(key))


def relevant_errors(error: ValidationError) -> Iterator[ErrorDetails]:
    """Yield the complaints, but that a list is too short because what is in it is wrong: that is told already."""
    details = error.errors(include_url=False)
    for detail in details:
        inside = (other["loc"][: len(detail["loc"])] for other in details if len(other["loc"]) > len(detail["loc"]))
        if detail["type"] != "too_short" or detail["loc"] not in inside:
            yield detail


def problem(detail: ErrorDetails, key: Key, root: type[Table], place: str) -> Problem:
    """Return one complaint in our words."""
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == REFUSED:
        return Problem(context["message"], place, context["hint"])
    if kind == "missing":
        return Problem("required, but missing", place)
    if kind == "extra_forbidden":
        word = str(key[-1])
        return Problem("unknown key", place, suggest_table(word, key, root) or hint(word, keys_at(root, key[:-1])))
    if kind == "literal_error" and detail["loc"][-1:] == ("[key]",):
        return Problem("unknown key", place, did_you_mean(str(key[-1]), allowed_words(context)))
    return Problem(broken_rule(detail), place, advice(kind, detail["input"], context))


def broken_rule(detail: ErrorDetails) -> str:
    """Return what a value should have been, and what it is."""
    context = {
        word: f"{value:g}" if isinstance(value, float) else value for word, value in detail.get("ctx", {}).items()
    }
    pattern = context.get("pattern", "")
    known = RULES.get(detail["type"])
    words = PATTERNS[pattern] if pattern else known.format(**context) if known else detail["msg"].lower()
    return f"{words}, got {excerpt(detail['input'])}"


def advice(kind: str, value: Any, context: Mapping[str, Any]) -> str:
    """Return what would have been right, where that can be guessed."""
    if kind == "bool_type" and str(value) in FLAGS:
        return f"write {FLAGS[str(value)]}" if isinstance(value, str) else "write true or false, not a number"
    if context.get("pattern") == EXPECTATION and isinstance(value, str):
        return suggest_expectation(value)
    if kind == "literal_error" and isinstance(value, str):
        guess = did_you_mean(value, allowed_words(context))
        return guess if guess.startswith("did") else ""
    return rewritten(kind, value)


def rewritten(kind: str, value: Any) -> str:
    """Return how a value of another type would be written as one of the type that is due."""
    if kind in UNQUOTED and isinstance(value, str):
        return unquoted(value)
    if kind in LISTS and isinstance(value, str | int | float):
        return f"write [{excerpt(value)}]"
    if kind == "int_type" and isinstance(value, float) and value.is_integer():
        return f"write {int(value):_}"
    return ""


def unquoted(text: str) -> str:
    """Return a hint for a number or flag that is written as a text."""
    try:
        value = tomllib.loads(f"value = {text}")
    except ValueError:  # no TOML, or more digits than Python reads
        return ""
    return f"write {text} without quotes" if value.keys() == {"value"} else ""


def suggest_table(word: str, key: Key, root: type[Table]) -> str:
    """Return where a key belongs that one of the tables around has: TOML takes all below a header for a part of it."""
    for length in range(len(key) - 2, -1, -1):
        if word not in PLACES and word in keys_at(root, key[:length]):
            header = f"[{dotted(key[: length + 1])}]"
            if length:
                return f"{word} is a key of [{dotted(key[:length])}]: write it above {header}"
            whole = (
                f"[{word}] is a table of its own"
                if table_of(type_under(root, word))
                else f"{word} is no key of a table"
            )
            return f"{whole}, and all below {header}, down to the next header, is a part of that"
    return ""


def allowed_words(context: Mapping[str, Any]) -> list[str]:
    """Return the words that pydantic says are allowed."""
    return re.findall(r"'([^']*)'", context["expected"])


def keys_at(kind: Any, key: Key) -> list[str]:
    """Return the keys that the table at *key* may have."""
    for name in (part for part in key if isinstance(part, str)):  # a place in a list of tables: each has the same keys
        kind = type_under(kind, name)
    table = table_of(kind)
    return list(table.model_fields) if table else []


def type_under(kind: Any, part: str) -> Any:
    """Return the type of what stands under one key."""
    table = table_of(kind)
    if table is None:
        return get_args(kind)[-1]
    field = table.model_fields[part]
    partial = next((item for item in field.metadata if isinstance(item, Partial)), None)
    return partial or field.annotation


def table_of(kind: Any) -> type[Table] | None:
    """Return the table that a type is, wholly or in part; None for a mapping from names to tables."""
    if isinstance(kind, Partial):
        return kind.table
    return None if get_origin(kind) is Mapping else subtable(kind)
