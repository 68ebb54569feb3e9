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


@main.command("plan")
@SPEC
@SET
@ONLY
@RESULTS
def plan_command(file: Path, overrides: tuple[str, ...], only: tuple[str, ...], results: Path) -> None:
    """Show the trials that FILE asks for, without running any."""
    from xp.engine import planning

    planning.show(planning.make(file, overrides, only), results)


@main.command("run")
@SPEC
@SET
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
def run_command(ctx: click.Context, /, file: Path, results: Path, **options: Any) -> None:
    """Run the trials of FILE that have no completed attempt yet."""
    from xp.engine import session

    ctx.exit(session.run(file, results, **options))


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
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True), help="File to write, - for stdout.")
def render_command(template: str, params: tuple[str, ...], results: Path, output: Path | None) -> None:
    """Fill TEMPLATE: Jinja (.j2), or plain Markdown with {placeholders}."""
    from xp.engine import answers

    answers.render(template, params, results, output)


if __name__ == "__main__":
    main()
