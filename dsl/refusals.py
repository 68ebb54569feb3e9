"""Collects what is wrong in one table, so that all of it is said at once."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from xp.dsl.spelling import Key

REFUSED = "refused"
"""Type of the errors whose message is ours already."""


def refusal(message: str, hint: str = "") -> PydanticCustomError:
    """Return an error in our own words, for a validator to raise."""
    return PydanticCustomError(REFUSED, "{message}", {"message": message, "hint": hint})


class Refusals:
    """The problems of one table; raised inside a validator, pydantic adds them to those of the other tables."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.errors: list[InitErrorDetails] = []

    def add(self, key: Key, message: str, hint: str = "") -> None:
        """Note a problem at *key*, which starts in this table."""
        self.errors.append({"type": refusal(message, hint), "loc": key, "input": None})

    def take(self, key: Key, error: ValidationError) -> None:
        """Note what pydantic found wrong with the value at *key*."""
        for line in error.errors(include_url=False):
            kind = line["type"]
            custom = PydanticCustomError(kind, "{message}", {**line.get("ctx", {}), "message": line["msg"]})
            self.errors.append({"type": custom, "loc": (*key, *line["loc"]), "input": line["input"]})

    def raise_any(self) -> None:
        """Raise what was noted, if anything was."""
        if self.errors:
            raise ValidationError.from_exception_data(self.title, self.errors)
