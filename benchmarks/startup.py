"""How long commands take from nothing, beside the least that any program of their kind needs.

python benchmarks/startup.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9
XP = ("-m", "xp.engine.cli.main")
EXPERIMENT = Path(__file__).parents[1] / "experiments" / "core.toml"

DUCKDB = "import duckdb; duckdb.sql('select 1').fetchall()"

PAIRS = (
    ("`xp --help`", ("--help",), "`import click`", "import click"),
    ("`xp plan core.toml`", ("plan", str(EXPERIMENT)), "`import pydantic`", "import pydantic"),
    ("`xp query trials`", ("query", "trials"), "`import duckdb`, `select 1`", DUCKDB),
    (
        "`xp render experiments`",
        ("render", "experiments", "-o", "-"),
        "the same and `import jinja2`",
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
    print("| command | seconds | beside | seconds | ratio |\n| :--- | ---: | :--- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "results").mkdir()
        os.environ.pop("XP_RESULTS", None)
        for name, words, other, least in PAIRS:
            rounds = [(seconds((*XP, *words), folder), seconds(("-c", least), folder)) for _ in range(ROUNDS)]
            mine, theirs = (statistics.median(times) for times in zip(*rounds, strict=True))
            print(f"| {name} | {mine:.3f} | {other} | {theirs:.3f} | {mine / theirs:.1f} |")


if __name__ == "__main__":
    main()
