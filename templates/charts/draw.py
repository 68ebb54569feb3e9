"""Specifications of charts become files, on this machine alone: no network, no browser."""

from __future__ import annotations

import re
from typing import Any

import vl_convert

from xp.templates.charts.look import CONFIG
from xp.templates.escape import clean

SHARPNESS = 2.0
"""Pixels of a PNG per unit of the chart."""

LOCALE = {"decimal": ".", "thousands": "\u202f", "grouping": [3], "currency": ["", ""], "minus": "-"}
"""The same in any locale."""

NONCHARACTERS = re.compile("[\ufffe\uffff]")


def svg(spec: dict[str, Any]) -> str:
    """Return a chart as SVG."""
    return vl_convert.vegalite_to_svg(safe(spec), config=CONFIG, format_locale=LOCALE, allowed_base_urls=[])


def png(spec: dict[str, Any]) -> bytes:
    """Return a chart as PNG."""
    return vl_convert.vegalite_to_png(
        safe(spec), config=CONFIG, format_locale=LOCALE, scale=SHARPNESS, allowed_base_urls=[]
    )


def safe(part: Any) -> Any:
    """Return a part of a specification without characters that XML cannot hold: one of them would end the process."""
    match part:
        case dict():
            return {name: safe(value) for name, value in part.items()}
        case list():
            return [safe(value) for value in part]
        case str():
            return NONCHARACTERS.sub("\ufffd", clean(part))
        case _:
            return part
