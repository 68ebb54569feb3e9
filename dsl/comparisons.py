"""Trials among each other: none twice, and each with another to be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xp.dsl.context import context_key
from xp.dsl.draft import Draft
from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.labels import labels


def twins(experiment: Experiment, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """Yield the axes that change nothing: they would give one trial under two names."""
    if len({draft.id for draft in drafts}) == len(drafts):
        return
    names = labels([draft.variant for draft in drafts])
    first: dict[str, int] = {}
    noted: set[str] = set()
    for place, draft in enumerate(drafts):
        twin = first.setdefault(draft.id, place)
        if twin == place:
            continue
        keys = [key for key, value in draft.variant.items() if drafts[twin].variant.get(key) != value]
        if noted.isdisjoint(keys or [names[place]]):
            noted |= set(keys or [names[place]])
            same = f"changes nothing: '{names[twin]}' and '{names[place]}' are the same trial"
            message = same if keys else f"'{names[place]}' is in the matrix twice"
            distinct = len({draft.id for draft in drafts})
            yield Problem(message, experiment.where("matrix", *keys[:1]), f"{distinct} of {len(drafts)} trials differ")


def uncompared(experiment: Experiment, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """Yield the claims that no trial can speak for: the baseline is never tried under the same conditions."""
    if not any(experiment.method(name).claims for name in experiment.method_names):
        return
    contexts = {id(draft.variant): context_key(draft.variant) for draft in each_variant(drafts)}
    tried = {(draft.variant["method"], contexts[id(draft.variant)], draft.seed) for draft in drafts}
    for name in experiment.method_names:
        own = [draft for draft in drafts if draft.variant["method"] == name]
        baseline = experiment.baseline_of(name)
        if not own or not experiment.method(name).claims or baseline == name:
            continue
        if not any((baseline, contexts[id(draft.variant)], draft.seed) in tried for draft in own):
            message = f"no trial of the baseline '{baseline}' has the axes and the seed of a trial of '{name}'"
            yield Problem(message, experiment.where("methods", name, "claims"))


def each_variant(drafts: Sequence[Draft]) -> Iterable[Draft]:
    """Return one draft of each variant: its seeds share it."""
    return {id(draft.variant): draft for draft in drafts}.values()
