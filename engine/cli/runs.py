"""Commands about trials: run them, and see how they stand."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from xp.engine.cli.options import JSON, ONLY, RESULTS, SEEDS, SET, SPEC, find_experiment


@click.command("run")
@SPEC
@SET
@SEEDS
@ONLY
@RESULTS
@click.option(
    "--retry",
    metavar="STATE,STATE",
    help="Attempt again what ended as oom, diverged or timeout; what failed or was interrupted is in any case.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Trials and trainings side by side, each on cores or GPUs of its own; unset, [limits] max_concurrent.",
)
@click.option("--force", is_flag=True, help="Run completed trials again; their earlier attempts are kept.")
@click.option(
    "--launch",
    type=click.Choice(["auto", "preload", "plain"]),
    default="auto",
    show_default=True,
    help="How ranks start: forked from a preloaded parent, or each from nothing.",
)
@click.pass_context
def run_command(
    ctx: click.Context, /, overrides: tuple[str, ...], seeds: tuple[str, ...], retry: str | None, **options: Any
) -> None:
    """Run the trials of FILE that have no completed attempt yet.

    Ctrl-C once saves the running trial and ends; the same command goes on from there. Twice, it ends at once.

    Exit codes: 0 all is complete; 4 a trial failed; 130 the run, or a trial of it, was stopped or cancelled.
    """
    from xp.engine.run import session

    chosen = {name: options.pop(name) for name in ("force", "launch", "jobs")}
    choices = session.Choices(retry=session.parse_states(retry or ""), **chosen)
    ctx.exit(session.run(overrides=(*overrides, *seeds), choices=choices, **options))


@click.command("status")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path), callback=find_experiment)
@RESULTS
@JSON
def status_command(file: Path | None, results: Path, *, as_json: bool) -> None:
    """Show how the trials of every experiment stand, and what runs now.

    With FILE, show each trial of that experiment, those included that nobody has started.
    """
    from xp.engine.commands import status

    shown = status.status if file is None else partial(status.status_of, file)
    click.echo(shown(results, as_json=as_json), nl=False)


@click.command("logs")
@click.argument("trial")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Attempt of the trial; the last by default.")
@click.option("--rank", type=click.IntRange(min=0), default=0, show_default=True, help="Rank that printed it.")
@click.option("-f", "--follow", is_flag=True, help="Go on as long as the attempt does.")
@RESULTS
def logs_command(trial: str, results: Path, **options: Any) -> None:
    """Show what an attempt at TRIAL printed.

    TRIAL is an id, or the beginning of one.
    """
    from xp.engine.commands import status

    for text in status.logs(results, trial, **options):
        click.echo(text, nl=False)


@click.command("cancel")
@click.argument("trial", required=False)
@RESULTS
def cancel_command(trial: str | None, results: Path) -> None:
    """Have TRIAL, or every run of this folder, save and stop.

    The run of a TRIAL goes on with its others. The same `xp run` goes on from what was saved.
    """
    from xp.engine.commands import status

    click.echo(status.cancel(results, trial), nl=False)


@click.command("replay")
@click.argument("trial")
@RESULTS
def replay_command(trial: str, results: Path) -> None:
    """Print the schedule that the search TRIAL has found, as a method for an experiment file.

    TRIAL is an id, or the beginning of one.
    """
    from xp.engine.commands.replay import replay

    click.echo(replay(results, trial), nl=False)
