"""The schedule that a search has found, and where the best weights come from."""

from __future__ import annotations

from typing import Any

from tests import small
from tests.queries.asking import Table
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

STEPS = ("generation", "member", "action", "donor", "from_step", "to_step", "schedule", "operations", "score", "best")


def test_the_best_model_has_a_schedule_not_one_learning_rate(table: Table) -> None:
    assert [tuple(row[name] for name in STEPS) for row in table("pbt_lineage")] == [
        (1, 0, "start", None, 0, 4, "learning_rate = 3e-05", None, 30.0, True),
        (2, 1, "exploit", 0, 4, 8, "learning_rate = 3.6e-05", "learning_rate *1.2", 33.0, True),
    ]


def test_every_member_is_there_on_request_the_one_that_failed_too(table: Table) -> None:
    found = [(row["generation"], row["member"], row["score"], row["best"]) for row in table("pbt_lineage", all=True)]
    assert found == [(1, 0, 30.0, True), (1, 1, None, False), (2, 0, 31.0, False), (2, 1, 33.0, True)]


def test_rates_that_would_look_the_same_show_all_digits(empty: Layout, table: Table) -> None:
    trial = small.Trial("zero2", 2)
    small.plan(empty)
    new = small.attempt(empty, trial)
    new.start()
    for member, rate in enumerate((0.0010001, 0.0010002, 1 / 3)):
        told: dict[str, Any] = dict.fromkeys(("donor", "donor_trial", "to_step", "score"))
        told |= {"trial": f"training-{member}", "action": "start", "values": {"learning_rate": rate}, "operations": {}}
        new.engine("member", generation=1, member=member, from_step=0, state="completed", **told)
    new.end("completed")
    load(empty)

    assert [row["schedule"] for row in table("pbt_lineage", empty, all=True)] == [
        "learning_rate = 0.0010001",
        "learning_rate = 0.0010002",
        "learning_rate = 0.333",
    ]
