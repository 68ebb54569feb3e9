"""The claims of an experiment as its plan declares them, each with a hash that later changes would give away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from xp.dsl.experiment import Experiment
from xp.dsl.measures import CORRECTION
from xp.dsl.spec import Method
from xp.dsl.trial import canonical


def declared(experiment: Experiment) -> Iterator[Mapping[str, Any]]:
    """Yield every claim of a method that is tried."""
    for name in experiment.method_names:
        for measure, said in experiment.method(name).claims.items():
            known = experiment.measure(measure)
            claim = {
                "method": name,
                "measure": measure,
                "expectation": said.expectation,
                "situational": said.situational,
                "baseline": experiment.baseline_of(name),
                "scale": said.scale or known.scale,
                "margin": experiment.claims.margin_of(known, said),
            }
            yield {**claim, "hash": claim_hash(experiment, claim)}


def claim_hash(experiment: Experiment, claim: Mapping[str, Any]) -> str:
    """Return a hash of what a claim says, of how it is tested, and of the two methods that it is about."""
    methods = {name: experiment.method(name) for name in (claim["method"], claim["baseline"])}
    settings = {name: dict(method.settings) for name, method in methods.items()}
    content = {**claim, "settings": settings, "confidence": experiment.claims.confidence}
    # what a file does not use is no part of it, so that hashes stay when the language grows
    content |= {key: said for key, said in rest_of_claim(experiment, claim["measure"], methods).items() if said}
    return sha256(canonical(content).encode()).hexdigest()[:16]


def rest_of_claim(experiment: Experiment, measure: str, methods: Mapping[str, Method]) -> dict[str, Any]:
    """Return what a claim rests on and only some files have."""
    own, correction = experiment.measures.get(measure), experiment.claims.correction
    return {
        "definition": own and own.model_dump(mode="json", exclude={"meaning"}),
        "correction": correction if correction != CORRECTION else None,
        "search": {
            name: method.search.model_dump(mode="json", exclude_defaults=True)
            for name, method in methods.items()
            if method.search
        },
        "deepspeed": {
            name: base.file.tree
            for name, method in methods.items()
            if method.deepspeed and (base := experiment.base_of(name))
        },
    }
