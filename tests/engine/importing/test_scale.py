"""What is of another scale than the numbers of trials is told, and left as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xp.engine.importing import sources


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


@pytest.mark.parametrize(
    ("share", "said"), [("1.0", []), ("", []), ("1.5", ["its energies were multiplied by a PUE of 1.5"])]
)
def test_energy_with_that_of_the_building_is_told(tmp_path: Path, share: str, said: list[str]) -> None:
    header = "timestamp,run_id,duration,emissions,energy_consumed,pue"
    path = tmp_path / "emissions.csv"
    path.write_text(f"{header}\n2024-05-01T10:00:00+00:00,r,100,0.1,0.001,{share}\n")
    (found,) = sources.read_runs([path])
    assert [note.partition(";")[0] for note in found.notes] == said
