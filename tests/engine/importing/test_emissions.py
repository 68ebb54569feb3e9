"""Energy files of codecarbon: every version by the names of its columns, one machine counted once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xp.engine.answers import fresh
from xp.engine.importing import emissions
from xp.engine.importing.found import Found, ImportingError
from xp.engine.importing.importing import bring_in
from xp.engine.warehouse.ask import ask
from xp.queries.catalog import find, parse

DATA = Path(__file__).parent / "data"

VALID = sorted((DATA / "codecarbon").glob("valid_headers_*.csv"))
"""One row each; with 18, 19, 29, 30, 31, 32, 34 and 38 columns."""

HEADER = "timestamp,project_name,run_id,duration,emissions,energy_consumed,on_cloud"

UTC = "time stamps without a zone are taken as UTC"

OVERLAP = (
    "apart in time; trackers that ran at the same time measured one machine: the largest that do not overlap count"
)


def written(folder: Path, *lines: str, header: str = HEADER, name: str = "emissions.csv", end: str = "\n") -> Path:
    path = folder / name
    path.write_bytes(("\n".join((header, *lines)) + end).encode())
    return path


def line(second: int, run: str, duration: float, energy: object, project: str = "p") -> str:
    return f"2024-05-01T10:00:{second:02d},{project},{run},{duration},0.01,{energy},N"


def only(path: Path) -> Found:
    (found,) = emissions.read_emissions(path)
    return found


def asked(results: Path, sql: str) -> list[tuple[Any, ...]]:
    return list(ask(fresh(results), parse(Path("asked.sql"), sql), {}).rows)


def energies(results: Path, query: str = "energy") -> list[dict[str, Any]]:
    """Return what a saved query says of the energy."""
    saved = find(query)
    found = ask(fresh(results), saved, saved.values({}))
    return [dict(zip((column.name for column in saved.columns), row, strict=True)) for row in found.rows]


def test_trackers_of_one_machine_at_one_time_count_once(tmp_path: Path) -> None:
    found = only(written(tmp_path, line(40, "a", 30, 0.02), line(41, "b", 35, 0.05), line(42, "c", 31, 0.03)))
    assert found.latest["energy_consumed"] == 0.05
    assert found.notes == (f"3 rows, 1 {OVERLAP}", UTC)


def test_one_tracker_in_each_of_eight_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = DATA / "linydub" / "emissions" / "emissions-scoped.csv"

    bring_in([file], tmp_path)

    told = capsys.readouterr().err
    assert f"xp: {file}: carbon-finetune, carbon-eval, carbon-predict: 8 rows, 1 {OVERLAP}\n" in told
    assert "at the same time as" not in told
    rows = asked(tmp_path, "select method, energy, emissions from trials order by position")
    assert rows == [
        ("carbon-finetune", 0.03248571658327064, 0.009667749255181343),
        ("carbon-eval", 0.0018311754537876173, 0.000544957815047195),
        ("carbon-predict", 0.0008197247949503819, 0.00024395009897723366),
    ]
    sql = "select method, count(*) from metrics join trials using (trial) where name = 'energy_consumed' and step > 0"
    assert asked(tmp_path, f"{sql} group by method, trials.position order by trials.position") == [
        ("carbon-finetune", 8),
        ("carbon-eval", 8),
        ("carbon-predict", 8),
    ]
    assert [row["note"] for row in energies(tmp_path)] == [f"1 with a doubt: 8 rows, 1 {OVERLAP}"] * 3


def test_files_of_processes_of_one_time_are_told_of_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [written(tmp_path, line(40, str(rank), 30, 0.02), name=f"emissions_{rank}.csv") for rank in range(3)]

    bring_in(files, tmp_path / "results")

    said = "p: measured at the same time as 2 other runs (emissions_0.csv, emissions_2.csv): where all saw one machine"
    assert f"xp: {files[1]}: {said}, their energies do not add up\n" in capsys.readouterr().err
    (row,) = energies(tmp_path / "results")
    assert (row["n"], row["note"]) == (3, "3 beside other trials")


def test_the_id_of_the_experiment_is_that_of_a_tracker_only_without_ids_of_runs(tmp_path: Path) -> None:
    header = "timestamp,project_name,run_id,experiment_id,duration,emissions,energy_consumed"
    rows = [f"2024-05-01T10:00:{second},p,{run},same,5,0.01,0.5" for second, run in ((10, "a"), (30, "b"), (50, ""))]
    assert only(written(tmp_path, *rows, header=header)).latest["energy_consumed"] == 1.5
    rows = [f"2024-05-01T10:00:{second},p,same,{second},0.01,0.{second}" for second in (10, 30, 50)]
    old = written(tmp_path, *rows, header=header.replace("run_id,", ""))
    assert only(old).latest["energy_consumed"] == 0.5


def test_runs_that_follow_each_other_add_up(tmp_path: Path) -> None:
    found = only(written(tmp_path, line(10, "a", 5, 0.02), line(40, "b", 5, 0.03)))
    assert found.latest["energy_consumed"] == pytest.approx(0.05)
    assert found.seconds == 10
    assert found.notes == (UTC,)


@pytest.mark.parametrize(("other", "energy"), [("Xeon,Linux", 0.3), ("EPYC,Linux", 0.5)])
def test_trackers_of_one_time_on_several_machines_add_up(tmp_path: Path, other: str, energy: float) -> None:
    """As of jobs on the nodes of a cluster, that write into one file."""
    rows = [f"{line(30, 'a', 20, 0.3)},Xeon,Linux", f"{line(31, 'b', 20, 0.2)},{other}"]
    found = only(written(tmp_path, *rows, header=f"{HEADER},cpu_model,os"))
    assert found.latest["energy_consumed"] == energy


def test_running_totals_of_a_tracker_count_once(tmp_path: Path) -> None:
    rows = [line(10, "a", 10, 0.01), line(30, "a", 30, 0.03), line(20, "a", 20, 0.02)]

    bring_in([written(tmp_path, *rows)], tmp_path / "results")

    assert asked(tmp_path / "results", "select trials.energy, trials.seconds from trials") == [(0.03, 30.0)]
    sql = "select step, value from metrics where name = 'energy_consumed' order by step nulls last"
    assert asked(tmp_path / "results", sql) == [(2, 0.01), (3, 0.03), (4, 0.02), (None, 0.03)]
    sql = "select value from facts where subject = 'import' and name = 'note'"
    assert asked(tmp_path / "results", sql) == [(f"rows that are running totals of a later one: 2; {UTC}",)]


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ("", "no value"),
        ("nan", "not a number: nan"),
        (-0.1, "negative: -0.1"),
        (0.05, "less than before: 0.05"),
    ],
)
def test_a_tracker_whose_last_row_is_odd_keeps_its_total(tmp_path: Path, last: object, why: str) -> None:
    found = only(written(tmp_path, line(10, "a", 10, 0.1), line(20, "a", 20, 0.2), line(30, "a", 30, last)))
    assert found.latest["energy_consumed"] == 0.2
    assert f"1 of 3 invalid: line 4, {why}" in found.notes


@pytest.mark.parametrize(
    ("odd", "text"), [(-0.013, "negative: -0.013"), ("", "no value"), ("nan", "not a number: nan")]
)
def test_an_energy_that_is_none_is_left_out_and_said(tmp_path: Path, odd: object, text: str) -> None:
    rows = [line(1, "a", 1, "0.0020"), line(20, "b", 1, odd), line(40, "c", 1, 0.0021)]

    bring_in([written(tmp_path, *rows)], tmp_path / "results")

    sql = "select step, value, text from metrics where name = 'energy_consumed' order by step nulls last"
    *each, total = asked(tmp_path / "results", sql)
    assert each == [(2, 0.0020, None), (3, None, text), (4, 0.0021, None)]
    assert total == (None, pytest.approx(0.0041, rel=1e-12), None)
    odd_one = f"1 of 3 invalid: line 3, {text}"
    (row,) = energies(tmp_path / "results")
    assert (row["energy"], row["n"], row["note"]) == (pytest.approx(0.0041), 1, f"1 with a doubt: {odd_one}")
    # what follows from an energy counts as little
    assert row["emissions"] == pytest.approx(0.02)
    (row,) = energies(tmp_path / "results", "benchmarks")
    assert (row["energy"], row["note"]) == (pytest.approx(0.0041), f"1 with a doubt: {odd_one}")


def test_a_negative_part_is_an_invalid_energy(tmp_path: Path) -> None:
    header = "duration,emissions,energy_consumed,cpu_energy,gpu_energy"
    found = only(written(tmp_path, "1,0.1,0.5,0.2,0.3", "1,0.1,0.5,-0.2,0.7", header=header))
    assert (found.latest["energy_consumed"], found.latest["cpu_energy"]) == (0.5, 0.2)
    assert "1 of 2 invalid: line 3, its cpu_energy cannot be true: 0.5" in found.notes


@pytest.mark.parametrize(
    ("cpu", "gpu", "model", "said"),
    [
        ("0.001", "0.002", "2 x GPU", []),
        ("0.001", "0", "2 x GPU", ["gpu_energy is 0 in 1 of 1 rows that count: what the GPUs used was not measured"]),
        ("0.001", "0", "", []),
        ("0.0", "", "", ["cpu_energy is 0 in 1 of 1 rows that count: the processor was not measured"]),
    ],
)
def test_a_part_that_runs_and_used_nothing_is_told(
    tmp_path: Path, cpu: str, gpu: str, model: str, said: list[str]
) -> None:
    header = f"{HEADER},cpu_energy,gpu_energy,cpu_model,gpu_model"
    found = only(written(tmp_path, f"{line(10, 'a', 5, 0.003)},{cpu},{gpu},CPU,{model}", header=header))
    assert found.latest["energy_consumed"] == 0.003
    assert found.energy == ({"note": said[0]} if said else {})


def test_a_file_without_any_energy_says_why(tmp_path: Path) -> None:
    bring_in([written(tmp_path, line(1, "a", 1, -1), line(20, "b", 1, "inf"))], tmp_path / "results")

    (row,) = energies(tmp_path / "results")
    assert (row["energy"], row["n"]) == (None, 1)
    assert row["note"] == "1 without an energy: 2 of 2 invalid: line 2, negative: -1, and 1 more"
    sql = "select value, text from metrics where name = 'energy_consumed' and step is null"
    assert asked(tmp_path / "results", sql) == [(None, "in no row that counts")]


def test_projects_are_runs_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path, line(10, "a", 5, 0.02, "train"), line(12, "b", 5, 0.03, "eval"), line(30, "c", 5, 1, ""))
    assert [(run.name, run.latest["energy_consumed"]) for run in emissions.read_emissions(path)] == [
        ("train", 0.02),
        ("eval", 0.03),
        ("codecarbon", 1.0),
    ]


def test_tasks_of_one_second_all_count(tmp_path: Path) -> None:
    header = "task_name,timestamp,project_name,run_id,duration,emissions,energy_consumed"
    rows = [f"{task},2024-05-01T10:00:10,p,a,0.25,0.01,0.5" for task in ("load", "train", "predict")]
    found = only(written(tmp_path, *rows, header=header))
    assert (found.latest["energy_consumed"], found.seconds, found.notes) == (1.5, 0.75, (UTC,))


def test_tasks_of_a_tracker_whose_total_is_there_count_once(tmp_path: Path) -> None:
    """They lie in a file of their own, and their sum among the totals of other trackers."""
    header = "task_name,timestamp,project_name,run_id,duration,emissions,energy_consumed,on_cloud"
    whole = written(tmp_path, line(20, "a", 9, 0.3), line(40, "b", 9, 0.2))
    tasks = [
        f"{task},{line(second, 'a', 4, energy)}" for task, second, energy in (("load", 15, 0.1), ("train", 20, 0.2))
    ]
    parts = written(tmp_path, *tasks, header=header, name="emissions_base_a.csv")

    (found,) = emissions.read_emissions(whole, parts)

    assert found.latest["energy_consumed"] == 0.5
    assert found.notes == (UTC, "the tasks in emissions_base_a.csv are parts of it, and are not counted again")
    (alone,) = emissions.read_emissions(parts)
    assert alone.latest["energy_consumed"] == pytest.approx(0.3)


def test_a_tracker_that_went_on_in_another_file_counts_there(tmp_path: Path) -> None:
    """As where the columns changed, and the file of before was moved aside."""
    before = written(tmp_path, line(10, "a", 10, 0.1), line(50, "b", 5, 0.4), name="emissions.csv.bak")
    after = written(tmp_path, line(30, "a", 30, 0.3))

    runs = emissions.read_emissions(before, after)

    assert [run.latest["energy_consumed"] for run in runs] == [0.4, 0.3]
    assert [len(run.points) for run in runs] == [3, 2]
    told = "trackers of it have an equal or a later total in emissions.csv, and count there"
    assert [run.notes for run in runs] == [(UTC, told), (UTC,)]


def test_files_of_every_version_are_read_by_the_names_of_their_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, file in enumerate(VALID):
        bring_in([file], tmp_path, experiment=f"imported-{place}")

    told = capsys.readouterr()
    assert [line for line in told.out.splitlines() if " imported into " in line] == [
        f"1 imported into the experiment 'imported-{place}', 0 were there already" for place in range(8)
    ]
    aside = DATA / "codecarbon" / "emissions_d4cee5da.csv.bak"
    assert f"xp: {aside}: is not read: name it as well if its rows should count\n" in told.err
    assert "columns that are not read" not in told.err
    assert (
        asked(tmp_path, "select energy from trials order by experiment")
        == [(0.00169759,)] * 2 + [(0.00057442898176,)] * 6
    )
    each = "from metrics join trials using (trial) where step > 0 and name"
    assert asked(tmp_path, f"select count(*), count(distinct experiment) {each} = 'energy_consumed'") == [(8, 8)]
    assert asked(tmp_path, f"select experiment, value, unit {each} = 'water_consumed' order by experiment") == [
        ("imported-6", 0.1, "L"),
        ("imported-7", 0.1, "L"),
    ]
    assert asked(tmp_path, f"select experiment, value, unit {each} = 'ram_used_gb'") == [("imported-7", 0.0, "GB")]
    power = f"select distinct value {each} = 'ram_power' order by value"
    assert asked(tmp_path, power) == [(0.154618823,), (12.884901888000002,)]
    sql = "select count(*) from facts where subject = 'import' and name = "
    counts = {"country_iso_code": 8, "longitude": 6, "codecarbon_version": 5, "pue": 4, "wue": 2, "gpu_model": 0}
    assert {name: asked(tmp_path, f"{sql}'{name}'")[0][0] for name in counts} == counts


@pytest.mark.parametrize("together", [True, False])
def test_a_tracker_that_several_files_have_counts_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], together: bool
) -> None:
    """Six of the files have the row of one run, each with other columns."""
    for files in [VALID] if together else [[file] for file in VALID]:
        bring_in(files, tmp_path)

    told = capsys.readouterr()
    (kept, *copies) = [file for file in VALID if "0a578547" in file.read_text()]
    assert len(copies) == 5
    left_out = f"codecarbon: all its trackers have an equal or a later total in {kept.name}: left out"
    assert [line for line in told.err.splitlines() if "left out" in line] == [
        f"xp: {copy}: {left_out}" for copy in copies
    ]
    assert ("3 imported into the experiment 'imported', 5 were there already" in told.out) == together
    assert asked(tmp_path, "select energy from trials order by position") == [
        (0.00169759,),
        (0.00169759,),
        (0.00057442898176,),
    ]


def test_a_file_that_grew_counts_only_what_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a it had 0.01 of 0.03 kWh, b is as it was, c is new."""
    results = tmp_path / "results"
    rows = (line(10, "a", 10, 0.01), line(20, "b", 5, 0.004))
    bring_in([written(tmp_path, *rows)], results)
    capsys.readouterr()

    bring_in([written(tmp_path, *rows, line(30, "a", 30, 0.03), line(50, "c", 5, 0.001), name="later.csv")], results)

    told = capsys.readouterr().err
    assert "p: trackers of it have an equal or a later total in emissions.csv, and count there\n" in told
    assert "p: trackers of it went on after emissions.csv was imported: what that has is not counted again\n" in told
    # a: 10 s, then 20 more
    expected = [(pytest.approx(0.014), 15.0), (pytest.approx(0.021), 25.0)]
    assert asked(results, "select energy, seconds from trials order by position") == expected


