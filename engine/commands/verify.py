"""`xp verify`: what the evidence says of each claim, and an exit code for it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from xp.dsl.quantity import plural
from xp.engine.answers import session
from xp.engine.forms.terminal import uncut
from xp.engine.forms.text import as_json
from xp.engine.warehouse.ask import Answer
from xp.engine.warehouse.sandbox import PATIENT
from xp.queries import catalog

REFUTED = 1

ORDER = ("supported", "refuted", "mixed", "inconclusive", "not measured")


def ask_verdicts(results: Path, experiment: str | None) -> Answer:
    """Return the claims of an experiment and their verdicts; without a name, of the one that was planned last."""
    query = catalog.shipped("verdicts")
    with session(results, PATIENT) as to:
        return to.answer(query, query.values({"experiment": experiment} if experiment else {}))


def verdicts_text(results: Path, experiment: str | None, *, strict: bool, as_text: bool) -> tuple[str, int]:
    """Return the verdicts as text for people, or as JSON, and the exit code."""
    answer = ask_verdicts(results, experiment)
    counts = tally(answer)
    shown = f"{uncut(answer)}{sentence(counts)}\n" if as_text else as_json(answer)
    return shown, exit_code(counts, strict=strict)


def tally(answer: Answer) -> Counter[str]:
    """Return how often there is each verdict."""
    place = [column.name for column in answer.columns].index("verdict")
    return Counter(row[place] for row in answer.rows)


def exit_code(counts: Counter[str], *, strict: bool) -> int:
    """Return 1 where a claim is refuted; *strict*: where any is not supported, one that is mixed too.

    >>> exit_code(Counter(inconclusive=1), strict=False), exit_code(Counter(inconclusive=1), strict=True)
    (0, 1)
    """
    failed = counts.total() - counts["supported"] if strict else counts["refuted"]
    return REFUTED if failed else 0


def sentence(counts: Counter[str]) -> str:
    """Return the verdicts in one line.

    >>> sentence(Counter(refuted=1, supported=2))
    '3 claims: 2 supported, 1 refuted'
    """
    if not counts:
        return 'no claims: add claims = { memory = "reduces" } to a method'
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ORDER if counts[verdict])
    return f"{plural(counts.total(), 'claim')}: {told}"
