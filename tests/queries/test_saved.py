"""Every saved query answers on an empty and on a filled warehouse, with numbers worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import small
from tests.queries.asking import Table
from xp.dsl.errors import QueryError
from xp.engine import warehouse
from xp.engine.layout import Layout
from xp.engine.warehouse.binding import faults
from xp.engine.warehouse.load import load
from xp.engine.warehouse.sandbox import emptiness
from xp.queries.catalog import find, names

QUERIES = names()


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_answers_nothing_on_an_empty_warehouse(table: Table, tmp_path: Path, name: str) -> None:
    assert table(name, Layout(tmp_path)) == []


ELSEWHERE = {"utilisation", "best_steps", "examples", "pbt_lineage"}
"""Questions about what the small experiment has not: answered in tests of their own."""


@pytest.mark.parametrize("name", sorted({*QUERIES} - ELSEWHERE))
def test_a_query_answers_on_a_filled_warehouse(table: Table, name: str) -> None:
    assert table(name)
    assert table(name, experiment="small") == table(name)


@pytest.mark.parametrize("name", sorted({*QUERIES} - ELSEWHERE))
def test_an_experiment_is_named_in_a_notebook_too(filled: Layout, name: str) -> None:
    notebook = warehouse.open(filled.root)

    assert notebook.query(name, experiment="small").rows() == notebook.query(name).rows()


def test_every_query_is_what_its_header_promises() -> None:
    with emptiness() as db:
        assert [faults(db, find(name)) for name in QUERIES] == [[] for _ in QUERIES]


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_a_question_about_one_experiment(name: str) -> None:
    query = find(name)

    assert query.title.endswith("?")
    assert query.params[0].name == "experiment"
    assert query.params[0].default == "null"


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_short_and_ends_with_a_line(name: str) -> None:
    text = find(name).path.read_text()
    sql = [line for line in text.splitlines() if not line.startswith("--")]

    assert len(sql) <= 80
    assert max(map(len, text.splitlines())) <= 120
    assert text == text.rstrip() + "\n"


def test_memory_by_hand(table: Table) -> None:
    rows = {row["method"]: row for row in table("memory")}

    assert [rows[method]["n"] for method in ("baseline", "zero2", "freeze-encoder", "broken")] == [3, 3, 2, 0]
    assert rows["zero2"]["ranks"] == 2
    # of the rank that holds most, not of all ranks
    assert rows["zero2"]["optimizer_states"] == pytest.approx(2.9e6)
    assert rows["zero2"]["parameters"] == pytest.approx(2.8e6)
    assert (rows["zero2"]["peak"], rows["zero2"]["peak_spread"]) == (pytest.approx(320e6), pytest.approx(0))
    assert rows["broken"]["peak"] is None
    assert rows["broken"]["note"] == "1 diverged, 1 oom, 1 pending"
    # 700,000 weights of 4 B and as many gradients, two moments each; zero2 shares gradients and moments
    assert rows["baseline"]["in_theory"] == pytest.approx(2.8e6 + 2.8e6 + 5.6e6)
    assert rows["zero2"]["in_theory"] == pytest.approx(2.8e6 + 1.4e6 + 2.8e6)
    # 400,000 of them are trained
    assert rows["freeze-encoder"]["in_theory"] == pytest.approx(2.8e6 + 1.6e6 + 3.2e6)
    assert rows["zero2"]["all_ranks"] == pytest.approx(640e6)
    # nobody recorded gradients
    assert rows["zero2"]["states"] is None


@pytest.mark.parametrize(
    ("settings", "in_theory"),
    [
        # 700,000 weights of 2 B; half of the gradients of 2 B, and of the states: two moments and a weight of 4 B
        pytest.param({"precision": "bf16"}, 1.4e6 + 0.7e6 + 4.2e6, id="deepspeeds-own-16-bits"),
        # 4 B, 4 B, and two moments of 4 B
        pytest.param({"precision": "bf16", "torch_autocast": True}, 2.8e6 + 1.4e6 + 2.8e6, id="cast-by-torch"),
    ],
)
def test_weights_that_torch_casts_are_of_single_precision_in_theory(
    empty: Layout, table: Table, settings: dict[str, Any], in_theory: float
) -> None:
    small.plan(empty)
    new = small.attempt(empty, small.Trial("zero2", 1))
    new.searches = settings
    new.start()
    new.facts()
    new.metrics(train_peak_memory=1.0)
    new.end("completed")
    load(empty)

    (row,) = (row for row in table("memory", empty) if row["method"] == "zero2")

    assert row["in_theory"] == pytest.approx(in_theory)


def test_tradeoffs_by_hand(table: Table) -> None:
    rows = {row["method"]: row for row in table("tradeoffs")}

    assert list(rows) == ["baseline", "zero2", "freeze-encoder", "broken"]
    zero2 = rows["zero2"]
    assert zero2["n"] == 3
    assert (zero2["memory"], zero2["memory_spread"]) == (pytest.approx(320 / 400), pytest.approx(0))
    assert (zero2["speed"], zero2["speed_spread"]) == (pytest.approx(0.5), pytest.approx(0))
    # ratios 51/50, 52/52, 53/54
    assert zero2["accuracy"] == pytest.approx((51 / 50 * 53 / 54) ** (1 / 3))
    # ratios 2, 1, 1/2: their geometric mean is 1, their mean 7/6
    assert zero2["energy"] == pytest.approx(1)
    assert zero2["energy_spread"] == pytest.approx(math.sqrt((25 + 1 + 16) / 36 / 2))
    assert zero2["note"] is None
    assert (rows["baseline"]["memory"], rows["baseline"]["note"]) == (1, "the baseline itself")


def test_tradeoffs_rest_on_finite_numbers_of_completed_pairs(table: Table) -> None:
    rows = {row["method"]: row for row in table("tradeoffs")}
    freeze = rows["freeze-encoder"]

    # seed 2 is running, and the loss of seed 3 is NaN
    assert freeze["n"] == 2
    assert freeze["accuracy"] == pytest.approx(math.sqrt(40 / 50 * 44 / 54))
    assert (freeze["loss"], freeze["loss_spread"]) == (pytest.approx(1.5), None)
    assert freeze["note"] == "1 running; loss: 1 of 2"


def test_a_method_that_never_completed_is_not_hidden(table: Table) -> None:
    broken = table("tradeoffs")[-1]

    assert (broken["method"], broken["n"], broken["memory"]) == ("broken", 0, None)
    assert broken["note"] == "1 diverged, 1 oom, 1 pending"


def test_effects_have_one_row_for_each_method_and_measure(table: Table) -> None:
    rows = table("effects")

    # nobody has recorded a cost
    measures = ["memory", "speed", "runtime", "compute", "accuracy", "loss", "energy", "emissions"]
    assert [(row["method"], row["measure"]) for row in rows] == [
        (method, measure) for method in ("zero2", "freeze-encoder", "broken") for measure in measures
    ]


def test_effects_by_hand(table: Table) -> None:
    rows = {(row["method"], row["measure"]): row for row in table("effects")}
    speed = rows["zero2", "speed"]

    assert (speed["expected"], speed["better"], speed["unit"], speed["n"], speed["planned_pairs"]) == (
        "*increases",
        "higher",
        "1/s",
        3,
        3,
    )
    assert (speed["baseline_mean"], speed["mean"], speed["difference"]) == (100, 50, -50)
    # differences -50, -55, -45
    assert speed["difference_spread"] == pytest.approx(5)
    loss = rows["freeze-encoder", "loss"]
    assert (loss["baseline_mean"], loss["mean"], loss["n"], loss["note"]) == (2.0, 3.0, 1, "1 not finite, 1 running")
    assert rows["broken", "loss"]["n"] == 0
    assert rows["zero2", "memory"]["expected"] == "reduces"


@pytest.mark.parametrize("query", ["effects", "tradeoffs", "comparisons", "verdicts"])
def test_a_comparison_says_what_it_mixes(table: Table, query: str) -> None:
    mixes = {row["method"]: row["mixes"] for row in table(query)}

    # one trial of zero2 ran with another version of transformers than its baseline's
    assert mixes["zero2"] == "environment transformers"
    assert {mixes.get(method) for method in ("baseline", "freeze-encoder", "broken")} == {None}


def test_benchmarks_by_hand(table: Table) -> None:
    rows = {row["method"]: row for row in table("benchmarks")}
    baseline = rows["baseline"]

    assert (baseline["n"], baseline["model"], baseline["dataset"], baseline["axes"]) == (
        3,
        "bart-tiny",
        "dialogues",
        None,
    )
    assert (baseline["rouge1"], baseline["rouge1_spread"]) == (52, 2)
    assert (baseline["rouge2"], baseline["rougeL"], baseline["rougeLsum"]) == (32, 42, 47)
    # two ranks of 400 MB each
    assert (baseline["memory"], baseline["memory_spread"]) == (800e6, 0)
    assert (baseline["runtime"], baseline["speed"]) == (10, 100)
    assert baseline["emissions"] == pytest.approx(baseline["energy"] / 2)
    assert baseline["note"] is None
    assert rows["freeze-encoder"]["loss"] == 3.0
    assert rows["freeze-encoder"]["note"] == "1 loss not finite, 1 running"
    assert (rows["broken"]["n"], rows["broken"]["rouge1"]) == (0, None)


def test_environment_says_where_trials_do_not_agree(table: Table) -> None:
    rows = table("environment")

    assert [row["name"] for row in rows] == ["platform", "python", "memory", "torch", "transformers"]
    assert (rows[2]["value"], rows[2]["unit"]) == ("25000000000", "B")
    assert rows[4]["value"] == "5.24.0"
    assert [row["note"] for row in rows] == [None] * 4 + ["5.24.0: 10 of 11 trials, 5.23.0: 1 of 11 trials"]


def test_models_and_datasets(table: Table) -> None:
    (model,) = table("models")
    (dataset,) = table("datasets")

    assert (model["model"], model["family"], model["checkpoint"]) == ("bart-tiny", "bart", None)
    assert (model["parameters"], model["trainable_parameters"], model["fewest_trainable_parameters"]) == (
        700_000,
        700_000,
        400_000,
    )
    assert (dataset["train"], dataset["validation"], dataset["test"]) == (2000, 200, 200)
    assert [dataset[key] for key in ("source_words", "source_tokens", "target_words", "target_tokens")] == [
        94.5,
        147.25,
        20.0,
        26.5,
    ]
    assert (model["note"], dataset["note"]) == (None, None)


def test_facts_that_differ_between_trials_are_noted(empty: Layout, table: Table) -> None:
    small.plan(empty)
    for seed, tokens in ((1, 100.0), (2, 50.0)):
        attempt = small.attempt(empty, small.Trial("baseline", seed))
        attempt.start()
        values = {"train_samples": 10, "source_tokens": tokens}
        attempt.rank(0, "facts", section="dataset", subject="dialogues", values=values)
    load(empty)

    (dataset,) = table("datasets", empty)

    assert dataset["note"] == "differs between trials: source_tokens"


def test_comparisons_say_what_is_compared_and_expected(table: Table) -> None:
    rows = {row["method"]: row for row in table("comparisons")}

    assert rows["baseline"]["baseline"] is None
    assert rows["baseline"]["settings"] is None
    assert rows["zero2"] == {
        "method": "zero2",
        "description": "optimizer states and gradients are partitioned",
        "baseline": "baseline",
        "settings": (
            "learning_rate=schedule, search.algorithm=pbt, search.generations=2, search.population=2, zero.stage=2"
        ),
        "claims": "memory reduces, speed *increases",
        "trials": 3,
        "states": "3 completed",
        "mixes": "environment transformers",
    }
    assert rows["freeze-encoder"]["settings"] == 'freeze=["encoder"]'


def test_hyperparameters_show_first_what_varies(table: Table) -> None:
    rows = [
        (row["setting"], row["value"], row["methods"], row["trials"], row["effective"])
        for row in table("hyperparameters")
    ]

    # broken read nothing back, and its third trial was not started
    assert rows == [
        ("batch_size", "16", "baseline, zero2, freeze-encoder", 9, "16"),
        ("batch_size", "4096", "broken", 2, None),
        ("freeze", "[]", "baseline, zero2, broken", 8, "[]"),
        ("freeze", '["encoder"]', "freeze-encoder", 3, '["encoder"]'),
        # one trial of zero2 is a search: no one learning rate is that of its trainings
        ("learning_rate", "5e-05", "baseline, zero2, freeze-encoder, broken", 10, "5e-05"),
        ("learning_rate", "schedule", "zero2", 1, None),
        ("search.algorithm", "pbt", "zero2", 1, None),
        ("search.generations", "2", "zero2", 1, None),
        ("search.population", "2", "zero2", 1, None),
        ("zero.stage", None, "baseline, freeze-encoder, broken", 8, None),
        ("zero.stage", "2", "zero2", 3, "2"),
        ("world_size", "2", "all", 11, "2"),
    ]


def test_failures_are_kept_also_where_a_later_attempt_completed(table: Table) -> None:
    rows = [
        (row["label"], row["attempt"], row["state"], row["step"], row["seconds"], row["mended"])
        for row in table("failures")
    ]

    assert rows == [
        ("zero2 · dialogues · seed 1", 1, "timeout", None, 20.0, True),
        ("broken · dialogues · seed 1", 1, "oom", None, 5.0, False),
        ("broken · dialogues · seed 2", 1, "diverged", 20, 6.0, False),
    ]
    assert table("failures")[1]["said"] == "rank 1: oom: cannot allocate 64 GB"


def test_trials_show_the_last_completed_attempt_or_their_state(table: Table) -> None:
    rows = table("trials")

    assert [row["state"] for row in rows] == [
        *["completed"] * 6,
        *["completed", "running", "completed"],
        *["oom", "diverged", "pending"],
    ]
    assert [row["attempts"] for row in rows] == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 0]
    assert rows[3]["runtime"] == 20
    assert rows[9]["note"] == "rank 1: cannot allocate 64 GB"


def test_the_experiment_in_one_row(table: Table) -> None:
    (row,) = table("experiment")

    assert (row["methods"], row["seeds"], row["trials"], row["completed"], row["excluded"]) == (4, 3, 12, 8, 1)
    assert row["states"] == "8 completed, 1 diverged, 1 oom, 1 pending, 1 running"
    # eight completed attempts of 30 s, and 20 s, 5 s and 6 s
    assert row["seconds"] == 8 * 30 + 31
    assert (row["git_commit"], row["git_dirty"]) == (None, None)


def test_best_goes_by_the_better_direction(table: Table) -> None:
    assert [row["value"] for row in table("best", rows=3)] == [54, 53, 52]
    assert [row["value"] for row in table("best", measure="loss", rows="2")] == [2.0, 2.0]
    assert table("best", measure="memory")[0]["label"].startswith("freeze-encoder")


@pytest.mark.parametrize(
    ("measure", "first"), [("rouge1", 54.0), ("rouge2", 34.0), ("rougeL", 44.0), ("rougeLsum", 49.0)]
)
def test_best_at_a_rouge(table: Table, measure: str, first: float) -> None:
    row = table("best", measure=measure)[0]

    assert (row["score"], row["value"], row["unit"]) == (measure, first, "points")


@pytest.mark.parametrize(
    ("query", "params", "message"),
    [
        ("best", {"measure": "roug1"}, "there is no measure 'roug1'\n    hint: did you mean 'rouge1'?"),
        ("best", {"measure": "memroy"}, "there is no measure 'memroy'\n    hint: did you mean 'memory'?"),
        ("best", {"measure": "elegance"}, "there is no measure 'elegance'\n    hint: known: accuracy, compute, cost, "),
        ("seeds", {"measure": "los"}, "there is no measure 'los'\n    hint: did you mean 'loss'?"),
        ("pareto", {"against": "enrgy"}, "there is no measure 'enrgy'\n    hint: did you mean 'energy'?"),
        ("card", {"model": "bart-tny"}, "there is no model 'bart-tny'\n    hint: did you mean 'bart-tiny'?"),
        ("trials", {"experiment": "smal"}, "no experiment 'smal' in the warehouse\n    hint: did you mean 'small'?"),
        *(
            (query, {"trial": trial}, message)
            for query in ("card", "provenance")
            for trial, message in (
                (
                    "00000000001z",
                    "no trial '00000000001z' in the experiment 'small'\n    hint: did you mean '00000000001",
                ),
                ("00000000001", "3 trials of the experiment 'small' begin with '00000000001'\n    hint: give more of"),
                (
                    "",
                    "12 trials of the experiment 'small' begin with ''\n    hint: give more of the id: 000000000001, ",
                ),
            )
        ),
    ],
)
def test_a_misspelt_word_is_an_error_and_no_empty_answer(
    table: Table, query: str, params: dict[str, str], message: str
) -> None:
    with pytest.raises(QueryError) as refusal:
        table(query, **params)

    assert message in str(refusal.value)


@pytest.mark.parametrize("query", ["card", "provenance"])
def test_a_trial_of_another_experiment_says_which(empty: Layout, table: Table, query: str) -> None:
    small.plan(empty, "first", trials=[small.Trial("zero2", 1)])
    small.plan(empty, "second", small.START + 60, trials=[small.Trial("baseline", 1)])
    load(empty)

    with pytest.raises(QueryError, match="there is no trial '000000000011' in the experiment 'second'") as refusal:
        table(query, empty, trial="000000000011")
    assert "hint: it belongs to another one: experiment=first" in str(refusal.value)
    # there the beginning of its id says which, and nothing was run of it
    assert table(query, empty, experiment="first", trial="00000000001") == []


@pytest.mark.parametrize("name", QUERIES)
def test_an_experiment_that_there_is_not_is_told_where_nothing_has_run(empty: Layout, table: Table, name: str) -> None:
    with pytest.raises(
        QueryError, match="no experiment 'smal' in the warehouse\n    hint: it has none yet: xp run FILE"
    ):
        table(name, Layout(empty.root.with_name("none")), experiment="smal")
    small.plan(empty)
    load(empty)
    with pytest.raises(QueryError, match=r"no experiment 'smal' in the warehouse\n    hint: did you mean 'small'\?"):
        table(name, empty, experiment="smal")


def test_what_became_of_the_rows_of_a_data_set(empty: Layout, table: Table) -> None:
    trial = small.Trial("baseline", 1)
    small.plan(empty, trials=[trial])
    attempt = small.attempt(empty, trial)
    attempt.start()
    attempt.train()
    counts = {"train_rows": 2600, "train_unused_rows": 580, "train_empty_rows": 20, "truncated_sources": 50}
    counts |= {"test_in_train": 3}
    attempt.rank(0, "facts", section="dataset", subject="dialogues", values=counts | {"truncated_targets": 0})
    attempt.end("completed")
    load(empty)

    (row,) = table("datasets", empty)
    assert [row[name] for name in ("train", "train_rows", "unused_rows", "empty_rows")] == [2000, 2600, 580, 20]
    assert row["test_in_train"] == 3
    with duckdb.connect(str(empty.warehouse), read_only=True) as db:
        cut = db.execute("select truncated_sources, truncated_targets from datasets").fetchall()
    assert cut == [(50, 0)]


def test_steps_that_fp16_skipped_are_told(empty: Layout, table: Table) -> None:
    trials = [small.Trial("baseline", seed) for seed in (1, 2, 3)]
    small.plan(empty, trials=trials)
    for trial, skipped in zip(trials, (3, 0, None), strict=True):
        attempt = small.attempt(empty, trial)
        attempt.start()
        attempt.train()
        # what was imported says it of the import
        subject = "import" if trial.seed == 1 else "training"
        told = {} if skipped is None else {"skipped_steps": skipped}
        attempt.rank(0, "facts", section="measurement", subject=subject, values={"done_steps": 30, **told})
        attempt.end("completed")
    load(empty)

    assert [row["note"] for row in table("trials", empty)] == [
        "3 steps skipped: gradients did not fit fp16",
        None,
        None,
    ]
    with duckdb.connect(str(empty.warehouse), read_only=True) as db:
        steps = db.execute("select skipped_steps from trials order by position").fetchall()
    assert steps == [(3,), (0,), (None,)]


def test_a_pair_on_different_devices_is_told(empty: Layout, table: Table) -> None:
    pair = [small.Trial("baseline", 1), small.Trial("zero2", 1)]
    small.plan(empty, trials=pair)
    for trial, device in zip(pair, ("cuda", "cpu"), strict=True):
        attempt = small.attempt(empty, trial)
        attempt.start()
        attempt.train()
        attempt.engine("facts", section="environment", subject="", values={"device": device, "gpu_count": 1})
        attempt.end("completed")
    load(empty)

    assert [row["mixes"] for row in table("tradeoffs", empty)] == [None, "environment device"]


def test_benchmarks_say_which_numbers_are_missing_and_why(empty: Layout, table: Table) -> None:
    small.plan(empty)
    energies: list[tuple[int, float | None, dict[str, str]]] = [
        (1, 0.25, {}),
        (2, None, {"quality": "unavailable", "invalid_energy_consumed": "the tracker gave no value"}),
        (3, 0.75, {}),
    ]
    for seed, energy, facts in energies:
        new = small.attempt(empty, small.Trial("baseline", seed))
        new.start()
        new.metrics(predict_rouge1="NaN" if seed == 2 else 50.0 + seed, eval_loss=2.0)
        if seed != 3:
            new.metrics(train_steady_samples_per_second=100.0)
        if energy is not None:
            new.metrics(energy_consumed=energy)
        new.rank(0, "facts", section="measurement", subject="energy", values=facts)
        new.end("completed")
    load(empty)

    row = table("benchmarks", empty)[0]

    assert (row["n"], row["rouge1"], row["energy"], row["loss"]) == (3, 52.0, 0.5, 2.0)
    assert row["note"] == "1 rouge1 not finite, 1 without a speed, 1 without an energy: the tracker gave no value"
    assert {trial["label"]: trial["note"] for trial in table("trials", empty)}["baseline · dialogues · seed 2"] == (
        "accuracy, rouge1 not finite"
    )


def test_the_evidence_is_every_trial_with_the_attempts_that_count(table: Table) -> None:
    rows = {row["label"]: row for row in table("evidence")}

    assert len(rows) == 12
    retried = rows["zero2 · dialogues · seed 1"]
    assert (retried["baseline"], retried["state"], retried["attempts"]) == ("baseline", "completed", "2")
    assert (retried["axes"], retried["context"]) == (None, rows["baseline · dialogues · seed 1"]["context"])
    assert len(retried["heads"]) == 64
    assert retried["bytes"] > 1000
    assert rows["broken · dialogues · seed 3"]["attempts"] is None


def test_a_card_is_about_the_best_trial_unless_another_is_named(table: Table) -> None:
    (best,) = table("card")
    (named,) = table("card", trial="000000000021")

    assert (best["label"], best["rouge1"], best["parameters"]) == ("baseline · dialogues · seed 3", 54, 700_000)
    # 0.002 kWh at 500 g/kWh
    assert best["grams"] == pytest.approx(1.0)
    assert best["quality"] == "tdp-estimate"
    assert (named["method"], named["rouge1"]) == ("freeze-encoder", 40)


def test_a_card_says_the_machine_and_the_energy_of_its_own_trial(empty: Layout, table: Table) -> None:
    small.plan(empty)
    machines = {
        1: ({"cpu": "Epyc", "cpu_usable": 64, "gpu": "H100"}, {"quality": "counter", "country": "FRA"}),
        2: ({"cpu": "Xeon", "cpu_usable": 8}, {"quality": "tdp-estimate", "country": "USA"}),
    }
    for seed, (machine, energy) in machines.items():
        new = small.attempt(empty, small.Trial("baseline", seed))
        new.start()
        new.engine("facts", section="environment", subject="", values=machine)
        new.rank(0, "facts", section="measurement", subject="energy", values=energy)
        new.metrics(predict_rouge1=50.0)
        new.end("completed")
    load(empty)

    cards = [table("card", empty, trial=small.Trial("baseline", seed).id)[0] for seed in machines]

    assert [(card["hardware"], card["quality"], card["country"]) for card in cards] == [
        ("Epyc (64 cores), H100", "counter", "FRA"),
        ("Xeon (8 cores)", "tdp-estimate", "USA"),
    ]


def test_best_goes_by_the_objective_where_there_is_one(empty: Layout, table: Table) -> None:
    small.journals(empty)
    objective = {"metric": "eval_loss", "goal": "maximize"}
    small.plan(empty, time=small.START + 1, objective=objective)
    load(empty)

    rows = table("best", empty)

    # the loss that is NaN is no maximum
    assert [(row["score"], row["value"], row["unit"]) for row in rows[:3]] == [
        ("eval_loss", 3.0, "nats"),
        ("eval_loss", 2.5, "nats"),
        ("eval_loss", 2.5, "nats"),
    ]
    assert len(rows) == 7
    assert {row["score"] for row in table("best", empty, measure="loss")} == {"loss"}
    assert table("best", empty, measure="loss")[0]["value"] == 2.0


def test_learning_curves_leave_out_what_is_not_finite(table: Table) -> None:
    rows = [(row["method"], row["step"], row["n"], row["value"]) for row in table("learning_curves")]

    assert rows[:3] == [("baseline", 10, 3, 5.0), ("baseline", 20, 3, 4.0), ("baseline", 30, 3, 3.0)]
    assert rows[-2:] == [("broken", 10, 1, 2.1), ("broken", 20, 0, None)]


def test_a_curve_that_has_no_number_has_a_row_that_says_why(table: Table) -> None:
    rows = table("learning_curves", metric="grad_norm")

    assert [(row["method"], row["step"], row["n"], row["note"]) for row in rows] == [
        ("baseline", None, 0, "not recorded"),
        ("zero2", None, 0, "not recorded"),
        ("freeze-encoder", None, 0, "1 running; not recorded"),
        ("broken", None, 0, "1 diverged, 1 oom, 1 pending"),
    ]


def test_the_experiment_that_was_planned_last_is_meant(empty: Layout, table: Table) -> None:
    small.journals(empty)
    small.plan(empty, "older", small.START - 10)
    small.plan(empty, "newer", small.START + 10)
    load(empty)

    assert [row["experiment"] for row in table("experiment", empty)] == ["newer"]
    # its trials are those of `small`, and so are their results
    assert table("tradeoffs", empty) == table("tradeoffs", empty, experiment="small")
