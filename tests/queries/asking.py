"""The type of the fixture that asks a saved query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Table = Callable[..., list[dict[str, Any]]]
