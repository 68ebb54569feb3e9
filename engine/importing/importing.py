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
from xp.engine.importing.write import UNKNOWN, Placed, last_plan, write_runs
from xp.engine.layout import Layout


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
    found = sources.read_runs(paths)
    runs = side_by_side([with_state(run) for run in {run.sha256: run for run in found}.values()])
    placed = list(placed_runs(layout, runs, experiment, method, (model, dataset)))
    for run in runs:
        for warning in warnings(run):
            click.echo(f"xp: {run.files[0]}: {warning}", err=True)
    for other in sorted(files_moved_aside(runs)):
        click.echo(f"xp: {other}: is not read: name it as well if its rows should count", err=True)
    new = write_runs(layout, placed)
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


def files_moved_aside(runs: Sequence[Found]) -> set[Path]:
    """Return the files that were moved aside and are not imported themselves."""
    named = {path.absolute() for run in runs for path in run.files}
    return {path for run in runs for path in run.beside if path.absolute() not in named}


def warnings(run: Found) -> Iterator[str]:
    """Yield what a reader of the imported numbers should know."""
    yield from (f"{run.name}: {note}" for note in run.notes)
    for text in disagreements(run):
        yield f"does not agree: {text}"
    if run.reason:
        yield f"{run.state}: {run.reason}"
