"""Where everything in a trial comes from, and why there is such a trial."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from xp.dsl.dotted import flatten
from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.kinds import NAMES
from xp.dsl.labels import as_json_values
from xp.dsl.matrix import Cell, Expansion
from xp.dsl.origin import deciding_key, is_written
from xp.dsl.plan import Plan
from xp.dsl.presets import PRESET
from xp.dsl.spelling import Key, spell
from xp.dsl.table import Table
from xp.dsl.trial import Trial
from xp.engine.finding import one_that_begins, suggest_id
from xp.engine.planning import Planned
from xp.engine.screen import make_table

BUILT_IN = "default of xp"
SEARCH = "the search decides"
BASE = "DeepSpeed file"
HUB = "commit on the hub"

COMMITS = ("revision", "tokenizer_revision")
"""Keys that the hub fills where the file leaves them out."""


@dataclass(frozen=True)
class SettingSource:
    """One value of a trial, and what has set it."""

    name: str
    value: Any
    source: str
    """In a word or two: ``axis``, ``method zero2``, ``command line``, …"""

    where: str = ""
    """``file:line:column: key``, or the argument; empty where nobody has set it."""


@dataclass(frozen=True)
class Explanation:
    """Everything about one trial."""

    trial: Trial
    compared_with: Trial | None
    """The trial of the baseline under the same conditions."""

    reasons: list[SettingSource]
    """Axis by axis, why there is such a trial."""

    settings: list[SettingSource]
    """Every setting, and what goes to DeepSpeed besides."""

    subjects: list[SettingSource]
    """What is written of its model and its data set."""


def explain(planned: Planned, wanted: str) -> Explanation:
    """Return the explanation of the trial whose id starts with *wanted*."""
    experiment, trial = planned.experiment, find_trial(planned.plan, wanted)
    subjects = [
        *source_of_subject(experiment, ("models", trial.model_name), trial.model),
        *source_of_subject(experiment, ("datasets", trial.dataset_name), trial.dataset),
    ]
    return Explanation(
        trial,
        counterpart(planned.plan, trial),
        [*reasons(experiment, trial)],
        [
            *(setting(experiment, trial, name, value) for name, value in trial.dotted_settings.items()),
            *passed_on(experiment, trial),
        ],
        subjects,
    )


def find_trial(plan: Plan, wanted: str) -> Trial:
    """Return the only trial whose id starts with *wanted*; raise SpecError naming those that come near."""
    labels = {trial.id: trial.label for trial in plan.trials}
    if (found := one_that_begins(labels, wanted, SpecError)) is None:
        hint = f"{suggest_id(labels, wanted)}; `xp plan` lists all, and --set changes ids"
        raise SpecError(Problem("there is no such trial in the plan", wanted, hint))
    return next(trial for trial in plan.trials if trial.id == found)


def counterpart(plan: Plan, trial: Trial) -> Trial | None:
    """Return the trial that a trial is compared with, None for one of the baseline itself."""
    if trial.method == trial.baseline:
        return None
    conditions = (trial.baseline, trial.context, trial.seed)
    return next((each for each in plan.trials if (each.method, each.context, each.seed) == conditions), None)


def reasons(experiment: Experiment, trial: Trial) -> Iterator[SettingSource]:
    """Yield for each axis which value the trial has, and what has given it that value."""
    cell = cell_of(experiment, trial)
    names = dict.fromkeys([*NAMES, *trial.variant])
    for axis, value in {**{name: trial.variant[name] for name in names}, "seed": trial.seed}.items():
        key, source = axis_source(experiment, cell, axis, value)
        where = experiment.where(*key) if key else ""
        yield SettingSource(axis, value, "command line" if where.startswith("--set") else source, where)


def cell_of(experiment: Experiment, trial: Trial) -> Cell:
    """Return the cell of the matrix that a trial was made of."""
    own = (trial.variant, trial.seed)
    cells = (cell for cell in Expansion(experiment.grid) if cell.excluded is None)
    return next(cell for cell in cells if (as_json_values(cell.variant), cell.seed) == own)


def axis_source(experiment: Experiment, cell: Cell, axis: str, value: Any) -> tuple[Key, str]:
    """Return the key that gives a cell its value on an axis, and what kind of key that is."""
    matrix = experiment.matrix
    if cell.included is not None and axis in matrix.include[cell.included]:
        return ("matrix", "include", cell.included, axis), "a trial of its own by an include rule"
    if axis in matrix.axes or (axis == "seed" and "seed" in matrix.model_fields_set):
        values = matrix.seed if axis == "seed" else matrix.axes[axis]
        place = next((at for at, each in enumerate(values) if spell(each) == spell(value)), None)
        return ("matrix", axis, *([] if place is None else [place])), "axis"
    if axis in ("model", "dataset"):
        return ("defaults", axis), "defaults"
    if axis == "method":
        return ("methods", str(value)), "every method is tried" if experiment.methods else BUILT_IN
    return (
        ((), BUILT_IN) if axis == "seed" else (deciding_key(experiment, cell.variant, axis), "added by an include rule")
    )


def setting(experiment: Experiment, trial: Trial, name: str, value: Any) -> SettingSource:
    """Return where one setting of a trial comes from."""
    if trial.search is not None and name in trial.search.decided:
        return SettingSource(
            name, trial.search.decided[name], SEARCH, experiment.where("methods", trial.method, "search")
        )
    if not is_written(experiment, trial.variant, name):
        base = experiment.base_of(trial.method)
        where = base.where(name) if base and value is not None else ""
        return SettingSource(name, value, BASE if where else BUILT_IN, where)
    key = deciding_key(experiment, trial.variant, name)
    where = experiment.where(*key)
    sources = {"methods": f"method {trial.method}", "matrix": "axis"}
    source = "include rule" if "include" in key else sources.get(str(key[0]), str(key[0]))
    return SettingSource(name, value, "command line" if where.startswith("--set") else source, where)


def passed_on(experiment: Experiment, trial: Trial) -> Iterator[SettingSource]:
    """Yield what goes to DeepSpeed as its file has it."""
    base = experiment.base_of(trial.method)
    for key, value in flatten(trial.deepspeed).items():
        known = base is not None and key in base.file.places
        yield SettingSource(f"deepspeed.{key}", value, BASE, base.file.where(key) if base and known else "")


def source_of_subject(experiment: Experiment, key: Key, subject: Table) -> Iterator[SettingSource]:
    """Yield what a file says of a model or a data set."""
    kind, name = key
    if name not in getattr(experiment, str(kind)):
        return
    for field, value in flatten(subject.model_dump(exclude_unset=True)).items():
        place = (*key, *field.split("."))
        where = experiment.where(*place)
        source = "command line" if where.startswith("--set") else "file"
        if not experiment.says(*place):
            source, where = (HUB, "") if field in COMMITS else (f"preset {getattr(subject, PRESET)}", where)
        if experiment.says(*place) or field in COMMITS or getattr(subject, PRESET):
            yield SettingSource(f"{kind}.{name}.{field}", value, source, where)


def as_json(explanation: Explanation) -> str:
    """Return an explanation as one JSON object."""
    trial, other = explanation.trial, explanation.compared_with
    told: Mapping[str, Any] = {
        "id": trial.id,
        "label": trial.label,
        "experiment": trial.experiment,
        "method": trial.method,
        "seed": trial.seed,
        "compared_with": other and {"id": other.id, "label": other.label},
        "reasons": [asdict(each) for each in explanation.reasons],
        "settings": [asdict(each) for each in explanation.settings],
        "subjects": [asdict(each) for each in explanation.subjects],
    }
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_text(explanation: Explanation) -> str:
    """Return an explanation for people."""
    trial, other = explanation.trial, explanation.compared_with
    head = [f"{trial.id}  {trial.label}"]
    head += [f"compared with {other.id}  {other.label}"] if other else []
    parts = [
        "\n".join(head) + "\n",
        grid("why it exists", explanation.reasons),
        grid("setting", sorted(explanation.settings, key=lambda each: each.source == BUILT_IN)),
        grid("model and data set", explanation.subjects),
    ]
    return "\n".join(filter(None, parts))


def grid(name: str, origins: Sequence[SettingSource]) -> str:
    """Return some values and their origins as a table, empty where there are none."""
    rows = [[each.name, as_typed(each.value), each.source, each.where] for each in origins]
    return make_table([name, "value", "from", "place"], rows) if rows else ""


def as_typed(value: Any) -> str:
    """Return a value as it is written on a command line."""
    return value if isinstance(value, str) and value else spell(value)
