"""`[search]`: all combinations of a matrix, or some of them that are drawn at random."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Literal, Self

from pydantic import NonNegativeInt, PositiveInt, model_validator

from xp.dsl.refusals import refusal
from xp.dsl.table import Table

RULE = "search.samples"
"""What leaves out a combination that was not drawn, as plans name it."""


class Search(Table):
    """``[search]``: which combinations of the matrix are tried; each of them with every method and every seed."""

    algorithm: Literal["grid", "random"] = "grid"
    """``grid``: all that rules leave; ``random``: as many as ``samples`` says, without repetition."""

    samples: PositiveInt | None = None
    """Combinations of the axes other than method and seed that are drawn."""

    seed: NonNegativeInt = 0
    """Seed of the draw: the same seed draws the same, in whatever order the axes are written."""

    @model_validator(mode="after")
    def draws_what_it_says(self) -> Self:
        """Refuse a draw without a size, and a size without a draw."""
        if (self.algorithm == "random") != (self.samples is not None):
            if self.samples is None:
                raise refusal("a random search says how many it draws", "write samples = 12")
            raise refusal("samples has no effect on a grid", 'write algorithm = "random"')
        if self.algorithm == "grid" and "seed" in self.model_fields_set:
            raise refusal("seed has no effect on a grid", "the seeds of the trials are an axis: [matrix] seed")
        return self


def draw_contexts(search: Search, contexts: Iterable[str]) -> tuple[frozenset[str], int]:
    """Return the contexts that are drawn, and how many there were to draw from: methods stay comparable.

    Each has a place of its own, a hash with the seed: a value that is added to an axis moves no other one.
    """
    known = set(contexts)
    places = ((sha256(f"{search.seed} {one}".encode()).digest(), one) for one in known)
    return frozenset(one for _, one in heapq.nsmallest(search.samples or len(known), places)), len(known)


def problems_of_draw(search: Search, there: int) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a draw from so many: message and hint."""
    if search.samples is not None and search.samples >= there:
        yield f"has no effect: there are {there} combinations, got {search.samples}", "leave [search] out to try all"
