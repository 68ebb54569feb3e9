"""Numbers for people: as many digits as the evidence carries, in a unit of a fitting size, in any locale the same."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeGuard

from xp.dsl.units import RATIO, ROUNDED_UP, UNITS, Step, Unit, clock

MISSING = "–"
GROUP = "\u202f"
"""A narrow space that does not break parts thousands, as SI has it."""

EXACT_DIGITS = 6
"""Most significant digits of a number without a unit: a setting, not a measurement."""

MEAN_DIGITS = 5
"""Most significant digits of a mean, however small its spread."""

SPREAD_DIGITS = 2
FULL_COUNT = 10_000
"""From here on thousands stand apart, or are written with a letter."""

MAGNITUDES = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
LONGEST = 1e15
SMALLEST = 1e-3

Real = int | float | Decimal


@dataclass(frozen=True)
class Style:
    """How the numbers of one column are written."""

    unit: Unit
    step: Step | None
    """The prefix all of them share; None, each has its own."""

    decimals: int | None = None
    """Decimals all of them share; None, each has its own."""

    labelled: bool = False
    """Whether each number carries its unit."""

    @property
    def heading(self) -> str:
        """Return the unit for the column's heading, empty where the cells carry it."""
        return self.step.label if self.step and not self.labelled else ""