def test_equal_ids_of_runs_in_several_projects_are_several_trackers(tmp_path: Path) -> None:
    first, second = (
        written(tmp_path, line(10, "a", 10, 0.01, project), name=f"{project}.csv") for project in ("p", "q")
    )
    bring_in([first], tmp_path / "results")
    bring_in([second], tmp_path / "results")
    assert asked(tmp_path / "results", "select energy from trials") == [(0.01,), (0.01,)]


def test_tasks_of_a_tracker_that_was_imported_before_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in([written(tmp_path, line(40, "a", 30, 0.02))], tmp_path / "results")
    header = f"task_name,{HEADER}"
    bring_in([written(tmp_path, f"t,{line(20, 'a', 4, 0.01)}", header=header, name="t.csv")], tmp_path / "results")

    assert "t.csv: p: all its trackers have an equal or a later total in emissions.csv: left out\n" in (
        capsys.readouterr().err
    )
    assert asked(tmp_path / "results", "select energy from trials") == [(0.02,)]


def test_what_holds_for_several_projects_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, *(line(10 * place, name, 5, 0.001, name) for place, name in enumerate("pqr")))
    bring_in([path], tmp_path / "results")
    assert capsys.readouterr().err == f"xp: {path}: p, q, r: {UTC}\n"


def test_what_holds_for_several_files_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [written(tmp_path, line(10 * place, name, 5, 0.001), name=name) for place, name in enumerate("abcde")]
    bring_in(files, tmp_path / "results")
    assert capsys.readouterr().err == f"xp: {files[0]}, b, c, d and 1 more: {UTC}\n"


