"""The command line answers at once, and refuses in words that help."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xp.engine.cli.main import main

HEAVY = ("torch", "transformers", "deepspeed", "datasets", "evaluate", "codecarbon")

VALID = """\
[experiment]
name = "tiny"
[defaults]
model = "bart-tiny"
dataset = "dialogues"
[models.bart-tiny]
architecture = "bart"
[datasets.dialogues]
builtin = "dialogues"
[methods.baseline]
[matrix]
method = ["baseline"]
seed = [1]
"""


def xp(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def modules_after(code: str, folder: Path) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after *code*."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def call(*words: str) -> str:
    return (
        f"from click.testing import CliRunner; from xp.engine.cli.main import main; CliRunner().invoke(main, {words!r})"
    )


@pytest.mark.parametrize("command", main.commands)
def test_every_command_explains_itself(command: str) -> None:
    result = xp(command, "--help")
    assert result.exit_code == 0
    assert command in xp("--help").output


def test_a_misspelt_command_names_the_nearest() -> None:
    result = xp("plna", "tiny.toml")
    assert result.exit_code == 2
    assert "there is no command 'plna': did you mean 'plan'?" in result.output


def test_help_loads_nothing_but_click(tmp_path: Path) -> None:
    loaded = modules_after(call("--help"), tmp_path)
    assert not loaded & {*HEAVY, "duckdb", "pydantic", "sqlglot", "jinja2", "rich"}


@pytest.mark.parametrize(
    "words",
    [
        ("query", "environment"),
        ("render", "experiments.md.j2", "-o", "-"),
        ("plan", "tiny.toml"),
        ("explain", "0", "tiny.toml"),
        ("schema",),
        ("reference",),
        ("init", "new"),
    ],
    ids=lambda words: words[0],
)
def test_no_command_but_run_loads_a_training_library(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "tiny.toml").write_text(VALID.replace('"bart"\n', '"bart"\nconfig = { d_model = 64 }\n'))
    assert not modules_after(call(*words), tmp_path) & set(HEAVY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            VALID.replace('model = "bart-tiny"\n', 'model = "bart-tiny"\nleraning_rate = 1e-3\n'),
            "spec.toml:5:1: defaults.leraning_rate: unknown key\n    hint: did you mean 'learning_rate'?",
            id="unknown-key",
        ),
        pytest.param(
            VALID.replace('["baseline"]', '["basline"]'),
            "did you mean 'baseline'?",
            id="unknown-method",
        ),
        pytest.param(
            VALID.replace('model = "bart-tiny"\n', 'model = "bart-tiny"\nbatch_size = "8"\n'),
            "spec.toml:5:1: defaults.batch_size",
            id="wrong-type",
        ),
        pytest.param(
            f"{VALID}learning_rate = []\n", "spec.toml:14:1: matrix.learning_rate: axis is empty", id="empty-axis"
        ),
        pytest.param(
            VALID.replace('"bart"\n', '"bart"\nconfig = { d_modle = 64 }\n'),
            "spec.toml:8:12: models.bart-tiny.config.d_modle: the configuration of bart has no such field\n"
            "    hint: did you mean 'd_model'?",
            id="field-of-no-configuration",
        ),
        pytest.param(f"{VALID}exclude = [{{ seed = 1 }}]\n", "matrix: 0 of 1 trial left", id="all-excluded"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_wrong_file_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.toml").write_text(text)
    result = xp(command, "spec.toml")
    assert (result.exit_code, message in result.output) == (2, True), result.output
    assert not Path("results").exists()


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = xp("run", "nothing.toml")
    assert result.exit_code == 2
    assert result.output == "xp: nothing.toml: no such file\n    hint: there is no .toml file in .\n"


def corpus(folder: Path, name: str = "train.jsonl", **row: str) -> None:
    (folder / name).write_text(json.dumps(row or {"dialogue": "A: hi", "summary": "a greets"}) + "\n")


PATH = 'path = "{split}.jsonl"'
FILES = VALID.replace('builtin = "dialogues"', f'{PATH}\nsource = "dialogue"\ntarget = "summary"')


def test_a_missing_data_file_is_named_with_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.toml").write_text(FILES)
    for split in ("train", "validatoin", "test"):
        corpus(tmp_path, f"{split}.jsonl")
    result = xp("run", "spec.toml")
    assert result.exit_code == 2
    assert "spec.toml:9:1: datasets.dialogues.path: there is no file of the validation split" in result.output
    assert "did you mean 'validatoin.jsonl'?" in result.output


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("train.csv", "dialogue,summary\na,b\n".encode("utf-16"), id="csv-in-utf-16"),
        pytest.param("train.jsonl", '{"dialogue": "á", "summary": "b"}\n'.encode("latin-1"), id="jsonl-in-latin-1"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_data_file_that_is_not_utf_8_is_named_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    for split in ("validation", "test"):
        corpus(tmp_path, f"{split}.jsonl")
    places = f'train = "{name}"\nvalidation = "validation.jsonl"\ntest = "test.jsonl"'
    Path("spec.toml").write_text(FILES.replace(PATH, places))

    result = xp(command, "spec.toml")

    assert result.exit_code == 2
    message = f"not UTF-8, got '{tmp_path / name}', the train split\n    hint: save it as UTF-8\n"
    assert f"spec.toml:9:1: datasets.dialogues.train: {message}" in result.output
    assert "Traceback" not in result.output
    assert not Path("results").exists()


@pytest.fixture
def commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with three data files and two prefixes, one of which has a comma."""
    monkeypatch.chdir(tmp_path)
    places = 'train = "a.jsonl"\nvalidation = "a.jsonl"\ntest = "a.jsonl"'
    corpus(tmp_path, "a.jsonl")
    Path("spec.toml").write_text(f'{FILES.replace(PATH, places)}source_prefix = ["a,b", "a"]\n')
    return tmp_path


