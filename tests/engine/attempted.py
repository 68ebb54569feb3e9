"""Journals of attempts at planned trials, as a run leaves them, without running any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xp.dsl.trial import Trial
from xp.engine.journal import Journal
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run.attempt import attempt_facts

START = 1_750_000_000.0
"""2025-06-15 15:06:40 UTC."""


@dataclass(frozen=True)
class Took:
    """What an attempt took; None is not recorded."""

    seconds: float = 30.0
    runtime: float = 20.0
    memory: float = 1e8
    energy: float | None = 0.001
    emissions: float | None = 0.0005
    steps: int = 100
    parameters: int = 1000
    samples: int = 3000
    cpu: str = "cpu A"
    contended: bool = False


def announced(layout: Layout, trial: Trial, took: Took = Took(), time: float = START) -> AttemptLayout:
    """Write an attempt that has begun, and not ended."""
    attempt = layout.new_attempt(trial.id)
    attempt.trial_file.write_text(trial.model_dump_json(), encoding="utf-8")
    with Journal(attempt.engine_journal) as journal:
        journal.append("attempt", t=time, **attempt_facts(trial, attempt), launch="preload", contended=took.contended)
        journal.append("facts", section="environment", subject="", values={"cpu": took.cpu}, units={})
    return attempt


def ended(layout: Layout, trial: Trial, state: str = "failed", took: Took = Took(), time: float = START) -> None:
    """Write an attempt that has come to an end."""
    attempt = announced(layout, trial, took, time)
    with Journal(attempt.engine_journal) as journal:
        journal.append("end", t=time + took.seconds, state=state, reason="", seconds=took.seconds, evidence={})


def completed(layout: Layout, trial: Trial, took: Took = Took(), time: float = START) -> None:
    """Write an attempt that has completed, with everything that it measured."""
    attempt = announced(layout, trial, took, time)
    ranks = range(trial.settings.world_size)
    for rank in ranks:
        with Journal(attempt.journal(rank)) as journal:
            journal.append("rank", rank=rank, world_size=len(ranks), pid=1)
            metrics(journal, train_peak_memory=took.memory)
            if rank == 0:
                measured(journal, trial, took)
            journal.append("done")
    with Journal(attempt.engine_journal) as journal:
        journal.append("end", t=time + took.seconds, state="completed", reason="", seconds=took.seconds, evidence={})


def measured(journal: Journal, trial: Trial, took: Took) -> None:
    """Write what rank 0 measures and tells."""
    metrics(journal, train_runtime=took.runtime)
    metrics(journal, energy_consumed=took.energy, emissions=took.emissions)
    told: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("model", trial.model_name, {"parameters": took.parameters, "trainable_parameters": took.parameters}),
        ("model", trial.model_name, {"hidden_size": 10, "vocabulary_size": 50, "encoder_ffn_size": 20}),
        ("dataset", trial.dataset_name, {"train_samples": took.samples}),
        ("measurement", "training", {"planned_steps": took.steps, "done_steps": took.steps}),
    )
    for section, subject, values in told:
        journal.append("facts", section=section, subject=subject, values=values, units={})


def metrics(journal: Journal, **values: float | None) -> None:
    """Write numbers about the whole attempt, those that there are."""
    found = {name: value for name, value in values.items() if value is not None}
    journal.append("metrics", step=None, values=found, units={})
