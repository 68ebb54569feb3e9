"""Whether the folders that trials offload to are fit, and large enough: asked before the first trial starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xp.dsl.errors import Problem, SpecError
from xp.dsl.origin import place_of_setting
from xp.dsl.problems import in_order
from xp.dsl.quantity import plural
from xp.dsl.settings import Zero
from xp.dsl.trial import Trial
from xp.engine.forecast.forecast import Forecaster
from xp.engine.forecast.past import attempts
from xp.engine.layout import Layout
from xp.engine.machine import environment, nvme
from xp.engine.planning import Planned


class Need(NamedTuple):
    """What one trial puts into a folder."""

    trial: Trial
    zero: Zero
    folder: Path
    size: float | None
    """Bytes, as far as anybody knows how many parameters its model has."""


def check_space(planned: Planned, due: Sequence[Trial], layout: Layout, jobs: int) -> None:
    """Raise SpecError with all that is wrong with the folders."""
    if found := space_problems(planned, due, layout, jobs):
        raise SpecError(*in_order(found))


def space_problems(planned: Planned, due: Sequence[Trial], layout: Layout, jobs: int) -> list[Problem]:
    """Return what is wrong with the folders of the trials that a run would attempt, so many of them side by side."""
    found = folder_needs(planned, due, layout)
    unfit = [problem for need in found for problem in unfitness(planned, need)]
    return [*dict.fromkeys(unfit or shortages(planned, found, jobs))]


def folder_needs(planned: Planned, due: Sequence[Trial], layout: Layout) -> list[Need]:
    """Return what the trials put into folders."""
    offloading = [(trial, zero) for trial in due if (zero := trial.settings.zero) is not None and zero.on_disk]
    if not offloading:
        return []
    past = attempts(layout, [trial for trial, _ in offloading], environment.here())
    forecaster = Forecaster(past, apart=planned.machine.devices == "cuda")
    return [
        Need(trial, zero, Path(zero.nvme_path or layout.root), forecaster.offloaded(trial))
        for trial, zero in offloading
    ]


def unfitness(planned: Planned, need: Need) -> Iterator[Problem]:
    """Yield why a results folder cannot be offloaded to; of a folder with a name of its own the plan has said it."""
    if need.zero.nvme_path is None and (lack := next(filter(None, nvme.of_folder(need.folder)), None)):
        yield Problem(f"'nvme' cannot be offloaded to here: {lack.what}", place_of_folder(planned, need), lack.mend)


def shortages(planned: Planned, found: Sequence[Need], jobs: int) -> Iterator[Problem]:
    """Yield the file systems that have less room than those trials need together that need most of it."""
    systems: dict[int, list[Need]] = defaultdict(list)
    for need in found:
        if need.size is not None:
            systems[nvme.nearest_existing(need.folder).stat().st_dev].append(need)
    for same in systems.values():
        most = sorted(same, key=lambda need: need.size or 0.0, reverse=True)[:jobs]
        first, needed = most[0], sum(need.size or 0.0 for need in most)
        beside = f", {len(most)} trials side by side" if len(most) > 1 else ""
        if lacking := nvme.shortage(first.folder, needed, beside):
            yield Problem(
                f"{folder_in_file(first)} needs {lacking}",
                place_of_folder(planned, first),
                suggest_fewer_jobs(len(most)),
            )


def folder_in_file(need: Need) -> str:
    """Return what the file says of the folder, for a message."""
    return repr(need.zero.nvme_path or "nvme")


def suggest_fewer_jobs(trials: int) -> str:
    """Return what can be done where so many trials at once are too many."""
    fewer = f", or run fewer than {plural(trials, 'trial')} at once: --jobs {trials - 1}" if trials > 1 else ""
    return f"make room there, or set zero.nvme_path to a folder of another disk{fewer}"


def place_of_folder(planned: Planned, need: Need) -> str:
    """Return the place of the setting that sends states to the folder."""
    homes = (name for name in ("offload_param", "offload_optimizer") if getattr(need.zero, name) == "nvme")
    setting = "nvme_path" if need.zero.nvme_path is not None else next(homes)
    return place_of_setting(planned.experiment, need.trial.variant, f"zero.{setting}")
