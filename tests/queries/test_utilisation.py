"""How busy the machine was, thinned out by hand."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_samples_are_thinned_out_to_means_of_equal_parts(table: Table, empty: Layout) -> None:
    small.plan(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    with Journal(new.folder.machine_journal) as journal:
        for second, percent in enumerate([10.0, 20.0, 60.0, 80.0]):
            values = {"cpu_percent": percent, "gpu0_power": 100.0 + second, "disk_read": None}
            units = {"cpu_percent": "%", "gpu0_power": "W"}
            journal.append("sample", values=values, units=units, t=new.time + second)
    new.end("completed")
    load(empty)

    whole = table("utilisation", empty, instrument="cpu_percent")
    assert [(row["value"], row["samples"]) for row in whole] == [(10, 1), (20, 1), (60, 1), (80, 1)]

    with pytest.raises(QueryError, match=r"no instrument 'cpu_percents'\n    hint: did you mean 'cpu_percent'\?"):
        table("utilisation", empty, instrument="cpu_percents")

    rows = table("utilisation", empty, points="2")
    assert [(row["name"], row["value"], row["most"], row["samples"], row["unit"]) for row in rows] == [
        ("cpu_percent", 15, 20, 2, "%"),
        ("cpu_percent", 70, 80, 2, "%"),
        ("gpu0_power", 100.5, 101, 2, "W"),
        ("gpu0_power", 102.5, 103, 2, "W"),
    ]
    assert rows[1]["seconds"] - rows[0]["seconds"] == 2
    assert {row["label"] for row in rows} == {"baseline · dialogues · seed 1"}
