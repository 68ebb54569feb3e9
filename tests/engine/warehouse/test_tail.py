"""What a line of a journal becomes, and what becomes of lines that are not as they should be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import small
from xp.engine.journal import Journal
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load

Rows = Callable[..., list[tuple[Any, ...]]]

METRICS = "select name, rank, step, value, text from metrics order by all"


def test_integers_floats_and_text_of_one_metric_are_kept_apart(empty: Layout, rank0: Journal, rows: Rows) -> None:
    for step, value in enumerate([53, 53.5, "n/a", 54]):
        rank0.append("metrics", step=step, values={"rouge1": value, "other": step})

    loaded = load(empty)

    assert loaded.problems == ()
    assert rows(empty, "select value, text from metrics where name = 'rouge1' order by step") == [
        (53.0, None),
        (53.5, None),
        (None, "n/a"),
        (54.0, None),
    ]
    assert rows(empty, "select count(value) from metrics where name = 'other'") == [(4,)]


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        pytest.param("NaN", "nan", None, id="NaN-as-text"),
        pytest.param(float("nan"), "nan", None, id="NaN"),
        pytest.param(float("-inf"), "-inf", None, id="minus-infinity"),
        pytest.param("53.5", "53.5", None, id="number-as-text"),
        pytest.param(None, "None", "null", id="null"),
        pytest.param(True, "None", "true", id="truth-value"),
        pytest.param("1_000", "None", "1_000", id="underscore"),
        pytest.param("1e999", "None", "1e999", id="beyond-a-double"),
        pytest.param({"a": 1}, "None", '{"a": 1}', id="table"),
    ],
)
def test_a_value_is_a_number_or_is_kept_as_text(
    empty: Layout, rank0: Journal, rows: Rows, value: Any, number: str, text: str | None
) -> None:
    rank0.append("metrics", step=None, values={"m": value})

    load(empty)

    ((found, original),) = rows(empty, "select value, text from metrics")
    assert (str(found), original) == (number, text)
    assert str(rows(empty, "select value from latest")[0][0]) == number


def test_bare_nan_of_a_foreign_writer_is_read(empty: Layout, rows: Rows) -> None:
    path = empty.new_attempt("0123456789ab").journal(0)
    path.write_text('{"t": 1, "event": "metrics", "step": 20, "values": {"loss": NaN, "up": Infinity}}\n')

    load(empty)

    assert str(rows(empty, "select value from metrics order by name")) == "[(nan,), (inf,)]"


def test_names_of_metrics_are_kept_byte_for_byte(empty: Layout, rank0: Journal, rows: Rows) -> None:
    names = ["eval/rouge1", "f1@5", "loss (val)", "a.b", "Größe", 'quote"d', "semi;colon'"]
    rank0.append("metrics", step=1, values=dict.fromkeys(names, 1.0))

    load(empty)

    assert sorted(name for (name,) in rows(empty, "select name from metrics")) == sorted(names)
    for name in names:
        assert rows(empty, "select value from metrics where name = ?", [name]) == [(1.0,)]


def test_long_texts_are_stored_in_full(empty: Layout, rank0: Journal, rows: Rows) -> None:
    long = {"prefix": "x" * 6000, "deepspeed": json.dumps({"key": "y" * 30_000})}
    rank0.append("facts", section="measurement", subject="", values=long)

    load(empty)

    assert dict(rows(empty, "select name, value from fact")) == long


def test_text_that_no_database_holds_is_written_out(empty: Layout, rank0: Journal, rows: Rows) -> None:
    rank0.append("facts", section="measurement", subject="", values={"half": "a\udc80b", "null": "a\0b", "pair": "😀"})

    loaded = load(empty)

    assert loaded.problems == ()
    assert dict(rows(empty, "select name, value from fact")) == {"half": "a\\udc80b", "null": "a\0b", "pair": "😀"}


def test_of_several_values_for_one_step_the_last_one_stays(empty: Layout, rank0: Journal, rows: Rows) -> None:
    for step, value in [(1, 10), (2, 20), (3, 30), (2, 21), (3, 31)]:
        rank0.append("metrics", step=step, values={"loss": value})
    load(empty)
    assert rows(empty, METRICS) == [("loss", 0, 1, 10, None), ("loss", 0, 2, 21, None), ("loss", 0, 3, 31, None)]

    later: list[tuple[int, Any]] = [(3, 32), (4, 40), (1, 11), (5, "n/a")]
    for step, value in later:
        rank0.append("metrics", step=step, values={"loss": value})
    load(empty)

    assert [row[2:] for row in rows(empty, METRICS)] == [
        (1, 11, None),
        (2, 21, None),
        (3, 32, None),
        (4, 40, None),
        (5, None, "n/a"),
    ]
    assert rows(empty, "select step, value, top_step from latest") == [(5, None, 5)]


def test_a_value_without_a_step_replaces_the_one_before(empty: Layout, rank0: Journal, rows: Rows) -> None:
    rank0.append("metrics", step=None, values={"train_loss": 1})
    load(empty)
    rank0.append("metrics", step=None, values={"train_loss": 2})

    load(empty)

    assert rows(empty, METRICS) == [("train_loss", 0, None, 2, None)]


def test_ranks_keep_their_own_values(empty: Layout, rank0: Journal, rows: Rows) -> None:
    rank0.append("metrics", step=None, values={"m": 1})
    with Journal(empty.attempts("0123456789ab")[0].journal(1)) as rank1:
        rank1.append("metrics", step=None, values={"m": 2})

    load(empty)

    assert rows(empty, METRICS) == [("m", 0, None, 1, None), ("m", 1, None, 2, None)]


def test_a_value_in_another_unit_than_before_is_no_number(empty: Layout, rank0: Journal, rows: Rows) -> None:
    rank0.append("metrics", step=1, values={"size": 5})
    rank0.append("metrics", step=2, values={"size": 6}, units={"size": "B"})
    load(empty)
    rank0.append("metrics", step=3, values={"size": 7}, units={"size": "MiB"})
    rank0.append("metrics", step=4, values={"size": 8})

    load(empty)

    found = rows(empty, "select step, value, unit, text from metrics order by step")
    assert found == [(1, 5, "B", None), (2, 6, "B", None), (3, None, "B", "7.0 MiB"), (4, 8, "B", None)]


def test_a_measure_keeps_its_unit_from_the_first_value_on(empty: Layout, rank0: Journal, rows: Rows) -> None:
    rank0.append("metrics", step=None, values={"emissions": 5.0}, units={"emissions": "g"})

    loaded = load(empty)

    assert [problem.message for problem in loaded.problems] == ["values of emissions in g, not kg: kept as text"]
    assert rows(empty, "select value, unit, text from metrics") == [(None, "kg", "5.0 g")]


BAD = [
    pytest.param("not json at all", "not JSON", id="no-json"),
    pytest.param('{"t": 1, "event": "metrics"', "not JSON", id="torn-and-healed"),
    pytest.param("[" * 100_000, "not JSON", id="nested-too-deep"),
    pytest.param("[1, 2]", "not an event", id="a-list"),
    pytest.param('{"t": 1}', "not an event", id="without-a-kind"),
    pytest.param('{"t": 1, "event": "party"}', "unknown event 'party'", id="unknown-event"),
    pytest.param('{"t": 1, "event": "metrics", "step": 1}', "no 'values'", id="without-values"),
    pytest.param('{"t": 1, "event": "metrics", "step": "1", "values": {}}', "no whole number: '1'", id="step-is-text"),
    pytest.param('{"t": "now", "event": "metrics", "step": 1, "values": {}}', "no time: 'now'", id="time-is-text"),
    pytest.param('{"t": 1, "event": "metrics", "step": 1, "values": [1]}', "no table: [1]", id="values-are-a-list"),
    pytest.param(
        '{"t": 1, "event": "end", "state": "fine", "reason": "", "seconds": 1}',
        "unknown state 'fine'",
        id="unknown-state",
    ),
]


@pytest.mark.parametrize(("line", "problem"), BAD)
def test_a_bad_line_is_reported_with_its_place_and_costs_no_other(
    empty: Layout, rank0: Journal, rows: Rows, line: str, problem: str
) -> None:
    rank0.append("metrics", step=1, values={"m": 1})
    path = empty.attempts("0123456789ab")[0].journal(0)
    with path.open("a") as file:
        file.write(line + "\n")
    rank0.append("metrics", step=2, values={"m": 2})

    loaded = load(empty)

    assert [str(found) for found in loaded.problems] == [f"{path}:2: left out: {problem}"]
    assert rows(empty, "select line, problem, text from bad_line") == [(2, problem, line[:200])]
    assert rows(empty, "select value from metrics order by step") == [(1.0,), (2.0,)]
    assert load(empty).problems == ()


def test_a_torn_last_line_is_left_for_later(empty: Layout, rank0: Journal, rows: Rows) -> None:
    rank0.append("metrics", step=1, values={"m": 1})
    path = empty.attempts("0123456789ab")[0].journal(0)
    whole = '{"t": 1, "event": "metrics", "step": 2, "values": {"m": 2}}\n'
    with path.open("a") as file:
        file.write(whole[:30])
    assert load(empty).problems == ()
    assert rows(empty, "select count(*) from metric") == [(1,)]
    with path.open("a") as file:
        file.write(whole[30:])

    assert load(empty).problems == ()
    assert rows(empty, "select count(*) from metric") == [(2,)]


def test_the_journal_of_another_trial_is_no_journal_of_this_one(empty: Layout, rows: Rows) -> None:
    small.completed(empty, small.Trial("baseline", 1))
    (original,) = empty.attempts(small.Trial("baseline", 1).id)
    copy = empty.new_attempt("fedcba987654")
    copy.engine_journal.write_bytes(original.engine_journal.read_bytes())

    loaded = load(empty)

    assert [problem.message for problem in loaded.problems] == [
        "left out: this is about trial 000000000001, the folder is that of fedcba987654"
    ]
    assert rows(empty, "select count(*) from attempt where started is not null") == [(1,)]


def test_a_file_that_is_no_journal_is_reported_once(empty: Layout, rank0: Journal) -> None:
    rank0.append("metrics", step=1, values={"m": 1})
    stray = empty.attempts("0123456789ab")[0].root / "journal" / "rank0 (copy).jsonl"
    stray.write_text('{"t": 1, "event": "metrics", "step": 1, "values": {"m": 5}}\n')

    assert [problem.where for problem in load(empty).problems] == [f"{stray}:1"]
    assert load(empty).problems == ()
    stray.unlink()
    stray.touch()
    assert load(empty).problems == ()


def test_the_last_plan_of_a_name_counts(empty: Layout, rows: Rows) -> None:
    small.plan(empty, time=small.START)
    small.plan(empty, time=small.START + 10)
    load(empty)
    with Journal(empty.experiment_journal("small")) as journal:
        journal.append(
            "plan",
            t=small.START + 20,
            version=1,
            name="small",
            description="shorter",
            file="small.toml",
            sha256="1",
            text="",
            baseline="baseline",
            claims=[],
            methods=[],
            trials=[],
            excluded=[],
        )

    load(empty)

    assert rows(empty, "select description from experiment") == [("shorter",)]
    assert rows(empty, "select (select count(*) from trials), (select count(*) from claim)") == [(0, 0)]
