"""Trials side by side: each lane has cores, or GPUs, that no other one uses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from xp.dsl.errors import Problem, XpError
from xp.dsl.quantity import plural
from xp.dsl.resources import NOTHING, Resources
from xp.engine.machine.environment.devices import VISIBLE, names_of_visible


class LaneError(XpError):
    """The machine has no room for so many trials at once."""


@dataclass(frozen=True)
class Lane:
    """What the trials of one lane run on."""

    cores: tuple[int, ...]
    gpus: tuple[int, ...] = ()
    """Places among the GPUs that this process may see; empty where it sees none."""

    alone: bool = False
    """Whether it is the only one: its trials have no neighbours."""

    @property
    def ranks(self) -> int:
        """Return how many ranks have a GPU, or a core, to themselves."""
        return len(self.gpus or self.cores)

    @property
    def variables(self) -> dict[str, str]:
        """Return what the processes of the lane have to know: which GPUs are theirs."""
        return {VISIBLE: ",".join(names_of_visible(self.gpus))} if self.gpus else {}

    def enter(self) -> None:
        """Keep this thread, and every process that it starts from now on, on the cores of the lane."""
        os.sched_setaffinity(0, self.cores)


def lanes(jobs: int, ranks: int, cores: Sequence[int], gpus: int, resources: Resources = NOTHING) -> list[Lane]:
    """Return *jobs* lanes, each with room for *ranks* processes; raise where there is none.

    Shares are equal, or as large as the experiment says.

    >>> [lane.cores for lane in lanes(2, 1, [0, 1, 4, 5], gpus=0)]
    [(0, 1), (4, 5)]
    """
    have, kind = (gpus, "GPU") if gpus else (len(cores), "core")
    most = min(have // ranks, len(cores))
    if jobs * ranks > have:
        raise too_many(f"{jobs} trials of {ranks} ranks at once take {jobs * ranks} {kind}s; there are {have}", most)
    if jobs > len(cores):
        raise too_many(f"{jobs} trials at once take a core each; there are {len(cores)}", most)
    share, graphics = resources.cores_per_trial or len(cores) // jobs, resources.gpus_per_trial or gpus // jobs
    for each, there, what in ((share, len(cores), "core"), (graphics, gpus, "GPU")):
        if jobs * each > there:
            problem = f"{jobs} trials at once with {plural(each, what)} each take {jobs * each}; there are {there}"
            raise too_many(problem, there // each)
    return [
        Lane(
            tuple(cores[place * share : (place + 1) * share]),
            tuple(range(place * graphics, (place + 1) * graphics)),
            alone=jobs == 1,
        )
        for place in range(jobs)
    ]


def too_many(problem: str, most: int) -> LaneError:
    """Return the error of more trials at once than *most*."""
    return LaneError(Problem(problem, "--jobs", f"--jobs {most}" if most > 1 else "run one after another"))
