"""From a file on the command line to a plan: the file is found, what it points to is hashed, trials are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from xp.dsl import only as selection
from xp.dsl import source
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan, plan
from xp.dsl.trial import Trial
from xp.engine import environment, references
from xp.engine.layout import Layout, shipped
from xp.engine.runner import is_completed


@dataclass(frozen=True)
class Planned:
    """An experiment, its trials, and those of them that were asked for."""

    experiment: Experiment
    plan: Plan
    wanted: list[Trial]
    """All trials of the plan, unless the command line narrowed them."""


def make(file: Path, overrides: Sequence[str], only: Sequence[str]) -> Planned:
    """Return the plan of *file*; raise SpecError naming everything that is wrong with it."""
    experiment = source.load(find(file), overrides)
    hashes, checkpoints = references.fingerprints(experiment), references.checkpoints(experiment)
    whole = plan(experiment, hashes, environment.machine(), checkpoints)
    return Planned(experiment, whole, selection.narrow(whole, only).trials)


def find(file: Path) -> Path:
    """Return *file*, or the experiment of that name that ships with xp."""
    if file.exists():
        return file
    if (own := shipped("xp.experiments", file, ".toml")) is not None:
        click.echo(f"xp: there is no {file} here: taking the one that ships with xp", err=True)
        return own
    raise SpecError(Problem("there is no such file", str(file), "give the path of an experiment file, such as my.toml"))


def show(planned: Planned, results: Path) -> None:
    """Print one line per trial and a total."""
    layout = Layout(results.absolute())
    for trial in planned.wanted:
        click.echo(f"{trial.id}  {'cached' if is_completed(layout, trial.id) else 'new':<7}{trial.label}")
    for excluded in planned.plan.excluded:
        variant = ", ".join(f"{axis}={value}" for axis, value in excluded.variant.items())
        click.echo(f"{'-' * 12}  excluded {variant} by {excluded.rule}")
    click.echo(f"{len(planned.wanted)} trials")
