"""Commands that make documents."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path

import click

from xp.engine.cli.options import OUTPUT, PARAMS, RESULTS


@click.command("render")
@click.argument("template")
@PARAMS
@RESULTS
@OUTPUT
def render_command(template: str, params: tuple[str, ...], results: Path, output: Path | None) -> None:
    """Fill TEMPLATE from the warehouse.

    A template is Jinja (.j2), or plain Markdown with {placeholders}.
    """
    from xp.engine import answers

    answers.render(template, params, results, output)
