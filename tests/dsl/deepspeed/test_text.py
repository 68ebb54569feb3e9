"""JSON is taken as the standard has it, and every departure is told with line and column."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.deepspeed.text import parse
from xp.dsl.errors import SpecError


def said(text: str | bytes) -> str:
    with pytest.raises(SpecError) as refused:
        parse(text.encode() if isinstance(text, str) else text, "ds.json")
    return str(refused.value)


def test_comments_and_commas_too_many_are_told_together() -> None:
    assert said('{"train_micro_batch_size_per_gpu": 1,  // note\n "zero_optimization": {"stage": 2},}') == (
        "ds.json:1:40: JSON has no comments, got '// note'\n    hint: take it out\n"
        "ds.json:2:35: JSON has no comma before '}'\n    hint: take it out"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"a": 1} # why', "ds.json:1:10: JSON has no comments, got '# why'", id="hash"),
        pytest.param('{\n/* a\n b */"a": 1}', 'ds.json:2:1: JSON has no comments, got "/* a\\n b */"', id="block"),
        pytest.param('{"a": [1, 2, /* c */ ]}', "ds.json:1:12: JSON has no comma before ']'", id="comma-and-comment"),
        pytest.param('{"a": 1 "b": 2}', "ds.json:1:9: not JSON: expecting ',' delimiter", id="comma-missing"),
        pytest.param(
            "{'a': 1}",
            "ds.json:1:2: not JSON: expecting property name enclosed in double quotes, in \"{'a': 1}\"\n"
            "    hint: JSON knows double quotes only",
            id="single-quotes",
        ),
        pytest.param('{"a": True}', "    hint: true is written in lower case", id="python"),
        pytest.param('{"a": None}', "    hint: JSON has neither None nor NaN: leave the key out", id="none"),
        pytest.param('{"a":\n NaN}', "ds.json:2:2: JSON has no NaN", id="nan"),
        pytest.param('{"a": [-Infinity]}', "ds.json:1:8: JSON has no -Infinity", id="infinity"),
        pytest.param(
            '{"a": {"b": 1,\n "b": 2}}',
            "ds.json:2:2: a.b is given twice\n    hint: JSON keeps the last one, DeepSpeed takes neither",
            id="given-twice",
        ),
        pytest.param("", "ds.json: the file is empty", id="empty"),
        pytest.param("[1]", "ds.json: should be an object in braces, got [1]", id="list"),
        pytest.param('{"a": "x', "ds.json:1:7: not JSON: unterminated string starting at", id="unterminated"),
        pytest.param('{"a": ' * 99_999, "ds.json: objects and lists lie too deep in one another", id="deep"),
        pytest.param('{"ä": 1}'.encode("latin-1"), "ds.json:1:3: byte 0xe4 is not UTF-8", id="latin-1"),
        pytest.param('{"a": 1}'.encode("utf-16"), "ds.json: the file is saved as UTF-16, JSON is UTF-8", id="utf-16"),
    ],
)
def test_what_is_not_json(text: str | bytes, message: str) -> None:
    assert message in said(text)


@pytest.mark.parametrize(
    "text", ['{"a": "x // y", "b": "# z", "c": "/* , } */"}', '\ufeff{"a": 1}', '{"a": 1,\r\n"b": [{}, []]}\r\n', "{}"]
)
def test_what_is_json(text: str) -> None:
    assert parse(text.encode(), "ds.json").tree == json.loads(text.removeprefix("\ufeff"))


def test_every_key_and_item_has_its_place() -> None:
    file = parse(b'{"a": {\n  "b": [1,\n {"c": 2}]}\n}', "ds.json")

    assert file.where("a.b") == "ds.json:2:3: a.b"
    assert file.where("a.b[1]") == "ds.json:3:2: a.b[1]"
    assert file.where("a.b[1].c") == "ds.json:3:3: a.b[1].c"
    assert file.value("a.b") == [1, {"c": 2}]


trees: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), trees, max_size=4), st.sampled_from([None, 0, 2]), st.booleans())
def test_whatever_is_written_as_json_is_read(tree: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)

    assert parse(text.encode("utf-8", "surrogatepass"), "ds.json").tree == tree


def test_a_key_with_a_dot_in_it_is_not_the_key_of_a_table_inside() -> None:
    assert parse(b'{"a.b": 1, "a": {"b": 2}, ".": 3, "": {"": 4}}', "ds.json").tree["a"] == {"b": 2}
