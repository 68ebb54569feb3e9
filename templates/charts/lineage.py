"""The family tree of a search: who went on from whom, and which path the best model took."""

from __future__ import annotations

from typing import Any

import altair as alt

from xp.dsl.quantity import quantity
from xp.templates.answers import Row, Rows
from xp.templates.charts import look
from xp.templates.charts.names import value_in_chart

LANE = 34
"""Height of the lane of one member."""

MOST = 8
"""Most searches that are drawn."""

BEST, OTHER = "comes to the best model", "ends here or was left behind"
COLORS = {BEST: look.VERMILLION, OTHER: look.BLUE}
KINDS = {"start": "circle", "continue": "diamond", "exploit": "triangle-up"}


def draw(rows: Rows, **_: Any) -> alt.TopLevelMixin:
    """Return the chart, with a panel for each search."""
    labels = rows.distinct("label")
    panels = [panel(rows.where(label=label), label) for label in labels[:MOST]]
    left = "" if len(labels) <= MOST else f"The first {MOST} of {len(labels)} searches."
    how = (
        "A lane for each member, a line for each stretch of training, its score on the validation split at its end; a "
        "dotted line: it took over the checkpoint of another member. Thick: the way to the best model."
    )
    chart = alt.vconcat(*panels, spacing=26).resolve_scale(color="shared", shape="shared", strokeDash="shared")
    return chart.properties(title=look.titled("Who went on from whom in each search", how, left))


def panel(rows: Rows, label: str) -> alt.LayerChart:
    """Return the tree of one search."""
    members = sorted(rows.distinct("member"))
    last = max(row["to_step"] for row in rows)
    letters = look.WIDTH / (len(rows.distinct("generation")) * look.LETTER)
    stretches = [stretch(row, letters) for row in rows]
    moves = [
        {"step": row["from_step"], "donor": row["donor"], "member": row["member"]}
        for row in rows
        if row["action"] == "exploit" and row["donor"] is not None
    ]
    across = alt.X(
        "from:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(title="optimizer step", tickCount=6, grid=False),
    )
    lane = alt.Scale(domain=[members[0] - 0.6, members[-1] + 0.6], reverse=True, nice=False, zero=False)
    axis = alt.Axis(title="member", values=members, format="d", ticks=False, domain=False, grid=False, offset=8)
    up = alt.Y("member:Q", scale=lane, axis=axis)
    color = alt.Color("way:N", scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values())), legend=None)
    base = alt.Chart(look.inline(stretches)).encode(y=up)
    layers = [
        alt.Chart(look.inline(moves))
        .mark_rule(color=look.INK, strokeDash=[2, 2], strokeWidth=1.2)
        .encode(x=alt.X("step:Q"), y=alt.Y("donor:Q", scale=lane, axis=axis), y2="member:Q"),
        base.transform_filter(alt.datum.way == OTHER).mark_rule(strokeWidth=2).encode(across, x2="to:Q", color=color),
        base.transform_filter(alt.datum.way == BEST).mark_rule(strokeWidth=5).encode(across, x2="to:Q", color=color),
        base.mark_point(filled=True, size=80, opacity=1, color=look.INK).encode(
            across,
            shape=alt.Shape(
                "action:N",
                scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())),
                legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
            ),
        ),
        look.readable_text(base.encode(alt.X("to:Q"), text="score:N"), align="right", dy=-9, dx=-4),
        look.readable_text(base.encode(across, text="schedule:N"), align="left", dy=11, dx=6, fontSize=9.5),
    ]
    title = alt.TitleParams(label, fontSize=12, offset=4)
    return alt.layer(*layers).properties(width=look.WIDTH, height=LANE * (len(members) + 0.2), title=title)


def stretch(row: Row, letters: float) -> dict[str, Any]:
    """Return one stretch of training; its settings where so many letters have room for them."""
    schedule = value_in_chart(row, "schedule") if row["schedule"] else ""
    return {
        "member": row["member"],
        "from": row["from_step"],
        "to": row["to_step"],
        "way": BEST if row["best"] else OTHER,
        "action": row["action"],
        "score": "no score" if row["score"] is None else quantity(float(f"{row['score']:.4g}")),
        "schedule": schedule if len(schedule) < letters else "",
    }
