"""Arguments and options that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from xp.dsl.errors import Problem, SpecError


def require_file_name(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file without a name."""
    if file is not None and not file.name:
        raise click.BadParameter(f"{str(file)!r} names no file")
    return file


def experiment_file(file: Path) -> Path:
    """Return *file*, or say that the experiment of that name is taken that ships with xp."""
    from xp.engine.layout import shipped  # noqa: PLC0415 - `xp --help` does not pay for it

    if file.exists() or (own := shipped("xp.experiments", file, ".toml")) is None:
        return file  # what is nowhere is told by whoever reads it
    click.echo(f"xp: there is no {file} here: taking the one that ships with xp", err=True)
    return own


def find_experiment(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
    """Return the experiment file that is meant, None where none is given."""
    return None if file is None else experiment_file(file)


def override_seeds(_: click.Context, __: click.Parameter, seeds: str | None) -> tuple[str, ...]:
    """Return the change of a file that ``--seeds 1,2,3`` is short for: ``matrix.seed=[1,2,3]``; none where unset."""
    if seeds is None:
        return ()
    words = [word.strip() for word in seeds.split(",")]
    wrong = [word for word in words if not (word.isascii() and word.isdigit())]
    if wrong:
        message = f"should be whole numbers with commas between them, got {wrong[0]!r}"
        raise SpecError(Problem(message, f"--seeds {seeds}", "such as --seeds 1,2,3"))
    return (f"matrix.seed=[{', '.join(str(int(word)) for word in words)}]",)


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
SPEC = click.argument("file", metavar="FILE", type=click.Path(path_type=Path), callback=find_experiment)
SET = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a key; VALUE is TOML.")
ONLY = click.option(
    "--only",
    multiple=True,
    metavar="AXIS=VALUE",
    help="Narrow to some trials, e.g. method=zero2; of one axis to several values by several of these.",
)
SEEDS = click.option("--seeds", metavar="1,2,3", callback=override_seeds, help="Short for --set matrix.seed=[1,2,3].")
JSON = click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    callback=require_file_name,
    help="File to write, - for stdout.",
)
PARAMS = click.option("params", "-p", "--param", multiple=True, metavar="NAME=VALUE", help="Parameter of the query.")
