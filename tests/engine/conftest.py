"""A trial to run without training anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.dsl.trial import Trial

SPEC = """
[experiment]
name = "tiny"
[defaults]
model = "bart-tiny"
dataset = "dialogues"
world_size = 2
[models.bart-tiny]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
[matrix]
method = ["baseline", "zero2"]
seed = [1, 2, 3]
"""


@pytest.fixture
def trials(tmp_path: Path) -> Callable[..., list[Trial]]:
    """Return a function that plans trials, all settings changeable as on the command line."""

    def make(*overrides: str) -> list[Trial]:
        file = tmp_path / "tiny.toml"
        file.write_text(SPEC, encoding="utf-8")
        return plan(load(file, overrides), {"dialogues": "0" * 64}).trials

    return make
