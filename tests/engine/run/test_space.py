"""Folders that trials offload to are looked at before anything runs: whether they are fit, and large enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.engine.conftest import SPEC
from xp.dsl.errors import SpecError
from xp.dsl.resources import MissingPart
from xp.engine import planning
from xp.engine.forecast.forecast import Forecaster
from xp.engine.forecast.memory import Parameters
from xp.engine.layout import Layout
from xp.engine.machine import nvme
from xp.engine.planning import Planned
from xp.engine.run import session, space

INFINITY = """
[methods.infinity]
settings = { zero = { stage = 3, offload_optimizer = "nvme" } }
"""


class Usage(NamedTuple):
    """What a disk says of itself."""

    free: int


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An experiment whose model has a thousand parameters, on a machine that can offload to any folder."""
    monkeypatch.chdir(tmp_path)
    text = SPEC.replace("[matrix]", f"{INFINITY}[matrix]").replace('"zero2"]', '"infinity"]')
    Path("tiny.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(nvme, "what_is_missing", lambda _: None)
    monkeypatch.setattr(nvme, "of_folder", lambda _: iter(()))
    monkeypatch.setattr(Forecaster, "parameters", lambda *_: Parameters(1000, 1000, 100))
    return tmp_path


def made(*overrides: str) -> Planned:
    return planning.make(Path("tiny.toml"), overrides)


Free = Callable[[int], None]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Free:
    """Return what leaves so many bytes on every disk."""
    return lambda count: monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(count))


def said(planned: Planned, folder: Path, jobs: int = 1) -> list[str]:
    return [str(problem) for problem in space.space_problems(planned, planned.wanted, Layout(folder / "results"), jobs)]


# a thousand parameters have 4,000 bytes each of weights, gradients, and either moment in single precision
@pytest.mark.parametrize(("left", "wrong"), [(15_999, 1), (16_000, 0)])
def test_states_must_fit(folder: Path, free: Free, left: int, wrong: int) -> None:
    free(left)

    assert len(said(made(), folder)) == wrong


def test_what_is_needed_and_what_is_there_is_told_at_the_setting(folder: Path, free: Free) -> None:
    free(12_000)

    (message,) = said(made(), folder)
    assert message == (
        "tiny.toml:17:34: methods.infinity.settings.zero.offload_optimizer: "
        f"'nvme' needs 16.0 kB in {folder}/results, and 12.0 kB are free there\n"
        "    hint: make room there, or set zero.nvme_path to a folder of another disk"
    )


def test_trials_side_by_side_need_room_together(folder: Path, free: Free) -> None:
    free(47_999)  # there are three seeds

    assert said(made(), folder, jobs=2) == []
    (message,) = said(made(), folder, jobs=4)
    assert f"needs 48.0 kB in {folder}/results, 3 trials side by side, and 48.0 kB are free there" in message
    assert message.endswith("or run fewer than 3 trials at once: --jobs 2")


def test_parameters_need_room_as_well_and_a_place_of_ones_own_is_named(folder: Path, free: Free) -> None:
    free(17_999)
    method = 'methods.infinity.settings.zero={ stage = 3, nvme_path = "swap", '
    whole = f'{method}offload_optimizer = "nvme", offload_param = "nvme" }}'
    half = 'methods.infinity.settings.precision="bf16"'  # 2,000 bytes of weights besides

    (message,) = said(made(whole, half), folder)
    assert "zero.nvme_path: 'swap' needs 18.0 kB in swap, and 18.0 kB are free there" in message
    free(18_000)
    assert said(made(whole, half), folder) == []


def test_a_trial_that_is_done_needs_nothing(folder: Path, free: Free) -> None:
    free(0)
    planned = made()

    assert space.space_problems(planned, planned.wanted[:0], Layout(folder), 1) == []
    baselines = [trial for trial in planned.wanted if trial.method == "baseline"]
    assert space.space_problems(planned, baselines, Layout(folder), 1) == []


def test_of_a_model_that_nobody_knows_yet_nothing_is_said(
    folder: Path, free: Free, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Forecaster, "parameters", lambda *_: None)
    free(0)

    assert said(made(), folder) == []


def test_results_that_lie_in_memory_are_no_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lack = MissingPart("it lies in memory", "take a disk")
    monkeypatch.setattr(nvme, "of_folder", lambda _: iter((None, lack)))

    (message,) = said(made(), folder)
    assert message == (
        "tiny.toml:17:34: methods.infinity.settings.zero.offload_optimizer: "
        "'nvme' cannot be offloaded to here: it lies in memory\n    hint: take a disk"
    )


def test_a_run_is_refused_before_it_writes_anything(folder: Path, free: Free) -> None:
    free(0)

    with pytest.raises(SpecError, match=r"needs 16\.0 kB"):
        session.run_plan(made(), folder / "results")
    assert not (folder / "results").exists()
