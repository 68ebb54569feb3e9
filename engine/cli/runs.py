"""Commands about trials: run them, and see how they stand."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import Any

import click

from xp.engine.cli.options import ONLY, RESULTS, SEEDS, SET, SPEC


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
    ctx: click.Context,
    /,
    overrides: tuple[str, ...],
    seeds: str | None,
    retry: str | None,
    force: bool,
    launch: Any,
    **options: Any,
) -> None:
    """Run the trials of FILE that have no completed attempt yet.

    Ctrl-C once saves the running trial and ends; the same command goes on from there. Twice, it ends at once.
    """
    from xp.engine import planning, session

    choices = session.Choices(force, session.states(retry or ""), launch)
    ctx.exit(session.run(overrides=planning.with_seeds(overrides, seeds), choices=choices, **options))
