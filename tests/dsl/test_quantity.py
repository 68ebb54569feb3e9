"""Numbers as people read them."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.quantity import cell, compact, quantity, style


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "B", "0 B"),
        (999, "B", "999 B"),
        (999_700_000, "B", "1.00 GB"),
        (16_637_952_000, "B", "16.6 GB"),
        (0.0123, "s", "12.3 ms"),
        (61.2, "s", "61.2 s"),
        (508.0, "s", "8.47 min"),
        (9_000, "s", "2.50 h"),
        (0.00031, "kWh", "310 mWh"),
        (1.5, "kWh", "1.50 kWh"),
        (0.000121, "kg", "121 mg"),
        (12.345, "1/s", "12.3 /s"),
        (44.16, "points", "44.16 points"),
        (0.42, "Δpoints", "+0.42 points"),
        (-0.42, "Δpoints", "-0.42 points"),
        (0.8213, "×", "0.82×"),
        (1, "×", "1.00×"),
        (12.3, "%", "12.3%"),
        (3.1087, "USD", "3.11 USD"),
        (Decimal("0.6223"), "USD", "0.62 USD"),
        (287_113, "samples", "287\u202f113 samples"),
        (1234, "-", "1234"),
        (12_345, "-", "12\u202f345"),
        (5e-05, "-", "5e-5"),
        (0.98765, "-", "0.98765"),
        (0.0005, "-", "5e-4"),
        (500_000_000, "-", "500\u202f000\u202f000"),
        (2.0, "-", "2"),
        (-0.0, "-", "0"),
        (-1_234_567, "-", "-1\u202f234\u202f567"),
        (1e22, "-", "1e22"),
        (5, "furlongs", "5 furlongs"),
    ],
)
def test_a_number_stands_in_a_unit_of_its_size(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("mean", "spread", "unit", "text"),
    [
        (54.2131, 1.284, "points", "54.2 ± 1.3 points"),
        (54.2131, 12.84, "points", "54 ± 13 points"),
        (54.2131, 0.0284, "points", "54.21 ± 0.03 points"),
        (54.2131, 1e-9, "points", "54.21 ± <0.01 points"),
        (54.2131, 0.0, "points", "54.21 ± 0 points"),
        (54.2131, None, "points", "54.21 points"),
        (54.2131, math.nan, "points", "54.21 points"),
        (1_240_000_000, 23_000_000, "B", "1.240 ± 0.023 GB"),
        (0.8213, 0.0312, "×", "0.82× ± 0.03"),
        (0.5, 12.0, "×", "0× ± 12"),
        (0.0, 0.5, "points", "0.00 ± 0.50 points"),
        (3, 1.0, "points", "3.0 ± 1.0 points"),
    ],
)
def test_a_mean_ends_where_its_spread_ends(mean: float, spread: float | None, unit: str, text: str) -> None:
    assert quantity(mean, unit, spread) == text


def test_a_column_shares_prefix_and_decimals() -> None:
    values = [1_240_000_000, 812_000_000, None]
    form = style("B", values)

    assert form.heading == "GB"
    assert [cell(value, form) for value in values] == ["1.24", "0.81", "–"]


def test_a_column_from_milliseconds_to_days_has_a_unit_in_each_cell() -> None:
    values = [0.002, 400_000.0]
    form = style("s", values)

    assert form.heading == ""
    assert [cell(value, form) for value in values] == ["2.00 ms", "4.63 d"]


def test_whole_numbers_keep_every_digit() -> None:
    assert cell(2**63 + 1, style("-", [1])) == "9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f809"


@pytest.mark.parametrize("value", [math.nan, None, Decimal("NaN")])
def test_what_is_no_number_is_a_dash(value: object) -> None:
    assert quantity(value, "B") == "–"


def test_infinity_has_its_sign() -> None:
    assert [quantity(value) for value in (math.inf, -math.inf)] == ["∞", "-∞"]


@given(st.floats(), st.sampled_from(["B", "s", "kWh", "×", "points", "-", "USD", "1/s"]), st.none() | st.floats())
def test_no_number_is_ever_printed_as_nan_or_none(value: float, unit: str, spread: float | None) -> None:
    text = quantity(value, unit, spread)

    assert text
    assert not {"nan", "none", "inf"} & {word.lower() for word in text.replace("×", " ").split()}


@given(st.floats(min_value=1e-9, max_value=1e15), st.sampled_from(["B", "s", "kWh", "kg", "nats", "1/s"]))
def test_a_number_printed_is_the_number_measured_within_its_digits(value: float, unit: str) -> None:
    text, _, label = quantity(value, unit).replace("\u202f", "").partition(" ")
    worth = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "µs": 1e-6, "ms": 1e-3, "min": 60, "h": 3600, "d": 86400}
    worth |= {"µWh": 1e-9, "mWh": 1e-6, "Wh": 1e-3, "MWh": 1e3, "µg": 1e-9, "mg": 1e-6, "g": 1e-3, "t": 1e3}

    assert float(text) * worth.get(label, 1.0) == pytest.approx(value, rel=6e-3)


def test_counts_of_a_data_set_are_written_as_in_papers() -> None:
    assert [compact(count) for count in (818, 14_732, 287_113, 999_950, None)] == ["818", "14.7K", "287K", "1M", "–"]
