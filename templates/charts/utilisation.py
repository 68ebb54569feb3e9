"""How busy the machine was while trials ran: a panel for each instrument, a line for each trial."""

from __future__ import annotations

from typing import Any

import altair as alt

from xp.templates.answers import Rows
from xp.templates.charts import look
from xp.templates.charts.names import shown
from xp.templates.sheet import label

HEIGHT = 100


def draw(rows: Rows, **_: Any) -> alt.TopLevelMixin:
    """Return the chart."""
    labels = rows.distinct("label")
    apart = len(labels) <= len(look.SERIES)
    kinds = rows.distinct("name")
    panels = [panel(rows.where(name=name), labels, apart=apart, last=name == kinds[-1]) for name in kinds]
    how = "Time since each attempt began."
    many = "" if apart else f"{len(labels)} trials, too many to be told apart."
    chart = alt.vconcat(*panels, spacing=12).resolve_scale(x="shared", color="shared", strokeDash="shared")
    return chart.properties(title=look.titled("How busy was the machine?", how, many))


def panel(rows: Rows, labels: list[str], *, apart: bool, last: bool) -> alt.LayerChart:
    """Return the readings of one instrument, in the order of time."""
    time = look.scale("s", [0, *(row["seconds"] for row in rows)], zero=True)
    scale = look.scale(rows[0]["unit"] or "-", [row["value"] for row in rows])
    points = [
        {"label": shown(row, "label"), "time": time.of(row["seconds"]), "value": scale.of(row["value"])} for row in rows
    ]
    across = alt.X(
        "time:Q", title=time.title("time") if last else None, axis=alt.Axis(tickCount=6, grid=False, labels=last)
    )
    name = label(rows[0]["name"])
    upwards = alt.Y("value:Q", title=scale.title(name), scale=scale.drawn(), axis=alt.Axis(tickCount=3))
    base = alt.Chart(look.inline(points)).encode(across, upwards)
    if apart:
        legend = alt.Legend(title=None, orient="bottom", columns=2, symbolType="stroke", symbolSize=600)
        colors, dashes = list(look.SERIES[: len(labels)]), list(look.DASHES[: len(labels)])
        base = base.encode(
            color=alt.Color("label:N", scale=alt.Scale(domain=labels, range=colors), legend=legend),
            strokeDash=alt.StrokeDash("label:N", scale=alt.Scale(domain=labels, range=dashes), legend=legend),
        )
        lines = base.mark_line(strokeWidth=1.6)
    else:
        lines = base.encode(detail="label:N").mark_line(strokeWidth=1, opacity=0.35, color=look.BLUE)
    single = base.mark_point(filled=True, size=40) if len(points) == len(labels) else None
    return alt.layer(lines, *([single] if single else [])).properties(width=look.WIDTH, height=HEIGHT)
