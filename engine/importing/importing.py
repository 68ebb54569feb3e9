"""`xp import`: files of other programs in, journals out, and what is odd about them said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from xp.dsl.errors import Problem
from xp.engine.importing import sources
from xp.engine.importing.agreement import disagreements
from xp.engine.importing.found import Found, ImportingError, with_state
from xp.engine.importing.overlap import side_by_side
from xp.engine.importing.same_training import note_same_training
from xp.engine.importing.write import UNKNOWN, Placed, imported_totals, last_plan, write_runs
from xp.engine.layout import Layout

NAMED = 3
"""Further files that are named where one thing is said of many."""


def bring_in(
    paths: Sequence[Path],
    results: Path,
    *,
    experiment: str = "imported",
    method: str | None = None,
    model: str = UNKNOWN,
    dataset: str = UNKNOWN,
) -> None:
    """Import *paths* into an experiment of *results*; all of them, or none where one cannot be read."""
    layout = Layout(results.absolute())
    refuse_planned(layout, experiment)
    found = sources.read_runs(paths, imported_totals(layout, experiment))
    runs = [with_state(run) for run in {run.sha256: run for run in found}.values()]
    counting = note_same_training(side_by_side([run for run in runs if not run.counted_in]))
    placed = list(placed_runs(layout, counting, experiment, method, (model, dataset)))
    new = write_runs(layout, placed)
    for text in [*told_of([place.found for place in new]), *told_of_counted(runs), *files_unread(runs)]:
        click.echo(f"xp: {text}", err=True)
    for place in new:
        click.echo(f"{place.trial}  {place.label}  {place.found.kind}, {len(place.found.points)} records")
    known = len(found) - len(new)
    click.echo(f"{len(new)} imported into the experiment '{experiment}', {known} were there already")


def refuse_planned(layout: Layout, experiment: str) -> None:
    """Refuse to mix imported runs with those of an experiment file."""
    before = last_plan(layout, experiment)
    if before and before["text"]:
        hint = "choose another name: --experiment"
        raise ImportingError(Problem(f"'{experiment}' is an experiment of its own file", str(before["file"]), hint))


def placed_runs(
    layout: Layout, runs: Sequence[Found], experiment: str, method: str | None, context: tuple[str, str]
) -> Iterator[Placed]:
    """Yield each run with a method and a seed of its own: runs of one method are numbered on."""
    before = last_plan(layout, experiment)
    taken = {trial["trial"] for trial in before["trials"]} if before else set()
    seeds = Counter(trial["method"] for trial in before["trials"]) if before else Counter[str]()
    for run in runs:
        name = method or run.name
        known = [Placed(run, experiment, name, *context, seed) for seed in range(seeds[name])]
        if same := next((place for place in known if place.trial in taken), None):
            yield same
            continue
        yield Placed(run, experiment, name, *context, seeds[name])
        seeds[name] += 1


def files_unread(runs: Sequence[Found]) -> Iterator[str]:
    """Yield the files that were moved aside and are not imported themselves."""
    named = {path.absolute() for run in runs for path in run.files}
    for path in sorted({path for run in runs for path in run.beside if path.absolute() not in named}):
        yield f"{path}: is not read: name it as well if its rows should count"


def told_of_counted(runs: Sequence[Found]) -> Iterator[str]:
    """Yield the runs that are left out, as what they have counts elsewhere."""
    for run in runs:
        if run.counted_in:
            files = ", ".join(run.counted_in)
            yield f"{run.files[0]}: {run.name}: all its trackers have an equal or a later total in {files}: left out"


def told_of(runs: Sequence[Found]) -> Iterator[str]:
    """Yield what a reader of the imported numbers should know; what holds for several runs is said once."""
    said: dict[str, list[Found]] = {}
    for run in runs:
        for warning in warnings(run):
            said.setdefault(warning, []).append(run)
    for warning, about in said.items():
        yield f"{places_of(about)}: {warning}"


def places_of(runs: Sequence[Found]) -> str:
    """Return where runs are: in one file those of it, of several files the first ones."""
    first, *others = dict.fromkeys(run.files[0] for run in runs)
    if not others:
        return f"{first}: {', '.join(run.name for run in runs)}"
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return ", ".join([str(first), *(path.name for path in others[:NAMED])]) + more


def warnings(run: Found) -> Iterator[str]:
    """Yield what a reader of the numbers of a run should know."""
    yield from run.notes
    yield from (f"does not agree: {text}" for text in disagreements(run))
    if run.reason:
        yield f"{run.state}: {run.reason}"
