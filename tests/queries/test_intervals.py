"""Effects with their intervals, by hand."""

from __future__ import annotations

import pytest

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


def test_a_difference_by_hand(table: Table) -> None:
    rows = {(row["method"], row["measure"]): row for row in table("intervals")}
    accuracy = rows["zero2", "accuracy"]

    # 51 - 50, 52 - 52, 53 - 54: mean 0, standard deviation 1, t of 2 degrees of freedom 4.3027, over the root of 3
    assert (accuracy["effect"], accuracy["unit"], accuracy["n"]) == (0, "Δpoints", 3)
    assert accuracy["effect_high"] == pytest.approx(4.302653 / 3**0.5, rel=1e-6)
    assert accuracy["effect_low"] == -accuracy["effect_high"]
    assert (accuracy["margin"], accuracy["expected"], accuracy["verdict"]) == (0.5, None, None)


def test_a_ratio_by_hand(table: Table) -> None:
    rows = {(row["method"], row["measure"]): row for row in table("intervals")}
    energy = rows["freeze-encoder", "energy"]

    # 0.001 / 0.001 and 0.001 / 0.002: logarithms 0 and -ln 2, whose interval is 12.706 × ln 2 / 2 to each side
    assert (energy["effect"], energy["unit"], energy["n"], energy["planned_pairs"]) == (
        pytest.approx(0.5**0.5),
        "×",
        2,
        3,
    )
    assert energy["effect_high"] == pytest.approx(0.5**0.5 * 2 ** (12.706205 / 2), rel=1e-5)
    assert energy["note"] == "1 running"


def test_a_claim_with_a_scale_of_its_own_is_told_on_it(empty: Layout, table: Table) -> None:
    claim = {"method": "zero2", "measure": "accuracy", "expectation": "reduces", "situational": False}
    own = {"baseline": "baseline", "scale": "ratio", "margin": 0.1, "hash": "h"}
    small.journals(empty)
    small.plan(empty, time=small.START + 1, claims=[claim | own])
    load(empty)

    rows = {row["method"]: row for row in table("intervals", empty) if row["measure"] == "accuracy"}
    (verdict,) = table("verdicts", empty)

    assert (rows["zero2"]["unit"], rows["zero2"]["margin"], rows["zero2"]["verdict"]) == ("×", 0.1, "refuted")
    assert [rows["zero2"][name] for name in ("effect", "effect_low", "effect_high", "n")] == [
        verdict[name] for name in ("effect", "effect_low", "effect_high", "n")
    ]
    assert (rows["freeze-encoder"]["unit"], rows["freeze-encoder"]["margin"]) == ("Δpoints", 0.5)


def test_only_what_is_claimed(table: Table) -> None:
    rows = [(row["method"], row["measure"], row["verdict"]) for row in table("intervals", claimed=True)]

    assert rows == [("zero2", "memory", "supported"), ("zero2", "speed", "refuted")]


def test_what_was_not_measured_has_no_interval(table: Table) -> None:
    rows = {(row["method"], row["measure"]): row for row in table("intervals")}
    broken = rows["broken", "memory"]

    assert (broken["effect"], broken["effect_low"], broken["n"], broken["note"]) == (
        None,
        None,
        0,
        "1 diverged, 1 oom, 1 pending",
    )
