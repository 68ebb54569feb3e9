"""Energy by part of the machine and of the work, by hand."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_energy_by_hand(table: Table, empty: Layout) -> None:
    rows = {row["method"]: row for row in table("energy")}

    # 1, 1 and 2 Wh
    assert rows["baseline"]["energy"] == pytest.approx(0.004 / 3)
    assert rows["baseline"]["total"] == pytest.approx(0.004)
    assert rows["baseline"]["emissions"] == pytest.approx(0.002 / 3)
    assert (rows["baseline"]["quality"], rows["baseline"]["cpu"]) == ("tdp-estimate", None)
    assert (rows["broken"]["n"], rows["broken"]["energy"]) == (0, None)
    small.plan(empty)
    failed = small.attempt(empty, small.Trial("baseline", 1))
    failed.start()
    failed.metrics(energy_consumed=0.5)
    failed.end("failed")
    small.completed(empty, small.Trial("baseline", 1), small.START + 100)
    with_parts = small.attempt(empty, small.Trial("zero2", 1))
    with_parts.start()
    parts = {"cpu_energy": 0.25, "ram_energy": 0.125, "gpu_energy": 0.5, "energy_consumed_train": 0.75}
    with_parts.metrics(energy_consumed=0.875, **parts)
    with_parts.end("completed")
    load(empty)

    rows = {row["method"]: row for row in table("energy", empty)}

    # the attempt that failed took its energy as well
    assert (rows["baseline"]["energy"], rows["baseline"]["total"]) == (0.001, 0.501)
    assert [rows["zero2"][name] for name in ("energy", "cpu", "ram", "gpu", "train", "predict")] == [
        0.875,
        0.25,
        0.125,
        0.5,
        0.75,
        None,
    ]
