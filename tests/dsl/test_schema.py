"""The JSON Schema says what the models say, and a schema-aware TOML checker understands it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dsl.head import HEAD
from xp.dsl.dotted import SETTINGS
from xp.dsl.kinds import KINDS
from xp.dsl.reading import RULES
from xp.dsl.schema import schema

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
TAPLO = Path(sys.executable).with_name("taplo")

Checking = Callable[[Path], bool]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "experiment.schema.json"
    path.write_text(json.dumps(schema()), encoding="utf-8")
    return path


@pytest.fixture
def check(written: Path) -> Checking:
    """Tell whether the checker accepts a file."""

    def accepts(path: Path) -> bool:
        command = [str(TAPLO), "lint", "--schema", written.as_uri(), str(path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    return accepts


def nodes(node: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every part of a schema with the way to it."""
    if isinstance(node, dict):
        yield way, node
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, item in parts:
        yield from nodes(item, (*way, str(key)))


def test_toml_has_no_null() -> None:
    assert all(node.get("type") != "null" and node.get("default", 1) is not None for _, node in nodes(schema()))


def test_every_key_is_described() -> None:
    described = [
        (way, name)
        for way, node in nodes(schema())
        if way[-1:] != ("properties",)
        for name, item in node.get("properties", {}).items()
        if not item.get("description") and "$ref" not in item and "properties" not in item
    ]

    assert described == []


def test_every_table_is_closed() -> None:
    open_tables = [
        way
        for way, node in nodes(schema())
        if node.get("type") == "object" and node.get("additionalProperties") is not False and way[-1] != "config"
    ]

    # their keys are bound by propertyNames
    assert open_tables == [("$defs", "Tuning", "properties", "space")]


def test_matrix_takes_every_axis_in_both_spellings() -> None:
    known = schema()["$defs"]["Matrix"]["properties"]

    assert {*KINDS, *RULES} <= known.keys()
    assert known["zero"]["properties"]["stage"] == known["zero.stage"]
    assert known["batch_size"]["items"] == {"type": "integer", "exclusiveMinimum": 0}


def test_methods_take_every_setting() -> None:
    known = schema()["$defs"]["Method"]["properties"]["settings"]["properties"]

    for name in SETTINGS:
        table, _, key = name.partition(".")
        assert not key or key in known[table]["properties"]
        assert table in known


GOOD = """[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 }, freeze = ["encoder"] }
claims = { memory = "reduces", speed = "*increases" }
[matrix]
method = ["baseline", "zero2"]
learning_rate = [1e-5, 1]
generation.num_beams = [1, 4]
"early_stopping.patience" = [1]
seed = [1, 2]
exclude = [{ method = "zero2", generation.num_beams = 4 }]
include = [{ method = "zero2", "zero.overlap_comm" = true }]
zip = [["learning_rate", "generation.num_beams"]]
constraints = ["seed > 0"]
[carbon]
country = "FRA"
[limits]
trial_timeout = "1.5h"
"""


def test_checker_accepts_what_we_accept(check: Checking, tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_text(f'extends = "base.toml"\n{HEAD}{GOOD}', encoding="utf-8")

    assert check(path)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        pytest.param("zero = { stage = 2 }", "zero = { stag = 2 }", id="setting-misspelt"),
        pytest.param("zero = { stage = 2 }", "zero = { stage = 4 }", id="no-such-stage"),
        pytest.param('freeze = ["encoder"]', 'freeze = "encoder"', id="text-for-a-list"),
        pytest.param('memory = "reduces"', 'memory = "less"', id="expectation"),
        pytest.param("memory =", "mem ory =", id="no-name-of-a-measure"),
        pytest.param('memory = "reduces"', 'memory = { expects = "reduces" }', id="key-of-a-claim-misspelt"),
        pytest.param("learning_rate = [1e-5, 1]", 'learning_rate = ["1e-5"]', id="text-for-a-number"),
        pytest.param("learning_rate = [1e-5, 1]", "learning_rate = 1e-5", id="axis-without-brackets"),
        pytest.param("learning_rate = [1e-5, 1]", "leraning_rate = [1e-5]", id="axis-misspelt"),
        pytest.param("seed = [1, 2]", "seed = []", id="empty-axis"),
        pytest.param('"FRA"', '"US"', id="country"),
        pytest.param('"1.5h"', '"1.5 hours"', id="duration"),
        pytest.param("[limits]", "[limit]", id="table-misspelt"),
        pytest.param('method = "zero2", g', 'methd = "zero2", g', id="rule-misspelt"),
    ],
)
def test_checker_refuses_what_we_refuse(check: Checking, tmp_path: Path, good: str, bad: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(HEAD + GOOD.replace(good, bad), encoding="utf-8")

    assert good in GOOD
    assert not check(path)


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.rglob("*.toml")), ids=lambda path: path.stem)
def test_checker_accepts_every_shipped_experiment(check: Checking, path: Path) -> None:
    assert check(path)
