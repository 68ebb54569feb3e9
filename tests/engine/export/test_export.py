"""What is exported can be read by others, and says the same."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests import small
from xp.dsl.errors import QueryError
from xp.engine import export
from xp.engine.layout import Layout
from xp.engine.warehouse.load import load


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Two experiments with the same trials."""
    layout = Layout(tmp_path_factory.mktemp("export") / "results")
    small.journals(layout)
    small.plan(layout, "second one")
    load(layout)
    return layout


@pytest.fixture(scope="module")
def parquet(results: Layout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables as Parquet."""
    folder = tmp_path_factory.mktemp("parquet") / "it's here"
    export.write(folder, results.root, "parquet", [])
    return folder


def read(folder: Path, table: str, select: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as db:
        files = str(folder / table / "**" / "*.parquet")
        db.read_parquet(files, hive_partitioning=True).create_view("found")
        return db.execute(f"from found {select}").fetchall()


def test_tables_are_divided_by_experiment(parquet: Path) -> None:
    assert {path.name for path in (parquet / "trials").iterdir()} == {"experiment=small", "experiment=second%20one"}
    assert read(parquet, "trials", "select experiment, count(*) group by all order by all") == [
        ("second one", 12),
        ("small", 12),
    ]


def test_what_belongs_to_a_trial_is_written_for_each_experiment_that_plans_it(parquet: Path) -> None:
    for table, count in (("attempts", 12), ("metrics", 194), ("setting", 58), ("metric", 194)):
        rows = read(parquet, table, "select experiment, count(*) group by all order by all")
        assert rows == [("second one", count), ("small", count)]


def test_numbers_are_those_of_the_warehouse(parquet: Path, results: Layout) -> None:
    select = (
        "select method, seed, accuracy, loss where experiment = 'small' and method <> 'freeze-encoder' order by all"
    )
    with duckdb.connect(str(results.warehouse), read_only=True) as db:
        expected = db.execute(f"from trials {select}").fetchall()

    assert read(parquet, "trials", select) == expected


def test_what_is_about_all_experiments_is_one_file(parquet: Path) -> None:
    assert (parquet / "measure.parquet").is_file()
    assert (parquet / "metric_name.parquet").is_file()


def test_one_experiment_can_be_chosen(results: Layout, tmp_path: Path) -> None:
    text = export.write(tmp_path / "out", results.root, "parquet", ["small"])

    assert [path.name for path in (tmp_path / "out" / "trials").iterdir()] == ["experiment=small"]
    assert text.endswith("of 1 experiment\n")


def test_an_unknown_experiment_has_a_near_name(results: Layout, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"no experiment 'smal'\n    hint: did you mean 'small'\?"):
        export.write(tmp_path / "out", results.root, "parquet", ["smal"])

    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_file_is_refused_for_a_folder(results: Layout, tmp_path: Path) -> None:
    with pytest.raises(QueryError) as refused:
        export.write(tmp_path / "x.csv", results.root, "parquet", [])
    assert "this is the name of a file, and a folder is written" in str(refused.value)
    assert "name a folder, such as 'x'; an answer as a file: xp query NAME -o x.csv" in str(refused.value)
    assert not (tmp_path / "x.csv").exists()


def test_a_folder_that_holds_something_is_left_alone(results: Layout, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")

    with pytest.raises(QueryError, match="the folder is not empty"):
        export.write(tmp_path, results.root, "parquet", [])


def test_an_empty_folder_will_do(results: Layout, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    export.write(tmp_path / "out", results.root, "mlflow", ["small"])

    assert any((tmp_path / "out").iterdir())


def test_runs_lie_as_mlflow_has_them(results: Layout, tmp_path: Path) -> None:
    export.write(tmp_path / "out", results.root, "mlflow", ["small"])

    (experiment,) = (path for path in (tmp_path / "out").iterdir() if path.name != ".trash")
    assert f'experiment_id: "{experiment.name}"\n' in (experiment / "meta.yaml").read_text()
    assert 'name: "small"\n' in (experiment / "meta.yaml").read_text()
    runs = [path for path in experiment.iterdir() if path.is_dir()]
    assert len(runs) == 12
    names = {(run / "tags" / "mlflow.runName").read_text(): run for run in runs}
    run = names["baseline · dialogues · seed 2"]
    assert (run / "metrics" / "loss").read_text() == (
        "1750000061000 5.0 10\n1750000062000 4.0 20\n1750000063000 3.0 30\n"
    )
    assert (run / "metrics" / "train_peak_memory.rank1").is_file()
    assert {name: (run / "params" / name).read_text() for name in ("method", "seed", "learning_rate")} == {
        "method": "baseline",
        "seed": "2",
        "learning_rate": "5e-05",
    }
    meta = (run / "meta.yaml").read_text()
    assert f'run_id: "{run.name}"\n' in meta
    assert "status: 3\n" in meta
    assert "start_time: 1750000060000\n" in meta


def test_names_that_look_the_same_to_mlflow_are_told_apart(empty: Layout, tmp_path: Path) -> None:
    small.plan(empty)
    new = small.attempt(empty, small.Trial("baseline", 1))
    new.start()
    new.metrics(**{"f1@5": 1.0, "f1_5": 2.0, "f1(5": 3.0, "train": 4.0, "train/loss": 5.0, "a b": 6.0})
    new.end("completed")

    export.write(tmp_path / "out", empty.root, "mlflow", ["small"])

    (folder,) = (tmp_path / "out").glob("*/*/metrics")
    files = {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()}
    values = {name: float(line.split()[1]) for name, line in files.items()}
    assert sorted(values.values()) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert (values["f1_5"], values["train/loss"], values["a b"]) == (2.0, 5.0, 6.0)
    assert sum(name.startswith("f1_5-") for name in values) == 2


def test_every_state_is_one_that_mlflow_knows(results: Layout, tmp_path: Path) -> None:
    export.write(tmp_path / "out", results.root, "mlflow", ["small"])

    found = {
        (run.parent / "tags" / "xp.state").read_text(): run.read_text().partition("status: ")[2][0]
        for run in (tmp_path / "out").glob("*/*/meta.yaml")
    }
    assert found == {"completed": "3", "running": "1", "timeout": "4", "oom": "4", "diverged": "4"}
