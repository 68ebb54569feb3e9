"""Which trials begin anew when they are stopped, as no checkpoint has all of what they go on with. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xp.dsl.experiment import Experiment
from xp.dsl.origin import place
from xp.dsl.trial import Trial

MESSAGE = (
    "a trial that is stopped begins anew, whatever checkpoint_every says: "
    "DeepSpeed does not bring parameters back into a folder from a checkpoint"
)


def begun_anew(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[str]:
    """Yield one line for each place that sends parameters of some trial to a folder, in the order of the trials."""
    yield from dict.fromkeys(
        f"{place(experiment, trial.variant, 'zero.offload_param')}: {MESSAGE}"
        for trial in trials
        if trial.settings.zero is not None and trial.settings.zero.begins_anew
    )
