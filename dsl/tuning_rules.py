"""A search against the trial it belongs to: what it would try must be able to run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, product
from typing import Any, NamedTuple

from pydantic import ValidationError

from xp.dsl.dotted import SETTINGS, nest
from xp.dsl.rules import RULES, Case, Finding
from xp.dsl.settings import Settings
from xp.dsl.spelling import Key
from xp.dsl.traced import Traced
from xp.dsl.tuning import Space, Tuning, integral, is_whole

LOOKS = 5_000
"""Combinations of a space that are looked at: more than a search may have trainings, unless the file permits it."""

UNEVEN = 0.6180339887
"""The part of a range behind which a number is looked at: seldom a round one."""

INSIDE = "a range has all numbers between its ends: list those that are meant, { values = […] }"


class Objection(NamedTuple):
    """What does not work in a search."""

    key: Key
    """Where, inside of the search."""

    message: str
    hint: str = ""
    setting: str = ""
    """The setting that would have to change where that is none that the search decides."""


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """Return settings with some of them changed, by dotted names.

    >>> with_values(Settings(), {"learning_rate": 0.1, "zero.stage": 2}).zero.stage
    2
    """
    tree = settings.model_dump()
    for name, value in nest(values).items():
        tree[name] = {**(tree[name] or {}), **value} if isinstance(value, dict) else value
    return Settings.model_validate(tree)


def objections(tuning: Tuning, case: Case) -> Iterator[Objection]:
    """Yield what does not work in the trainings of a search, all of them with these settings but for its own."""
    if tuning.algorithm in ("pbt", "replay"):
        yield from problems_of_segments(tuning, case.settings)
    rules = Traced(lambda settings: tuple(broken_rules(case.of(settings))), tuning.space)
    told: set[Finding] = set()
    for point in probe_points(tuning):
        values = {probe.name: probe.value for probe in point}
        try:
            findings = rules.answer(values.__getitem__, partial(with_values, case.settings, values))
        except ValidationError as error:
            table, *_, missing = error.errors()[0]["loc"]
            probe = next(probe for probe in point if probe.name.startswith(f"{table}."))
            yield Objection(probe.key, f"lacks {missing} in the same table")
            return
        for finding in findings:
            if finding not in told:
                told.add(finding)
                yield objection_at_point(finding, point)


def broken_rules(case: Case) -> Iterator[Finding]:
    """Yield what rules over a whole trial object to."""
    return (finding for rule in RULES for finding in rule(case))


def objection_at_point(finding: Finding, point: Sequence[Probe]) -> Objection:
    """Return a finding at the value of the search that would have to change, if it is one of those."""
    probe = next((probe for probe in point if probe.name == finding.setting), None)
    if probe is None:
        return Objection((), finding.message, finding.hint, finding.setting)
    return Objection(probe.key, finding.message, INSIDE if probe.inside else finding.hint)


def probe_points(tuning: Tuning) -> Iterator[tuple[Probe, ...]]:
    """Yield points that stand for all of a space: each value for itself, then as many together as can be looked at."""
    if not tuning.space:
        return  # a replay: its settings can be trained with whatever else is set
    spaces = [[*probes(name, space)] for name, space in tuning.space.items()]
    first = tuple(space[0] for space in spaces)
    for place, space in enumerate(spaces):
        yield from ((*first[:place], probe, *first[place + 1 :]) for probe in space)
    yield from islice(product(*spaces), LOOKS)


class Probe(NamedTuple):
    """A value that stands for some that a search may try."""

    name: str
    key: Key
    value: Any
    inside: bool = False
    """Whether it lies between the ends of a range."""


def probes(name: str, space: Space) -> Iterator[Probe]:
    """Yield values that stand for all of a space: the listed ones, or both ends of a range and one in between."""
    for inner, value in space.samples():  # right ones, as the search has been read
        yield Probe(
            name,
            ("space", name, *inner),
            SETTINGS[name].adapter.validate_python(int(value) if is_whole(name, value) else value),
        )
    if space.low is not None and space.high is not None:
        step = 1 if integral(name) else (space.high - space.low) * UNEVEN
        value = int(space.low + step) if integral(name) else space.low + step
        yield Probe(name, ("space", name), value, inside=True)


def problems_of_segments(tuning: Tuning, settings: Settings) -> Iterator[Objection]:
    """Yield why a training cannot be cut into generations."""
    steps, parts = settings.max_steps, tuning.generations or 0
    if steps is None:
        hint = "set max_steps: an epoch has as many steps as the data allow, which nobody knows before"
        yield Objection(("algorithm",), f"{tuning.algorithm} cuts a training of known length into parts", hint)
    elif tuning.schedule and tuning.schedule[-1].until != steps:
        last = len(tuning.schedule) - 1
        message = f"a schedule ends with the training, behind step {steps}, got {tuning.schedule[last].until}"
        yield Objection(("schedule", last, "until"), message)
    elif steps < parts:
        yield Objection(("generations",), f"{parts} generations of {steps} steps leave some without a step")
    if settings.zero is not None and settings.zero.on_disk:
        message = f"{tuning.algorithm} and 'nvme' do not go together: a member does not go on from another's folder"
        yield Objection(("algorithm",), message)
    if settings.early_stopping is not None:
        message = f"{tuning.algorithm} and early_stopping do not go together: each part has to reach its end"
        yield Objection(("algorithm",), message)
