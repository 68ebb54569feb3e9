"""Numbers of another scale than those of trials here: beside them they would look like much, or like nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xp.engine.importing.found import Found
from xp.engine.importing.values import finite
from xp.engine.measure.trust import JOULES, WATTS

ALONE = 1.0
"""The power usage effectiveness of a machine without the building around it."""


def note_scale(run: Found) -> Found:
    """Return the run, with a note on what is of another scale; its numbers stay as they were written.

    What is odd about an energy is said wherever the energy is.
    """
    doubts = [*of_energy(run)]
    notes = (*run.notes, *of_rouge(run), *doubts)
    if not doubts or "invalid_energy_consumed" in run.energy:
        return replace(run, notes=notes)
    said = [run.energy["note"]] if "note" in run.energy else []
    return replace(run, notes=notes, energy={**run.energy, "note": "; ".join([*said, *doubts])})


def of_rouge(run: Found) -> Iterator[str]:
    """Yield a note where ROUGE is a share of 1, not in points of 100."""
    scores = [
        (name, value) for point in run.points for name, value in finite(point.values).items() if "rouge" in name.lower()
    ]
    highest = max((value for _, value in scores), default=0.0)
    if 0 < highest <= 1:
        name = next(name for name, value in scores if value == highest)
        yield f"its ROUGE is a share of 1 ({name} is {highest:g} at most); that of trials here is in points of 100"


def of_energy(run: Found) -> Iterator[str]:
    """Yield a note where energies of codecarbon are those of no machine, as joules would be, or of more than one."""
    rows = [finite(point.values) for point in run.points if run.kind == "codecarbon" and point.step is not None]
    powers = [watts for row in rows if (watts := power(row)) is not None]
    least, most = WATTS
    odd = [watts for watts in powers if not least <= watts <= most]
    if odd:
        yield f"as kWh, the energy of {len(odd)} of {len(rows)} rows cannot be true: {odd[0]:,.0f} W on average"
    if (share := run.facts.get("pue", ALONE)) != ALONE:
        yield f"its energies were multiplied by a PUE of {share}; those of trials here are the machine's alone"


def power(row: Mapping[str, float]) -> float | None:
    """Return the watts of a row on average, None where it does not say.

    >>> power({"energy_consumed": 0.001, "duration": 100.0})
    36.0
    """
    energy, seconds = row.get("energy_consumed"), row.get("duration")
    return energy * JOULES / seconds if energy is not None and seconds else None
