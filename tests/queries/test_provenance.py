"""The files that numbers are made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_provenance_names_every_file_behind_a_trial(table: Table, filled: Layout) -> None:
    trial = small.Trial("zero2", 1)
    rows = table("provenance", trial=trial.id)

    assert [(row["attempt"], row["state"], row["counts"], row["kind"], Path(row["file"]).name) for row in rows] == [
        (attempt, state, state == "completed", "journal", name)
        for attempt, state in ((1, "timeout"), (2, "completed"))
        for name in ("engine.jsonl", "rank0.jsonl", "rank1.jsonl")
    ]
    assert all((filled.root / row["file"]).stat().st_size == row["bytes"] for row in rows)
    first = (filled.root / rows[0]["file"]).read_bytes().partition(b"\n")[0]
    assert rows[0]["sha256"] in {hashlib.sha256(first).hexdigest(), hashlib.sha256(first + b"\n").hexdigest()}


def test_provenance_holds_what_an_attempt_left_behind(empty: Layout, table: Table) -> None:
    small.plan(empty)
    attempt = small.attempt(empty, small.Trial("baseline", 1))
    attempt.start()
    attempt.rank(0, "artifact", name="predictions", path="predictions.jsonl", bytes=12, sha256="ab" * 32)
    attempt.end("completed")
    load(empty)

    (found,) = (row for row in table("provenance", empty) if row["kind"] == "predictions")

    assert (found["file"], found["bytes"], found["sha256"]) == (
        f"trials/{small.Trial('baseline', 1).id}/attempt-1/predictions.jsonl",
        12,
        "ab" * 32,
    )
