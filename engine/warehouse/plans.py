"""From the plan of an experiment to rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xp.dsl.measures import CONFIDENCE, CORRECTION, MEASURES
from xp.engine.warehouse.values import canonical, instant, mapping, moment, text, text_and_number, whole_number

MARGINS = {str(measure.name): (measure.scale, measure.margin) for measure in MEASURES}
"""Measure to scale and margin."""

OWN = ("metric", "unit", "better", "over_ranks", "meaning", "scale", "margin", "over_sessions")
"""What a plan says of a measure that its experiment makes."""


@dataclass(frozen=True)
class Plan:
    """What an experiment's last plan says: rows of the tables that it replaces."""

    time: float
    tables: Mapping[str, list[tuple[Any, ...]]]


def plan(event: dict[str, Any]) -> tuple[str, Plan]:
    """Return the name of an experiment and what its plan says."""
    name = text(event["name"])
    header = [text(event[key]) for key in ("description", "file", "sha256", "text", "baseline")]
    # plans that were journalled before claims had rules of their own follow the usual ones
    header += [event.get("confidence", CONFIDENCE), event.get("correction", CORRECTION)]
    tables: dict[str, list[tuple[Any, ...]]] = {
        "experiment": [(name, *header, moment(event))],
        "method": [
            (name, text(item["name"]), place, text(item["description"])) for place, item in enumerate(event["methods"])
        ],
        "claim": [(name, *claim(item)) for item in event["claims"]],
        "experiment_trial": [(name, place, *planned_trial(item)) for place, item in enumerate(event["trials"])],
        "excluded": [
            (name, place, canonical(mapping(item["variant"])), text(item["rule"]))
            for place, item in enumerate(event["excluded"])
        ],
        # plans that were journalled before there were measures of an experiment's own, prices and objectives have none
        "own_measure": [
            (name, text(item["name"]), place, *(item[key] for key in OWN))
            for place, item in enumerate(event.get("measures", []))
        ],
        "price": [
            (name, place, text(item["tariff"]), *(rate(item[key]) for key in ("machine_hour", "gpu_hour")))
            for place, item in enumerate(event.get("prices", []))
        ],
        "objective": [
            (name, text(item["metric"]), text(item["goal"])) for item in filter(None, [event.get("objective")])
        ],
    }
    return name, Plan(instant(event), tables)


def claim(item: dict[str, Any]) -> tuple[Any, ...]:
    """Return a claim as a row, without the experiment; one of before there were margins has the measure's own."""
    method, measure, expectation = (text(item[key]) for key in ("method", "measure", "expectation"))
    baseline = text(item["baseline"])
    known = MARGINS.get(measure, ("ratio", 0.05))
    scale, margin = item.get("scale", known[0]), float(item.get("margin", known[1]))
    said = item.get("hash") or canonical([method, measure, expectation, bool(item["situational"]), baseline])
    return method, measure, expectation, bool(item["situational"]), baseline, text(scale), margin, text(said)


def rate(value: Any) -> float | None:
    """Return what an hour costs, None where that is not declared."""
    return None if value is None else float(value)


def planned_trial(item: dict[str, Any]) -> tuple[Any, ...]:
    """Return a trial of a plan as a row, without the experiment and its place."""
    variant = mapping(item["variant"])
    axes = {axis: value for axis, value in variant.items() if axis not in ("method", "model", "dataset")}
    return (
        text(item["trial"]),
        whole_number(item["order"]),
        *(text(item[key]) for key in ("method", "baseline", "label")),
        *(text_and_number(variant.get(key))[0] for key in ("model", "dataset")),
        ", ".join(f"{axis}={text_and_number(value)[0]}" for axis, value in axes.items()),
        canonical(variant),
        canonical(mapping(item["context"])),
        whole_number(item["seed"]),
    )
