"""A plan has every trial once, names each, and says what is not tried and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dsl.head import Loading, Planning, Refusal
from xp.dsl.plan import plan

CORE = """[methods.baseline]
[methods.zero2]
settings = { zero = { stage = 2 } }
claims = { memory = "reduces", speed = "*increases" }
[methods.freeze-encoder]
settings = { freeze = ["encoder"] }
baseline = "zero2"
[matrix]
method = ["baseline", "zero2", "freeze-encoder"]
seed = [1, 2]
[carbon]
country = "FRA"
[limits]
trial_timeout = "1.5m"
"""


def test_a_trial_carries_everything_that_a_worker_has_to_know(planned: Planning, tmp_path: Path) -> None:
    trials = planned(CORE).trials
    trial = trials[2]

    assert [trial.label for trial in trials] == [
        "baseline · dialogues · seed 1",
        "baseline · dialogues · seed 2",
        "zero2 · dialogues · seed 1",
        "zero2 · dialogues · seed 2",
        "freeze-encoder · dialogues · seed 1",
        "freeze-encoder · dialogues · seed 2",
    ]
    assert (trial.experiment, trial.method, trial.baseline, trial.seed) == ("lr", "zero2", "baseline", 1)
    assert trials[4].baseline == "zero2"
    assert trial.variant == {"method": "zero2", "model": "tiny", "dataset": "dialogues"}
    assert trial.context == {"model": "tiny", "dataset": "dialogues"}
    assert trial.settings.zero is not None
    assert trial.settings.zero.stage == 2
    assert (trial.model_name, trial.model.architecture) == ("tiny", "bart")
    assert (trial.dataset_name, trial.dataset.builtin, trial.fingerprint) == (
        "dialogues",
        "dialogues",
        "content of dialogues",
    )
    assert trial.folder == str(tmp_path.resolve())
    assert trial.carbon.country == "FRA"
    assert trial.timeout_seconds == 90
    assert trial.stall_seconds == 1800, "half an hour, unless the file says otherwise"
    assert trial.swept == ("zero.stage", "freeze")
    assert len({trial.id for trial in trials}) == 6
    assert all(len(trial.id) == 12 and int(trial.id, 16) >= 0 for trial in trials)


def test_later_wins_over_earlier(planned: Planning) -> None:
    plan = planned(
        "[methods.a]\nsettings = { epochs = 2, zero = { stage = 1, overlap_comm = true } }\n[methods.b]\n"
        "[matrix]\nbatch_size = [4]\ninclude = [{ method = 'a', weight_decay = 0.5 }]\n",
        "epochs=5",
        "weight_decay=0.1",
        "zero.stage=3",
        "learning_rate=1",
    )
    settings = plan.trials[0].dotted_settings

    assert {name: settings[name] for name in ("epochs", "zero.stage", "zero.overlap_comm", "batch_size")} == {
        "epochs": 2.0,
        "zero.stage": 1,
        "zero.overlap_comm": True,
        "batch_size": 4,
    }
    assert (settings["weight_decay"], settings["learning_rate"]) == (0.5, 1.0)


def test_swept_settings_are_those_that_anything_but_the_defaults_sets(planned: Planning) -> None:
    text = "[methods.a]\nsettings = { freeze = ['encoder'] }\n[matrix]\nzero.stage = [1]\ninclude = [{ threads = 2 }]\n"

    assert planned(text, "epochs=5").trials[0].swept == ("zero.stage", "freeze", "threads")


def test_excluded_cells_name_their_rule(planned: Planning) -> None:
    plan = planned("[matrix]\nbatch_size = [1, 2]\nseed = [1, 2]\nexclude = [{ batch_size = 2, seed = 1 }]\n")

    assert [trial.label for trial in plan.trials] == [
        "baseline · dialogues · batch_size=1 · seed 1",
        "baseline · dialogues · batch_size=1 · seed 2",
        "baseline · dialogues · batch_size=2 · seed 2",
    ]
    assert [(excluded.variant["batch_size"], excluded.seed, excluded.rule) for excluded in plan.excluded] == [
        (2, 1, "matrix.exclude[0]")
    ]


def test_include_after_exclude_does_not_come_back_half_filled(refusal: Refusal) -> None:
    text = (
        "[matrix]\nmodel = ['tiny', 'org/t5']\nbatch_size = [1, 2]\n"
        "exclude = [{ model = 'org/t5' }]\ninclude = [{ model = 'org/t5', source_prefix = 'x' }]\n"
    )

    assert refusal(text) == (
        "spec.toml:14:12: matrix.include[0]: "
        "no combination agrees with this rule, and the trial of its own lacks batch_size\n"
        "    hint: batch_size is an axis: name one of [1, 2], or another value"
    )


def test_nothing_left(refusal: Refusal) -> None:
    assert refusal("[matrix]\nbatch_size = [1, 2]\nexclude = [{ batch_size = 1 }, { batch_size = 2 }]\n") == (
        "spec.toml:10:2: matrix: 0 of 2 trials left\n    hint: exclude rules and constraints take out all of them"
    )


def test_rules_that_do_nothing(refusal: Refusal) -> None:
    text = (
        "[matrix]\nbatch_size = [1, 2]\nexclude = [{ batch_size = 1 }, { batch_size = 1, seed = 1 }]\n"
        "include = [{ batch_size = 2 }]\n"
    )

    assert refusal(text) == (
        "spec.toml:12:32: matrix.exclude[1]: excludes nothing\n"
        "    hint: an earlier rule does, or its axes move together\n"
        "spec.toml:13:12: matrix.include[0]: includes nothing new\n"
        "    hint: these combinations are in the matrix already"
    )


def test_a_plan_has_a_limit(refusal: Refusal) -> None:
    text = "[limits]\nmax_trials = 5\n[matrix]\nbatch_size = [1, 2, 3]\nseed = [1, 2]\n"

    assert refusal(text) == (
        "spec.toml:11:1: limits.max_trials: more than 5 trials, of 6 cells in the matrix\n"
        "    hint: raise max_trials if all of them are meant"
    )


def test_a_plan_of_exactly_the_limit(planned: Planning) -> None:
    assert len(planned("[limits]\nmax_trials = 6\n[matrix]\nbatch_size = [1, 2, 3]\nseed = [1, 2]\n").trials) == 6


def test_a_matrix_of_a_million_cells_is_refused_at_once(refusal: Refusal) -> None:
    numbers = list(range(1, 1001))

    assert "more than 1,000 trials, of 1,000,000 cells" in refusal(
        f"[matrix]\nbatch_size = {numbers}\nseed = {numbers}\n"
    )


@pytest.mark.parametrize(
    "rule", ["", "constraints = ['batch_size > 5000']\n", "[search]\nalgorithm = 'random'\nsamples = 5\n"]
)
def test_more_cells_than_can_be_looked_through_are_counted_and_refused(refusal: Refusal, rule: str) -> None:
    numbers = list(range(1, 1001))
    text = f"[matrix]\nbatch_size = {numbers}\nmax_steps = {numbers}\nmax_source_length = {numbers}\n"

    assert refusal(text + rule) == (
        "spec.toml:10:2: matrix: a matrix of 1,000,000,000 cells; at most 1,000,000 can be looked through\n"
        "    hint: take values out of its axes"
    )


def test_a_matrix_of_wrong_cells_is_refused_at_once_too(refusal: Refusal) -> None:
    numbers = list(range(1, 1001))
    text = f"[matrix]\neval_strategy = ['steps']\nbatch_size = {numbers}\nseed = {numbers}\n"

    assert "more than 1,000 trials" in refusal(text)


def test_rates_that_differ_late_have_ids_and_labels_of_their_own(planned: Planning) -> None:
    trials = planned("[matrix]\nlearning_rate = [0.00001, 0.000014]\nmodel = ['org-a/bart', 'org-b/bart']\n").trials

    assert [trial.label for trial in trials] == [
        "baseline · org-a/bart · dialogues · learning_rate=1e-05 · seed 1",
        "baseline · org-b/bart · dialogues · learning_rate=1e-05 · seed 1",
        "baseline · org-a/bart · dialogues · learning_rate=1.4e-05 · seed 1",
        "baseline · org-b/bart · dialogues · learning_rate=1.4e-05 · seed 1",
    ]
    assert len({trial.id for trial in trials}) == 4


def test_axes_are_settings_so_each_of_a_real_sweep_makes_its_trials_differ(planned: Planning) -> None:
    axes = "learning_rate = [3e-5, 5e-5]\nweight_decay = [0, 0.1, 0.01]\nepochs = [3, 5, 7]\n"

    assert len({trial.id for trial in planned(f"[matrix]\n{axes}").trials}) == 18


def test_values_with_commas_stay_whole(planned: Planning) -> None:
    trials = planned("[matrix]\nsource_prefix = ['a,b', 'c']\n").trials

    assert [trial.settings.source_prefix for trial in trials] == ["a,b", "c"]


def test_content_of_a_checkpoint_decides_the_id(experiment: Loading) -> None:
    read = experiment()
    first, second = (
        plan(read, {"dialogues": "f"}, checkpoints={"tiny": content}).trials[0].id for content in ("a", "b")
    )

    assert first != second


def test_a_data_set_that_only_an_include_rule_names_is_a_trial_of_its_own(planned: Planning) -> None:
    plan = planned("[matrix]\nseed = [1, 2]\ninclude = [{ dataset = 'org/other' }]\n")

    assert [trial.label for trial in plan.trials] == [
        "baseline · dialogues · seed 1",
        "baseline · dialogues · seed 2",
        "baseline · org/other · seed 1",
        "baseline · org/other · seed 2",
    ]
