"""Arguments and options that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click


def named(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file without a name."""
    if file is not None and not file.name:
        raise click.BadParameter(f"{str(file)!r} names no file")
    return file


class Seconds(click.FloatRange):
    """A time that can pass: neither ``inf`` nor ``nan``, which Python takes for numbers."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number of seconds."""
        number = super().convert(value, param, ctx)
        return number if math.isfinite(number) else self.fail(f"{value!r} is no finite number", param, ctx)


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
ONLY = click.option(
    "--only",
    multiple=True,
    metavar="AXIS=VALUE",
    help="Narrow to some trials, e.g. method=zero2; of one axis to several values by several of these.",
)
SEEDS = click.option("--seeds", metavar="1,2,3", help="Short for --set matrix.seed=[1,2,3].")
JSON = click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    callback=named,
    help="File to write, - for stdout.",
)
PARAMS = click.option("params", "-p", "--param", multiple=True, metavar="NAME=VALUE", help="Parameter of the query.")
