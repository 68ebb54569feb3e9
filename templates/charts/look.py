"""How charts look: colours that the colour-blind tell apart, shapes and dashes beside them, one size and one font."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from xp.dsl.quantity import finite, style
from xp.templates.escape import clean

INK = "#1a1a1a"
MUTED = "#595959"
LINE = "#d6d6d6"
PAPER = "#ffffff"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
SERIES = (INK, BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, MUTED)
"""Colours of Okabe and Ito, the palest last; the first series, the baseline, is drawn in ink."""

DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [2, 2], [8, 3, 2, 3], [5, 2], [1, 3], [12, 3], [12, 3, 2, 3, 2, 3])
"""So that series differ in black and white as well."""

WIDTH = 600
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
LETTER = 5.8
"""About how wide a letter of the small text is."""

LINE_OF_TEXT = 100
ROW, ROW_OF_MANY = 19, 14
"""Height of one row of a chart that has a row for each method, and where it has many."""

MANY = 20

DECADES = 20
"""From this ratio of largest to smallest on, an axis is logarithmic."""

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": PAPER,
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 14, "color": INK, "subtitleColor": MUTED, "subtitleFontSize": 11.5}
    | {"offset": 14, "frame": "group", "subtitlePadding": 5, "subtitleLineHeight": 15},
    "axis": {"labelColor": INK, "titleColor": INK, "titleFontWeight": "normal", "labelFontSize": 11}
    | {"titleFontSize": 12, "gridColor": LINE, "domainColor": MUTED, "tickColor": MUTED, "labelLimit": 260},
    "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": 11, "symbolSize": 80, "labelLimit": 220}
    | {"symbolStrokeWidth": 2, "symbolStrokeColor": INK},
    "header": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
    "text": {"color": INK, "fontSize": 11},
}


@dataclass(frozen=True)
class Scale:
    """The values of one axis in a unit of a fitting size."""

    factor: float
    unit: str
    low: float
    high: float
    """Ends of the axis, with room for marks at its edge."""

    logarithmic: bool = False

    def of(self, value: object) -> float | None:
        """Return a value in that unit, None where it is none."""
        return float(value) / self.factor if finite(value) else None

    def title(self, name: str) -> str:
        """Return the name of an axis with its unit."""
        return f"{name}, {self.unit}" if self.unit else name

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies, from 0 to 1."""
        low, high, value = (math.log(end) if self.logarithmic else end for end in (self.low, self.high, value))
        return (value - low) / (high - low)

    def at(self, share: float) -> float:
        """Return the value that lies so far along the axis."""
        if self.logarithmic:
            return self.low * math.exp(share * math.log(self.high / self.low))
        return self.low + share * (self.high - self.low)

    def drawn(self) -> alt.Scale:
        """Return the scale for Altair."""
        kind: Any = "log" if self.logarithmic else "linear"
        return alt.Scale(type=kind, domain=[self.low, self.high], nice=False, zero=False)


def scale(unit: str, values: Iterable[object], *, zero: bool = False) -> Scale:
    """Return a scale that holds all of *values*, logarithmic where they are of very different size."""
    found = sorted(float(value) for value in values if finite(value)) or [0.0]
    form = style(unit, found)
    step = form.step or form.unit.step(max(map(abs, found)))
    low, high = found[0] / step.factor, found[-1] / step.factor
    if low > 0 and high > DECADES * low and not zero:
        return Scale(step.factor, step.label, low / 1.25, high * 1.25, logarithmic=True)
    room = 0.08 * ((high - low) or abs(high) or 1)
    return Scale(step.factor, step.label, 0.0 if zero and low >= 0 else low - room, high + room)


def height(rows: int) -> int:
    """Return the height of a chart with so many rows."""
    return rows * (ROW if rows <= MANY else ROW_OF_MANY)


def titled(title: str, *notes: str) -> alt.TitleParams:
    """Return the title of a chart, and below it what has to be known to read it."""
    lines = [line for note in notes if note for line in textwrap.wrap(clean(note), LINE_OF_TEXT)]
    return alt.TitleParams(text=textwrap.wrap(clean(title), LINE_OF_TEXT), subtitle=lines)


def inline(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Return rows as the data of a chart."""
    return alt.InlineData(values=[dict(row) for row in rows])


def readable_text(chart: alt.Chart, **marks: Any) -> alt.LayerChart:
    """Return texts that stay readable where lines pass behind them."""
    halo = chart.mark_text(baseline="middle", stroke=PAPER, strokeWidth=3, color=PAPER, **marks)
    return alt.layer(halo, chart.mark_text(baseline="middle", **marks))