def test_what_is_a_reading_is_never_added_up(tmp_path: Path) -> None:
    header = "timestamp,duration,emissions,energy_consumed,emissions_rate,cpu_power,water_consumed,ram_used_gb,pue"
    rows = [f"2024-05-01T10:00:{second},5,0.25,0.5,2,40,1.5,8,1.25" for second in (10, 30)]
    found = only(written(tmp_path, *rows, header=header))
    assert found.points[-1].values == {
        "energy_consumed": 1.0,
        "emissions": 0.5,
        "water_consumed": 3.0,
        "duration": 10.0,
    }
    assert found.facts["pue"] == 1.25


def test_columns_are_found_by_name_whatever_stands_around_them(tmp_path: Path) -> None:
    header = "\ufeff,energy_consumed, emissions ,timestamp,mood,duration,,"
    found = only(written(tmp_path, "0,0.5,0.1,2024-05-01T10:00:00,good,7,,", header=header, end=""))
    assert (found.latest["energy_consumed"], found.seconds, found.name) == (0.5, 7, "codecarbon")
    assert "" not in found.latest
    assert found.notes == (UTC, "columns that are not read: mood")


def test_a_file_with_an_index_and_without_a_final_line_end() -> None:
    runs = emissions.read_emissions(DATA / "codecarbon" / "emissions_2020-08-12_index-col_no-eol_12cols.csv")
    assert {run.name: (run.facts["rows"], run.latest["energy_consumed"], run.seconds) for run in runs} == {
        "project_1": (23, 113, 718),
        "project_2": (15, 75, 383),
        "project_3": (22, 116, 792),
        "project_4": (22, 97, 634),
        "project_5": (18, 95, 551),
    }
    assert runs[0].name == "project_3"
    undated = "time stamps without a date in line 2, 6, 15 and 19 more: overlaps cannot be seen"
    assert runs[0].notes == (undated,)


