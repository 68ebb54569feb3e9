"""How long commands take from nothing, beside the least that any program of their kind needs.

python -m benchmarks.startup
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import small
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

ROUNDS = 9
ROOT = Path(__file__).parents[1]
XP = ("-m", "xp.engine.cli.main")
EXPERIMENT = ROOT / "experiments" / "core.toml"
QUERY = ROOT / "queries" / "trials.sql"

DUCKDB = "import duckdb; duckdb.sql('select 1').fetchall()"
SAME_SQL = f"""
import duckdb
with duckdb.connect('results/warehouse.duckdb', read_only=True) as db:
    print(db.execute(open({str(QUERY)!r}).read(), {{'experiment': None}}).fetchall())
"""

PAIRS = (
    ("`xp --help`", ("--help",), "`import click`", "import click"),
    ("`xp plan core.toml`", ("plan", str(EXPERIMENT)), "`import pydantic`", "import pydantic"),
    ("`xp query trials`", ("query", "trials"), "`import duckdb`, the same SQL and file", SAME_SQL),
    ("`xp query trials --format csv`", ("query", "trials", "--format", "csv"), "the same", SAME_SQL),
    (
        "`xp render experiments`",
        ("render", "experiments", "-o", "-"),
        "`import duckdb, jinja2`",
        f"{DUCKDB}; import jinja2",
    ),
)
"""A command of xp, and the least that a program of its kind does."""


def seconds(words: tuple[str, ...], folder: str) -> float:
    """Return the time that one process takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - began


def main() -> None:
    """Print one row per command; both of a pair are run in turn, so that drift of the machine meets both."""
    print("| command | seconds | beside | seconds | more | ratio |\n| :--- | ---: | :--- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder) / "results")
        small.journals(layout)
        load(layout)
        os.environ.pop("XP_RESULTS", None)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"  # what is installed has it; the first round writes it
        for name, words, other, least in PAIRS:
            rounds = [(seconds((*XP, *words), folder), seconds(("-c", least), folder)) for _ in range(ROUNDS + 1)]
            mine, theirs = (statistics.median(times) for times in zip(*rounds[1:], strict=True))
            more = 1000 * (mine - theirs)
            print(f"| {name} | {mine:.3f} | {other} | {theirs:.3f} | {more:.0f} ms | {mine / theirs:.1f} |")


if __name__ == "__main__":
    main()
