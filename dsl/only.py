"""``--only key=value``: a part of a plan, without a change of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from xp.dsl.errors import Problem, SpecError, did_you_mean
from xp.dsl.explain import broken_rule
from xp.dsl.kinds import KINDS
from xp.dsl.overrides import read_value
from xp.dsl.plan import Plan
from xp.dsl.spelling import spell
from xp.dsl.trial import Trial
from xp.dsl.vocabulary import hint

UNSET = spell(None)
"""What stands for a setting without a value, as hints spell it."""


def narrow(plan: Plan, arguments: Sequence[str]) -> Plan:
    """Return the part of a plan that agrees with ``key=value`` arguments: with every key, and of each key with one."""
    wanted: dict[str, list[Any]] = {}
    problems: list[Problem] = []
    for argument in arguments:
        try:
            key, value = split_argument(argument)
            suggest_value(key, value, plan.trials)
        except UnmatchedError as error:
            problems.append(Problem(str(error), f"--only {argument}", one_by_one(argument, plan.trials) or error.hint))
            continue
        wanted.setdefault(key, []).append(value)
    if problems:
        raise SpecError(*problems)
    found = [trial for trial in plan.trials if matches(trial, wanted)]
    if not found:
        raise SpecError(Problem("no trial agrees with all of them", f"--only {' --only '.join(arguments)}"))
    return replace(plan, trials=found)


class UnmatchedError(ValueError):
    """An argument that no trial can agree with."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def split_argument(argument: str) -> tuple[str, Any]:
    """Return the axis or setting and the value of one argument.

    >>> split_argument("learning_rate=1e-5"), split_argument("method=zero2")
    (('learning_rate', 1e-05), ('method', 'zero2'))
    """
    key, mark, typed = (part.strip() for part in argument.partition("="))
    if not mark:
        raise UnmatchedError("should be an axis, = and a value, such as method=zero2")
    if key not in KINDS:
        raise UnmatchedError("unknown axis", hint(key, KINDS))
    wrong: list[str] = []
    for read in (read_value, str):  # what looks like a number may be the text of a text setting
        try:
            return key, KINDS[key].validate_python(read(typed))
        except ValidationError as error:
            wrong.append(broken_rule(error.errors()[0]))
        except ValueError as error:
            wrong.append(str(error))
    if typed == UNSET:
        return key, None
    raise UnmatchedError(wrong[0])


def selectable_values(trial: Trial) -> Mapping[str, Any]:
    """Return everything that an argument may ask of a trial; what its search decides has no value of its own."""
    decided = trial.search.decided if trial.search else {}
    names = {"method": trial.method, "model": trial.model_name, "dataset": trial.dataset_name, "seed": trial.seed}
    return {**trial.dotted_settings, **decided, **names}


def one_by_one(argument: str, trials: Sequence[Trial]) -> str:
    """Return how to ask for several values that are written into one argument; nothing where these are no values."""
    key, _, typed = argument.partition("=")
    parts = [part.strip(" \"'") for part in typed.strip(" []").split(",")]
    try:
        for part in parts if len(parts) > 1 else [typed]:
            suggest_value(*split_argument(f"{key}={part}"), trials)
    except UnmatchedError:
        return ""
    return " ".join(f"--only {key}={part}" for part in parts)


def matches(trial: Trial, wanted: Mapping[str, Sequence[Any]]) -> bool:
    """Tell whether a trial has one of the wanted values of every key."""
    own = selectable_values(trial)
    return all(own[key] in allowed for key, allowed in wanted.items())


def suggest_value(key: str, value: Any, trials: Sequence[Trial]) -> None:
    """Refuse a value that no trial has, naming the nearest that one has."""
    there = {as_typed(selectable_values(trial)[key]) for trial in trials}
    if as_typed(value) not in there:
        raise UnmatchedError("no trial has it", did_you_mean(as_typed(value), there))


def as_typed(value: Any) -> str:
    """Return a value as it is typed on a command line."""
    return value if isinstance(value, str) else spell(value)
