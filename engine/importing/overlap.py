"""One machine, measured by several trackers at one time, used its energy once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from xp.engine.importing.found import Found, Span

SECOND = 1.0
"""Time stamps are cut to whole seconds: runs that follow each other closely may seem to overlap by that much."""

NAMED = 3
"""Files that are named of those that overlap."""


def span(begin: float, end: float) -> Span:
    """Return when a tracker surely ran: of one that is shorter than what its time stamp leaves open, the second half.

    >>> span(70.0, 100.0), span(99.0, 100.0)
    ((71.0, 100.0), (99.5, 100.0))
    """
    return begin + min(SECOND, (end - begin) / 2), end


def largest_apart(spans: Sequence[Span], amounts: Sequence[float]) -> list[int]:
    """Return the places of those that do not overlap and together are the most.

    >>> largest_apart([(0, 10), (5, 15), (12, 20)], [0.1, 0.1, 0.08])
    [0, 2]
    """
    order = sorted(range(len(spans)), key=lambda place: spans[place][::-1])  # by their ends
    ends = [spans[place][1] for place in order]
    before = [bisect_right(ends, spans[place][0], 0, index) for index, place in enumerate(order)]
    most = [0.0]
    for index, place in enumerate(order):
        most.append(max(most[index], most[before[index]] + amounts[place]))
    chosen = []
    index = len(order)
    while index:
        place, free = order[index - 1], before[index - 1]
        if most[free] + amounts[place] >= most[index - 1]:
            chosen.append(place)
            index = free
        else:
            index -= 1
    return sorted(chosen)


def side_by_side(runs: Sequence[Found]) -> list[Found]:
    """Return the runs, those that were measured while another one was marked, with a note that says so."""
    spans = sorted((span, place) for place, run in enumerate(runs) for span in run.spans)
    others: list[set[int]] = [set() for _ in runs]
    running: list[tuple[float, int]] = []
    for (begin, end), place in spans:
        running = [(until, other) for until, other in running if until > begin]
        for other in {other for _, other in running} - {place}:
            others[place].add(other)
            others[other].add(place)
        running.append((end, place))
    return [
        note_overlap(run, [runs[other] for other in sorted(found)]) for run, found in zip(runs, others, strict=True)
    ]


def note_overlap(run: Found, others: Sequence[Found]) -> Found:
    """Return the run, marked where others were measured at the same time."""
    if not others:
        return run
    files = list(dict.fromkeys(other.files[0].name for other in others))
    named = ", ".join(files[:NAMED]) + (", …" if len(files) > NAMED else "")
    count = "another run" if len(others) == 1 else f"{len(others)} other runs"
    text = f"measured at the same time as {count} ({named}): where all saw one machine, their energies do not add up"
    return replace(run, contended=True, notes=(*run.notes, text))
