"""Charts as parts of a page: their colours follow its light and dark."""

from __future__ import annotations

import re
from html import escape as quoted
from importlib import import_module

from xp.templates.charts.gallery import Chart
from xp.templates.escape import Markdown

SIZE = re.compile(r'(<svg [^>]*?)width="([\d.]+)" height="[\d.]+"')


def figure(chart: Chart, folder: str) -> Markdown:
    """Return a chart as a block of HTML inside of Markdown, drawn in the colours of the page."""
    del folder  # a page holds its pictures itself
    draw, look = (import_module(f"xp.templates.charts.{name}") for name in ("draw", "look"))
    said = quoted(chart.finding)
    colors = {
        look.INK: "currentColor",
        look.MUTED: "var(--muted)",
        look.LINE: "var(--line)",
        look.PAPER: "var(--paper)",
    }
    picture = draw.svg(chart.spec()).replace("\n", " ")
    for color, variable in colors.items():
        picture = picture.replace(f'"{color}"', f'"{variable}"')
    picture = SIZE.sub(lambda match: f'{match[1]}width="{match[2]}" role="img" aria-label="{said}"', picture, count=1)
    return Markdown(f'<figure class="chart">{picture}<figcaption>{said}</figcaption></figure>')
