"""Asks a database that DuckDB reaches through an extension; a Python whose DuckDB has it runs this as a program."""

from __future__ import annotations

import json
import runpy
import sys

import duckdb


def main(transfer: str) -> None:
    """Answer the questions of standard input, with the two ends of a job open."""
    asked = json.load(sys.stdin)
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as db:
        runpy.run_path(transfer)["prepare"](db, asked["job"])
        json.dump([db.execute(question).fetchall() for question in asked["questions"]], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
