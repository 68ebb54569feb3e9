"""The base of every table: unknown keys are refused, types are never guessed, values never change."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

STRICT = ConfigDict(strict=True, allow_inf_nan=False)
"""``1``, ``1.0``, ``true`` and ``"1"`` are four things; only where a float is due, ``1`` is read as ``1.0``."""


class Table(BaseModel):
    """A TOML table: strict, closed and frozen. A field's docstring is its documentation."""

    model_config = ConfigDict(**STRICT, extra="forbid", frozen=True, use_attribute_docstrings=True)


SLUG = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

Slug = Annotated[str, Field(pattern=SLUG, max_length=100)]
"""A name that may stand in a path, a table cell and a command line."""

Share = Annotated[float, Field(ge=0, lt=1)]
"""A number from 0 up to, not including, 1."""
