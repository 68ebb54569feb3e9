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


def test_an_energy_that_cannot_be_true_is_left_out_of_the_mean_and_said(table: Table, empty: Layout) -> None:
    small.plan(empty)
    for seed, energy in ((1, 0.25), (2, None), (3, 0.75)):
        new = small.attempt(empty, small.Trial("baseline", seed))
        new.start(contended=seed == 3)
        told = {"quality": "counter", "idle_power": 36.0}
        if energy is None:
            told |= {"quality": "invalid", "invalid_energy_consumed": "negative: -0.013"}
            new.metrics(duration=100.0)
        else:
            new.metrics(duration=100.0, energy_consumed=energy)
        new.rank(0, "facts", section="measurement", subject="energy", values=told, units={"idle_power": "W"})
        new.end("completed")
    load(empty)

    rows = {row["method"]: row for row in table("energy", empty)}

    assert (rows["baseline"]["n"], rows["baseline"]["energy"], rows["baseline"]["total"]) == (3, 0.5, 1.0)
    assert rows["baseline"]["quality"] == "counter, invalid"
    # 36 W for 100 s are 3,600 J
    assert rows["baseline"]["idle"] == pytest.approx(0.001)
    assert rows["baseline"]["note"] == "1 beside other trials; 1 without an energy: negative: -0.013"


def test_the_phases_of_a_trial_that_went_on_add_up_over_its_sessions(table: Table, empty: Layout) -> None:
    small.plan(empty)
    for number, resumed in ((1, None), (2, {"attempt": 1, "step": 5})):
        new = small.attempt(empty, small.Trial("baseline", 1))
        new.start(resumed=resumed)
        new.metrics(energy_consumed=0.5, energy_consumed_train=0.25 * number, cpu_energy=0.125)
    new.metrics(energy_consumed_predict=0.0625)
    new.end("completed")
    load(empty)

    row = table("energy", empty)[0]

    assert [row[name] for name in ("energy", "train", "predict", "cpu")] == [1.0, 0.75, 0.0625, 0.25]


@pytest.mark.parametrize("before", [{}, {"energy_consumed": "NaN", "cpu_energy": "NaN"}], ids=["nothing", "broken"])
def test_parts_are_unknown_as_well_where_a_session_has_no_energy(
    table: Table, empty: Layout, before: dict[str, str]
) -> None:
    small.plan(empty)
    first = small.attempt(empty, small.Trial("baseline", 1))
    first.start(resumed=None)
    first.metrics(train_runtime=30.0, **before)
    second = small.attempt(empty, small.Trial("baseline", 1))
    second.start(resumed={"attempt": 1, "step": 5})
    second.metrics(energy_consumed=0.5, cpu_energy=0.25, energy_consumed_train=0.375)
    second.end("completed")
    load(empty)

    row = table("energy", empty)[0]

    assert [row[name] for name in ("n", "energy", "cpu", "train", "total")] == [1, None, None, None, 0.5]
