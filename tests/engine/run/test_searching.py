"""Searches are conducted: what runs, what is found again after a kill, who goes on from whom, what is written down."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.engine.attempted import announced
from tests.engine.attempted import ended as stopped
from tests.engine.run.test_runner import Notes
from tests.engine.scripted import CRASH, DIVERGE, ScriptLauncher
from xp.dsl.experiment import Experiment
from xp.dsl.plan import Plan, plan
from xp.dsl.source import load
from xp.dsl.trial import Trial
from xp.engine.commands.replay import ReplayError, as_toml, replay
from xp.engine.finding import FindError
from xp.engine.journal import Journal, events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.machine.uptime import boot
from xp.engine.run.announcing import journal_plan
from xp.engine.run.attempt import attempt_facts
from xp.engine.run.harvest import end_of, harvest
from xp.engine.run.queueing import Batch
from xp.engine.run.runner import Run
from xp.engine.run.searching import RunServices, run_search
from xp.engine.run.stopping import Stop
from xp.engine.warehouse.ask import ask
from xp.engine.warehouse.load import load as load_journals
from xp.queries.catalog import find

SPEC = """
[experiment]
name = "tiny"
[defaults]
model = "tiny"
dataset = "d"
max_steps = 9
[models.tiny]
architecture = "bart"
[datasets.d]
builtin = "dialogues"
[methods.tuned]
search = { SEARCH }
"""

PBT = (
    'algorithm = "pbt", population = 3, generations = 3, '
    "space = { learning_rate = { low = 1e-5, high = 1e-2, log = true } }"
)
REPLAY = (
    'algorithm = "replay", schedule = ['
    "{ until = 3, settings = { learning_rate = 1e-3 } }, { until = 9, settings = { learning_rate = 2e-3 } }]"
)
GRID = 'algorithm = "grid", space = { learning_rate = { values = [0.5, 0.25, 0.125] } }'

TRAIN = """
import json
from xp.engine import checkpoints
attempt = AttemptLayout(Path(sys.argv[1]))
trial = json.loads(attempt.trial_file.read_text())
rate, end = trial["settings"]["learning_rate"], trial["until"] or 9
if trial["start"]:
    point = json.loads(attempt.resume_file.read_text())
    assert (point["trial"], point["step"]) == (trial["start"]["trial"], trial["start"]["step"])
    assert attempt.neighbour(point["trial"], point["attempt"]).checkpoint(point["step"]).exists()
if trial["keep"]:
    (checkpoints.begin_checkpoint(attempt, end) / "weights").write_text(str(rate))
    checkpoints.finish_checkpoint(attempt, end)
journal.append('metrics', step=end, values={'eval_loss': rate, 'predict_rouge1': 10 * rate}, units={})
used = {'train_runtime': 2.0, 'energy_consumed': 0.5, 'train_peak_memory': 100.0 * rate}
journal.append('metrics', step=end, values=used, units={})
attempt.predictions.write_text(f"written at {rate}")
journal.append('artifact', name='predictions', path='predictions.jsonl', bytes=1, sha256='0')
journal.append('done')
"""
"""A training whose loss is its learning rate; it insists on the checkpoint that it goes on from."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "results")


@pytest.fixture
def trial(tmp_path: Path) -> Callable[[str], Trial]:
    """Return a function that plans the one trial of a search."""

    def make(search: str) -> Trial:
        file = tmp_path / "tiny.toml"
        file.write_text(SPEC.replace("SEARCH", search), encoding="utf-8")
        return plan(load(file), {"d": "0" * 64}).trials[0]

    return make


def run(layout: Layout, launcher: ScriptLauncher, stop: Stop | None = None, **fields: Any) -> Run:
    return Run(layout, launcher, {"values": {}, "units": {}}, Notes(), stop or Stop(), lambda: None, **fields)


def of(attempt: AttemptLayout, kind: str) -> list[dict[str, Any]]:
    return [event for event in events(attempt.engine_journal) if event["event"] == kind]


def took(layout: Layout, search: Trial) -> float:
    """Return the seconds of all attempts at trainings that a search has written down."""
    trainings = {one["trial"]: None for attempt in layout.attempts(search.id) for one in of(attempt, "member")}
    attempts = [attempt for training in trainings for attempt in layout.attempts(training)]
    return float(sum(of(attempt, "end")[0]["seconds"] for attempt in attempts))


