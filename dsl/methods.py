"""Methods among each other and against the matrix: who is compared with whom, and who decides a setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xp.dsl.constraints import texts_beside
from xp.dsl.dotted import flatten
from xp.dsl.errors import Problem, did_you_mean
from xp.dsl.experiment import Experiment
from xp.dsl.kinds import NAMES
from xp.dsl.origin import RANKS, file_defaults
from xp.dsl.spelling import Key
from xp.dsl.tuning import Tuning


def check_methods(experiment: Experiment) -> Iterator[Problem]:
    """Yield what does not fit together."""
    yield from decided_twice(experiment)
    yield from baselines(experiment)
    yield from untried_in_constraints(experiment)
    yield from unconstrained(experiment)
    yield from ranks_twice(experiment)
    yield from in_vain(experiment)


def decided_twice(experiment: Experiment) -> Iterator[Problem]:
    """Yield the settings that a method and an axis both set: the axis would make the method's name a lie."""
    for name in experiment.method_names:
        method = experiment.method(name)
        searched = method.search.decided if method.search else {}
        for setting in flatten(method.settings):
            where = experiment.where("methods", name, "settings", *setting.split("."))
            if setting in experiment.matrix.axes:
                yield Problem(f"has no effect: the axis {setting} decides", where, "take it out of one of the two")
            if setting in searched:
                yield Problem("has no effect: the method's search decides", where, "take it out of one of the two")
        for setting in searched:
            if setting in experiment.matrix.axes:
                where = experiment.where("methods", name, "search", *place_in_search(method.search, setting))
                yield Problem(f"the axis {setting} decides it already", where, "take it out of one of the two")


def place_in_search(search: Tuning | None, setting: str) -> Key:
    """Return where a search names a setting that it decides."""
    in_space = search is None or setting in search.space
    return ("space", setting) if in_space else ("schedule", 0, "settings", *setting.split("."))


def baselines(experiment: Experiment) -> Iterator[Problem]:
    """Yield the baselines that are not tried, and the claims that compare a method with itself."""
    tried = experiment.method_names
    if experiment.baseline not in tried:
        where = experiment.where("experiment", "baseline")
        yield untried(experiment.baseline, tried, where)
    for name in tried:
        method = experiment.method(name)
        if method.baseline and method.baseline not in tried:
            where = experiment.where("methods", name, "baseline")
            yield untried(method.baseline, tried, where)
        if method.claims and experiment.baseline_of(name) == name:
            where = experiment.where("methods", name, "claims")
            yield Problem("a baseline claims nothing: there is nothing that it is compared with", where)


def ranks_twice(experiment: Experiment) -> Iterator[Problem]:
    """Yield the number of ranks where two tables give it."""
    if experiment.resources.world_size is not None and RANKS in experiment.defaults.model_fields_set:
        where = experiment.where("resources", RANKS)
        yield Problem("has no effect: [defaults] gives it", where, "take it out of one of the two")


def unconstrained(experiment: Experiment) -> Iterator[Problem]:
    """Yield the constraints over settings that a search decides: they would look at a value that it never tries."""
    for name in experiment.method_names:
        search = experiment.method(name).search
        for place, constraint in enumerate(experiment.matrix.constraints):
            if search and "method" not in constraint.names and (both := constraint.names & search.decided.keys()):
                message = f"cannot be asked of method '{name}': its search decides {', '.join(sorted(both))}"
                hint = f"give its space other values, and write method == '{name}' or …"
                yield Problem(message, experiment.where("matrix", "constraints", place), hint)


def in_vain(experiment: Experiment) -> Iterator[Problem]:
    """Yield the defaults of the command line that no trial has, since each method sets them; a file may have such."""
    methods = [experiment.method(name) for name in experiment.method_names]
    decided = [{**flatten(one.settings), **(one.search.decided if one.search else {})} for one in methods]
    for setting in file_defaults(experiment):
        key = ("defaults", *setting.split("."))
        if experiment.given(*key) and all(setting in one for one in decided):
            hint = f"--set methods.NAME.settings.{setting}=… changes that of one"
            yield Problem("has no effect: every method sets it", experiment.where(*key), hint)


def untried(baseline: str, tried: Sequence[str], where: str) -> Problem:
    """Return the problem of a baseline that no trial has."""
    return Problem(f"the baseline '{baseline}' is not tried", where, did_you_mean(baseline, tried))


def untried_in_constraints(experiment: Experiment) -> Iterator[Problem]:
    """Yield the methods, models and data sets that constraints speak of and nobody tries."""
    for kind in NAMES:
        tried = list(experiment.tried(kind))
        for place, constraint in enumerate(experiment.matrix.constraints):
            for name in texts_beside(constraint, kind):
                if name not in tried:
                    where = experiment.where("matrix", "constraints", place)
                    yield Problem(f"unknown {kind}, got '{name}'", where, did_you_mean(name, tried))
