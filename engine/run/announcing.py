"""The plan of an experiment as its journal keeps it: the last one says which trials belong to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

from xp.dsl.declared import declared
from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan
from xp.dsl.trial import Trial
from xp.engine.journal import FORMAT, Journal
from xp.engine.layout import Layout


def journal_plan(layout: Layout, experiment: Experiment, plan: Plan, order: Sequence[Trial]) -> None:
    """Append the plan to the experiment's journal: the last one says which trials belong to it."""
    place = {trial.id: number for number, trial in enumerate(order)}
    goal = experiment.objective
    with Journal(layout.experiment_journal(experiment.experiment.name)) as journal:
        journal.append(
            "plan",
            version=FORMAT,
            name=experiment.experiment.name,
            description=experiment.experiment.description,
            file=experiment.file.name,
            sha256=hashlib.sha256(experiment.text.encode()).hexdigest(),
            text=experiment.text,
            baseline=experiment.baseline,
            methods=[
                {"name": name, "description": experiment.method(name).description} for name in experiment.method_names
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
