"""Methods among each other and against the matrix: who is compared with whom, and who decides a setting."""

from __future__ import annotations

from collections.abc import Iterator

from xp.dsl.dotted import flatten
from xp.dsl.errors import Problem, did_you_mean
from xp.dsl.experiment import Experiment


def check_methods(experiment: Experiment) -> Iterator[Problem]:
    """Yield what does not fit together."""
    yield from decided_twice(experiment)
    yield from baselines(experiment)


def decided_twice(experiment: Experiment) -> Iterator[Problem]:
    """Yield the settings that a method and an axis both set: the axis would make the method's name a lie."""
    for name in experiment.method_names:
        for setting in flatten(experiment.method(name).settings):
            if setting in experiment.matrix.axes:
                where = experiment.where("methods", name, "settings", *setting.split("."))
                yield Problem(f"has no effect: the axis {setting} decides", where, "take it out of one of the two")


def baselines(experiment: Experiment) -> Iterator[Problem]:
    """Yield the baselines that are not tried, and the claims that compare a method with itself."""
    tried = experiment.method_names
    if experiment.baseline not in tried:
        where = experiment.where("experiment", "baseline")
        yield Problem(f"the baseline '{experiment.baseline}' is not tried", where, did_you_mean(experiment.baseline, tried))
    for name in tried:
        method = experiment.method(name)
        if method.baseline and method.baseline not in tried:
            where = experiment.where("methods", name, "baseline")
            yield Problem(f"the baseline '{method.baseline}' is not tried", where, did_you_mean(method.baseline, tried))
        if method.claims and experiment.baseline_of(name) == name:
            where = experiment.where("methods", name, "claims")
            yield Problem("a baseline claims nothing: there is nothing that it is compared with", where)
