"""The trials of a plan, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

from xp.dsl.context import context_of
from xp.dsl.dotted import SETTINGS, flatten
from xp.dsl.draft import Draft
from xp.dsl.experiment import Experiment
from xp.dsl.labels import as_json_values, labels
from xp.dsl.spec import seconds
from xp.dsl.trial import Trial


class Trials(Sequence[Trial]):
    """The finished trials of an experiment, in the order of its matrix."""

    def __init__(self, experiment: Experiment, drafts: Sequence[Draft]) -> None:
        self.experiment = experiment
        self.drafts = drafts
        self.made: dict[int, Trial] = {}
        self.shared: dict[int, tuple[dict[str, Any], dict[str, Any], str]] = {}

    def __len__(self) -> int:
        return len(self.drafts)

    @overload
    def __getitem__(self, place: int) -> Trial: ...
    @overload
    def __getitem__(self, place: slice) -> list[Trial]: ...
    def __getitem__(self, place: int | slice) -> Trial | list[Trial]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        if place not in self.made:
            self.made[place] = self.trial(self.drafts[place], self.labels[place])
        return self.made[place]

    def __iter__(self) -> Iterator[Trial]:
        return (self[place] for place in range(len(self)))

    @cached_property
    def labels(self) -> list[str]:
        """What tells the variants of the trials apart."""
        return labels([draft.variant for draft in self.drafts])

    @cached_property
    def common(self) -> dict[str, Any]:
        """What all of them are told."""
        limits = self.experiment.limits
        return {
            "experiment": self.experiment.experiment.name,
            "folder": str(self.experiment.folder),
            "carbon": self.experiment.carbon,
            "timeout_seconds": seconds(limits.trial_timeout),
            "stall_seconds": seconds(limits.stall_timeout),
            "checkpoint_seconds": seconds(limits.checkpoint_every),
            "sample_seconds": seconds(limits.sample_every),
            "swept": swept_settings(self.experiment),
        }

    def named(self, draft: Draft) -> tuple[dict[str, Any], dict[str, Any], str]:
        """Return a variant as JSON holds it, its context, and its baseline: the same for all of its seeds."""
        if id(draft.variant) not in self.shared:
            variant = as_json_values(draft.variant)
            self.shared[id(draft.variant)] = (
                variant,
                context_of(variant),
                self.experiment.baseline_of(variant["method"]),
            )
        return self.shared[id(draft.variant)]

    def trial(self, draft: Draft, label: str) -> Trial:
        """Return one finished trial."""
        subject, (variant, context, baseline) = draft.resolved.subject, self.named(draft)
        return Trial.model_construct(  # every part of it has been checked
            id=draft.id,
            method=variant["method"],
            baseline=baseline,
            label=f"{label} · seed {draft.seed}",
            variant=variant,
            context=context,
            seed=draft.seed,
            settings=subject.settings,
            deepspeed=subject.deepspeed,
            search=subject.search,
            model_name=variant["model"],
            model=subject.model,
            checkpoint=subject.checkpoint,
            tokenizer=subject.tokenizer,
            dataset_name=variant["dataset"],
            dataset=subject.dataset,
            fingerprint=subject.fingerprint,
            **self.common,
        )


def swept_settings(experiment: Experiment) -> tuple[str, ...]:
    """Return the settings that anything but the defaults sets: these are read back from the running engine."""
    named = [*experiment.grid.axes, *(key for rule in experiment.matrix.include for key in rule)]
    for name in experiment.method_names:
        method, base = experiment.method(name), experiment.base_of(name)
        named += [*flatten(method.settings), *(base.said if base and method.deepspeed else ())]
    return tuple(name for name in SETTINGS if name in named)