def test_a_grid_trains_at_every_point_and_the_best_speaks_for_it(layout: Layout, trial: Any) -> None:
    search = trial(GRID)
    launcher = ScriptLauncher([TRAIN])
    assert run(layout, launcher).all([search], 0).completed == 1
    (attempt,) = layout.attempts(search.id)
    assert [(event["action"], event["score"]) for event in of(attempt, "member")] == [
        ("start", 0.5),
        ("start", 0.25),
        ("start", 0.125),
    ]
    (metrics,) = of(attempt, "metrics")
    assert metrics["values"] == {
        "eval_loss": 0.125,
        "predict_rouge1": 1.25,
        "train_runtime": 6.0,
        "energy_consumed": 1.5,
        "train_peak_memory": 50.0,
    }
    (kept,) = of(attempt, "artifact")
    assert (kept["name"], attempt.predictions.read_text()) == ("predictions", "written at 0.125")
    (ended,) = of(attempt, "end")
    assert ended["evidence"] == {
        "trainings": 3,
        "completed": 3,
        "best": of(attempt, "member")[2]["trial"],
        "trained_seconds": took(layout, search),
    }
    assert 0 < ended["evidence"]["trained_seconds"] < ended["seconds"]


def test_the_best_training_speaks_by_its_attempt_that_completed_and_not_by_a_later_one_that_was_stopped(
    layout: Layout, trial: Any
) -> None:
    search = trial(GRID)

    def recorded(batch: Batch) -> None:
        """Have each training completed once, and then begun again and stopped, as by ``--force``."""
        for training in batch.waiting:
            first = announced(layout, training)
            with Journal(first.engine_journal) as journal:
                journal.append("end", state="completed", reason="", seconds=1.0, evidence={})
            with Journal(first.journal(0)) as journal:
                rate = training.settings.learning_rate
                journal.append("metrics", step=9, values={"eval_loss": rate}, units={})
                journal.append("facts", section="model", subject="tiny", values={"parameters": 7}, units={})
                first.predictions.write_text(f"written at {rate}")
                journal.append("artifact", name="predictions", path="predictions.jsonl", bytes=1, sha256="0")
            stopped(layout, training, "interrupted")
            batch.found[training.id] = harvest(layout, training.id)

    services = RunServices(layout, recorded, lambda _: None, lambda: False, pytest.fail, lambda _: None)
    attempt = layout.new_attempt(search.id)
    assert run_search(search, attempt, services).state == "completed"
    assert attempt.predictions.read_text() == "written at 0.125"
    assert [one["values"] for one in of(attempt, "facts")] == [{"parameters": 7}]


def test_a_second_run_of_a_search_trains_nothing(layout: Layout, trial: Any) -> None:
    search = trial(GRID)
    run(layout, ScriptLauncher([TRAIN])).all([search], 0)
    again = ScriptLauncher([TRAIN])
    assert run(layout, again).all([search], 0).cached == 1
    assert again.started == []


def test_pbt_goes_on_from_donors_and_clears_their_checkpoints_away(layout: Layout, trial: Any) -> None:
    search = trial(PBT)
    launcher = ScriptLauncher([TRAIN])
    assert run(layout, launcher).all([search], 0).completed == 1
    (attempt,) = layout.attempts(search.id)
    members = of(attempt, "member")
    assert [(one["generation"], one["from_step"], one["to_step"]) for one in members[::3]] == [
        (1, 0, 3),
        (2, 3, 6),
        (3, 6, 9),
    ]
    assert [one["checkpoint"] for one in members[:3]] == [None] * 3
    for generation in (2, 3):
        before, own = (
            [one for one in members if one["generation"] == number] for number in (generation - 1, generation)
        )
        (receiver,) = [one for one in own if one["action"] == "exploit"]
        donor = before[receiver["donor"]]
        assert donor["score"] == min(one["score"] for one in before)
        assert before[receiver["member"]]["score"] == max(one["score"] for one in before)
        assert receiver["donor_trial"] == donor["trial"]
        begins = receiver["from_step"]
        assert receiver["checkpoint"] == f"trials/{donor['trial']}/attempt-1/checkpoints/step-{begins}"
        for one in own:
            origin = one["donor_trial"] or before[one["member"]]["trial"]
            assert one["checkpoint"] == f"trials/{origin}/attempt-1/checkpoints/step-{begins}"
        (how,) = receiver["operations"].values()
        rate, old = receiver["values"]["learning_rate"], donor["values"]["learning_rate"]
        if how != "resample":
            assert rate == pytest.approx(min(max(old * float(how.removeprefix("*")), 1e-5), 1e-2))
    assert list(layout.root.glob("trials/*/attempt-*/checkpoints/*")) == []
    assert of(attempt, "metrics")[0]["values"]["train_runtime"] == 2.0 * len({one["trial"] for one in members})


