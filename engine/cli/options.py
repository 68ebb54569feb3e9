"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

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
