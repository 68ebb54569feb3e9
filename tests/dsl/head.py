"""What the experiment files of these tests start with, and the shapes of the fixtures that read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan

HEAD = """[experiment]
name = "lr"
[defaults]
model = "tiny"
dataset = "dialogues"
[models.tiny]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
"""
"""Nine lines that every experiment of these tests starts with."""

Write = Callable[..., Path]
Loading = Callable[..., Experiment]
Planning = Callable[..., Plan]
Refusal = Callable[..., str]
