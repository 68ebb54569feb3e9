"""Which claims of a plan have too few pairs of trials to ever be supported, and how many it would take. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import atan, cos, pi, sin, sqrt

from xp.dsl.experiment import Experiment
from xp.dsl.quantity import plural
from xp.dsl.trial import Trial, canonical

CLEAREST = 20.0
"""An effect is not expected to be more than this many times as large as its spread between pairs."""

LEAST = 2
"""Pairs without which there is no spread, and no test."""


def weak_claims(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[str]:
    """Yield one line per claim whose pairs are too few, in the order of the file."""
    pairs = {name: paired_trials(experiment, name, trials) for name in experiment.method_names}
    claims = [
        (method, measure, claim.situational)
        for method in experiment.method_names
        for measure, claim in experiment.method(method).claims.items()
    ]
    tests = sum(len(pairs[method]) if situational else 1 for method, _, situational in claims)
    alone = experiment.claims.correction == "none"
    for method, measure, situational in claims:
        most = max(pairs[method].values(), default=0) if situational else pairs[method].total()
        if has_power(most, alpha := (1 - experiment.claims.confidence) / (1 if alone else max(tests, 1))):
            continue
        enough = next(number for number in range(LEAST, 1000) if has_power(number, alpha))
        where = experiment.where("methods", method, "claims", measure)
        scope = " in any one context" if situational else ""
        among = f" among {tests} tests" if tests > 1 and not alone else ""
        yield f"{where}: {pairs_in_words(most)}{scope}{among} can hardly support it: {enough} or more would"


def partnerless(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[str]:
    """Yield one line per method some of whose trials have no partner of the baseline, in the order of the file."""
    for name in experiment.method_names:
        own = sum(trial.method == name for trial in trials)
        alone = own - paired_trials(experiment, name, trials).total()
        if alone and experiment.baseline_of(name) != name:
            has = "has" if alone == 1 else "have"
            partner = f"no trial of '{experiment.baseline_of(name)}' to be compared with"
            yield f"{experiment.where('methods', name)}: {plural(alone, 'trial')} of {own} {has} {partner}"


def pairs_in_words(pairs: int) -> str:
    """Return how many pairs there are, in words."""
    return f"{plural(pairs, 'pair')} of trials" if pairs else "no pairs of trials"


def paired_trials(experiment: Experiment, method: str, trials: Sequence[Trial]) -> Counter[str]:
    """Return how many trials of a method have a partner of the baseline, by context."""
    partners = {
        (canonical(trial.context), trial.seed) for trial in trials if trial.method == experiment.baseline_of(method)
    }
    own = ((canonical(trial.context), trial.seed) for trial in trials if trial.method == method)
    return Counter(context for context, seed in own if (context, seed) in partners)


def has_power(pairs: int, alpha: float) -> bool:
    """Tell whether a paired t-test of so many pairs sees the clearest effect.

    >>> has_power(2, 0.05), has_power(2, 0.01), has_power(3, 0.01)
    (True, False, True)
    """
    return pairs >= LEAST and two_sided_p(CLEAREST * sqrt(pairs), pairs - 1) <= alpha


def two_sided_p(t: float, freedom: int) -> float:
    """Return the two-sided probability of Student's t: a finite series, as its degrees of freedom are whole.

    >>> [round(two_sided_p(t, freedom), 4) for t, freedom in ((12.706, 1), (4.303, 2), (2.776, 4), (2.571, 5))]
    [0.05, 0.05, 0.05, 0.05]
    """
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    series = 0.0
    for step in range(1 + odd, freedom, 2):
        series += term
        term *= cos(angle) ** 2 * step / (step + 1)
    inside = 2 / pi * (angle + sin(angle) * series) if odd else sin(angle) * series
    return max(0.0, 1 - inside)
