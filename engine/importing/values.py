"""Values as other programs wrote them down: numbers as numbers or as text, and what is no number at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from xp.engine.warehouse.points import as_number


def recorded(value: Any) -> Any:
    """Return the number that a text spells, and anything else as it stands: the warehouse keeps what is no number.

    >>> recorded("NaN"), recorded("5e-5"), recorded(53), recorded("n/a"), recorded(None)
    (nan, 5e-05, 53, 'n/a', None)
    """
    number = as_number(value) if isinstance(value, str) else None
    return value if number is None else number


def finite(values: Mapping[str, Any]) -> dict[str, float]:
    """Return the values that are finite numbers.

    >>> finite({"loss": 1.5, "steps": 3, "best": math.inf, "done": True, "rouge1": "n/a"})
    {'loss': 1.5, 'steps': 3}
    """
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }
