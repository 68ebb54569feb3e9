"""Commands about experiment files: nothing is run."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xp.engine.cli.options import JSON, ONLY, OUTPUT, RESULTS, SEEDS, SET, SPEC, experiment_file


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init_command(folder: Path) -> None:
    """Start a project with a small experiment.

    DIR is where it goes, this folder by default: an experiment, the saved queries, a report.
    """
    from xp.engine.commands import init

    click.echo(init.make_project(folder), nl=False)


@click.command("plan")
@SPEC
@SET
@SEEDS
@ONLY
@RESULTS
@JSON
def plan_command(file: Path, overrides: tuple[str, ...], seeds: tuple[str, ...], **options: Any) -> None:
    """Show the trials of FILE without running any.

    Each with its state, and a forecast of memory, time, energy and money with the basis of every number.
    """
    from xp.engine.preview import show

    click.echo(show.show(file, (*overrides, *seeds), **options), nl=False)


@click.command("explain")
@click.argument("what", metavar="TRIAL|REPORT")
@click.argument("words", nargs=-1, metavar="FILE|CELL")
@SET
@SEEDS
@JSON
def explain_command(
    what: str, words: tuple[str, ...], overrides: tuple[str, ...], seeds: tuple[str, ...], as_json: bool
) -> None:
    """Say where each setting of a trial comes from, or a cell of a report.

    `xp explain TRIAL FILE`: the id of a trial of FILE, or its beginning. `xp explain REPORT CELL`: words of the row and
    of the column, as in `zero2 memory`, or LINE:COLUMN of the report.
    """
    from xp.engine import planning
    from xp.engine.commands import explain
    from xp.engine.reports import origin

    if origin.is_report(what):
        cell = origin.explain(what, words)
        click.echo(origin.as_json(cell) if as_json else origin.as_text(cell), nl=False)
        return
    if len(words) != 1:
        raise click.UsageError("a trial is explained from one experiment file: xp explain TRIAL FILE")
    planned = planning.make(experiment_file(Path(words[0])), (*overrides, *seeds))
    found = explain.explain(planned, what)
    click.echo(explain.as_json(found) if as_json else explain.as_text(found), nl=False)


@click.command("schema")
@OUTPUT
def schema_command(output: Path | None) -> None:
    """Write the JSON Schema of experiment files, for editors."""
    from xp.engine.commands import documents

    documents.write(documents.schema(), output)


@click.command("reference")
@click.argument("subject", type=click.Choice(["experiment", "methods", "warehouse"]), default="experiment")
@OUTPUT
def reference_command(subject: str, output: Path | None) -> None:
    """Write the reference of experiment files, of methods, or of the warehouse."""
    from xp.engine.commands import documents

    subjects = {
        "experiment": documents.reference,
        "methods": documents.methods,
        "warehouse": documents.warehouse,
    }
    documents.write(subjects[subject](), output)
