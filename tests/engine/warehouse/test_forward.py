"""A warehouse of every released version is brought forward, and loses nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from xp.dsl.errors import WarehouseError
from xp.engine.layout import Layout
from xp.engine.warehouse import forward, store
from xp.engine.warehouse.load import Loaded, load

Rows = Callable[..., list[tuple[Any, ...]]]

RELEASED = Path(__file__).parent / "released"
VERSIONS = sorted(int(file.stem) for file in RELEASED.glob("[0-9]*.sql"))


@pytest.fixture(params=VERSIONS)
def released(request: pytest.FixtureRequest, empty: Layout) -> int:
    """Make the results folder one of an earlier version whose journals are gone; return the version."""
    with duckdb.connect(str(empty.warehouse)) as db:
        for name in (str(request.param), "rows", *(["rows_until_5"] if request.param <= 5 else [])):
            db.execute((RELEASED / f"{name}.sql").read_text(encoding="utf-8"))
        db.execute("create view trials as select 'of another release' as told")
        db.execute("create macro finite(x) as x")
    return int(request.param)


def test_every_version_before_this_one_has_its_file() -> None:
    assert list(range(1, store.VERSION)) == VERSIONS


def test_what_an_earlier_version_holds_is_still_there(released: int, empty: Layout, rows: Rows) -> None:
    before = empty.warehouse.read_bytes()

    assert load(empty) == Loaded()

    assert empty.warehouse.with_name(f"warehouse.v{released}.duckdb").read_bytes() == before
    assert rows(empty, "select version from schema_version") == [(store.VERSION,)]
    second = datetime(2025, 6, 15, 15, 6, 45, 124000, UTC)
    (first, broken, invalid) = rows(empty, "select name, step, value, unit, text, time from metrics order by time")
    assert first == ("loss", 10, 2.5, "nats", None, second)
    assert (broken[:2], math.isnan(broken[2])) == (("loss", 20), True)
    assert invalid[:5] == ("eval/rouge1", None, None, "points", "n/a")
    assert rows(empty, "select label, state, attempts, seconds from trials") == [
        ("baseline, seed 1", "completed", 1, 12.5)
    ]
    assert rows(empty, "select number from setting") == [(5e-05,)]
    assert rows(empty, "select path, lines from journal") == [("trials/0123456789ab/attempt-1/journal/rank0.jsonl", 10)]
    assert rows(empty, "select line, problem from bad_line") == [(3, "not JSON")]
    counts = "select (select count(*) from price), (select count(*) from member), (select count(*) from example_score)"
    assert rows(empty, counts) == [(int(released >= 2), int(released >= 4), int(released >= 5))]
    assert rows(empty, "select measure from own_measure") == [("padding",)] * (released >= 6)
    assert rows(empty, "select boot from attempt") == [(None,)]
    assert rows(empty, "select training, checkpoint from member") == [("0000000000aa", None)] * (released >= 4)
    check_claims(released, empty, rows)


def check_claims(released: int, empty: Layout, rows: Rows) -> None:
    """A claim of before there were margins has the usual ones."""
    ((scale, margin, claim_hash, declared, confidence, correction),) = rows(
        empty,
        "select scale, margin, claim_hash, declared, confidence, correction from claim "
        "join declaration using (experiment, claim_hash) join experiment using (experiment)",
    )

    if released >= 3:
        assert (scale, margin, claim_hash, confidence, correction) == ("ratio", 0.1, "aa", 0.99, "none")
        assert declared == datetime(2025, 6, 14, 12, tzinfo=UTC)
    else:
        # as it is when the journal of such a plan is loaded
        assert (scale, margin, confidence, correction) == ("ratio", 0.05, 0.95, "holm")
        assert claim_hash == '["zero2", "memory", "reduces", true, "baseline"]'
        assert declared == datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)


@pytest.mark.parametrize("released", [2], indirect=True)
def test_a_step_forward_that_fails_leaves_the_file_as_it_was(
    released: int, empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = empty.warehouse.read_bytes()
    monkeypatch.setattr(forward, "DECLARED", "insert into declaration values (null, null, null)")

    with pytest.raises(WarehouseError, match="Constraint Error"):
        load(empty)

    assert (released, empty.warehouse.read_bytes()) == (2, before)
    assert [path.name for path in empty.root.iterdir() if path.is_file()] == ["warehouse.duckdb"]
