"""How busy the machine was while trials ran: a panel for each instrument, a line for each trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from xp.templates.answers import Rows
from xp.templates.charts import look
from xp.templates.charts.names import list_in_words, value_in_chart
from xp.templates.sheet import label

HEIGHT = 100
MOST = 48
"""Most trials that are drawn."""

GROUPED = {"label": "", "method": "A line is a trial; those of one method look the same.", "": "A line is a trial."}
"""What has to be said where lines are told apart by that."""


@dataclass(frozen=True)
class Lines:
    """How lines are told apart."""

    by: str
    """``label``, one for each trial, or ``method``; empty where there are too many of both."""

    names: list[str]


def draw(rows: Rows, **_: Any) -> alt.TopLevelMixin:
    """Return the chart; an instrument that shows nothing but zero has no panel."""
    labels = rows.distinct("label")
    rows = rows.where(label=labels[:MOST])
    busy = [name for name in rows.distinct("name") if any(row["value"] for row in rows.where(name=name))]
    idle = [label(name) for name in rows.distinct("name") if name not in busy]
    lines = told_apart(rows)
    time = look.scale("s", [row["seconds"] for row in rows], zero=True)
    kinds = busy or rows.distinct("name")
    panels = [panel(rows.where(name=name), lines, time, last=name == kinds[-1]) for name in kinds]
    notes = (
        f"The machine as a whole, from the beginning of each attempt. {GROUPED[lines.by]}",
        f"Always zero: {list_in_words(idle, 12)}." if idle and busy else "",
        f"The first {MOST} of {len(labels)} trials." if len(labels) > MOST else "",
    )
    chart = alt.vconcat(*panels, spacing=12).resolve_scale(x="shared", color="shared", strokeDash="shared")
    return chart.properties(title=look.titled("How busy was the machine?", *notes))


def told_apart(rows: Rows) -> Lines:
    """Return what tells lines apart: there are only so many colours."""
    kinds = (Lines(by, list(dict.fromkeys(value_in_chart(row, by) for row in rows))) for by in ("label", "method"))
    return next((kind for kind in kinds if len(kind.names) <= len(look.SERIES)), Lines("", []))


def panel(rows: Rows, lines: Lines, time: look.Scale, *, last: bool) -> alt.LayerChart:
    """Return the readings of one instrument, in the order of time."""
    unit = rows[0]["unit"] or "-"
    scale = look.scale(unit, [0, *(row["value"] for row in rows), *([100] if unit == "%" else [])], zero=True)
    points = [
        {"trial": value_in_chart(row, "label"), "line": value_in_chart(row, lines.by) if lines.by else ""}
        | {"time": time.of(row["seconds"]), "value": scale.of(row["value"])}
        for row in rows
    ]
    across = alt.X(
        "time:Q",
        title=time.title("time") if last else None,
        scale=time.drawn(),
        axis=alt.Axis(tickCount=6, grid=False, labels=last),
    )
    title = scale.title(label(rows[0]["name"]))
    upwards = alt.Y("value:Q", title=title, scale=scale.drawn(), axis=alt.Axis(tickCount=3))
    base = alt.Chart(look.inline(points)).encode(across, upwards, detail="trial:N")
    if lines.by:
        legend = alt.Legend(title=None, orient="bottom", columns=2, symbolType="stroke", symbolSize=600)
        colors, dashes = list(look.SERIES[: len(lines.names)]), list(look.DASHES[: len(lines.names)])
        drawn = base.mark_line(strokeWidth=1.6).encode(
            color=alt.Color("line:N", scale=alt.Scale(domain=lines.names, range=colors), legend=legend),
            strokeDash=alt.StrokeDash("line:N", scale=alt.Scale(domain=lines.names, range=dashes), legend=legend),
        )
    else:
        drawn = base.mark_line(strokeWidth=1, opacity=0.35, color=look.BLUE)
    trials = {point["trial"] for point in points}
    single = [base.mark_point(filled=True, size=40)] if len(points) == len(trials) else []
    return alt.layer(drawn, *single).properties(width=look.WIDTH, height=HEIGHT)
