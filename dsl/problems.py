"""Many problems as one list: in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xp.dsl.errors import Problem

LINE = re.compile(r":(\d+):(\d+)(?::|$)")


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in the order of the file, those of the command line first."""
    return sorted(problems, key=line_and_column)


def line_and_column(problem: Problem) -> tuple[int, int]:
    """Return the line and column that a problem is at."""
    match = LINE.search(problem.where)
    return (int(match[1]), int(match[2])) if match else (0, 0)