def test_a_file_with_columns_without_names_into_which_a_second_row_spills() -> None:
    runs = emissions.read_emissions(DATA / "codecarbon" / "emissions_2021-07-21_18named-14blank-cols_no-eol.csv")
    assert {run.name: (run.facts["rows"], run.latest["energy_consumed"]) for run in runs} == {
        "project_alpha": (23, 113),
        "project_beta": (15, 75),
        "project_gamma": (22, 116),
        "project_delta": (22, 97),
        "project_theta": (18, 95),
    }
    (theta,) = (run for run in runs if run.name == "project_theta")
    assert theta.facts["cloud_region"] == "brazilsouth"
    spilled = "columns without a name are left out; a second row may be glued to line 101"
    assert theta.notes == (UTC, spilled)
    # there are no 31 days in April and in June
    undated = {f"time stamps without a date in line {number}: overlaps cannot be seen" for number in (33, 82)}
    assert {note for run in runs if run is not theta for note in run.notes} == {UTC, *undated}


def test_rows_without_an_id_or_an_energy() -> None:
    found = only(DATA / "codecarbon" / "emissions_2024-06-08_cc2.4.3rc1_31cols_blank-run_id.csv")
    assert (found.facts["rows"], found.facts["rows_invalid"]) == (28, 2)
    assert "2 of 28 invalid: line 6, no value, and 1 more" in found.notes
    # 7 rows of one tracker and 2 of each of two others are 8 running totals
    assert "rows that are running totals of a later one: 7" in found.notes


