"""Commands that make documents."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xp.engine.cli.options import JSON, OUTPUT, PARAMS, RESULTS, SEEDS, SET, SPEC


@click.command("render")
@click.argument("template")
@PARAMS
@RESULTS
@OUTPUT
@click.option("--png", is_flag=True, help="Charts as PNG too, beside their SVG.")
@click.option("--check", "action", flag_value="check", help="Only say whether the report is up to date.")
@click.option("--watch", "action", flag_value="watch", help="Render again as results land, until Ctrl-C.")
@click.pass_context
def render_command(ctx: click.Context, /, *, png: bool, action: str | None, **asked: Any) -> None:
    """Fill TEMPLATE from the warehouse.

    A template is Jinja (.j2), or plain Markdown with {placeholders}. Its charts lie in a folder beside the report, and
    beside it lies where each cell comes from, which `xp explain` tells. --check exits with 1 where the warehouse, a
    query, a template or the file itself has changed since it was rendered, and shows the difference.
    """
    from xp.engine.reports import check, rendering, watch

    request = rendering.Request(**asked)
    if action == "check":
        ctx.exit(check.check(request))
    elif action == "watch":
        watch.watch(request, png=png)
    else:
        rendering.render(request, png=png)


@click.command("verify")
@click.argument("experiment", required=False)
@RESULTS
@click.option("--strict", is_flag=True, help="Exit code 1 for every claim that is not supported.")
@JSON
@click.pass_context
def verify_command(ctx: click.Context, experiment: str | None, results: Path, *, strict: bool, as_json: bool) -> None:
    """Say of each claim of EXPERIMENT whether the evidence supports it.

    EXPERIMENT is a name; by default the one that was planned last. Exit code 1 where a claim is refuted.
    """
    from xp.engine.commands import verify

    text, code = verify.verdicts_text(results, experiment, strict=strict, as_text=not as_json)
    click.echo(text, nl=False)
    ctx.exit(code)


@click.command("report")
@SPEC
@SET
@SEEDS
@click.option("--template", default="experiments", show_default=True, help="Template of the report.")
@RESULTS
@OUTPUT
@click.pass_context
def report_command(
    ctx: click.Context, /, file: Path, overrides: tuple[str, ...], seeds: tuple[str, ...], **options: Any
) -> None:
    """Run what is missing of FILE, judge its claims, render its report.

    The exit code is that of `xp run`; where that is 0, that of `xp verify`.
    """
    from xp.engine.commands import report

    ctx.exit(report.run_and_report(file, overrides=(*overrides, *seeds), **options))
