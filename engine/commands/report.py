"""`xp report`: run what is missing, judge the claims, render the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from xp.engine import planning
from xp.engine.commands import verify
from xp.engine.reports import rendering
from xp.engine.run import session
from xp.templates.render import find


def run_and_report(
    file: Path,
    results: Path,
    *,
    overrides: Sequence[str] = (),
    template: str = "experiments",
    output: Path | None = None,
) -> int:
    """Do all three, and return the exit code: that of the run, else that of the claims; a stopped run ends it."""
    find(template)  # what is misspelt is told before hours of training
    planned = planning.make(file, overrides)
    ran = session.run_plan(planned, results)
    if ran == session.INTERRUPTED:
        return ran
    name = planned.experiment.experiment.name
    verdicts, judged = verify.verdicts_text(results, name, strict=False, as_text=True)
    click.echo(f"\n{verdicts}")
    rendering.render(rendering.Request(template, (f"experiment={name}",), results, output))
    return ran or judged