@pytest.mark.parametrize(
    ("stamp", "note"),
    [("2024-05-01T10:00:00+02:00", None), ("2024-05-01T08:00:00", UTC)],
)
def test_a_time_stamp_is_an_instant(tmp_path: Path, stamp: str, note: str | None) -> None:
    bring_in([written(tmp_path, f"{stamp},p,a,60,0.1,0.005,N")], tmp_path / "results")
    sql = "select epoch(started), epoch(ended) from attempts"
    # 2024-05-01 08:00:00 UTC is 1714550400
    assert asked(tmp_path / "results", sql) == [(1714550340.0, 1714550400.0)]
    said = asked(tmp_path / "results", "select value from facts where subject = 'import' and name = 'note'")
    assert said == ([(note,)] if note else [])


def test_a_time_stamp_without_a_date_is_read_and_said(tmp_path: Path) -> None:
    found = only(written(tmp_path, "26:11.7,p,a,34,8,8,Y"))
    assert found.started is None
    assert "cannot be seen" in found.notes[0]


def test_durations_of_nothing_and_of_more_than_all_time_are_read(tmp_path: Path) -> None:
    rows = [line(10, "a", 0, 0.25), line(10, "b", 0, 0.5), line(30, "c", 1e300, 1)]
    bring_in([written(tmp_path, *rows)], tmp_path / "results")
    assert asked(tmp_path / "results", "select energy, state, seconds from trials") == [(1.75, "completed", 0.0)]
    sql = "select text from metrics where name = 'duration' and text is not null"
    assert asked(tmp_path / "results", sql) == [("more than a century: 1e+300",)]


