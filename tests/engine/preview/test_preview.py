"""A preview says of every trial how it stands and what it will need."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.attempted import Took, completed, ended
from tests.engine.conftest import SPEC
from xp.dsl.errors import SpecError
from xp.dsl.trial import Trial
from xp.engine import planning
from xp.engine.layout import Layout
from xp.engine.machine.environment import here
from xp.engine.preview import record, table
from xp.engine.preview.preview import Preview, preview

Previewing = Callable[..., Preview]


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The experiment file of these tests."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(SPEC, encoding="utf-8")
    return Path("tiny.toml")


@pytest.fixture
def previewed(spec: Path) -> Previewing:
    """Return what a run of the file would do, changed as on the command line."""
    return lambda *overrides, only=(): preview(planning.make(spec, overrides, only), Path("results"))


@pytest.fixture
def layout() -> Layout:
    return Layout(Path("results").absolute())


def planned(*overrides: str) -> list[Trial]:
    return [*planning.make(Path("tiny.toml"), overrides).wanted]


def undisturbed(**changes: Any) -> Took:
    """Return what an attempt on this very machine took."""
    return Took(cpu=here()[0] or "", **changes)


def test_without_results_every_trial_is_new_and_nothing_is_written(previewed: Previewing) -> None:
    found = previewed()

    assert [row.standing.state for row in found.rows] == ["new"] * 6
    assert found.totals["time"].value is None
    assert not Path("results").exists()


def test_a_run_needs_what_is_not_cached(previewed: Previewing, layout: Layout) -> None:
    first, second, third, *_ = planned()
    layout.root.mkdir()
    completed(layout, first, undisturbed(seconds=20.0, memory=1e8))
    ended(layout, second, "failed")

    found = previewed()
    assert [str(row.standing) for row in found.rows[:3]] == ["cached", "to retry (failed)", "new"]
    assert [row.trial.id for row in found.due][:2] == [second.id, third.id]
    assert (found.totals["time"].value, found.totals["time"].known) == (40.0, 2)
    assert found.totals["time"].bases == ("measured with other seeds, 1 attempt",)
    assert found.totals["memory"].value == 1e8


def test_what_is_nowhere_is_told_with_the_trials_that_it_costs(previewed: Previewing) -> None:
    argument = "matrix.model=['bart-tiny', './nothing']"
    found = previewed(argument)

    where = f"--set {argument}: matrix.model[1]"
    problem = f"{where}: there is no folder './nothing', nor can the hub have a checkpoint of that name"
    text = table.text(found)
    assert f"\nmissing   6 trials cannot run: {problem}\n    hint: give a folder, " in text
    assert "12 trials: 12 new, 6 cannot run\na run would attempt 6, one after another, and need\n" in text
    told = record.record(found)
    assert [(one["trials"], f"{one['where']}: {one['message']}") for one in told["missing"]] == [(6, problem)]
    assert (told["totals"]["trials"], told["totals"]["due"]) == (12, 6)


def test_a_plan_none_of_whose_trials_could_run_is_refused_as_its_run_is(previewed: Previewing, layout: Layout) -> None:
    with pytest.raises(SpecError, match=r"there is no folder '\./nothing'"):
        previewed("matrix.model=['bart-tiny', './nothing']", only=["model=./nothing"])

    layout.root.mkdir()
    for trial in planned("matrix.model=['./nothing']"):
        completed(layout, trial, undisturbed())
    # what is complete needs nothing
    assert previewed("matrix.model=['./nothing']").missing == {}


def test_axes_that_vary_are_columns_and_the_names_come_first(previewed: Previewing) -> None:
    assert previewed().axes == ["method", "seed"]
    assert previewed("matrix.batch_size=[4, 8]").axes == ["method", "batch_size", "seed"]
    assert previewed("matrix.batch_size=[4]").axes == ["method", "seed"]
    assert previewed("matrix.include=[{ method = 'zero2', epochs = 5 }]").axes == ["method", "epochs", "seed"]


def test_only_narrows_the_trials_and_not_what_is_excluded(previewed: Previewing) -> None:
    found = previewed("matrix.exclude=[{ method = 'zero2', seed = 3 }]", only=["method=baseline"])

    assert {row.trial.method for row in found.rows} == {"baseline"}
    assert len(found.excluded) == 1


def test_people_see_states_axes_totals_and_what_they_rest_on(previewed: Previewing, layout: Layout) -> None:
    trials = planned("matrix.seed=[1, 2]")
    layout.root.mkdir()
    completed(layout, trials[0], undisturbed(memory=5e7))
    ended(layout, trials[1], "interrupted")

    text = table.text(previewed("matrix.seed=[1, 2]"))
    head, first, second, *_ = text.splitlines()
    assert head.split() == ["id", "state", "method", "seed", "memory/rank", "time", "energy", "CO2e", "label"]
    assert first.split("  ")[:2] == [trials[0].id, "cached"]
    assert "50.0 MB [1]" in first
    assert "to retry (interrupted)" in second
    assert "30.0 s [2]" in second
    assert "4 trials: 1 cached, 1 to retry, 2 new\n" in text
    assert "  time       30.0 s for 1 of them, unknown for the others [2]\n" in text
    assert "[1] measured, 1 attempt\n[2] measured with other seeds, 1 attempt\n" in text
    assert text.endswith("no activations\n")


def test_the_first_tariff_of_the_file_prices_a_run(spec: Path, previewed: Previewing, layout: Layout) -> None:
    spec.write_text(SPEC + "[prices.dedicated]\nmachine_hour = 36.0\n[prices.spot]\nmachine_hour = 1.0\n")
    trials = planned()
    layout.root.mkdir()
    completed(layout, trials[0], undisturbed(seconds=20.0))

    found = previewed()
    assert found.rows[0].forecast.cost.value == pytest.approx(0.2)
    assert found.totals["cost"].value == pytest.approx(0.4)  # the other two seeds
    text = table.text(found)
    assert "  cost       0.40 USD for 2 of them, unknown for the others [" in text
    assert "] time at the rates of 'dedicated': measured with other seeds, 1 attempt\n" in text


def test_what_is_unknown_of_all_is_said_once(previewed: Previewing) -> None:
    text = table.text(previewed("models.bart-tiny.architecture=prophetnet"))

    assert text.splitlines()[0].split() == ["id", "state", "method", "seed", "label"]
    for name in ("memory", "time", "energy", "emissions", "cost"):
        assert f"  {name:<11}unknown\n" in text


def test_people_see_what_is_excluded_by_which_rule(previewed: Previewing) -> None:
    text = table.text(
        previewed(
            "matrix.batch_size=[4, 8]",
            "matrix.exclude=[{ method = 'zero2', batch_size = 4 }]",
            "matrix.constraints=[\"method != 'zero2' or seed > 1\"]",
        )
    )

    assert "excluded  zero2 · dialogues · batch_size=4 · seeds 1, 2, 3, by matrix.exclude[0]\n" in text
    rule = "matrix.constraints[0]: method != 'zero2' or seed > 1"
    assert f"excluded  zero2 · dialogues · batch_size=8 · seed 1, by {rule}\n" in text
    assert "8 trials: 8 new, 4 excluded\n" in text


def test_each_budget_of_a_search_is_shown(previewed: Previewing) -> None:
    space = "{ learning_rate = { values = [1e-4, 1e-3] } }"
    text = table.text(
        previewed(f"methods.zero2.search={{ algorithm = 'grid', space = {space} }}", "matrix.max_steps=[3, 5]")
    )

    told = [line for line in text.splitlines() if line.startswith("search")]
    assert told == [f"search    zero2: 2 trainings for each trial, {steps} steps in all" for steps in (6, 10)]


def test_a_long_list_of_excluded_cells_is_cut_for_people_only(previewed: Previewing) -> None:
    sizes = list(range(1, 31))
    found = previewed(f"matrix.batch_size={sizes}", "matrix.exclude=[{ method = 'zero2' }]", "matrix.seed=[1]")

    assert table.text(found).count("excluded  zero2") == 20
    assert "excluded  10 more combinations: --json lists all\n" in table.text(found)
    assert len(record.record(found)["excluded"]) == 30


def test_programs_get_everything(previewed: Previewing, layout: Layout) -> None:
    trials = planned()
    layout.root.mkdir()
    completed(layout, trials[0], undisturbed())
    ended(layout, trials[1], "interrupted")

    told = json.loads(record.text(previewed("matrix.exclude=[{ method = 'zero2', seed = 3 }]")))
    assert (told["experiment"], told["file"], told["baseline"]) == ("tiny", "tiny.toml", "baseline")
    first, second, third, *_ = told["trials"]
    assert (first["id"], first["state"], first["attempts"]) == (trials[0].id, "cached", 1)
    assert (second["state"], second["last_state"], third["state"]) == ("to retry", "interrupted", "new")
    assert first["forecast"]["time"] == {
        "unit": "s",
        "value": 30.0,
        "basis": "measured, 1 attempt",
        "low": None,
        "high": None,
    }
    assert told["trials"][3]["forecast"]["memory"]["basis"] == "DeepSpeed formula"
    assert told["trials"][3]["forecast"]["time"]["value"] is None
    assert first["settings"]["world_size"] == 2
    assert told["excluded"] == [
        {
            "variant": {"model": "bart-tiny", "dataset": "dialogues", "method": "zero2"},
            "seed": 3,
            "rule": "matrix.exclude[0]",
            "where": "--set matrix.exclude=[{ method = 'zero2', seed = 3 }]: matrix.exclude[0]",
        }
    ]
    assert told["totals"]["states"] == {"cached": 1, "to retry": 1, "new": 3}
    assert told["totals"]["forecast"]["time"]["known"] == 2


def test_programs_get_the_place_of_a_constraint(spec: Path, previewed: Previewing) -> None:
    spec.write_text(SPEC + "constraints = [\"method == 'baseline' or seed < 3 or seed in [7]\"]\n")

    (cell,) = record.record(previewed())["excluded"]
    assert cell["where"] == "tiny.toml:18:16: matrix.constraints[0]"
