"""A trial that cannot go on from a checkpoint is told of before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.dsl.plan import plan
from xp.dsl.plan_notes import doubts
from xp.dsl.source import load

FILE = """\
[experiment]
name = "tiny"
[defaults]
model = "bart"
dataset = "dialogues"
precision = "bf16"
[models.bart]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
[methods.states]
settings = { zero = { stage = 3, offload_optimizer = "nvme" } }
[methods.parameters]
settings = { zero = { stage = 3, offload_param = "nvme" } }
[matrix]
method = ["states", "parameters"]
seed = [1, 2]
"""


def test_parameters_in_a_folder_are_told_once_at_their_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(FILE, encoding="utf-8")
    experiment = load(Path("tiny.toml"))

    (line,) = doubts(experiment, plan(experiment, {"dialogues": "0" * 64}).trials)

    assert line.startswith("tiny.toml:14:34: methods.parameters.settings.zero.offload_param: a trial that is stopped")
    assert "begins anew, whatever checkpoint_every says" in line
