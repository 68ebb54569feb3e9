"""Commands about this machine, and about results of other programs."""
# Imports stand inside the commands: `xp --help` must answer in a blink, and no command pays for another.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path

import click

from xp.engine.cli.options import RESULTS


@click.command("import")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--experiment", default="imported", show_default=True, help="Experiment that the runs become part of.")
@click.option("--method", help="Method of the runs; unset, each run's own name.")
@click.option("--model", default="unknown", show_default=True, help="Model of the runs.")
@click.option("--dataset", default="unknown", show_default=True, help="Data set of the runs.")
@RESULTS
def import_command(paths: tuple[Path, ...], results: Path, **options: str) -> None:
    """Bring results of other programs into the warehouse.

    FILE is a trainer_state.json or all_results.json of Hugging Face, an emissions.csv of codecarbon, a run of MLflow
    as JSON, an event file of TensorBoard, or a folder of those. They are marked as imported.
    """
    from xp.engine.importing import importing

    importing.bring_in(paths, results, **options)
