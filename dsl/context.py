"""What has to be equal, besides the seed, for two trials to be compared: all that their variants say but the method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xp.dsl.labels import as_json_values
from xp.dsl.trial import canonical


def context_of(variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of a variant, as JSON holds it."""
    return as_json_values({axis: value for axis, value in variant.items() if axis != "method"})


def context_key(variant: Mapping[str, Any]) -> str:
    """Return the context of a variant as text: the same for the same context, in whatever order axes are written."""
    return canonical(context_of(variant))
