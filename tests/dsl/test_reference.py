"""The reference names everything that may be written, with its meaning."""

from __future__ import annotations

import re

import pytest

from xp.dsl.axes import Matrix
from xp.dsl.dotted import SETTINGS
from xp.dsl.measures import MEASURES
from xp.dsl.reading import RULES
from xp.dsl.reference import TABLES, bounds, kind_of, reference

TEXT = reference()


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_row_with_its_meaning(name: str) -> None:
    meaning = (SETTINGS[name].field.description or "").replace("``", "`")

    assert re.search(rf"^\| `{re.escape(name)}` \| [^|]+ \| [^|]* \| {re.escape(meaning)} \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_every_key_of_every_table_is_there(kind: type) -> None:
    for name in kind.model_fields:  # type: ignore[attr-defined]
        assert f"`{name}" in TEXT


def test_rules_constraints_measures_and_the_command_line_are_there() -> None:
    for word in (*RULES, "--set", "GitHub Actions", *(measure.name for measure in MEASURES)):
        assert word in TEXT
    assert (Matrix.model_fields["exclude"].description or "") in TEXT


def test_it_is_markdown_with_whole_tables() -> None:
    blocks = re.findall(r"(?:^\|.*\|\n)+", TEXT, re.MULTILINE)

    assert len(blocks) == len(TABLES) + 4
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    assert "``" not in TEXT
    assert TEXT.endswith("\n")
    assert not TEXT.endswith("\n\n")
    assert "\n\n\n" not in TEXT


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 3}, "whole number ≥ 0, ≤ 3"),
        ({"type": "number", "exclusiveMinimum": 0}, "number > 0"),
        ({"type": "string"}, "text"),
        ({"type": "boolean"}, "true or false"),
        ({"enum": ["a", "b"]}, "`'a'` or `'b'`"),
        ({"const": "a"}, "`'a'`"),
        ({"enum": [str(number) for number in range(99)]}, "one of 99 codes"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "object"}, "table"),
    ],
)
def test_kinds_in_words(field: dict[str, object], words: str) -> None:
    assert kind_of(field) == words
    assert bounds({}) == ""
