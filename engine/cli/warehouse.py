"""Commands that ask the warehouse, and look after the queries."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xp.engine.cli.options import JSON, OUTPUT, PARAMS, RESULTS, Seconds

FORMS = ("table", "csv", "json", "jsonl", "markdown", "parquet", "arrow")
FOLDERS = ("parquet", "mlflow")
DATABASES = ("ducklake", "postgres")
FITTING = {"experiment": FOLDERS, "schema": DATABASES, "catalog": ("ducklake",), "python": DATABASES}
"""Where the options of `xp export` mean something."""

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


@click.command("query")
@click.argument("query", required=False)
@PARAMS
@RESULTS
@OUTPUT
@click.option("--sql", metavar="TEXT", help="Ask this, in place of a saved query.")
@click.option("--format", "form", type=click.Choice(FORMS), help="By the name of the file, or a table.")
@click.option("--timeout", type=Seconds(min=0), metavar="SECONDS", help="Longest time it may take (300).")
@click.option("--explain", is_flag=True, help="Show DuckDB's plan.")
@click.option("--watch", is_flag=False, flag_value=2.0, type=Seconds(min=0.1), metavar="[SECONDS]",
              help="Ask again every two seconds, or as often as said, until Ctrl-C.")  # fmt: skip
@click.option("--lineage", is_flag=True, help="Show which tables, columns and metrics each column comes from.")
@click.option("--dialect", metavar="NAME", help="Write the query for another database: postgres, snowflake, …")
@click.option("--list", "listed", is_flag=True, help="List the saved queries and their parameters.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json; also of --list and --lineage.")
def query_command(*, explain: bool, watch: float | None, listed: bool, as_json: bool, **options: Any) -> None:
    """Ask the warehouse QUERY, a saved name or a file of SQL.

    Without QUERY the saved ones are listed. A query reads the warehouse and reaches nothing else.

    Exit codes: 0 it was answered, rows or none; 2 the command line is wrong; 3 the query or the warehouse is.
    """
    from xp.engine.commands import query

    lineage, dialect = options.pop("lineage"), options.pop("dialect")
    options["form"] = options["form"] or ("json" if as_json else None)
    request = query.Request(**options)
    if listed or not request.asks():
        from xp.engine.commands import lookup

        click.echo(lookup.saved_queries(as_json=as_json), nl=False)
    elif lineage or dialect:
        from xp.engine.commands import lookup

        text = (
            lookup.transpiled(request.found(), dialect) if dialect else lookup.lineage(request.found(), as_json=as_json)
        )
        click.echo(text, nl=False)
    elif explain:
        query.explain(request)
    elif watch:
        query.watch(request, watch)
    else:
        query.answer_once(request)


@click.command("check")
@PATHS
@JSON
@click.pass_context
def check_command(ctx: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Check queries, templates and experiments without running any.

    PATHS are files and folders; by default all that come with xp. Exit code 1 where something is wrong.
    """
    from xp.engine.commands import check

    ctx.exit(check.check_files(paths, as_json=as_json))


@click.command("fmt")
@PATHS
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 where a file would change.")
@click.pass_context
def fmt_command(ctx: click.Context, paths: tuple[Path, ...], check: bool) -> None:
    """Write queries in one style.

    PATHS are files and folders, ./queries by default. Comments stay, and so does what the SQL means.
    """
    from xp.engine.commands import fmt

    ctx.exit(fmt.style(paths or (Path("queries"),), check=check))


@click.command("export")
@click.argument("target")
@RESULTS
@click.option(
    "--to", "--format", "form", type=click.Choice([*FOLDERS, *DATABASES]), default="parquet", show_default=True
)
@click.option("--experiment", multiple=True, metavar="NAME",
              help="Only this one, in a folder; may be given several times.")  # fmt: skip
@click.option("--schema", metavar="NAME", help="Schema of the tables in a database (xp).")
@click.option("--catalog", metavar="NAME",
              help="Catalog of a DuckLake, such as postgres:dbname=xp (sqlite:TARGET/catalog.sqlite).")  # fmt: skip
@click.option("--python", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Python whose DuckDB has the extension for a database (this one).")  # fmt: skip
def export_command(target: str, results: Path, form: str, **options: Any) -> None:
    """Write what the warehouse holds to TARGET, for other programs.

    As Parquet: a new folder, in it one a table, divided by experiment. For MLflow: a new folder that `mlflow ui` shows.

    Into a database, all of it; a further export replaces what is there. TARGET is the folder of a DuckLake, whose
    tables are Parquet files, or the connection string of a PostgreSQL server. Both take an extension of DuckDB.
    """
    from xp.engine import export
    from xp.engine.export import databases

    given = {name: value for name, value in options.items() if value}
    for name in given:
        if form not in FITTING[name]:
            raise click.UsageError(f"--{name} is for --to {' and '.join(FITTING[name])}, and this is --to {form}")
    if form in FOLDERS:
        text = export.write(Path(target), results, form, given.get("experiment", ()))
    else:
        text = databases.copy(target, results, form, databases.Options(**given))
    click.echo(text, nl=False)
