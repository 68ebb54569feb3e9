"""Commands about trials: run them, and see how they stand."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xp.engine.cli.options import ONLY, RESULTS, SEEDS, SET, SPEC


@click.command("run")
@SPEC
@SET
@SEEDS
@ONLY
@RESULTS
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
    ctx: click.Context, /, overrides: tuple[str, ...], seeds: str | None, file: Path, results: Path, **options: Any
) -> None:
    """Run the trials of FILE that have no completed attempt yet."""
    from xp.engine import planning, session

    ctx.exit(session.run(file, results, overrides=planning.with_seeds(overrides, seeds), **options))