def test_a_path_with_a_comma_on_the_command_line_is_one_path(commas: Path) -> None:
    result = xp("run", "spec.toml", "--set", "datasets.dialogues.train=in,put/a.csv")

    assert result.exit_code == 2
    assert "--set datasets.dialogues.train=in,put/a.csv: datasets.dialogues.train: there is no file" in result.output
    assert f"got '{commas}/in,put/a.csv'" in result.output
    assert not Path("results").exists()


@pytest.mark.usefixtures("commas")
def test_a_value_with_a_comma_is_chosen_as_one_value() -> None:
    told = json.loads(xp("plan", "spec.toml", "--only", "source_prefix=a,b", "--json").stdout)

    assert [trial["variant"]["source_prefix"] for trial in told["trials"]] == ["a,b"]


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.toml").write_text(FILES)
    for split in ("train", "validation", "test"):
        corpus(tmp_path, f"{split}.jsonl", dialog="A: hi", summary="a greets")
    result = xp("run", "spec.toml")
    assert result.exit_code == 2
    place = "spec.toml:10:1: datasets.dialogues.source:"
    assert f"{place} there is no column 'dialogue' in the split train and validation and test" in result.output
    assert "did you mean 'dialog'?" in result.output


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a file that plans one trial."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(VALID)
    return "tiny.toml"


@pytest.mark.parametrize("words", [("--set", "matrix.seed=[5, 6]"), ("--seeds", "5,6")], ids=["set", "seeds"])
def test_a_plan_lists_trials_by_id_and_state(tiny: str, words: tuple[str, ...]) -> None:
    result = xp("plan", tiny, *words)

    assert result.exit_code == 0
    head, *trials = result.output.partition("\n\n")[0].splitlines()
    assert head.split() == ["id", "state", "method", "seed", "memory/rank", "label"]
    assert [line.split()[1:4] for line in trials] == [["new", "baseline", "5"], ["new", "baseline", "6"]]
    assert "2 trials: 2 new\n" in result.output


def test_a_plan_is_there_for_programs_too(tiny: str) -> None:
    told = json.loads(xp("plan", tiny, "--json").stdout)

    assert told["totals"]["states"] == {"new": 1}


def test_seeds_that_are_no_numbers_are_refused(tiny: str) -> None:
    for command in (("plan", tiny), ("run", tiny), ("explain", "0", tiny)):
        result = xp(*command, "--seeds", "1,b")
        assert (result.exit_code, result.output.partition("\n")[0]) == (
            2,
            "xp: --seeds 1,b: should be whole numbers with commas between them, got 'b'",
        )