def test_a_search_that_was_stopped_goes_on_with_what_is_missing(layout: Layout, trial: Any) -> None:
    search = trial(PBT)
    stop = Stop()
    launcher = ScriptLauncher([TRAIN])
    first = run(layout, launcher, stop)
    first.after_trial = lambda: stop.ask() if len(launcher.started) == 4 else None
    assert first.all([search], 0).interrupted
    again = ScriptLauncher([TRAIN])
    assert run(layout, again).all([search], 0).completed == 1
    assert [end_of(attempt) for attempt in layout.attempts(search.id)] == ["interrupted", "completed"]
    whole = of(layout.attempts(search.id)[1], "member")
    assert len(launcher.started) + len(again.started) == len({one["trial"] for one in whole})
    told = [{**one, "t": 0, "m": 0} for one in of(layout.attempts(search.id)[0], "member")]
    assert told == [{**one, "t": 0, "m": 0} for one in whole][: len(told)]


def test_a_checkpoint_that_somebody_cleared_away_is_made_again(layout: Layout, trial: Any) -> None:
    search = trial(PBT)
    stop = Stop()
    launcher = ScriptLauncher([TRAIN])
    first = run(layout, launcher, stop)
    first.after_trial = lambda: stop.ask() if len(launcher.started) == 3 else None
    first.all([search], 0)
    for folder in layout.root.glob("trials/*/attempt-*/checkpoints/*"):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    assert run(layout, ScriptLauncher([TRAIN])).all([search], 0).completed == 1
    second = [one["checkpoint"] for one in of(layout.attempts(search.id)[-1], "member") if one["generation"] == 2]
    assert {path.split("/")[2] for path in second} == {"attempt-2"}, "that is where it was made again"


def test_a_member_that_fails_goes_on_from_a_healthy_one(layout: Layout, trial: Any) -> None:
    search = trial(PBT)
    run(layout, ScriptLauncher([DIVERGE, TRAIN])).all([search], 0)
    (attempt,) = layout.attempts(search.id)
    members = of(attempt, "member")
    assert (members[0]["state"], members[0]["score"]) == ("diverged", None)
    assert (members[3]["action"], members[3]["donor"]) == ("exploit", members[3]["donor"])
    assert members[3]["donor"] in (1, 2)
    assert end_of(attempt) == "completed"


def test_a_search_fails_only_where_no_training_completes(layout: Layout, trial: Any) -> None:
    search = trial(GRID)
    assert run(layout, ScriptLauncher([CRASH])).all([search], 0).failed == 1
    (ended,) = of(layout.attempts(search.id)[0], "end")
    assert (ended["state"], ended["reason"]) == (
        "failed",
        "none of its trainings came to an end that can be judged",
    )


def test_what_pbt_has_found_can_be_trained_again_with_all_that_its_method_sets(layout: Layout, tmp_path: Path) -> None:
    head, _, _ = SPEC.partition("[methods.tuned]")
    settings = '[methods.tuned.settings]\nlabel_smoothing_factor = 0.125\nsource_prefix = "sum:\\n"\n'
    file = tmp_path / "tiny.toml"

    def made(methods: str) -> tuple[Experiment, Plan]:
        file.write_text(head + methods, encoding="utf-8")
        experiment = load(file)
        return experiment, plan(experiment, {"d": "0" * 64})

    experiment, searched = made(f"{settings}[methods.tuned.search]\n{PBT.replace(', ', chr(10), 3)}\n")
    journal_plan(layout, experiment, searched, searched.trials)
    search = searched.trials[0]
    run(layout, ScriptLauncher([TRAIN])).all([search], 0)
    printed = replay(layout.root, search.id)
    method = tomllib.loads(printed)["methods"]["replay"]
    assert [piece["until"] for piece in method["search"]["schedule"]] == [3, 6, 9]
    assert method["settings"] == {"label_smoothing_factor": 0.125, "source_prefix": "sum:\n"}

    (again,) = made(printed)[1].trials
    launcher = ScriptLauncher([TRAIN])
    assert run(layout, launcher).all([again], 0).completed == 1
    # with the same seed it is the best member's own training, which is there already
    assert launcher.started == []
    (best,) = {ended["evidence"]["best"] for ended in of(layout.attempts(search.id)[0], "end")}
    evidence = of(layout.attempts(again.id)[0], "end")[0]["evidence"]
    assert evidence == {"trainings": 3, "completed": 3, "best": best, "trained_seconds": 0.0}, "nothing was trained"


