"""Warnings about a valid plan: settings that probably do not do what was meant. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from xp.dsl.experiment import Experiment
from xp.dsl.origin import deciding_key, place_of_setting
from xp.dsl.quantity import plural
from xp.dsl.resources import Machine
from xp.dsl.settings import Settings
from xp.dsl.trial import OVERRULED, Trial
from xp.dsl.tuning import METRICS, validation_metric

PREFIXED = frozenset({"t5-small", "t5-base", "t5-large", "t5-3b", "t5-11b"})
"""Checkpoints that were trained to summarize behind ``summarize: ``, and to do other things behind other words."""

ANEW = (
    "a trial that is stopped begins anew, whatever checkpoint_every says: "
    "DeepSpeed does not bring parameters back into a folder from a checkpoint"
)


def doubts(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[str]:
    """Yield one line for each place that sets what is odd in some trial, in the order of the trials."""
    yield from dict.fromkeys(line for trial in trials for line in odd(experiment, trial))
    yield from unvalidated(experiment)
    yield from resized(experiment)


def odd(experiment: Experiment, trial: Trial) -> Iterator[str]:
    """Yield one line for each place that sets what is odd in a trial, in its DeepSpeed file as well."""
    for name, message in (
        *too_late(trial.settings),
        *unprefixed(trial),
        *overruled(experiment, trial),
        *begun_anew(trial.settings),
    ):
        yield f"{place_of_setting(experiment, trial.variant, name)}: {message}"
    if base := experiment.base_of(trial.method):
        yield from base.idle()


def crowded(experiment: Experiment, trials: Sequence[Trial], machine: Machine) -> Iterator[str]:
    """Yield one line for each place that asks for more ranks than there are cores: they take turns."""
    if machine.devices == "cuda":
        return  # refused where there are fewer GPUs
    yield from dict.fromkeys(
        f"{place_of_setting(experiment, trial.variant, 'world_size')}: "
        f"{plural(ranks, 'rank')} on {plural(machine.count, 'core')}: they take turns, and times say little"
        for trial in trials
        if (ranks := trial.settings.world_size) > machine.count
    )


def unprefixed(trial: Trial) -> Iterator[tuple[str, str]]:
    """Yield the prefix that a model was trained with and does not get."""
    name = (trial.model.checkpoint or "").rpartition("/")[2]
    if name in PREFIXED and not trial.settings.source_prefix:
        yield (
            "source_prefix",
            f"{name} was trained to summarize behind 'summarize: ', and nothing is put before a source",
        )


def overruled(experiment: Experiment, trial: Trial) -> Iterator[tuple[str, str]]:
    """Yield what a method or the matrix sets and another setting overrules; defaults are there to be overruled."""
    for name, ruler in OVERRULED.items():
        value = getattr(trial.settings, ruler)
        if value is not None and deciding_key(experiment, trial.variant, name)[0] != "defaults":
            yield name, f"it does nothing beside {ruler} = {value}"


def too_late(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the settings that the end of the training overtakes, as far as its length is known."""
    steps, stopping, seen = settings.max_steps, settings.early_stopping, evaluations(settings)
    if steps is not None and settings.warmup_steps > steps:
        message = (
            f"a warm-up of {settings.warmup_steps:g} steps does not end in {steps}: learning_rate is never reached"
        )
        yield "warmup_steps", message
    if settings.eval_steps is not None and seen == 0:
        yield "eval_steps", f"no evaluation comes before the last of {steps} steps"
    if stopping is not None and seen is not None and seen <= stopping.patience:
        message = f"it cannot end the training: that takes {stopping.patience + 1} evaluations before the last step"
        yield "early_stopping.patience", f"{message}, and there are {seen or 'none'}"


def evaluations(settings: Settings) -> int | None:
    """Return how many evaluations come before the last step, None where nobody knows yet.

    >>> evaluations(Settings(epochs=3.0)), evaluations(Settings(max_steps=10, eval_strategy="steps", eval_steps=5))
    (2, 1)
    """
    if settings.eval_strategy == "no":
        return 0
    if settings.eval_steps is not None:
        return None if settings.max_steps is None else (settings.max_steps - 1) // settings.eval_steps
    return ceil(settings.epochs) - 1 if settings.max_steps is None else None


def unvalidated(experiment: Experiment) -> Iterator[str]:
    """Yield the searches that cannot look at what the experiment is best at."""
    goal = experiment.objective
    own = experiment.measures.get(goal.metric) if goal else None
    if goal is None or validation_metric(own.metric if own else goal.metric):
        return
    for name in experiment.method_names:
        search = experiment.method(name).search
        if search is not None and search.space and search.metric is None:
            where = experiment.where("methods", name, "search")
            yield f"{where}: it looks at {METRICS[0]}: the validation split has no {goal.metric} of [objective]"


def resized(experiment: Experiment) -> Iterator[str]:
    """Yield the sizes of vocabularies that a model does not get: one that is made here follows its tokenizer."""
    for name in experiment.tried("model"):
        model = experiment.model(name)
        if model.architecture is not None and "vocab_size" in model.config:
            where = experiment.where("models", name, "config", "vocab_size")
            yield f"{where}: it does nothing: the vocabulary is that of the tokenizer"


def begun_anew(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the setting for which no checkpoint has all of what a training goes on with."""
    if settings.zero is not None and settings.zero.begins_anew:
        yield "zero.offload_param", ANEW
