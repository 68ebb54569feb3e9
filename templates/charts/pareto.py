"""Accuracy against what it takes: who is beaten by nobody."""

from __future__ import annotations

from functools import partial
from typing import Any

import altair as alt

from xp.templates.answers import Rows
from xp.templates.charts import look
from xp.templates.charts.labels import Spot, place_labels
from xp.templates.charts.names import lacking, list_in_words, names

HEIGHT = 340
FRONT, BEATEN = "on the front: no other variant beats it", "beaten: another is at least as good in both"
KINDS = {FRONT: ("circle", look.BLUE), BEATEN: ("diamond", look.MUTED)}


def draw(rows: Rows, against: str = "memory") -> alt.TopLevelMixin:
    """Return the chart, with a panel for each data set."""
    kept = rows.only(lambda row: row["front"] is not None)
    panels = [panel(kept.where(dataset=dataset), against, dataset) for dataset in kept.distinct("dataset")]
    if len(panels) == 1:
        panels[0].title = alt.Undefined
    missing = lacking(names(rows, "dataset", "model", "axes"), rows, "front")
    gone = f"Not shown, as nothing was measured: {list_in_words(missing, 12)}." if missing else ""
    side = "left" if kept[0]["better"] == "lower" else "right"
    how = f"Means over seeds; bars are ± a standard deviation. Better is up, and to the {side}."
    return alt.vconcat(*panels, spacing=28).properties(
        title=look.titled(f"Accuracy against {against}: which variants does no other beat?", how, gone)
    )


def panel(rows: Rows, against: str, title: str) -> alt.LayerChart:
    """Return the chart of one data set."""
    x, y = (axis(rows, name, rows[0]["unit"] if name == "value" else "points") for name in ("value", "accuracy"))
    points: list[dict[str, Any]] = [
        {
            "name": name,
            "kind": FRONT if row["front"] else BEATEN,
            **mean_and_ends("x", x, row["value"], row["value_spread"]),
            **mean_and_ends("y", y, row["accuracy"], row["accuracy_spread"]),
        }
        for name, row in zip(names(rows, "model", "axes"), rows, strict=True)
    ]
    front = sorted((point for point in points if point["kind"] == FRONT), key=lambda point: point["x"])
    steps: Any = "step-after" if rows[0]["better"] == "lower" else "step-before"
    across_from = partial(alt.X, scale=x.drawn(), axis=alt.Axis(tickCount=6), title=x.title(against))
    upwards_from = partial(alt.Y, scale=y.drawn(), axis=alt.Axis(tickCount=6), title=y.title("ROUGE-1"))
    across, upwards = across_from("x:Q"), upwards_from("y:Q")
    base = alt.Chart(look.inline(points)).encode(across, upwards)
    kinds = [kind for kind in KINDS if any(point["kind"] == kind for point in points)]
    labels = alt.Chart(look.inline(name_labels(points, x, y)))
    layers = [
        alt.Chart(look.inline(front))
        .mark_line(color=look.BLUE, strokeWidth=1.5, strokeDash=[4, 3], interpolate=steps)
        .encode(across, upwards),
        base.mark_rule(color=look.MUTED, opacity=0.6).encode(across_from("x_low:Q"), alt.X2("x_high:Q")),
        base.mark_rule(color=look.MUTED, opacity=0.6).encode(y=upwards_from("y_low:Q"), y2="y_high:Q"),
        base.mark_point(filled=True, size=75, opacity=1).encode(
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[KINDS[kind][1] for kind in kinds])),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[KINDS[kind][0] for kind in kinds]),
                legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
            ),
        ),
        labels.transform_filter("isValid(datum.x_point)")
        .mark_rule(color=look.MUTED, strokeWidth=0.8)
        .encode(across, upwards, x2="x_point:Q", y2="y_point:Q"),
        look.readable_text(labels.encode(across, upwards, text="name:N")),
    ]
    return alt.layer(*layers).properties(width=look.WIDTH, height=HEIGHT, title=title)


def axis(rows: Rows, name: str, unit: str) -> look.Scale:
    """Return an axis that holds the means of a column with their spreads."""
    spreads = ((row[name], row[f"{name}_spread"] or 0) for row in rows)
    return look.scale(unit, [end for mean, spread in spreads for end in (mean - spread, mean + spread)])


def mean_and_ends(name: str, scale: look.Scale, mean: float, spread: float | None) -> dict[str, float | None]:
    """Return a mean, and the ends of its bar."""
    around = spread or 0
    return {
        name: scale.of(mean),
        f"{name}_low": scale.of(mean - around),
        f"{name}_high": scale.of(mean + around),
    }


def name_labels(points: list[dict[str, Any]], x: look.Scale, y: look.Scale) -> list[dict[str, Any]]:
    """Return the names that have room, where they stand and where their lines begin; those of the front come first."""
    spots = [Spot(x.share(point["x"]) * look.WIDTH, y.share(point["y"]) * HEIGHT, point["name"]) for point in points]
    return [
        {
            "name": label.spot.name,
            "x": x.at(label.x / look.WIDTH),
            "y": y.at(label.y / HEIGHT),
            "x_point": x.at(label.spot.x / look.WIDTH) if label.far else None,
            "y_point": y.at(label.spot.y / HEIGHT) if label.far else None,
        }
        for label in place_labels(spots, look.WIDTH, HEIGHT)
    ]