def test_a_point_that_was_found_stands_beside_what_its_method_sets() -> None:
    method = {"name": "a", "deepspeed": "ds.json", "settings": {"zero": {"stage": 2}, "freeze": ["encoder"]}}
    found = [{"values": {"zero.overlap_comm": True}}]
    written = tomllib.loads(as_toml("3fa", found, method))["methods"]["replay"]
    assert written == {
        "description": "what the search 3fa has found",
        "deepspeed": "ds.json",
        "settings": {"zero": {"stage": 2, "overlap_comm": True}, "freeze": ["encoder"]},
    }


@pytest.mark.parametrize(
    ("search", "value"),
    [
        (PBT, "schedule"),
        (REPLAY, "schedule"),
        (GRID, "searched"),
        (GRID.replace('"grid"', '"random", samples = 2'), "searched"),
    ],
    ids=["pbt", "replay", "grid", "random"],
)
def test_a_setting_that_a_search_decides_has_no_one_value(layout: Layout, trial: Any, search: str, value: str) -> None:
    planned = trial(search)
    settings = attempt_facts(planned, layout.new_attempt(planned.id))["settings"]
    assert settings["learning_rate"] == value
    assert (settings["weight_decay"], settings["search.algorithm"]) == (0.0, planned.search.algorithm)


def test_a_schedule_is_told_as_one_and_its_donors_checkpoint_is_kept(layout: Layout, tmp_path: Path) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text(SPEC.replace("SEARCH", PBT), encoding="utf-8")
    experiment = load(file)
    made = plan(experiment, {"d": "0" * 64})
    journal_plan(layout, experiment, made, made.trials)
    run(layout, ScriptLauncher([TRAIN])).all(made.trials, 0)
    load_journals(layout)

    query = find("hyperparameters")
    rows = [row for row in ask(layout, query, query.values({})).rows if row[0] == "learning_rate"]
    assert [row[1] for row in rows] == ["schedule"]
    told = [one for one in of(layout.attempts(made.trials[0].id)[0], "member") if one["action"] == "exploit"]
    with duckdb.connect(str(layout.warehouse), read_only=True) as db:
        ask_donors = "select donor_training, checkpoint from member where action = 'exploit' order by generation"
        assert db.execute(ask_donors).fetchall() == [(one["donor_trial"], one["checkpoint"]) for one in told]
        assert db.execute("select distinct boot from attempt").fetchall() == [(boot() or None,)]
        assert db.execute("select distinct contended from attempts").fetchall() == [(False,)]


def test_trainings_whose_labels_would_be_equal_show_all_digits(layout: Layout, trial: Any) -> None:
    search = trial(GRID.replace("0.5, 0.25, 0.125", "0.0010001, 0.0010002, 0.3333333"))
    assert run(layout, ScriptLauncher([TRAIN])).all([search], 0).completed == 1
    trainings = [one["trial"] for one in of(layout.attempts(search.id)[0], "member")]
    labels = [next(events(layout.attempts(one)[0].engine_journal))["label"] for one in trainings]
    assert [label.rpartition("=")[2] for label in labels] == ["0.0010001", "0.0010002", "0.3333333"]


def test_a_grid_has_found_plain_settings(layout: Layout, trial: Any) -> None:
    search = trial(GRID)
    run(layout, ScriptLauncher([TRAIN])).all([search], 0)
    assert tomllib.loads(replay(layout.root, search.id))["methods"]["replay"]["settings"] == {"learning_rate": 0.125}


def test_what_is_no_complete_search_cannot_be_replayed(layout: Layout, trial: Any) -> None:
    search = trial(GRID)
    run(layout, ScriptLauncher([CRASH])).all([search], 0)
    with pytest.raises(ReplayError, match=f"no attempt of the trial {search.id} completed"):
        replay(layout.root, search.id[:8])
    with pytest.raises(FindError, match="no trial 'xyz' was attempted"):
        replay(layout.root, "xyz")
