"""Commands that ask the warehouse."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path

import click

from xp.engine.cli.options import PARAMS, RESULTS


@click.command("query")
@click.argument("query")
@PARAMS
@RESULTS
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "markdown"]), default="table")
def query_command(query: str, params: tuple[str, ...], results: Path, form: str) -> None:
    """Ask the warehouse QUERY: a saved name or a file of SQL."""
    from xp.engine import answers

    click.echo(answers.show(answers.ask(query, params, results), form), nl=False)
