"""Expansion keeps its promises for any matrix, not just the ones we thought of."""

from __future__ import annotations

from collections import Counter
from math import prod
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.axes import Matrix
from xp.dsl.matrix import Cell, Expansion, count_cells

VALUES: dict[str, list[Any]] = {
    "batch_size": [1, 2, 3],
    "epochs": [1.0, 2.0, 3.0],
    "gradient_checkpointing": [False, True],
    "zero.stage": [0, 1, 2],
    "seed": [0, 1, 2],
}


def subsets(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


tables = st.fixed_dictionaries({}, optional={name: subsets(values) for name, values in VALUES.items()})


@st.composite
def matrices(draw: st.DrawFn) -> dict[str, Any]:
    """Return a matrix with exclude rules that each name some values of its axes."""
    table: dict[str, Any] = draw(tables)
    rule = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in table.items()})
    return {**table, "exclude": draw(st.lists(rule.filter(bool), max_size=3))}


def cells(**table: Any) -> list[Cell]:
    return list(Expansion(Matrix.model_validate(table)))


def kept(**table: Any) -> list[tuple[dict[str, Any], int]]:
    return [(cell.variant, cell.seed) for cell in cells(**table) if cell.excluded is None]


def key(cell: Cell) -> str:
    return repr((cell.variant, cell.seed))


@given(tables)
def test_every_combination_is_there_once(table: dict[str, Any]) -> None:
    found = cells(**table)

    assert len(found) == prod(map(len, table.values())) == count_cells(Matrix.model_validate(table))
    assert len(set(map(key, found))) == len(found)


@given(matrices())
def test_exclusion_is_complete_and_takes_nothing_else(table: dict[str, Any]) -> None:
    for cell in cells(**table):
        values = {**cell.variant, "seed": cell.seed}
        agreeing = [all(values[axis] == value for axis, value in rule.items()) for rule in table["exclude"]]

        assert (cell.excluded is not None) == any(agreeing)
        assert cell.excluded is None or agreeing[cell.excluded]


@given(tables, st.randoms(use_true_random=False))
def test_order_of_axes_changes_the_order_only(table: dict[str, Any], random: Any) -> None:
    names = list(table)
    random.shuffle(names)
    shuffled = cells(**{name: table[name] for name in names})

    assert Counter(repr((sorted(cell.variant.items()), cell.seed)) for cell in shuffled) == Counter(
        repr((sorted(cell.variant.items()), cell.seed)) for cell in cells(**table)
    )


@given(tables)
def test_types_survive(table: dict[str, Any]) -> None:
    for cell in cells(**table):
        for axis, value in cell.variant.items():
            assert any(value is given or (value == given and type(value) is type(given)) for given in table[axis])


@given(st.integers(2, 5))
def test_zipped_axes_have_as_many_cells_as_steps(steps: int) -> None:
    numbers = list(range(1, steps + 1))
    found = kept(batch_size=numbers, epochs=numbers, weight_decay=[0.0, 0.1], zip=[["batch_size", "epochs"]])

    assert len(found) == 2 * steps
    assert all(variant["batch_size"] == variant["epochs"] for variant, _ in found)


def test_seed_turns_fastest_and_then_the_last_axis() -> None:
    assert [(variant["batch_size"], variant["epochs"], seed) for variant, seed in kept(
        batch_size=[1, 2], epochs=[1, 2], seed=[7, 8]
    )] == [
        (1, 1.0, 7), (1, 1.0, 8), (1, 2.0, 7), (1, 2.0, 8), (2, 1.0, 7), (2, 1.0, 8), (2, 2.0, 7), (2, 2.0, 8),
    ]  # fmt: skip


def test_a_zipped_group_stands_where_its_first_axis_stands() -> None:
    found = kept(batch_size=[1, 2], weight_decay=[0, 1], epochs=[3, 4], zip=[["epochs", "batch_size"]])

    assert [tuple(variant[axis] for axis in ("batch_size", "epochs", "weight_decay")) for variant, _ in found] == [
        (1, 3.0, 0.0), (1, 3.0, 1.0), (2, 4.0, 0.0), (2, 4.0, 1.0),
    ]  # fmt: skip


def test_include_adds_to_the_cells_that_it_agrees_with() -> None:
    assert kept(batch_size=[1, 2], include=[{"batch_size": 2, "precision": "bf16"}]) == [
        ({"batch_size": 1}, 1),
        ({"batch_size": 2, "precision": "bf16"}, 1),
    ]


def test_include_without_axes_adds_to_all() -> None:
    assert kept(batch_size=[1, 2], include=[{"precision": "bf16"}]) == [
        ({"batch_size": 1, "precision": "bf16"}, 1),
        ({"batch_size": 2, "precision": "bf16"}, 1),
    ]


