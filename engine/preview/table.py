"""A preview as people read it: a table of trials, what is left out and why, and what the run will need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xp.dsl.labels import labels
from xp.dsl.quantity import plural, quantity
from xp.dsl.spelling import spell
from xp.dsl.tuning import Tuning
from xp.engine.forecast.amounts import NAMES, Amount, Sum
from xp.engine.preview.preview import Preview, Row
from xp.engine.screen import make_table

HEADINGS: Mapping[str, str] = {
    "memory": "memory/rank",
    "time": "time",
    "energy": "energy",
    "emissions": "CO2e",
    "cost": "cost",
}
"""Columns of the table, by what is forecast."""

FORMULAS: Mapping[str, str] = {
    "DeepSpeed formula": "weights, gradients and optimizer states after partitioning; no activations",
    "AdamW formula": "weights, gradients and moments; no activations",
}
"""What a formula counts."""

MOST = 20
"""Excluded combinations that are listed."""


@dataclass
class Notes:
    """What the numbers rest on, each said once."""

    numbers: dict[str, int] = field(default_factory=dict)

    def mark(self, basis: str) -> str:
        """Return the mark of a basis."""
        return f"[{self.numbers.setdefault(basis, len(self.numbers) + 1)}]"

    def lines(self) -> Iterator[str]:
        """Yield what the marks mean."""
        for basis, number in self.numbers.items():
            explanation = FORMULAS.get(basis, "")
            yield f"[{number}] {basis}{': ' if explanation else ''}{explanation}"


def text(preview: Preview) -> str:
    """Return the whole preview."""
    notes = Notes()
    parts = [trials(preview, notes), "\n".join(excluded(preview)), "\n".join(map(noted, preview.notes))]
    parts += ["\n".join(missing(preview)), summary(preview, notes)]
    parts.append("\n".join(notes.lines()))  # last: the others make them
    return "\n".join(f"{part.rstrip()}\n" for part in parts if part)


def trials(preview: Preview, notes: Notes) -> str:
    """Return the table of trials; of what nothing is known of any trial there is no column."""
    told = [name for name in NAMES if any(getattr(row.forecast, name).known for row in preview.rows)]
    axes = preview.axes
    head = ["id", "state", *axes, *(HEADINGS[name] for name in told), "label"]
    rows = [
        [
            row.trial.id,
            str(row.standing),
            *(shown(row, axis) for axis in axes),
            *(amount(getattr(row.forecast, name), notes) for name in told),
            row.trial.label,
        ]
        for row in preview.rows
    ]
    numeric = {axis for axis in axes if all(number(row.cells.get(axis)) for row in preview.rows)}
    return make_table(head, rows, {*numeric, *(HEADINGS[name] for name in told)})


def shown(row: Row, axis: str) -> str:
    """Return the value of an axis, empty where the trial has none."""
    value = row.cells.get(axis)
    return "" if axis not in row.cells else value if isinstance(value, str) else spell(value)


def number(value: object) -> bool:
    """Tell whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def amount(told: Amount, notes: Notes) -> str:
    """Return a number with the mark of what it rests on."""
    return f"{quantity(told.value, told.unit)} {notes.mark(told.basis)}" if told.known else told.basis


def excluded(preview: Preview) -> Iterator[str]:
    """Yield one line per combination that is left out, with the rule that does it."""
    seeds: dict[tuple[str, str], list[int]] = {}
    tried = [trial.variant for trial in preview.planned.plan.trials]  # a name tells apart from these, too
    names = labels([*tried, *(variant for variant, _, _ in preview.excluded)])[len(tried) :]
    for (_, seed, rule), name in zip(preview.excluded, names, strict=True):
        seeds.setdefault((name, rule), []).append(seed)
    for (name, rule), left_out in list(seeds.items())[:MOST]:
        many = "seeds" if len(left_out) > 1 else "seed"
        yield f"excluded  {name} · {many} {', '.join(map(str, left_out))}, by {rule}"
    if len(seeds) > MOST:
        yield f"excluded  {len(seeds) - MOST:,} more combinations: --json lists all"


def noted(line: str) -> str:
    """Return a line that is worth knowing, marked as one."""
    return f"note      {line}"


def missing(preview: Preview) -> Iterator[str]:
    """Yield what is nowhere to be had, with the number of trials that it costs."""
    for problem, count in preview.missing.items():
        yield f"missing   {plural(count, 'trial')} cannot run: {problem}"


def summary(preview: Preview, notes: Notes) -> str:
    """Return how many trials there are, and what those that would run need."""
    states = Counter(row.standing.state for row in preview.rows)
    told = [f"{count:,} {state}" for state, count in states.items()]
    lines = [f"search    {name}: {budget}" for name, budget in budgets(preview)]
    told += [f"{len(preview.excluded):,} excluded"] if preview.excluded else []
    told += [f"{len(preview.lacking):,} cannot run"] if preview.lacking else []
    lines += [f"{plural(len(preview.rows), 'trial')}: {', '.join(told)}"]
    if due := len(preview.due):
        lines += [f"a run would attempt {due:,}, one after another, and need"]
        lines += [needed(name, whole, due, notes) for name, whole in preview.totals.items()]
    return "\n".join(lines)


def budgets(preview: Preview) -> Iterator[tuple[str, str]]:
    """Yield the methods that search, and how much each of their trials trains: equal numbers are equal budgets."""
    searches = [(row.trial.method, row.trial.search, row.trial.settings.max_steps) for row in preview.rows]
    yield from dict.fromkeys((method, budget(search, steps)) for method, search, steps in searches if search)


def budget(search: Tuning, steps: int | None) -> str:
    """Return how much a trial of a search trains, each training for so many steps, if that is known."""
    parts = f" in {plural(search.generations, 'generation')}" if search.generations else ""
    whole = f", {plural(search.trainings * steps, 'step')} in all" if steps else ""
    return f"{plural(search.trainings, 'training')}{parts} for each trial{whole}"


def needed(name: str, whole: Sum, due: int, notes: Notes) -> str:
    """Return one line of what a run needs."""
    if whole.value is None:
        return f"  {name:<11}unknown"
    scope = " per rank in the largest trial" if name == "memory" else ""
    missing = f" for {whole.known:,} of them, unknown for the others" if whole.known < due else ""
    return f"  {name:<11}{quantity(whole.value, whole.unit)}{scope}{missing} {marks(whole.bases, notes)}"


def marks(bases: Sequence[str], notes: Notes) -> str:
    """Return the marks of some bases."""
    return "".join(notes.mark(basis) for basis in bases)
