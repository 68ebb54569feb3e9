"""The trainings of a search run side by side: in any free lane, with the same decisions whatever their order."""

from __future__ import annotations

import itertools
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.run.test_runner import Notes
from tests.engine.run.test_searching import GRID, PBT, SPEC, TRAIN, of, run, took
from tests.engine.scripted import HANG, ScriptLauncher
from xp.dsl.plan import plan
from xp.dsl.source import load
from xp.dsl.trial import Trial
from xp.engine.journal import events
from xp.engine.launch.plain import PlainGroup
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.machine.lanes import Lane
from xp.engine.run.harvest import end_of
from xp.engine.run.runner import Run, Tally, side_by_side
from xp.engine.run.stopping import Stop

LARGE = PBT.replace("population = 3, generations = 3", "population = 4, generations = 2")
RANDOM = (
    'algorithm = "random", samples = 4, space = { learning_rate = { low = 1e-5, high = 1e-2, log = true }, '
    "weight_decay = { values = [0.0, 0.1] } }"
)

SLOW = "time.sleep(0.5)\n" + TRAIN

TOGETHER = """
import json
attempt = AttemptLayout(Path(sys.argv[1]))
trial = json.loads(attempt.trial_file.read_text())
here = attempt.root.parents[2] / f"here-{trial['until']}"
here.mkdir(exist_ok=True)
(here / attempt.trial_id).touch()
late = time.monotonic() + 60
while len(list(here.iterdir())) < 3:
    assert time.monotonic() < late, "the others do not train"
    time.sleep(0.01)
"""
"""A training that waits until there are three of its generation."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "results")


@pytest.fixture
def trials(tmp_path: Path) -> Callable[..., list[Trial]]:
    """Return a function that plans a search, and further methods if wanted."""

    def make(search: str, more: str = "") -> list[Trial]:
        file = tmp_path / "tiny.toml"
        file.write_text(SPEC.replace("SEARCH", search) + more, encoding="utf-8")
        return [*plan(load(file), {"d": "0" * 64}).trials]

    return make


def lanes(whole: Run, *scripts: str) -> list[Run]:
    """Return lanes with a script each; they differ in what they call their GPU, and share a core."""
    core = min(os.sched_getaffinity(0))
    return [
        replace(whole, lane=Lane((core,), (place,)), launcher=ScriptLauncher([script]), display=Notes())
        for place, script in enumerate(scripts)
    ]


def started(*sides: Run) -> list[str]:
    """Return the trials of all attempts that some lanes have started."""
    launchers = [side.launcher for side in sides]
    return [path.parent.name for one in launchers if isinstance(one, ScriptLauncher) for path in one.started]


def conducted(layout: Layout, trial: Trial, *scripts: str) -> dict[str, Any]:
    """Run a search in as many lanes as there are scripts; return what it has written down, but for times."""
    assert side_by_side(lanes(run(layout, ScriptLauncher([])), *scripts), [trial], 0) == Tally(completed=1)
    (attempt,) = layout.attempts(trial.id)
    (end,) = of(attempt, "end")
    (metrics,) = of(attempt, "metrics")
    members = [{**event, "t": 0, "m": 0} for event in of(attempt, "member")]
    return {"members": members, "metrics": metrics["values"], "best": end["evidence"]["best"]}


@pytest.mark.parametrize("search", [LARGE, RANDOM], ids=["pbt", "random"])
def test_decisions_depend_neither_on_the_number_of_lanes_nor_on_the_order_of_ends(
    tmp_path: Path, trials: Any, search: str
) -> None:
    (trial,) = trials(search)
    alone = Layout(tmp_path / "alone")
    one = conducted(alone, trial, TRAIN)
    assert len(one["members"]) == (8 if search == LARGE else 4)
    order = dict.fromkeys(member["trial"] for member in one["members"])
    assert ends(alone, one) == [*order], "one after another, in their order, and the same one once"
    for jobs in (2, 3):
        beside = Layout(tmp_path / f"beside-{jobs}")
        assert conducted(beside, trial, SLOW, *[TRAIN] * (jobs - 1)) == one
        assert ends(beside, one) != ends(alone, one)


def ends(layout: Layout, told: dict[str, Any]) -> list[str]:
    """Return the trainings in the order in which they ended."""
    found = {}
    for member in told["members"]:
        (attempt,) = layout.attempts(member["trial"])
        found[member["trial"]] = of(attempt, "end")[0]["m"]
    return sorted(found, key=lambda training: found[training])


@pytest.mark.parametrize("search", [PBT, GRID], ids=["pbt", "grid"])
def test_trainings_that_wait_for_nobody_train_at_the_same_time(layout: Layout, trials: Any, search: str) -> None:
    (trial,) = trials(search)
    members = conducted(layout, trial, *[TOGETHER + TRAIN] * 3)["members"]
    for place in range(0, len(members), 3):
        begun = [next(events(layout.attempts(one["trial"])[0].engine_journal)) for one in members[place : place + 3]]
        assert sorted(slot for one in begun for slot in one["slots"]) == [0, 1, 2]
        assert all(one["contended"] for one in begun)
    (end,) = of(layout.attempts(trial.id)[0], "end")
    assert end["evidence"]["trained_seconds"] == took(layout, trial) > end["seconds"], "each counts for itself"


def test_trials_and_trainings_share_the_lanes(layout: Layout, trials: Any) -> None:
    planned = trials(PBT, "[methods.other]\n[methods.grid]\nsearch = { " + GRID + " }\n")
    sides = lanes(run(layout, ScriptLauncher([])), *[TRAIN] * 3)
    assert side_by_side(sides, planned, 0) == Tally(completed=3)
    assert set(Counter(started(*sides)).values()) == {1}, "each training once, whichever search it belongs to"
    for search in (one for one in planned if one.search is not None):
        told = of(layout.attempts(search.id)[0], "member")
        assert [one["member"] for one in told] == [0, 1, 2] * (len(told) // 3)


def test_a_donor_that_two_members_need_is_made_again_once(layout: Layout, trials: Any) -> None:
    (trial,) = trials(LARGE)
    launcher = ScriptLauncher([TRAIN])
    first = run(layout, launcher)
    first.after_trial = lambda: first.stop.ask() if len(launcher.started) == 4 else None
    assert first.all([trial], 0).interrupted
    for folder in layout.root.glob("trials/*/attempt-*/checkpoints"):
        shutil.rmtree(folder)

    conducting = lanes(run(layout, ScriptLauncher([])), *[SLOW] * 4)
    assert side_by_side(conducting, [trial], 0) == Tally(completed=1)

    members = of(layout.attempts(trial.id)[-1], "member")
    origins = Counter(one["checkpoint"].split("/")[1] for one in members if one["generation"] == 2)
    assert max(origins.values()) == 2, "two members of the second generation go on from one of the first"
    assert {len(layout.attempts(one)) for one in origins} == {2}
    assert {len(layout.attempts(one["trial"])) for one in members if one["generation"] > 1} == {1}
    (end,) = of(layout.attempts(trial.id)[-1], "end")
    earlier = sum(of(layout.attempt(one, 1), "end")[0]["seconds"] for one in {m["trial"] for m in members[:4]})
    assert end["evidence"]["trained_seconds"] == pytest.approx(took(layout, trial) - earlier)


class Breaks(ScriptLauncher):
    """Cannot start anything."""

    def start(self, attempt: AttemptLayout, world_size: int, threads: int) -> PlainGroup:
        raise OSError("no process can be started")


@pytest.mark.parametrize("broken", [0, 1])
def test_what_breaks_in_any_lane_of_a_search_ends_the_run(layout: Layout, trials: Any, broken: int) -> None:
    (trial,) = trials(GRID)
    sides = lanes(run(layout, ScriptLauncher([])), SLOW, SLOW)
    sides[broken].launcher = Breaks([])
    with pytest.raises(OSError, match="no process can be started"):
        side_by_side(sides, [trial], 0)
    assert len(started(*sides)) <= 1, "no further training begins"
    assert [end_of(attempt) for attempt in layout.attempts(trial.id)] == [None]

    assert run(layout, ScriptLauncher([TRAIN])).all([trial], 0) == Tally(completed=1)
    assert [end_of(attempt) for attempt in layout.attempts(trial.id)] == ["interrupted", "completed"]


def ask(how: str, layout: Layout, stop: Stop, search: Trial) -> None:
    """Stop a run, or cancel all of a folder, or only a search."""
    if how == "stop":
        stop.ask()
    elif how == "cancel":
        layout.stop_file.touch()
    else:
        layout.attempts(search.id)[-1].stop_file.touch()


@pytest.mark.parametrize("how", ["stop", "cancel", "cancel the search"])
def test_lanes_end_when_the_search_is_stopped_and_the_next_run_goes_on(layout: Layout, trials: Any, how: str) -> None:
    (search, other) = sorted(trials(PBT, "[methods.other]\n"), key=lambda one: one.search is None)
    whole = run(layout, ScriptLauncher([]))
    ran = itertools.count(1)
    whole.after_trial = lambda: ask(how, layout, whole.stop, search) if next(ran) == 3 else None
    tally = side_by_side(lanes(whole, *[TRAIN] * 3), [search, other], 0)
    if how == "cancel the search":
        assert tally == Tally(completed=1, cancelled=1), "it is no business of the other trial"
    else:
        assert tally.interrupted
    (attempt,) = layout.attempts(search.id)
    (end,) = of(attempt, "end")
    assert (end["state"], end["reason"]) == ("interrupted", "the run was stopped")
    assert end["evidence"]["trainings"] in (2, 3), "nothing of the second generation has begun"

    layout.stop_file.unlink(missing_ok=True)
    again = side_by_side(lanes(run(layout, ScriptLauncher([])), TRAIN, TRAIN), [search, other], 0)
    assert (again.completed, again.cached) == (2 - tally.completed, tally.completed)
    for trial in layout.trials.iterdir():
        assert [end_of(attempt) for attempt in layout.attempts(trial.name)].count("completed") == 1


def test_lanes_end_when_the_time_is_up(layout: Layout, trials: Any) -> None:
    (search,) = trials(PBT)
    sides = lanes(run(layout, ScriptLauncher([]), seconds=2.0), *[HANG] * 4)
    assert side_by_side(sides, [search], 0) == Tally(interrupted=True)
    assert len(started(*sides)) == 3, "the fourth lane has waited"
    assert [end_of(attempt) for attempt in layout.attempts(search.id)] == ["interrupted"]


def test_a_failure_begins_no_further_trial_and_the_search_is_brought_to_its_end(layout: Layout, trials: Any) -> None:
    planned = trials(PBT, "[methods.other]\n[matrix]\nseed = [1, 2, 3, 4]\n")
    searches, others = ([one for one in planned if (one.search is None) == plain] for plain in (False, True))
    script = """
import json
if json.loads(AttemptLayout(Path(sys.argv[1])).trial_file.read_text())["method"] == "other":
    sys.exit(3)
"""
    sides = lanes(run(layout, ScriptLauncher([]), fail_fast=True), *[script + TRAIN] * 3)
    tally = side_by_side(sides, [searches[0], *others, *searches[1:]], 0)
    assert (tally.completed, tally.failed_fast) == (1, True)
    assert tally.failed in (1, 2), "two lanes may have failed at the same time"
    assert [len(layout.attempts(one.id)) for one in searches] == [1, 0, 0, 0]


def test_a_search_in_lanes_is_told_line_by_line(layout: Layout, trials: Any) -> None:
    (trial,) = trials(GRID)
    sides = lanes(run(layout, ScriptLauncher([])), TRAIN, TRAIN)
    assert side_by_side(sides, [trial], 0) == Tally(completed=1)
    displays = [side.display for side in sides if isinstance(side.display, Notes)]
    lines = sorted(note.split(" (")[0] for display in displays for note in display.notes)
    assert lines == [f"    completed: {trial.label} · learning_rate={rate}" for rate in ("0.125", "0.25", "0.5")]
    assert [state for display in displays for state in display.states] == ["completed"], "the search is one trial"
