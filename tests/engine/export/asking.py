"""Asks a database that DuckDB reaches through an extension; a Python whose DuckDB has it runs this as a program."""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

import duckdb


def main(transfer: str) -> None:
    """Answer the questions of standard input, with the two ends of a job open."""
    asked = json.load(sys.stdin)
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as db:
        runpy.run_path(transfer)["prepare"](db, asked["job"])
        json.dump([answer(db, *question) for question in asked["questions"]], sys.stdout)


def answer(db: duckdb.DuckDBPyConnection, question: str, values: dict[str, Any]) -> Any:
    """Return the rows of an answer, or why there is none."""
    try:
        return db.execute(question, values).fetchall()
    except duckdb.InvalidInputException as error:
        return str(error)


if __name__ == "__main__":
    main(sys.argv[1])
