"""The journal loses nothing that was appended, whatever ends the process that writes it."""

import errno
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xp.dsl.errors import XpError
from xp.engine.journal import Journal, as_json_value, encoded, events, parse, read_entries


def write(path: Path, *values: float) -> None:
    with Journal(path) as journal:
        for step, value in enumerate(values):
            journal.append("metrics", step=step, values={"loss": value})


def test_events_come_back_in_order(tmp_path: Path) -> None:
    write(tmp_path / "rank0.jsonl", 3.5, 2.5)
    assert [event["values"]["loss"] for event in events(tmp_path / "rank0.jsonl")] == [3.5, 2.5]


def test_every_event_carries_its_time(tmp_path: Path) -> None:
    write(tmp_path / "rank0.jsonl", 1.0)
    (event,) = events(tmp_path / "rank0.jsonl")
    assert event["t"] > 1.7e9


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")], ids=["nan", "inf", "-inf"]
)
def test_numbers_that_json_lacks_become_text(tmp_path: Path, value: float, text: str) -> None:
    write(tmp_path / "rank0.jsonl", value)
    line = (tmp_path / "rank0.jsonl").read_text()
    assert json.loads(line)["values"]["loss"] == text


def test_a_torn_last_line_is_left_for_later(tmp_path: Path) -> None:
    path = tmp_path / "rank0.jsonl"
    write(path, 1.0)
    with path.open("a") as file:
        file.write('{"t": 1, "event": "metr')
    assert len(list(events(path))) == 1


def test_writing_goes_on_behind_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "rank0.jsonl"
    write(path, 1.0)
    with path.open("a") as file:
        file.write('{"t": 1, "event": "metr')
    write(path, 2.0)
    assert [event["values"]["loss"] for event in events(path)] == [1.0, 2.0]


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "rank0.jsonl"
    write(path, 1.0, 2.0)
    first, _ = read_entries(path)
    write(path, 3.0)
    assert [entry.event["values"]["loss"] for entry in read_entries(path, first.end)] == [2.0, 3.0]


def test_no_file_means_no_events(tmp_path: Path) -> None:
    assert list(events(tmp_path / "none.jsonl")) == []


@pytest.mark.parametrize("line", [b"\n", b"[1]\n", b"{}\n", b'{"event": \n', b"\xff\xfe\n"])
def test_what_is_no_event_is_none(line: bytes) -> None:
    assert parse(line) is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_plain_keeps_what_json_can_hold(value: object) -> None:
    assert json.loads(json.dumps(as_json_value(value), allow_nan=False)) == value


def test_kill_loses_nothing_that_was_appended(tmp_path: Path) -> None:
    path = tmp_path / "rank0.jsonl"
    script = (
        "import sys\nfrom pathlib import Path\nfrom xp.engine.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for step in range(10**9):\n"
        "    journal.append('metrics', step=step, values={'loss': 1.0})\n"
        "    print(step, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 200:
            break
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = [int(line) for line in process.stdout if line.endswith("\n")] or [200]
    process.wait()
    process.stdout.close()
    steps = [event["step"] for event in events(path)]
    assert steps == list(range(len(steps)))
    assert steps[-1] >= acknowledged[-1]


@pytest.mark.parametrize(("said", "times"), [("0", 4), ("inf", 1), ("3600", 1)])
def test_the_disk_is_waited_for_as_often_as_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, times: int
) -> None:
    synced: list[int] = []
    monkeypatch.setenv("XP_SYNC_SECONDS", said)
    monkeypatch.setattr(os, "fdatasync", synced.append)

    write(tmp_path / "rank0.jsonl", 1.0, 2.0, 3.0)

    assert len(synced) == times


@pytest.mark.parametrize("said", ["often", "-1", "nan"])
def test_a_time_between_waits_is_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("XP_SYNC_SECONDS", said)

    with pytest.raises(XpError, match=f"XP_SYNC_SECONDS: no number of seconds, got '{said}'"):
        write(tmp_path / "rank0.jsonl", 1.0)


@given(st.dictionaries(st.text(), json_values | st.floats(), max_size=4))
def test_what_is_written_quickly_is_what_is_written_with_care(values: dict[str, object]) -> None:
    event = {"event": "metrics", "values": values}

    assert json.loads(encoded(event)) == json.loads(json.dumps(as_json_value(event), allow_nan=False))


def test_a_line_that_a_full_disk_tore_costs_no_later_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rank0.jsonl"
    whole = os.write

    def full(file: int, data: bytes | memoryview) -> int:
        if len(data) > 10:
            return whole(file, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Journal(path) as journal:
        journal.append("metrics", step=1)
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", full)
            with pytest.raises(OSError, match="No space left"):
                journal.append("metrics", step=2)
        journal.append("metrics", step=3)
    assert [event["step"] for event in events(path)] == [1, 3]


@pytest.mark.parametrize(
    "values",
    [{"loss": 2.5}, {"loss": math.nan, "count": 3}, {"loss": "n/a", "note": f"Bearer {'a1' * 10}"}],
    ids=["numbers", "not finite", "texts"],
)
def test_numbers_are_written_as_any_event_is(tmp_path: Path, values: dict[str, float | str]) -> None:
    with Journal(tmp_path / "rank0.jsonl") as journal:
        journal.append("metrics", step=7, values=values, units={"loss": "nats"})
        for _ in range(2):  # a unit is looked at once
            journal.metrics(values, 7, {"loss": "nats"})
    first, *others = [
        {key: value for key, value in event.items() if key not in ("t", "m")}
        for event in events(tmp_path / "rank0.jsonl")
    ]
    assert others == [first, first]


def test_a_unit_is_no_way_around_the_masks(tmp_path: Path) -> None:
    secret = "hf_" + "a" * 20
    with Journal(tmp_path / "rank0.jsonl") as journal:
        for _ in range(3):
            journal.metrics({"loss": 2.5}, units={"loss": secret})
    assert secret not in (tmp_path / "rank0.jsonl").read_text()
