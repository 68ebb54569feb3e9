"""The plan of an experiment in its journal: all that it was made of, and the trials that it has come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from xp.dsl.declared import declared
from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan
from xp.dsl.trial import Trial
from xp.engine.digests import hash_text
from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import Layout

TOLD = ("description", "settings", "deepspeed")
"""What a plan tells of its methods: what they are said to be, and what they set."""


def journal_plan(layout: Layout, experiment: Experiment, plan: Plan, order: Sequence[Trial]) -> None:
    """Append the plan to the experiment's journal, as every `xp run` does before its first trial.

    The last plan says which trials belong to the experiment, whatever earlier ones had.
    """
    place = {trial.id: number for number, trial in enumerate(order)}
    goal = experiment.objective
    with Journal(layout.experiment_journal(experiment.experiment.name)) as journal:
        journal.append(
            "plan",
            version=FORMAT,
            name=experiment.experiment.name,
            description=experiment.experiment.description,
            file=experiment.file.name,
            sha256=hash_text(experiment.text),
            text=experiment.text,
            further_files=[
                {"file": name, "sha256": hash_text(text), "text": text} for name, text in experiment.further_files
            ],
            overrides=list(experiment.overrides),
            baseline=experiment.baseline,
            methods=[
                {"name": name, **experiment.method(name).model_dump(mode="json", include=set(TOLD))}
                for name in experiment.method_names
            ],
            confidence=experiment.claims.confidence,
            correction=experiment.claims.correction,
            claims=list(declared(experiment)),
            measures=[asdict(own.measure(name)) for name, own in experiment.measures.items()],
            trials=[
                {
                    "trial": trial.id,
                    "method": trial.method,
                    "baseline": trial.baseline,
                    "variant": trial.variant,
                    "context": trial.context,
                    "seed": trial.seed,
                    "label": trial.label,
                    "order": place[trial.id],
                }
                for trial in plan.trials
            ],
            excluded=[{"variant": dict(excluded.variant), "rule": excluded.rule} for excluded in plan.excluded],
            prices=[{"tariff": name, **price.model_dump()} for name, price in experiment.prices.items()],
            objective=None if goal is None else {"metric": goal.metric, "goal": goal.direction},
        )
