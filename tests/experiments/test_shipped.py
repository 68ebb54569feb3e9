"""Every experiment that ships names its schema, keeps to it, and plans."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from xp.dsl.plan import plan
from xp.dsl.resources import Machine
from xp.dsl.source import load
from xp.engine import planning
from xp.engine.machine import environment
from xp.engine.planning import references

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "experiments").rglob("*.toml"))
SCHEMA = json.loads((ROOT / "docs" / "experiment.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

shipped = pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)


IDS = {
    "attention": "7a44b072fa65",
    "core": "0a06f088b6f5",
    "first": "6c604a215ab9",
    "hyperparameters": "f2d70de5464d",
    "models": "f6691b1da4c2",
    "other": "47c2015d5328",
    "samsum": "704dbfd2f8c9",
    "search": "a32ce307f78c",
    "sweep-bart-freeze-samsum": "52d53547a50b",
    "sweep-bart-samsum": "edcb5ccb0684",
    "sweep-t5-freeze-samsum": "7f5fbb7adfec",
}
"""Name of an experiment to the first digits of a hash of its trials' ids, in their order."""


def parsed(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def complaints(tree: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(tree)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@shipped
def test_the_first_line_names_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    way, _, name = first.partition(" ")

    assert (way, (file.parent / name).resolve()) == ("#:schema", ROOT / "docs" / "experiment.schema.json")


@shipped
def test_it_keeps_to_the_schema(file: Path) -> None:
    assert complaints(parsed(file)) == []


@shipped
def test_a_wrong_key_does_not(file: Path) -> None:
    tree = parsed(file)
    tree.setdefault("defaults", {})["leraning_rate"] = 1e-3

    (complaint,) = complaints(tree)
    assert complaint.startswith("$.defaults: ")
    assert "'leraning_rate'" in complaint


@shipped
@pytest.mark.parametrize("machine", [Machine("cpu", 2), Machine("cuda", 8)], ids=lambda machine: machine.devices)
def test_it_plans(file: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "machine", lambda: machine)

    assert planning.make(file).wanted


@shipped
def test_the_ids_of_its_trials_stay(file: Path) -> None:
    """Whoever has results of them would lose them: only a change of the experiment itself may change its ids."""
    experiment = load(file)
    trials = plan(experiment, references.fingerprints(experiment), Machine("cpu", 2)).trials

    assert sha256(" ".join(trial.id for trial in trials).encode()).hexdigest()[:12] == IDS[file.stem]


def test_the_sweep_that_others_ran_draws_twelve_of_eighteen_that_all_differ() -> None:
    found = plan(load(ROOT / "experiments" / "sweep-bart-samsum.toml"), {"samsum": "content"}, Machine("cuda", 8))

    assert len({trial.id for trial in found.trials}) == 12
    assert [cell.rule for cell in found.excluded] == ["search.samples"] * 6
