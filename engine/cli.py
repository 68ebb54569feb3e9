"""The command line: one command, one call."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import XpError

RESULTS = click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results"),
    envvar="XP_RESULTS",
    show_default=True,
    show_envvar=True,
    help="Folder of journals, warehouse and reports.",
)
SPEC = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
SET = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a key; VALUE is TOML.")
ONLY = click.option("--only", multiple=True, metavar="AXIS=VALUE", help="Narrow to some trials, e.g. method=zero2.")
SEEDS = click.option("--seeds", metavar="1,2,3", help="Short for --set matrix.seed=[1,2,3].")
JSON = click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, allow_dash=True), help="File to write, - for stdout."
)
PARAMS = click.option("params", "-p", "--param", multiple=True, metavar="NAME=VALUE", help="Parameter of the query.")


class Commands(click.Group):
    """Shows an XpError as a message with its own exit code; lets every bug keep its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except XpError as error:
            click.echo(f"xp: {error}", err=True)
            ctx.exit(error.exit_code)

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the commands in the order of a day's work."""
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xp-summaries", prog_name="xp")
def main() -> None:
    """Declare experiments in TOML, run them with DeepSpeed, ask in SQL, render reports."""


@main.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init_command(folder: Path) -> None:
    """Start a project with a small experiment.

    DIR is where it goes, this folder by default: an experiment, the saved queries, a report.
    """
    from xp.engine import project

    click.echo(project.start(folder), nl=False)


@main.command("plan")
@SPEC
@SET
@SEEDS
@ONLY
@RESULTS
@JSON
def plan_command(file: Path, overrides: tuple[str, ...], seeds: str | None, **options: Any) -> None:
    """Show the trials of FILE without running any.

    Each with its state, and a forecast of memory, time and energy with the basis of every number.
    """
    from xp.engine import planning
    from xp.engine.preview import show

    click.echo(show.show(file, planning.with_seeds(overrides, seeds), **options), nl=False)


@main.command("explain")
@click.argument("trial")
@SPEC
@SET
@SEEDS
@JSON
def explain_command(trial: str, file: Path, overrides: tuple[str, ...], seeds: str | None, as_json: bool) -> None:
    """Say where each setting of TRIAL comes from.

    TRIAL is an id of FILE, or the beginning of one.
    """
    from xp.engine import explanation, planning

    found = explanation.explain(planning.make(file, planning.with_seeds(overrides, seeds)), trial)
    click.echo(explanation.as_json(found) if as_json else explanation.as_text(found), nl=False)


@main.command("run")
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


@main.command("query")
@click.argument("query")
@PARAMS
@RESULTS
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "markdown"]), default="table")
def query_command(query: str, params: tuple[str, ...], results: Path, form: str) -> None:
    """Ask the warehouse QUERY: a saved name or a file of SQL."""
    from xp.engine import answers

    click.echo(answers.show(answers.ask(query, params, results), form), nl=False)


@main.command("render")
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


@main.command("schema")
@OUTPUT
def schema_command(output: Path | None) -> None:
    """Write the JSON Schema of experiment files, for editors."""
    from xp.engine import documents

    documents.write(documents.schema(), output)


@main.command("reference")
@OUTPUT
def reference_command(output: Path | None) -> None:
    """Write the reference of experiment files."""
    from xp.engine import documents

    documents.write(documents.reference(), output)


if __name__ == "__main__":
    main()
