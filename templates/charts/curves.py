"""A number over the training steps: a line for each variant, a band for the spread of its seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import altair as alt

from xp.templates.answers import Rows
from xp.templates.charts import look
from xp.templates.charts.names import lacking, list_in_words, names

HEIGHT = 320
SMALL_WIDTH, SMALL_HEIGHT, COLUMNS = 132, 84, 4
"""Of the panels that more variants get than colours can tell apart: one for each."""


@dataclass(frozen=True)
class Curves:
    """What is drawn: points of several variants, and the axis that they share."""

    points: list[dict[str, Any]]
    scale: look.Scale
    metric: str

    @property
    def series(self) -> list[str]:
        """Return the names of the variants, in their order."""
        return list(dict.fromkeys(point["name"] for point in self.points))

    @property
    def ended(self) -> list[dict[str, Any]]:
        """Return the last point of each variant that has steps without a value behind it."""
        lasts = (stopped(self.of(name).points) for name in self.series)
        return [last for last in lasts if last is not None]

    def of(self, name: str) -> Curves:
        """Return one variant alone."""
        return replace(self, points=[point for point in self.points if point["name"] == name])


def draw(rows: Rows, metric: str = "loss", **_: Any) -> alt.TopLevelMixin:
    """Return the chart."""
    called = names(rows, "model", "dataset", "axes")
    unit = next((row["unit"] for row in rows if row["unit"]), "-")
    scale = look.scale(unit, [end for row in rows for end in band_ends(row["value"], row["value_spread"])])
    points = [
        {
            "name": name,
            "step": row["step"],
            "value": scale.of(row["value"]),
            **dict(zip(("low", "high"), map(scale.of, band_ends(row["value"], row["value_spread"])), strict=True)),
        }
        for name, row in zip(called, rows, strict=True)
        if row["step"] is not None
    ]
    curves = Curves(points, scale, metric)
    together = len(curves.series) <= len(look.SERIES)
    missing = lacking(called, rows, "step")
    notes = (
        f"Mean over seeds; the band is ± a standard deviation.{'' if together else f' Dotted: {curves.series[0]}.'}",
        "A cross: from here on no seed has a finite number." if curves.ended else "",
        f"Without a single number: {list_in_words(missing, 12)}." if missing else "",
    )
    chart = single_panel(curves) if together else panels(curves)
    return chart.properties(title=look.titled(f"{scale.title(metric)}, over the training steps", *notes))


def band_ends(value: Any, spread: Any) -> tuple[Any, Any]:
    """Return the ends of a band; no value has none."""
    return (None, None) if value is None else (value - (spread or 0), value + (spread or 0))


def stopped(points: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the last point with a value, where one without follows."""
    there = [point for point in points if point["value"] is not None]
    return there[-1] if there and there[-1] is not points[-1] else None


def single_panel(curves: Curves) -> alt.LayerChart:
    """Return all variants in one panel."""
    series = curves.series
    colors, dashes = (list(look.SERIES[: len(series)]), list(look.DASHES[: len(series)]))
    key = alt.Legend(title=None, orient="right", symbolType="stroke", symbolSize=600, symbolOpacity=1)
    legend = key if len(series) > 1 else None
    color = alt.Color("name:N", scale=alt.Scale(domain=series, range=colors), legend=legend)
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=series, range=dashes), legend=legend)
    titles = ("optimizer step", curves.scale.title(curves.metric))
    return layers(curves, color, dash, titles).properties(width=look.WIDTH - 120, height=HEIGHT)


def panels(curves: Curves) -> alt.ConcatChart:
    """Return a panel for each variant, the first one behind each as a reference."""
    first = curves.series[0]
    reference = alt.Chart(look.inline(curves.of(first).points)).encode(
        x="step:Q", y=alt.Y("value:Q", scale=curves.scale.drawn())
    )
    behind = reference.mark_line(color=look.MUTED, strokeDash=[2, 2], strokeWidth=1)
    panels = []
    for name in curves.series:
        own = layers(curves.of(name), alt.value(look.BLUE), alt.value([1, 0]), (None, None))
        shown = own.layer if name == first else (behind, *own.layer)
        title = alt.TitleParams(name, fontSize=11, offset=4, limit=150)
        panels.append(alt.layer(*shown).properties(width=SMALL_WIDTH, height=SMALL_HEIGHT, title=title))
    spacing = {"row": 14, "column": 16}
    return alt.concat(*panels, columns=COLUMNS, spacing=spacing).resolve_scale(x="shared", y="shared")


def layers(curves: Curves, color: Any, dash: Any, titles: tuple[str | None, str | None]) -> alt.LayerChart:
    """Return the lines, their bands, and a mark where a line ends early."""
    scale, (below, beside) = curves.scale.drawn(), titles
    across = alt.X("step:Q", title=below, axis=alt.Axis(tickCount=5, grid=False))
    upwards = alt.Y("value:Q", title=beside, scale=scale, axis=alt.Axis(tickCount=5 if beside else 3))
    base = alt.Chart(look.inline(curves.points)).encode(across)
    line = base.encode(upwards, color=color, strokeDash=dash)
    marks = [
        base.mark_area(opacity=0.15).encode(y=alt.Y("low:Q", title=beside, scale=scale), y2="high:Q", color=color),
        line.mark_line(strokeWidth=1.8),
        alt.Chart(look.inline(curves.ended))
        .mark_point(shape="cross", angle=45, filled=True, size=110, opacity=1)
        .encode(across, upwards, color=color),
    ]
    if len({point["step"] for point in curves.points}) == 1:
        marks.append(line.mark_point(filled=True, size=60))
    return alt.layer(*marks)
