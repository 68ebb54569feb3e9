"""Energy files of codecarbon: every version by the names of its columns, one machine counted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.engine.importing import emissions
from xp.engine.importing.found import Found, ImportingError

HEADER = "timestamp,project_name,run_id,duration,emissions,energy_consumed,on_cloud"


def written(folder: Path, *lines: str, header: str = HEADER, name: str = "emissions.csv", end: str = "\n") -> Path:
    path = folder / name
    path.write_bytes(("\n".join((header, *lines)) + end).encode())
    return path


def line(second: int, run: str, duration: float, energy: object, project: str = "p") -> str:
    return f"2024-05-01T10:00:{second:02d},{project},{run},{duration},0.01,{energy},N"


def only(path: Path) -> Found:
    (found,) = emissions.read(path)
    return found


def test_trackers_of_one_machine_at_one_time_count_once(tmp_path: Path) -> None:
    found = only(written(tmp_path, line(40, "a", 30, 0.02), line(41, "b", 35, 0.05), line(42, "c", 31, 0.03)))
    assert found.latest["energy_consumed"] == 0.05
    assert "3 rows, 1 apart in time" in found.notes[0]


def test_runs_that_follow_each_other_add_up(tmp_path: Path) -> None:
    found = only(written(tmp_path, line(10, "a", 5, 0.02), line(40, "b", 5, 0.03)))
    assert found.latest["energy_consumed"] == pytest.approx(0.05)
    assert found.seconds == 10
    assert found.notes == ()


def test_running_totals_of_a_tracker_count_once(tmp_path: Path) -> None:
    rows = [line(10, "a", 10, 0.1), line(20, "a", 20, 0.2), line(30, "a", 30, 0.3)]
    found = only(written(tmp_path, *rows))
    assert found.latest["energy_consumed"] == 0.3
    assert found.facts["rows"] == 3
    assert found.facts["rows_counted"] == 1


@pytest.mark.parametrize("odd", [-0.013, "", "nan"])
def test_an_energy_that_is_none_is_left_out_and_said(tmp_path: Path, odd: object) -> None:
    rows = [line(1, "a", 1, 0.02), line(20, "b", 1, odd), line(40, "c", 1, 0.021)]
    found = only(written(tmp_path, *rows))
    assert found.latest["energy_consumed"] == pytest.approx(0.041)
    assert any("1 of 3 invalid" in note for note in found.notes)


def test_projects_are_runs_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path, line(10, "a", 5, 0.02, "train"), line(12, "b", 5, 0.03, "eval"))
    assert [run.name for run in emissions.read(path)] == ["train", "eval"]


def test_columns_are_found_by_name_whatever_stands_around_them(tmp_path: Path) -> None:
    header = "\ufeff,energy_consumed,emissions,timestamp,duration,,"
    found = only(written(tmp_path, "0,0.5,0.1,2024-05-01T10:00:00,7,,", header=header, end=""))
    assert (found.latest["energy_consumed"], found.seconds, found.name) == (0.5, 7, "emissions")
    assert "" not in found.latest


def test_a_time_stamp_without_a_date_is_read_and_said(tmp_path: Path) -> None:
    found = only(written(tmp_path, "26:11.7,p,a,34,8,8,Y"))
    assert found.started is None
    assert "cannot be seen" in found.notes[0]


def test_a_file_that_was_moved_aside_is_named(tmp_path: Path) -> None:
    aside = written(tmp_path, line(1, "z", 1, 9.0), name="emissions_d4cee5da.csv.bak")
    found = only(written(tmp_path, line(1, "a", 1, 0.5), name="mine.csv"))
    assert found.beside == (aside,)
    assert found.latest["energy_consumed"] == 0.5


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("2024-05-01T10:00:00,p,a,1,1,1,N", "ODD LINE"), ":3: 1 fields, 7 expected"),
        (("2024-05-01T10:00:00,p,a,1,1,1,Y2024-05-01T10:00:09",), ":2: on_cloud is Y or N"),
        (("2024-05-01T10:00:00,p,a,long,1,1,N",), ":2: duration should be a number, got 'long'"),
    ],
)
def test_an_odd_line_is_named(tmp_path: Path, lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(ImportingError) as caught:
        emissions.read(written(tmp_path, *lines))
    assert words in str(caught.value)


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportingError, match="not a file of codecarbon: no column duration, emissions"):
        emissions.read(written(tmp_path, "1,2", header="a,b"))
