"""Trials side by side: disjoint shares of the machine, every trial once, all of them marked."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.run.test_runner import run
from tests.engine.scripted import COMPLETE, CRASH, ScriptLauncher
from xp.dsl.resources import Resources
from xp.dsl.trial import Trial
from xp.engine.journal import events
from xp.engine.layout import Layout
from xp.engine.machine.lanes import Lane, LaneError, lanes
from xp.engine.run.runner import Tally, side_by_side

Trials = Callable[..., list[Trial]]

WHERE = "Path(sys.argv[1], 'cores').write_text(str(sorted(os.sched_getaffinity(0)))); "


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "results")


@given(st.integers(1, 8), st.integers(1, 4), st.sets(st.integers(0, 200), min_size=1, max_size=64), st.integers(0, 16))
def test_lanes_share_nothing(jobs: int, ranks: int, cores: set[int], gpus: int) -> None:
    have = gpus or len(cores)
    if jobs * ranks > have or jobs > len(cores):
        with pytest.raises(LaneError):
            lanes(jobs, ranks, sorted(cores), gpus)
        return
    made = lanes(jobs, ranks, sorted(cores), gpus)
    used = [core for lane in made for core in lane.cores]
    cards = [gpu for lane in made for gpu in lane.gpus]
    assert len(made) == jobs
    assert len(used) == len(set(used))
    assert set(used) <= cores
    assert len(cards) == len(set(cards))
    assert all(lane.ranks >= ranks for lane in made)


def test_too_many_at_once_are_refused_with_the_most_that_go() -> None:
    with pytest.raises(LaneError, match="4 trials of 2 ranks at once take 8 cores; there are 4") as caught:
        lanes(4, 2, [0, 1, 2, 3], gpus=0)
    assert "--jobs 2" in str(caught.value)


def test_trials_on_gpus_that_have_too_few_cores_are_told_of_cores() -> None:
    with pytest.raises(LaneError, match="4 trials at once take a core each; there are 2") as caught:
        lanes(4, 1, [0, 1], gpus=8)
    assert "--jobs 2" in str(caught.value)


def test_shares_are_as_large_as_the_experiment_says() -> None:
    resources = Resources(cores_per_trial=1, gpus_per_trial=1)
    assert lanes(2, 1, [0, 1, 2, 3], 4, resources) == [Lane((0,), (0,)), Lane((1,), (1,))]
    assert lanes(1, 1, [0, 1, 2, 3], 0, Resources(cores_per_trial=2)) == [Lane((0, 1), alone=True)]


def test_shares_that_the_machine_has_not_are_refused() -> None:
    with pytest.raises(LaneError, match="3 trials at once with 2 cores each take 6; there are 4") as caught:
        lanes(3, 1, [0, 1, 2, 3], 0, Resources(cores_per_trial=2))
    assert "--jobs 2" in str(caught.value)


def test_a_trial_that_is_kept_on_a_core_and_has_no_neighbour_is_not_contended(layout: Layout, trials: Trials) -> None:
    core = min(os.sched_getaffinity(0))
    launcher = ScriptLauncher([WHERE + COMPLETE])
    side = replace(run(layout, launcher), lane=Lane((core,), alone=True))

    assert side_by_side([side], trials()[:1], 0) == Tally(completed=1)
    (attempt,) = layout.attempts(trials()[0].id)
    assert next(events(attempt.engine_journal))["contended"] is False
    assert (attempt.root / "cores").read_text() == f"[{core}]"


def test_a_lane_with_gpus_names_them_for_its_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    first, second = lanes(2, 1, [0, 1, 2, 3], gpus=4)
    assert (first.variables, second.variables) == ({"CUDA_VISIBLE_DEVICES": "0,1"}, {"CUDA_VISIBLE_DEVICES": "2,3"})
    assert Lane((0,)).variables == {}


def test_lanes_share_the_gpus_that_whoever_started_xp_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4, 6,GPU-8932f937")
    three = lanes(3, 1, [0, 1, 2], gpus=3)
    assert [lane.variables["CUDA_VISIBLE_DEVICES"] for lane in three] == ["4", "6", "GPU-8932f937"]


def test_trials_side_by_side_run_once_each_on_their_lane(layout: Layout, trials: Trials) -> None:
    before = os.sched_getaffinity(0)
    (core, *_) = sorted(before)
    whole = run(layout, ScriptLauncher([COMPLETE]))
    launchers = [ScriptLauncher([WHERE + COMPLETE]) for _ in range(2)]
    sides = [replace(whole, lane=Lane((core,)), launcher=launcher) for launcher in launchers]

    assert side_by_side(sides, trials(), 0) == Tally(completed=6)
    assert sum(len(launcher.started) for launcher in launchers) == 6
    assert os.sched_getaffinity(0) == before, "only the lanes' own threads are bound"
    for trial in trials():
        (attempt,) = layout.attempts(trial.id)
        begun = next(events(attempt.engine_journal))
        assert (begun["contended"], begun["slots"]) == (True, [core])
        assert (attempt.root / "cores").read_text() == f"[{core}]"


def test_the_first_failure_ends_all_lanes(layout: Layout, trials: Trials) -> None:
    whole = run(layout, ScriptLauncher([CRASH]), fail_fast=True)
    core = min(os.sched_getaffinity(0))
    sides = [replace(whole, lane=Lane((core,)), launcher=ScriptLauncher([CRASH])) for _ in range(2)]
    tally = side_by_side(sides, trials(), 0)
    assert tally.failed_fast
    assert 1 <= tally.failed <= 2


def test_a_stop_ends_the_trials_of_all_lanes(layout: Layout, trials: Trials) -> None:
    whole = run(layout, ScriptLauncher(["time.sleep(600)"]))
    core = min(os.sched_getaffinity(0))
    sides = [replace(whole, lane=Lane((core,)), launcher=ScriptLauncher(["time.sleep(600)"])) for _ in range(2)]
    threading.Timer(1.5, whole.stop.ask).start()
    assert side_by_side(sides, trials(), 0) == Tally(interrupted=True)
    assert sum(len(layout.attempts(trial.id)) for trial in trials()) == 2
