"""A plan in the journal holds all that it was made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.engine.journal import events
from xp.engine.layout import Layout
from xp.engine.run.announcing import journal_plan

BASE = """
[defaults]
model = "bart-tiny"
dataset = "dialogues"
[models.bart-tiny]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
"""
TOP = """
extends = "below/base.toml"
[experiment]
name = "top"
[methods.baseline]
[methods.zero2]
deepspeed = "two.json"
"""
TWO = '{"zero_optimization": {"stage": 2}}\n'


def test_files_that_a_plan_extends_and_settings_of_the_command_line_are_in_the_journal(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name, text in (("below/base.toml", BASE), ("top.toml", TOP), ("two.json", TWO)):
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    experiment = load(tmp_path / "top.toml", ("batch_size=4", "matrix.seed=[7]"))
    made = plan(experiment, {"dialogues": "0" * 64})
    layout = Layout(tmp_path / "results")

    journal_plan(layout, experiment, made, made.trials)

    (told,) = events(layout.experiment_journal("top"))
    assert (told["file"], told["text"]) == ("top.toml", TOP)
    assert told["sha256"] == hashlib.sha256((tmp_path / "top.toml").read_bytes()).hexdigest()
    assert told["further_files"] == [
        {"file": "base.toml", "sha256": hashlib.sha256(BASE.encode()).hexdigest(), "text": BASE},
        {"file": "two.json", "sha256": hashlib.sha256(TWO.encode()).hexdigest(), "text": TWO},
    ]
    assert told["overrides"] == ["batch_size=4", "matrix.seed=[7]"]
