"""What a chart shows, in words: for those who do not see it, and in place of one that would show nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xp.dsl.quantity import finite, plural, quantity
from xp.templates.answers import Row, Rows
from xp.templates.charts.names import lacking, list_in_words, names
from xp.templates.sheet import label


def pareto(rows: Rows, against: str = "memory", **_: Any) -> str:
    """Return who is on the front, and who is beaten."""
    called = list(zip(names(rows, "dataset", "model", "axes"), rows, strict=True))
    front = [
        f"{name} ({quantity(row['accuracy'], 'points')} at {quantity(row['value'], row['unit'])})"
        for name, row in called
        if row["front"]
    ]
    if not front:
        return ""
    beaten = [name for name, row in called if row["front"] is False]
    return sentences(
        f"ROUGE-1 against {against}: no other variant beats {list_in_words(front)}",
        f"beaten: {list_in_words(beaten)}" if beaten else "",
        unmeasured([name for name, _ in called], rows, "front"),
    )


def intervals(rows: Rows, **_: Any) -> str:
    """Return what became of the claims, and which effects are clear."""
    measured = [row for row in rows if finite(row["effect"])]
    if not measured:
        return ""
    clear: dict[str, list[str]] = {}
    for row in measured:
        if is_clear(row):
            effect = quantity(row["effect"], row["unit"])
            clear.setdefault(row["measure"], []).append(f"{row['method']} {effect}")
    told = (f"{measure}: {list_in_words(effects)}" for measure, effects in clear.items())
    claimed = [row["verdict"] for row in rows if row["verdict"]]
    kinds = [f"{claimed.count(kind)} {kind}" for kind in dict.fromkeys(sorted(claimed, key=VERDICTS.index))]
    return sentences(
        f"{plural(len(claimed), 'claim')}: {', '.join(kinds)}" if claimed else "",
        f"intervals that exclude no effect: {'; '.join(told) or 'none'}",
        unmeasured([row["method"] for row in rows], rows, "effect"),
    )


VERDICTS = ("supported", "refuted", "mixed", "inconclusive", "not measured")


def is_clear(row: Row) -> bool:
    """Tell whether the whole interval lies on one side of no effect."""
    low, high = row["effect_low"], row["effect_high"]
    none = 1 if row["unit"] == "×" else 0
    return finite(low) and finite(high) and not low <= none <= high


def learning_curves(rows: Rows, metric: str = "loss", **_: Any) -> str:
    """Return where the curves end, the lowest and the highest."""
    called = names(rows, "model", "dataset", "axes")
    last = {name: row for name, row in zip(called, rows, strict=True) if finite(row["value"])}
    if not last:
        return ""
    early = [name for name in last if any(row["value"] is None for row in belonging(rows, called, name))]
    whole = [name for name in last if name not in early] or early
    ends = sorted(whole, key=lambda name: (last[name]["value"], name))
    told = [f"{name} with {mean_in_words(last[name], 'value')}" for name in ends]
    end = f"after {max(last[name]['step'] for name in whole)} steps"
    highest = f", highest {told[-1]}" if len(told) > 1 else ""
    return sentences(
        f"{plural(len(last), 'curve')} of {metric}: {end} lowest {told[0]}{highest}",
        f"not finite to the end: {list_in_words(early)}" if early else "",
        unmeasured(called, rows, "step"),
    )


def belonging(rows: Rows, called: list[str], name: str) -> list[Row]:
    """Return the rows of one name."""
    return [row for other, row in zip(called, rows, strict=True) if other == name and row["step"] is not None]


def pbt_lineage(rows: Rows, **_: Any) -> str:
    """Return how many members went on from others, and which path the best model took."""
    told = []
    for name in rows.distinct("label"):
        search = rows.where(label=name)
        taken = len(search.where(action="exploit"))
        best = [f"member {row['member']} to step {row['to_step']}" for row in search.where(best=True)]
        size = plural(len(search.distinct("member")), "member")
        told.append(
            f"search {name}: {size} over {plural(len(search.distinct('generation')), 'generation')}, "
            f"{plural(taken, 'time')} the checkpoint of another was taken over"
            + (f"; the way to the best model: {', '.join(best)}" if best else "")
        )
    return sentences(*told)


def memory(rows: Rows, **_: Any) -> str:
    """Return who keeps least, and who peaks lowest and highest."""
    called = list(zip(names(rows, "model", "dataset", "axes"), rows, strict=True))
    peaks = sorted(
        ((name, row) for name, row in called if finite(row["peak"])), key=lambda pair: (pair[1]["peak"], pair[0])
    )
    if not peaks:
        return ""
    told = [f"{name} with {mean_in_words(row, 'peak')}" for name, row in peaks]
    parts = ("parameters", "gradients", "optimizer_states")
    least = {part: sorted((row[part], name) for name, row in called if finite(row[part])) for part in parts}
    return sentences(
        f"peak of a rank: lowest {told[0]}{f', highest {told[-1]}' if len(told) > 1 else ''}",
        *(
            f"fewest {label(part)}: {found[0][1]} with {quantity(found[0][0], 'B')}"
            for part, found in least.items()
            if found
        ),
        unmeasured([name for name, _ in called], rows, "peak"),
    )


def utilisation(rows: Rows, **_: Any) -> str:
    """Return the range of each instrument."""
    told = []
    for name in rows.distinct("name"):
        found = [row["value"] for row in rows.where(name=name) if finite(row["value"])]
        if found:
            unit = rows.where(name=name)[0]["unit"] or "-"
            low, high = quantity(min(found), unit), quantity(max(found), unit)
            told.append(f"{label(name)} from {low} to {high}")
    return sentences(f"{plural(len(rows.distinct('label')), 'trial')}: {'; '.join(told)}") if told else ""


def unmeasured(called: list[str], rows: Rows, column: str) -> str:
    """Return what is not measured, with the reasons."""
    missing = lacking(called, rows, column)
    return f"not measured: {list_in_words(missing)}" if missing else ""


def mean_in_words(row: Row, name: str) -> str:
    """Return a mean with its spread."""
    unit = row["unit"] if name == "value" else "B"
    return quantity(row[name], unit or "-", row[f"{name}_spread"])


def sentences(*parts: str) -> str:
    """Return sentences, those left out that say nothing."""
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


FINDINGS: Mapping[str, Callable[..., str]] = {
    "pareto": pareto,
    "intervals": intervals,
    "learning_curves": learning_curves,
    "pbt_lineage": pbt_lineage,
    "memory": memory,
    "utilisation": utilisation,
}
"""By the name of the query; an answer that no chart can show has none."""
