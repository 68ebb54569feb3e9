"""What is of another scale than the numbers of trials is told, and left as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xp.engine.answers import fresh
from xp.engine.importing import sources
from xp.engine.importing.importing import bring_in
from xp.engine.warehouse.ask import ask
from xp.queries.catalog import find


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"eval_rouge1": 0.4123, "eval_rougeL": 0.33}, "its ROUGE is a share of 1 (eval_rouge1 is 0.4123 at most)"),
        ({"eval_rouge1": 41.23, "eval_rouge2": 0.5}, ""),
        ({"eval_rouge1": 0.0}, ""),
        ({"eval_rouge1": "n/a", "eval_accuracy": 0.5}, ""),
    ],
)
def test_rouge(tmp_path: Path, values: dict[str, Any], note: str) -> None:
    (tmp_path / "eval_results.json").write_text(json.dumps(values))
    (found,) = sources.read_runs([tmp_path / "eval_results.json"])
    assert found.latest == values
    assert "; ".join(found.notes).startswith(note)
    assert bool(found.notes) == bool(note)


@pytest.mark.parametrize(
    ("energies", "note"),
    [
        # 100 s each: 36 W; 36 MW; nothing
        pytest.param(["0.001", "0.001"], "", id="kilowatt-hours"),
        pytest.param(["0.001", "1000"], "1 of 2 rows cannot be true: 36,000,000 W on average", id="joules"),
        pytest.param(["0", "0"], "2 of 2 rows cannot be true: 0 W on average", id="nothing"),
        pytest.param(["0.001", ""], "", id="none"),
    ],
)
def test_energy(tmp_path: Path, energies: list[str], note: str) -> None:
    lines = [f"2024-05-01T1{hour}:00:00+00:00,r{hour},100,0.1,{energy}" for hour, energy in enumerate(energies)]
    header = "timestamp,run_id,duration,emissions,energy_consumed"
    (tmp_path / "emissions.csv").write_text("\n".join([header, *lines]) + "\n")
    (found,) = sources.read_runs([tmp_path / "emissions.csv"])
    said = [one for one in found.notes if one.startswith("as kWh")]
    assert said == ([one for one in said if note in one] if note else [])
    assert bool(said) == bool(note)


def test_an_energy_that_cannot_be_true_is_marked_where_it_is_asked(tmp_path: Path) -> None:
    """34 kWh in 100 s are 1,224 kW; 0.002 kWh are 72 W."""
    header = "timestamp,project_name,run_id,duration,emissions,energy_consumed"
    rows = ("2024-05-01T10:00:00+00:00,odd,a,100,0.1,34", "2024-05-01T12:00:00+00:00,fine,b,100,0.1,0.002")
    (tmp_path / "emissions.csv").write_text("\n".join([header, *rows]) + "\n")

    bring_in([tmp_path / "emissions.csv"], tmp_path / "results")

    doubt = "1 with a doubt: as kWh, the energy of 1 of 1 rows cannot be true: 1,224,000 W on average"
    for name in ("energy", "benchmarks"):
        saved = find(name)
        columns = [column.name for column in saved.columns]
        rows_of = [
            dict(zip(columns, row, strict=True))
            for row in ask(fresh(tmp_path / "results"), saved, saved.values({})).rows
        ]
        assert {row["method"]: (row["energy"], row["note"]) for row in rows_of} == {
            "odd": (34.0, doubt),
            "fine": (0.002, None),
        }


@pytest.mark.parametrize(
    ("share", "said"), [("1.0", []), ("", []), ("1.5", ["its energies were multiplied by a PUE of 1.5"])]
)
def test_energy_with_that_of_the_building_is_told(tmp_path: Path, share: str, said: list[str]) -> None:
    header = "timestamp,run_id,duration,emissions,energy_consumed,pue"
    path = tmp_path / "emissions.csv"
    path.write_text(f"{header}\n2024-05-01T10:00:00+00:00,r,100,0.1,0.001,{share}\n")
    (found,) = sources.read_runs([path])
    assert [note.partition(";")[0] for note in found.notes] == said
