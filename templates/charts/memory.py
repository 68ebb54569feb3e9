"""The memory of a rank by stage of ZeRO: what it keeps, and how much it needs at its peak."""

from __future__ import annotations

from functools import partial
from typing import Any

import altair as alt

from xp.dsl.quantity import finite
from xp.templates.answers import Row, Rows
from xp.templates.charts import look
from xp.templates.charts.names import names
from xp.templates.sheet import label

KEPT = {"parameters": look.BLUE, "gradients": look.PURPLE, "optimizer_states": look.SKY}
"""What a rank keeps, by the columns of the answer."""

LABELS = 170
NO_STAGE = "none"
Named = list[tuple[str, Row]]


def draw(rows: Rows, **_: Any) -> alt.TopLevelMixin:
    """Return the chart: exact sizes of what is kept to the left, the measured peak to the right."""
    named = zip(names(rows, "model", "dataset", "axes"), rows, strict=True)
    ordered = sorted(named, key=lambda pair: (pair[1]["stage"] != NO_STAGE, pair[1]["stage"]))
    order = [called(name, row["stage"]) for name, row in ordered]
    high, wide = look.height(len(order)), (look.WIDTH - LABELS) / 2
    how = (
        "Left, exact: what the fullest rank keeps; a black line: what it takes by the formulas of ZeRO. Right, "
        "measured: the peak of the rank that needed most, mean over seeds ± a standard deviation."
    )
    chart = alt.hconcat(
        kept_chart(ordered, order).properties(width=wide, height=high),
        peak_chart(ordered, order).properties(width=wide, height=high),
        spacing=24,
    )
    title = look.titled("Memory of a rank, by stage of ZeRO", how)
    return chart.resolve_scale(color="independent").properties(title=title)


def called(name: str, stage: str) -> str:
    """Return the name of a row: its method behind its stage."""
    return f"no ZeRO · {name}" if stage == NO_STAGE else f"stage {stage} · {name}"


def rungs(order: list[str], *, labels: bool) -> alt.Y:
    """Return the rows of a panel."""
    axis = alt.Axis(labels=labels, ticks=False, domain=False, grid=False)
    return alt.Y("name:N", title=None, sort=order, scale=alt.Scale(domain=order), axis=axis)


def kept_chart(ordered: Named, order: list[str]) -> alt.LayerChart:
    """Return what a rank keeps: bars, one part behind the other, and a line where ZeRO in theory has their end."""
    known = [part for part in KEPT if any(finite(row[part]) for _, row in ordered)]
    totals = [sum(row[part] or 0 for part in known) for _, row in ordered]
    scale = look.scale("B", [0, *totals, *(row["in_theory"] for _, row in ordered)], zero=True)
    named = list(zip(order, (row for _, row in ordered), strict=True))
    parts = [
        {"name": name, "part": label(part), "place": place, "size": scale.of(row[part])}
        for name, row in named
        for place, part in enumerate(known)
    ]
    notes = [
        {"name": name, "note": row["note"] or "not recorded"} for name, row in named if not finite(row["parameters"])
    ]
    ends = [{"name": name, "end": scale.of(row["in_theory"])} for name, row in named if finite(row["in_theory"])]
    across = partial(alt.X, scale=scale.drawn(), axis=alt.Axis(tickCount=4), title=scale.title("kept"))
    rows = rungs(order, labels=True)
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=[label(part) for part in known], range=[KEPT[part] for part in known]),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
    )
    bars = alt.Chart(look.inline(parts)).mark_bar(stroke=look.INK, strokeWidth=0.6, height={"band": 0.7})
    lines = alt.Chart(look.inline(ends)).mark_tick(color=look.INK, opacity=1, thickness=2, bandSize=look.ROW - 1)
    said = alt.Chart(look.inline(notes)).encode(x=alt.value(3), y=rows, text="note:N")
    return alt.layer(
        bars.encode(across("size:Q", stack="zero"), rows, color, order="place:Q"),
        lines.encode(across("end:Q"), rows),
        look.readable_text(said, align="left", fontStyle="italic"),
    )


def peak_chart(ordered: Named, order: list[str]) -> alt.LayerChart:
    """Return the peak that was measured: a point with its spread."""
    ends = [end for _, row in ordered for end in peak_ends(row)]
    scale = look.scale("B", [0, *ends], zero=True)
    points = [
        {"name": name, "zero": 0, "peak": scale.of(row["peak"])}
        | {"low": scale.of(peak_ends(row)[0]), "high": scale.of(peak_ends(row)[1])}
        for name, (_, row) in zip(order, ordered, strict=True)
        if row["peak"] is not None
    ]
    from_ = partial(alt.X, scale=scale.drawn(), axis=alt.Axis(tickCount=4), title=scale.title("peak"))
    base = alt.Chart(look.inline(points)).encode(rungs(order, labels=False))
    return alt.layer(
        base.mark_rule(color=look.MUTED, strokeDash=[1, 3]).encode(from_("zero:Q"), alt.X2("peak:Q")),
        base.mark_rule(color=look.INK, strokeWidth=2).encode(from_("low:Q"), alt.X2("high:Q")),
        base.mark_point(filled=True, size=60, color=look.VERMILLION, opacity=1, shape="diamond").encode(
            from_("peak:Q")
        ),
    )


def peak_ends(row: Row) -> tuple[float, float]:
    """Return the ends of the bar of a peak."""
    mean, spread = row["peak"] or 0, row["peak_spread"] or 0
    return mean - spread, mean + spread
