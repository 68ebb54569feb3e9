"""Trials side by side: each lane has cores, or GPUs, that no other one uses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from xp.dsl.errors import Problem, XpError


class LaneError(XpError):
    """The machine has no room for so many trials at once."""


@dataclass(frozen=True)
class Lane:
    """What the trials of one lane run on."""

    cores: tuple[int, ...]
    gpus: tuple[int, ...] = ()
    """Empty on a machine without GPUs."""

    @property
    def ranks(self) -> int:
        """Return how many ranks have a GPU, or a core, to themselves."""
        return len(self.gpus or self.cores)

    @property
    def variables(self) -> dict[str, str]:
        """Return what the processes of the lane have to know: which GPUs are theirs."""
        return {"CUDA_VISIBLE_DEVICES": ",".join(map(str, self.gpus))} if self.gpus else {}

    def enter(self) -> None:
        """Keep this thread, and every process that it starts from now on, on the cores of the lane."""
        os.sched_setaffinity(0, self.cores)


def lanes(jobs: int, ranks: int, cores: Sequence[int], gpus: int) -> list[Lane]:
    """Return *jobs* lanes of equal shares, each with room for *ranks* processes; raise where there is none.

    >>> lanes(2, 1, [0, 1, 4, 5], gpus=0)
    [Lane(cores=(0, 1), gpus=()), Lane(cores=(4, 5), gpus=())]
    """
    have, kind = (gpus, "GPU") if gpus else (len(cores), "core")
    if jobs * ranks > have or jobs > len(cores):
        problem = f"{jobs} trials of {ranks} ranks at once take {jobs * ranks} {kind}s; there are {have}"
        most = min(have // ranks, len(cores))
        raise LaneError(Problem(problem, "--jobs", f"--jobs {most}" if most > 1 else "run one after another"))
    share, graphics = len(cores) // jobs, gpus // jobs
    return [
        Lane(
            tuple(cores[place * share : (place + 1) * share]),
            tuple(range(place * graphics, (place + 1) * graphics)),
        )
        for place in range(jobs)
    ]