def test_a_trial_is_explained(tiny: str) -> None:
    (trial,) = json.loads(xp("plan", tiny, "--json").stdout)["trials"]
    result = xp("explain", trial["id"][:6], tiny)

    assert result.exit_code == 0
    assert result.output.startswith(f"{trial['id']}  {trial['label']}\n")
    told = json.loads(xp("explain", trial["id"], tiny, "--json").stdout)
    assert told["id"] == trial["id"]


def test_an_unknown_trial_is_refused(tiny: str) -> None:
    result = xp("explain", "nothing", tiny)

    assert result.exit_code == 2
    assert result.output.startswith("xp: nothing: there is no such trial in the plan\n    hint: it is no id, such as ")


@pytest.mark.usefixtures("tiny")
def test_schema_and_reference_are_written_to_files() -> None:
    assert xp("schema", "-o", "a/schema.json").exit_code == 0
    assert xp("reference", "-o", "reference.md").exit_code == 0
    assert json.loads(xp("schema").stdout) == json.loads(Path("a/schema.json").read_text())
    assert xp("reference").stdout == Path("reference.md").read_text()


@pytest.mark.usefixtures("tiny")
def test_a_project_is_started_once() -> None:
    assert xp("init", "new").exit_code == 0
    assert xp("plan", "new/experiments/first.toml").exit_code == 0
    again = xp("init", "new")
    assert (again.exit_code, "new/README.md: is here already" in again.output) == (1, True)


def test_a_shipped_experiment_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = xp("plan", "experiments/core.toml")
    assert result.exit_code == 0, result.output
    assert "taking the one that ships with xp" in result.output


@pytest.mark.parametrize(
    "words",
    [
        *(("query", "environment"), ("render", "experiments.md.j2"), ("verify",), ("diff", "a", "b")),
        *(("status",), ("logs", "a"), ("env", "a"), ("cancel",), ("replay", "a")),
    ],
    ids=lambda words: words[0],
)
def test_asking_before_anything_ran_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = xp(*words)
    assert result.exit_code == 3
    assert "there is no results folder" in result.output
    assert "xp run" in result.output


def test_an_unknown_query_names_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    result = xp("query", "tradeofs")
    assert result.exit_code == 3
    assert "did you mean 'tradeoffs'?" in result.output


def test_a_report_without_its_template_trains_nothing(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(VALID, encoding="utf-8")
    words = ("--template", "experimnts", "--results", str(tmp_path / "results"))
    result = xp("report", str(tmp_path / "tiny.toml"), *words)
    assert result.exit_code == 3
    assert "did you mean 'experiments'?" in result.output
    assert not (tmp_path / "results").exists()


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "tiny.toml").write_text(VALID, encoding="utf-8")
    monkeypatch.setattr("xp.engine.journal.Journal._write", full)
    result = xp("run", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results"))
    assert result.exit_code == 1
    assert "nothing more can be written: No space left on device" in result.output
    assert "the same command goes on" in result.output


def test_a_results_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(VALID, encoding="utf-8")
    (tmp_path / "results").write_text("mine", encoding="utf-8")
    result = xp("run", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results"))
    assert result.exit_code == 2
    assert "is a file" in result.output
    assert (tmp_path / "results").read_text(encoding="utf-8") == "mine"


def test_a_bug_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    (tmp_path / "tiny.toml").write_text(VALID, encoding="utf-8")
    monkeypatch.setattr("xp.engine.journal.Journal._write", broken)
    result = xp("run", str(tmp_path / "tiny.toml"), "--results", str(tmp_path / "results"))
    assert isinstance(result.exception, OSError)


def test_closed_streams_are_no_fault() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m xp.engine.cli.main query --list >&-"], capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_folder_that_is_no_more_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text(VALID)
    code = f"import os; os.chdir({str(tmp_path)!r}); os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}from xp.engine.cli.main import main; main(['plan', '{tmp_path}/spec.toml'])"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == "xp: the folder that it is started in is no more\n    hint: start it in another one\n"
    assert done.returncode == 1


def test_an_export_takes_its_form_as_a_query_does(tmp_path: Path) -> None:
    result = xp("export", str(tmp_path / "new"), "--format", "nothing")
    assert result.exit_code == 2
    assert "'nothing' is not one of 'parquet', 'mlflow', 'ducklake', 'postgres'" in result.output
