"""A row of codecarbon: which of its numbers can be true, who wrote it, and when it was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.importing.found import ImportingError
from xp.engine.importing.row import Row, parse_row

FILE = Path("emissions.csv")


def read(**cells: str) -> Row:
    whole = {"duration": "10", "emissions": "0.1", "energy_consumed": "0.5", **cells}
    return parse_row(FILE, 7, whole, spilled=False)


def test_numbers_that_can_be_true_are_kept_and_empty_cells_are_none() -> None:
    values = read(cpu_energy="0.25", gpu_energy="", ram_energy="0", pue="1.0", cpu_model="x").values
    assert values == {"duration": 10.0, "emissions": 0.1, "energy_consumed": 0.5, "cpu_energy": 0.25, "ram_energy": 0.0}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("-0.0130", "negative: -0.0130"),
        ("nan", "not a number: nan"),
        ("inf", "not a number: inf"),
        ("-inf", "not a number: -inf"),
        ("1e999", "not a number: 1e999"),
        ("", "no value"),
    ],
)
def test_an_energy_that_cannot_be_true_keeps_its_text_and_takes_what_follows_from_it(cell: str, text: str) -> None:
    found = read(energy_consumed=cell, water_consumed="3", cpu_energy="0.25")
    assert found.energy is None
    assert found.values["energy_consumed"] == text
    assert found.values["emissions"] == "its energy is not valid: 0.1"
    assert found.values["water_consumed"] == "its energy is not valid: 3"
    assert found.values["cpu_energy"] == 0.25


def test_an_energy_with_a_part_that_cannot_be_true_cannot_be_either() -> None:
    values = read(cpu_energy="-0.2", gpu_energy="0.7").values
    assert values["cpu_energy"] == "negative: -0.2"
    assert values["energy_consumed"] == "its cpu_energy cannot be true: 0.5"
    assert values["gpu_energy"] == 0.7


def test_emissions_that_cannot_be_true_leave_the_energy() -> None:
    found = read(emissions="-1", duration="")
    assert (found.energy, found.values["emissions"], found.seconds) == (0.5, "negative: -1", None)
    assert found.values["duration"] == "no value"


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        (
            "energy_consumed",
            "0,02",
            "energy_consumed should be a number, got '0,02'\n    hint: numbers have a decimal point",
        ),
        ("duration", "1_000", "duration should be a number, got '1_000'"),
        ("duration", "_1", "duration should be a number, got '_1'"),
        ("longitude", "east", "longitude should be a number, got 'east'"),
        ("wue", "0.0 L", "wue should be a number, got '0.0 L'"),
        ("on_cloud", "Y26:11.7", "on_cloud is Y or N, got 'Y26:11.7'\n    hint: two lines glued into one?"),
    ],
)
def test_what_is_no_number_is_refused(name: str, cell: str, message: str) -> None:
    with pytest.raises(ImportingError) as caught:
        read(**{name: cell})
    assert str(caught.value).startswith(f"emissions.csv:7: {message}")


@pytest.mark.parametrize(
    ("cells", "run"),
    [
        ({"run_id": "a", "experiment_id": "e"}, "a"),
        ({"run_id": "", "experiment_id": "e"}, "line 7"),
        ({"experiment_id": "e"}, "e"),
        ({}, "line 7"),
        ({"run_id": "a", "task_name": "load"}, "line 7"),
    ],
)
def test_a_tracker_is_told_by_the_id_of_its_run(cells: dict[str, str], run: str) -> None:
    assert read(**cells).run == run


@pytest.mark.parametrize(
    ("stamp", "end", "zoned"),
    [
        ("1970-01-02T00:00:00", 86_400.0, False),
        ("1970-01-02T00:00:00Z", 86_400.0, True),
        ("1970-01-02 02:00:00.5+02:00", 86_400.5, True),
        ("26:11.7", None, False),
        ("", None, False),
    ],
)
def test_a_time_stamp_without_a_zone_is_taken_as_utc(stamp: str, end: float | None, zoned: bool) -> None:
    found = read(timestamp=stamp)
    assert (found.end, found.zoned) == (end, zoned)
    assert found.begin == (None if end is None else end - 10)


def test_no_begin_is_known_without_a_duration_that_can_be_true() -> None:
    for duration in ("", "-1", "1e300"):
        assert read(timestamp="2024-05-01T10:00:00", duration=duration).span is None


def test_a_row_of_no_duration_has_a_moment() -> None:
    assert read(timestamp="1970-01-02T00:00:00", duration="0").span == (86_400.0, 86_400.0)
