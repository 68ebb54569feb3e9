"""What a trial may take of the machine. It changes how fast a trial is, and no result: no part of its id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import PositiveInt

from xp.dsl.quantity import plural
from xp.dsl.spelling import Key
from xp.dsl.table import Table


class MissingPart(NamedTuple):
    """Something that a machine would need for a method."""

    what: str
    mend: str
    """How to get it."""


@dataclass(frozen=True)
class Machine:
    """What is known of the machine that the trials will run on."""

    devices: Literal["cpu", "cuda"]
    """What computes."""

    count: int
    """How many GPUs, or cores, there are."""

    cores: int | None = None
    """How many cores there are beside the GPUs; unset, nobody has looked."""

    lacks: Callable[[str | None], MissingPart | None] | None = None
    """Is asked what offloading to a folder lacks here; unset, nobody has looked."""


class Resources(Table):
    """``[resources]``: what each trial takes of the machine."""

    world_size: PositiveInt | None = None
    """Ranks of a trial where no method and no axis says otherwise: ``world_size`` of ``[defaults]`` by another name."""

    gpus_per_trial: PositiveInt | None = None
    """GPUs that a trial has to itself; unset, all, or an equal share with ``--jobs``. Ids do not depend on it."""

    cores_per_trial: PositiveInt | None = None
    """Cores that a trial is kept on; unset, all, or an equal share with ``--jobs``. Ids do not depend on it."""

    @property
    def bounded(self) -> bool:
        """Whether a trial is kept on a part of the machine."""
        return self.gpus_per_trial is not None or self.cores_per_trial is not None


NOTHING = Resources()


def too_much(resources: Resources, jobs: int, machine: Machine) -> Iterator[tuple[Key, str, str]]:
    """Yield what the machine has not: key, message, hint."""
    gpus = machine.count if machine.devices == "cuda" else 0
    cores = machine.cores if machine.devices == "cuda" else machine.count
    wanted = (("gpus_per_trial", "GPU", gpus), ("cores_per_trial", "core", cores))
    for name, kind, have in wanted:
        each = getattr(resources, name)
        if each is None or have is None:
            continue
        if each > have:
            yield ("resources", name), f"a trial takes {plural(each, kind)}, this machine has {have or 'none'}", ""
        elif each * jobs > have:
            message = f"{jobs} trials at once take {plural(each * jobs, kind)}, this machine has {have}"
            yield ("limits", "max_concurrent"), message, f"at most {have // each} fit"
