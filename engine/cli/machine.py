"""Commands about this machine, and about results of other programs."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path

import click

from xp.engine.cli.options import JSON, RESULTS


@click.command("doctor")
@click.option("--deep", is_flag=True, help="Import the training libraries and ask DeepSpeed what it can compile.")
@click.option("--hub", is_flag=True, help="Ask whether the hub of Hugging Face answers.")
@RESULTS
@JSON
@click.pass_context
def doctor_command(ctx: click.Context, results: Path, *, deep: bool, hub: bool, as_json: bool) -> None:
    """Look at what this machine can and cannot run, and say what mends it.

    Exit code 1 where nothing can train on it, not even on a CPU.
    """
    from xp.engine.commands.doctor import visit

    found = list(visit.all_findings(results, deep=deep, hub=hub))
    click.echo(visit.as_text(found, as_json=as_json), nl=False)
    ctx.exit(visit.exit_code(found))


@click.command("env")
@click.argument("trial", required=False)
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Attempt of the trial; the last by default.")
@RESULTS
@JSON
def env_command(trial: str | None, attempt: int | None, results: Path, *, as_json: bool) -> None:
    """Show this machine and its software, or what TRIAL saw of them.

    TRIAL is an id, or the beginning of one. Tokens, keys and passwords are never shown.
    """
    from xp.engine.commands import env

    click.echo(env.env(results, trial, attempt, as_json=as_json), nl=False)


@click.command("diff")
@click.argument("one")
@click.argument("other")
@click.option("--experiment", metavar="NAME", help="Whose methods are meant; the one that was planned last by default.")
@click.option("--all", "everything", is_flag=True, help="Show what is the same as well.")
@RESULTS
@JSON
def diff_command(
    one: str, other: str, experiment: str | None, results: Path, *, everything: bool, as_json: bool
) -> None:
    """Show what differs between ONE and OTHER: settings, environment, packages, facts and metrics.

    Each is a method, a trial's label or the beginning of its id, or an attempt of it as in 3f2a/2.
    """
    from xp.engine.commands import diff

    click.echo(diff.diff(results, (one, other), experiment, everything=everything, as_json=as_json), nl=False)


@click.command("import")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--experiment", default="imported", show_default=True, help="Experiment that the runs become part of.")
@click.option("--method", help="Method of the runs; unset, each run's own name.")
@click.option("--model", default="unknown", show_default=True, help="Model of the runs.")
@click.option("--dataset", default="unknown", show_default=True, help="Data set of the runs.")
@RESULTS
def import_command(paths: tuple[Path, ...], results: Path, **options: str) -> None:
    """Bring results of other programs into the warehouse.

    FILE is a trainer_state.json or all_results.json of Hugging Face, an emissions.csv of codecarbon, a run of MLflow
    as JSON, an event file of TensorBoard, or a folder of those. They are marked as imported.
    """
    from xp.engine.importing import importing

    importing.bring_in(paths, results, **options)