def number(value: object) -> TypeGuard[Real]:
    """Tell whether *value* is a number, finite or not: a truth value is none, nor is a text that looks like one."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def finite(value: object) -> TypeGuard[Real]:
    """Tell whether *value* is a number that can be written."""
    return number(value) and math.isfinite(value)


def style(unit: str, values: Iterable[object], spreads: Iterable[object] | None = None) -> Style:
    """Return the style in which a column of *values* is best read; with *spreads*, each has decimals of its own."""
    known = UNITS.get(unit, Unit(unit))
    found = sizes(values) or sizes(spreads or ())
    smallest, largest = (found[0], found[-1]) if found else (0.0, 0.0)
    if known.scattered(smallest, largest):
        return Style(known, None, labelled=True)
    step = known.step(largest)
    alone = spreads is None and bool(found)
    shared = common_decimals(known, smallest / step.factor, largest / step.factor) if alone else None
    return Style(known, step, shared, labelled=known.glued)


def sizes(values: Iterable[object]) -> list[float]:
    """Return how large the numbers among *values* are, zeros left out, the smallest first."""
    return sorted(abs(float(value)) for value in values if finite(value) and value)


def common_decimals(unit: Unit, smallest: float, largest: float) -> int | None:
    """Return the decimals that suit both ends of a column, or None where nothing does."""
    if unit.decimals is not None or unit.digits is None:
        return customary(unit, smallest)
    if smallest < SMALLEST or largest >= LONGEST:
        return None
    fit = decimals(largest, unit.digits)
    needed = decimals(smallest, SPREAD_DIGITS)
    return max(fit, needed) if needed <= fit + 2 else None


def customary(unit: Unit, smallest: float) -> int | None:
    """Return the decimals that custom fixes for a unit, and up to two more for what would vanish otherwise."""
    if unit.decimals is None or not smallest:
        return unit.decimals
    return max(unit.decimals, min(decimals(smallest, 1), unit.decimals + 2))


def cell(value: object, form: Style, spread: object = None) -> str:
    """Return one number of a column, with its spread where it has one."""
    if not finite(value):
        return infinite(value)
    if form.unit.clock:
        return clock(float(value))
    step = form.step or form.unit.step(max(sizes((value, spread)), default=0.0))
    if form.unit.whole(value) and not finite(spread):
        text = grouped(str(value))
    else:
        around = float(spread) / step.factor if finite(spread) else math.nan
        text = scaled(float(value) / step.factor, form, around if math.isfinite(around) else None)
    return labelled(text, step.label) if form.labelled else text


def quantity(value: object, unit: str = "-", spread: object = None, *, signed: bool = False) -> str:
    """Return one number standing alone, with its unit.

    >>> quantity(1_240_000_000, "B"), quantity(0.00031, "kWh"), quantity(508.2, "s")
    ('1.24 GB', '310 mWh', '8.47 min')
    >>> quantity(0.8213, "×"), quantity(54.213, "points", 1.284), quantity(5e-05)
    ('0.82×', '54.2 ± 1.3 points', '5e-5')
    """
    form = style(unit, [value], [spread] if finite(spread) else None)
    known = replace(form.unit, signed=signed or form.unit.signed)
    return cell(value, Style(known, form.step, form.decimals, labelled=True), spread)


def spanned(value: object, unit: str, low: object, high: object, *, signed: bool = False) -> str:
    """Return one number with its interval, all with the same decimals.

    >>> spanned(0.7912, "×", 0.684, 0.915), spanned(-3.7, "points", -10.5, 3.1)
    ('0.79× (0.68 to 0.92)', '-3.70 points (-10.50 to 3.10)')
    """
    if not (finite(low) and finite(high)):
        return quantity(value, unit, signed=signed)
    form = style(unit, [value, low, high])
    known = replace(form.unit, signed=signed or form.unit.signed)
    step = form.step or known.step(max(sizes((value, low, high)), default=0.0))
    own = Style(known, step, form.decimals, labelled=True)
    bare = replace(own, labelled=False)
    return f"{cell(value, own)} ({cell(low, bare)} to {cell(high, bare)})"


def scaled(value: float, form: Style, spread: float | None) -> str:
    """Return a number in the unit of its column."""
    if spread is not None:
        return with_spread(value, spread, form.unit)
    places = form.decimals if form.decimals is not None else customary(form.unit, abs(value))
    if places is not None:
        return fixed(value, places, signed=form.unit.signed)
    if form.unit.digits is None or not value:
        return shortest(value)
    if not SMALLEST <= abs(value) < LONGEST:
        return power(f"{value:.{form.unit.digits - 1}e}")
    return fixed(value, decimals(value, form.unit.digits), signed=form.unit.signed)


def with_spread(value: float, spread: float, unit: Unit) -> str:
    """Return ``mean ± spread``: the spread has two digits, and the mean ends where it ends.

    >>> with_spread(54.2131, 1.284, UNITS["points"]), with_spread(54.2131, 0.0, UNITS["points"])
    ('54.2 ± 1.3', '54.21 ± 0')
    """
    if not spread:
        places = decimals(value, unit.digits or EXACT_DIGITS) if unit.decimals is None else unit.decimals
        return f"{fixed(value, places, signed=unit.signed)} ± 0"
    most = unit.decimals if unit.decimals is not None else decimals(value or spread, MEAN_DIGITS)
    places = min(decimals(spread, SPREAD_DIGITS), most)
    mean = fixed(value, places, signed=unit.signed)
    least = 10.0**-places
    return f"{mean} ± {fixed(spread, places)}" if spread >= least / 2 else f"{mean} ± <{fixed(least, places)}"


def decimals(value: float, significant: int) -> int:
    """Return the decimals with which *value* has so many significant digits, never fewer than none.

    >>> [decimals(value, 3) for value in (0.01234, 9.999, 123.4, 123456.0)]
    [4, 1, 0, 0]
    """
    exponent = int(f"{value:.{significant - 1}e}".partition("e")[2])
    return max(0, significant - 1 - exponent)


def fixed(value: float, places: int, *, signed: bool = False) -> str:
    """Return *value* with so many decimals and grouped thousands; a zero has no sign.

    >>> fixed(1234567.891, 1), fixed(-0.0004, 2), fixed(0.42, 2, signed=True)
    ('1\u202f234\u202f567.9', '0.00', '+0.42')
    """
    text = f"{value:.{places}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    elif signed and value > 0:
        text = f"+{text}"
    return grouped(text)


def grouped(text: str) -> str:
    """Return the number *text* with its thousands apart, from five digits on."""
    sign = text[: len(text) - len(text.lstrip("+-"))]
    whole, dot, rest = text[len(sign) :].partition(".")
    spaced = f"{int(whole):,}".replace(",", GROUP) if len(whole) >= len(str(FULL_COUNT)) else whole
    return f"{sign}{spaced}{dot}{rest}"


def shortest(value: float) -> str:
    """Return a number without a unit with the digits it has, six at most."""
    text = f"{value + 0.0:.{EXACT_DIGITS}g}"  # a negative zero loses its sign
    if "e" not in text and (not value or abs(value) >= SMALLEST):
        return grouped(text)
    mantissa, _, exponent = f"{value:.{EXACT_DIGITS - 1}e}".partition("e")
    return power(f"{mantissa.rstrip('0').rstrip('.')}e{exponent}")


def power(text: str) -> str:
    """Return ``1.20e-05`` as people write it: ``1.20e-5``."""
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"


def infinite(value: object) -> str:
    """Return what stands in place of a number that is none: a dash, or the sign of infinity."""
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return MISSING


def labelled(text: str, label: str) -> str:
    """Return a number with its unit.

    >>> labelled("0.82 ± 0.03", "×"), labelled("1.2", "GB"), labelled("3", "")
    ('0.82× ± 0.03', '1.2 GB', '3')
    """
    mean, sign, spread = text.partition(" ± ")
    if label in (RATIO, "%", ""):
        return f"{mean}{label}{sign}{spread}"
    return f"{text} {label}"


def compact(value: object) -> str:
    """Return a count as tables of data sets have it.

    >>> [compact(count) for count in (818, 9_999, 14_732, 287_113, 1_000_000, 406_291_456)]
    ['818', '9999', '14.7K', '287K', '1M', '406M']
    """
    if not finite(value):
        return infinite(value)
    count = float(value)
    if abs(count) < FULL_COUNT:
        return grouped(f"{count:.0f}")
    factor, letter = next(step for step in MAGNITUDES if abs(count) >= step[0] * ROUNDED_UP)
    share = count / factor
    text = f"{share:.{decimals(share, 3)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + letter


def rounded(value: object) -> str:
    """Return a mean length as tables of data sets have it: without decimals.

    >>> rounded(147.4), rounded(None)
    ('147', '–')
    """
    return fixed(float(value), 0) if finite(value) else infinite(value)


def plural(count: int, kind: str) -> str:
    """Return a number of things.

    >>> plural(1, "GPU"), plural(2, "core")
    ('1 GPU', '2 cores')
    """
    return f"{count:,} {kind}{'' if count == 1 else 's'}"
