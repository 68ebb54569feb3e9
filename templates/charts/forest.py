"""Effects with their intervals: a panel for each measure, a row for each method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt

from xp.dsl.quantity import finite, number
from xp.dsl.units import RATIO
from xp.templates.answers import Row, Rows
from xp.templates.charts import look

COLUMNS = 3
LABELS = 120
"""Room for the names of methods beside the first panel."""

UNCLAIMED = "not claimed"
STYLES = {
    "supported": ("circle", look.BLUE),
    "refuted": ("square", look.VERMILLION),
    "mixed": ("diamond", look.PURPLE),
    "inconclusive": ("triangle-up", look.ORANGE),
    UNCLAIMED: ("cross", look.INK),
}
"""Shape and colour of each verdict."""

ENOUGH = 3
TICKS = (
    tuple(10.0**power for power in range(-6, 7)),
    (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0),
    (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6),
    (0.9, 0.95, 1.0, 1.05, 1.1),
)
"""Labels of the axis of a ratio, the coarsest first."""

REACH = 1.5
"""How far beyond the effects an axis goes, in their own spans: wider intervals end in an arrow."""


@dataclass(frozen=True)
class Field:
    """The axis of one measure: effects on it, and what counts as none."""

    none: float
    """No effect: 1 for a ratio, 0 for a difference."""

    band: tuple[float, float]
    ends: tuple[float, float]

    def within(self, value: float) -> float:
        """Return *value*, or the end of the axis that it lies behind."""
        return min(max(value, self.ends[0]), self.ends[1])


def draw(rows: Rows, **_: Any) -> alt.TopLevelMixin:
    """Return the chart."""
    methods = rows.distinct("method")
    # a claim may tell its effect on another scale than the measure does
    told = list(dict.fromkeys((row["measure"], row["unit"]) for row in rows))
    columns = min(COLUMNS, len(told))
    verdicts = [name for name in STYLES if any(verdict(row) == name for row in rows)]
    width = (look.WIDTH - LABELS) / columns - 20 * (columns > 1)
    panels = [
        panel(rows.where(measure=measure, unit=unit), methods, verdicts, width, first=place % columns == 0)
        for place, (measure, unit) in enumerate(told)
    ]
    confidence = next((f"{row['confidence']:g} %" for row in rows if finite(row["confidence"])), "")
    how = (
        f"Each method beside its baseline, pair by pair, with its {confidence} interval. Grey: effects within the "
        "margin, which count as none; an arrow: the interval goes on."
    )
    chart = alt.concat(*panels, columns=columns, spacing={"row": 24, "column": 18})
    return chart.resolve_scale(color="shared", shape="shared").properties(
        title=look.titled("Effect of each method on each measure, and how sure it is", how)
    )


def verdict(row: Row) -> str:
    """Return what the evidence says of a claim."""
    return row["verdict"] if row["verdict"] in STYLES else UNCLAIMED


def panel(rows: Rows, methods: list[str], verdicts: list[str], width: float, *, first: bool) -> alt.LayerChart:
    """Return the chart of one measure; the first of a line has the names of the methods."""
    unit, field = rows[0]["unit"], field_of(rows)
    axis = alt.Axis(format="~f", title=None, tickCount=4, **ticks(field) if unit == RATIO else {})
    scale = alt.Scale(type="log" if unit == RATIO else "linear", domain=list(field.ends), nice=False, zero=False)
    up = alt.Y("method:N", sort=methods, scale=alt.Scale(domain=methods), title=None)
    up = up.axis(grid=True, domain=False, ticks=False, labels=first)
    base = alt.Chart(look.inline([mark(row, field) for row in rows]))
    band = alt.Chart(look.inline([{"from": field.band[0], "to": field.band[1]}]))
    none = alt.Chart(look.inline([{"none": field.none}]))
    shapes, colors = ([STYLES[name][place] for name in verdicts] for place in (0, 1))
    legend = alt.Legend(title=None, orient="bottom", direction="horizontal") if verdicts != [UNCLAIMED] else None
    reached = base.transform_filter("isValid(datum.effect)").encode(y=up)
    layers = [
        band.mark_rect(color=look.LINE, opacity=0.7).encode(alt.X("from:Q", scale=scale, axis=axis), alt.X2("to:Q")),
        none.mark_rule(color=look.MUTED).encode(alt.X("none:Q", scale=scale, axis=axis)),
        reached.mark_rule(strokeWidth=1.6).encode(
            alt.X("low:Q", scale=scale, axis=axis),
            alt.X2("high:Q"),
            color=alt.Color("verdict:N", scale=alt.Scale(domain=verdicts, range=colors), legend=legend),
        ),
        *arrows(base, up, scale),
        reached.mark_point(filled=True, size=60, opacity=1).encode(
            x=alt.X("effect:Q", scale=scale, axis=axis),
            color=alt.Color("verdict:N", scale=alt.Scale(domain=verdicts, range=colors), legend=legend),
            shape=alt.Shape("verdict:N", scale=alt.Scale(domain=verdicts, range=shapes), legend=legend),
        ),
        look.readable_text(
            base.transform_filter("!isValid(datum.effect)").encode(x=alt.value(3), y=up, text="note:N"),
            align="left",
            fontStyle="italic",
            fontSize=10,
            limit=width - 3,
        ),
    ]
    return alt.layer(*layers).properties(width=width, height=look.height(len(methods)), title=heading(rows[0]))


def heading(row: Row) -> alt.TitleParams:
    """Return the title of a panel: its measure, what its numbers are, and where the better ones lie."""
    numbers = "× baseline" if row["unit"] == RATIO else f"Δ {row['unit'].removeprefix('Δ')}"
    better = "← better" if row["better"] == "lower" else "better →"
    return alt.TitleParams(row["measure"], subtitle=f"{numbers} · {better}", fontSize=12, offset=5)


def ticks(field: Field) -> dict[str, list[float]]:
    """Return where the axis of a ratio is labelled: the roundest numbers of which it holds three."""
    low, high = field.ends
    inside = ([tick for tick in fine if low <= tick <= high] for fine in TICKS)
    return next(({"values": found} for found in inside if len(found) >= ENOUGH), {})


def field_of(rows: Rows) -> Field:
    """Return the axis of the rows of one measure."""
    ratio = rows[0]["unit"] == RATIO
    margin = max(row["margin"] for row in rows)
    band = (1 / (1 + margin), 1 + margin) if ratio else (-margin, margin)
    effects = [row["effect"] for row in rows if finite(row["effect"])]
    ends = [row[end] for row in rows for end in ("effect_low", "effect_high") if is_bounded(row[end])]
    into, back = (logarithm, math.exp) if ratio else (float, float)
    core = sorted(into(value) for value in [*effects, *band])
    reach = REACH * (core[-1] - core[0])
    wide = sorted([*core, *(into(value) for value in ends)])
    low, high = max(wide[0], core[0] - reach), min(wide[-1], core[-1] + reach)
    room = 0.06 * (high - low)
    return Field(1.0 if ratio else 0.0, band, (back(low - room), back(high + room)))


def is_bounded(end: object) -> bool:
    """Tell whether an interval has this end: one that reaches to nothing, or for ever, has it behind every axis."""
    return number(end) and not math.isnan(end)


def logarithm(value: float) -> float:
    """Return the logarithm of a ratio, which may be so near to nothing that it is written as 0."""
    return math.log(value) if value else -math.inf


def mark(row: Row, field: Field) -> dict[str, Any]:
    """Return what is drawn for one method; an interval that is longer than the axis ends at it."""
    effect: Any = row["effect"] if finite(row["effect"]) else None
    ends: list[Any] = [row[end] if is_bounded(row[end]) else effect for end in ("effect_low", "effect_high")]
    low, high = ends
    return {
        "method": row["method"],
        "verdict": verdict(row),
        "effect": effect,
        "low": None if effect is None else field.within(low),
        "high": None if effect is None else field.within(high),
        "lower": field.ends[0] if effect is not None and low < field.ends[0] else None,
        "higher": field.ends[1] if effect is not None and high > field.ends[1] else None,
        "none": field.none,
        "note": row["note"] or "not measured",
    }


def arrows(base: alt.Chart, up: alt.Y, scale: alt.Scale) -> list[alt.Chart]:
    """Return the heads of intervals that are longer than the axis."""
    return [
        base.transform_filter(f"isValid(datum.{end})")
        .mark_point(shape=shape, filled=True, size=45, color=look.MUTED, opacity=1)
        .encode(x=alt.X(f"{end}:Q", scale=scale), y=up)
        for end, shape in (("lower", "triangle-left"), ("higher", "triangle-right"))
    ]