def test_a_file_that_was_moved_aside_is_named_where_it_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = written(tmp_path, line(1, "z", 1, 9.0), name="emissions.csv_0.bak")
    file = written(tmp_path, line(1, "a", 1, 0.5))
    bring_in([file], tmp_path / "one")
    assert f"xp: {aside}: is not read" in capsys.readouterr().err
    bring_in([file, aside], tmp_path / "both")
    assert "is not read" not in capsys.readouterr().err
    assert asked(tmp_path / "both", "select energy from trials order by position") == [(0.5,), (9.0,)]


def test_the_same_again_or_under_another_name_is_there_already(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "timestamp,duration,emissions,energy_consumed"
    file, other = (
        written(tmp_path, "2024-05-01T10:00:10,5,0.1,0.5", header=header, name=name) for name in ("a.csv", "b.csv")
    )
    bring_in([file, other], tmp_path / "results")
    told = capsys.readouterr()
    assert "1 imported into the experiment 'imported', 1 were there already" in told.out
    assert "at the same time" not in told.err
    for again in (file, other):
        bring_in([again], tmp_path / "results")
        assert "0 imported into the experiment 'imported', 1 were there already" in capsys.readouterr().out
    assert asked(tmp_path / "results", "select energy, attempts from trials") == [(0.5, 1)]


def test_thousands_of_rows(tmp_path: Path) -> None:
    stamps = [
        f"2024-05-{day:02d}T{hour:02d}:{minute:02d}:00"
        for day in range(1, 4)
        for hour in range(24)
        for minute in range(60)
    ]
    path = written(tmp_path, *(f"{stamp},p,{stamp},59,0.5,0.25,N" for stamp in stamps))
    found = only(path)
    assert (len(stamps), found.facts["rows_counted"], found.latest["energy_consumed"]) == (4320, 4320, 1080.0)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("2024-05-01T10:00:00,p,a,1,1,1,N", "ODD LINE"), ":3: 1 fields, 7 expected"),
        (("2024-05-01T10:00:00,p,a,1,1,1,N2024-05-01T10:00:09,p,b,1,1,1,N",), ":2: 13 fields, 7 expected"),
        (("2024-05-01T10:00:00,p,a,1,1,1,Y2024-05-01T10:00:09",), ":2: on_cloud holds a time stamp, got 'Y2024-"),
        (("2024-05-01T10:00:00,p,a,1,1,1,Yes",), ":2: on_cloud is Y or N, got 'Yes'"),
        (("2024-05-01T10:00:00,p,a,long,1,1,N",), ":2: duration should be a number, got 'long'"),
        (("2024-05-01T10:00:00,p,a,1,1,0,02,N",), ":2: 8 fields, 7 expected"),
        (('2024-05-01T10:00:00,p,a,1,1,"0,02",N',), ":2: energy_consumed should be a number, got '0,02'"),
        ((), ": only a header, and no rows"),
    ],
)
def test_an_odd_line_is_named(tmp_path: Path, lines: tuple[str, ...], words: str) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(ImportingError) as caught:
        emissions.read_emissions(path)
    assert str(caught.value).startswith(f"{path}{words}")


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("a,b", "1,2", ":1: not a file of codecarbon: no column duration, emissions, energy_consumed"),
        ("a,b,c,d", "1,2,3,4\nODD LINE\n1,2,3,4", ":3: 1 fields, 4 expected"),
        ("duration,emissions,energy_consumed,duration", "1,2,3,4", ":1: column duration is there twice"),
        ("duration;emissions;energy_consumed", "1;0,1;0,5", ":1: separated by semicolons, not by commas"),
    ],
)
def test_a_table_of_something_else_is_refused(tmp_path: Path, header: str, row: str, words: str) -> None:
    path = written(tmp_path, row, header=header)
    with pytest.raises(ImportingError) as caught:
        emissions.read_emissions(path)
    assert str(caught.value).startswith(f"{path}{words}")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_folder_is_searched_for_files_whatever_separates_their_columns(sign: str) -> None:
    assert emissions.is_emissions(sign.join(("timestamp", "emissions", '"energy_consumed"')) + "\r\n")
    assert not emissions.is_emissions(sign.join(("timestamp", "emissions", "energy")))