def test_later_include_replaces_what_an_earlier_one_added_but_no_axis() -> None:
    rules = [{"precision": "bf16"}, {"batch_size": 1, "precision": "fp16"}]

    assert kept(batch_size=[1, 2], include=rules) == [
        ({"batch_size": 1, "precision": "fp16"}, 1),
        ({"batch_size": 2, "precision": "bf16"}, 1),
    ]


def test_include_that_agrees_with_none_is_a_cell_of_its_own_for_every_seed() -> None:
    found = cells(batch_size=[1, 2], seed=[1, 2], include=[{"batch_size": 9}])

    assert found[4:] == [Cell({"batch_size": 9}, 1, included=0), Cell({"batch_size": 9}, 2, included=0)]


def test_include_with_a_seed_of_its_own_is_one_cell() -> None:
    found = cells(batch_size=[1, 2], seed=[1, 2], include=[{"batch_size": 1, "seed": 3}])

    assert found[4:] == [Cell({"batch_size": 1}, 3, included=0)]


def test_include_is_filled_in_where_an_axis_has_one_value() -> None:
    found = cells(epochs=[4], batch_size=[1, 2], include=[{"batch_size": 9}])

    assert found[2:] == [Cell({"epochs": 4.0, "batch_size": 9}, 1, included=0)]


def test_include_comes_after_exclude_and_brings_a_cell_back() -> None:
    found = kept(batch_size=[1, 2], exclude=[{"batch_size": 2}], include=[{"batch_size": 2}])

    assert found == [({"batch_size": 1}, 1), ({"batch_size": 2}, 1)]


def test_no_cell_of_its_own_takes_part_in_another_rule() -> None:
    found = kept(batch_size=[1], include=[{"batch_size": 9}, {"batch_size": 9, "precision": "bf16"}])

    assert found[1:] == [({"batch_size": 9}, 1), ({"batch_size": 9, "precision": "bf16"}, 1)]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param(
            {"batch_size": [1, 2], "exclude": [{"batch_size": 2}, {"batch_size": 2, "seed": 1}]},
            [("matrix", "exclude", 1)],
            id="exclude-behind-a-wider-one",
        ),
        pytest.param(
            {
                "batch_size": [1, 2],
                "epochs": [1, 2],
                "zip": [["batch_size", "epochs"]],
                "exclude": [{"batch_size": 1, "epochs": 2}],
            },
            [("matrix", "exclude", 0)],
            id="exclude-of-what-never-meets",
        ),
        pytest.param(
            {"batch_size": [1, 2], "include": [{"batch_size": 2}]},
            [("matrix", "include", 0)],
            id="include-of-what-is-there",
        ),
        pytest.param(
            {"batch_size": [1, 2], "epochs": [1, 2], "include": [{"batch_size": 3}]},
            [("matrix", "include", 0)],
            id="half-filled-include",
        ),
        pytest.param({"batch_size": [1, 2], "include": [{"batch_size": 3}]}, [], id="include-of-a-new-value"),
        pytest.param(
            {"batch_size": [1, 2], "include": [{"batch_size": 1, "epochs": 2}, {"epochs": 3}]},
            [("matrix", "include", 0)],
            id="include-that-a-later-one-replaces",
        ),
        pytest.param(
            {"batch_size": [1, 2], "include": [{"epochs": 2}, {"batch_size": 1, "epochs": 3}]},
            [],
            id="include-that-a-later-one-replaces-in-part",
        ),
    ],
)
def test_rules_that_do_nothing_are_told(table: dict[str, Any], said: list[Any]) -> None:
    expansion = Expansion(Matrix.model_validate(table))
    assert list(expansion)

    assert [where for where, _, _ in expansion.idle()] == said


HUGE = {
    "batch_size": list(range(1, 101)),
    "epochs": list(range(1, 101)),
    "warmup_steps": list(range(100)),
}


def test_a_million_cells_are_counted_without_being_built() -> None:
    matrix = Matrix.model_validate(HUGE)
    start = perf_counter()

    assert count_cells(matrix) == 1_000_000
    assert perf_counter() - start < 0.1


def test_cells_are_made_one_by_one() -> None:
    start = perf_counter()
    first = next(iter(Expansion(Matrix.model_validate(HUGE))))

    assert first.variant == {"batch_size": 1, "epochs": 1.0, "warmup_steps": 0.0}
    assert perf_counter() - start < 1


def test_a_hundred_thousand_variants_a_second() -> None:
    matrix = Matrix.model_validate({**HUGE, "warmup_steps": list(range(10))})
    best = 0.0
    for _ in range(3):  # the machine may be busy: its best second counts
        start = perf_counter()
        made = sum(1 for _ in Expansion(matrix))
        best = max(best, made / (perf_counter() - start))

    assert best > 100_000
