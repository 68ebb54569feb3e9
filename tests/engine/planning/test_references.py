"""What an experiment points to is found, hashed by content, and missed by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xp.dsl.errors import SpecError
from xp.dsl.source import load
from xp.dsl.spec import Dataset
from xp.dsl.trial import Trial
from xp.engine import planning
from xp.engine.planning import references

ROW = {"dialogue": "A: hi", "summary": "a greets"}
FILES = Dataset(path="{split}.jsonl", source="dialogue", target="summary")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for split in ("train", "validation", "test"):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(ROW) + "\n")
    return tmp_path


def test_the_same_content_has_the_same_fingerprint_wherever_it_lies(folder: Path) -> None:
    before = references.fingerprint(FILES, folder)
    moved = folder / "moved"
    moved.mkdir()
    for file in folder.glob("*.jsonl"):
        file.rename(moved / file.name)
    assert references.fingerprint(FILES, moved) == before


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_changed_byte_changes_the_fingerprint(folder: Path, split: str) -> None:
    before = references.fingerprint(FILES, folder)
    with (folder / f"{split}.jsonl").open("a") as file:
        file.write(json.dumps(ROW) + "\n")
    assert references.fingerprint(FILES, folder) != before


def test_a_built_in_corpus_is_its_size_and_version(tmp_path: Path) -> None:
    small, large = (references.fingerprint(Dataset(builtin="dialogues", size=size), tmp_path) for size in (100, 200))
    assert small != large


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Dataset(path="org/a"), Dataset(path="org/b")),
        (Dataset(path="org/a"), Dataset(path="org/a", revision="abc")),
        (Dataset(path="org/a", config="1.0.0"), Dataset(path="org/a", config="3.0.0")),
        (Dataset(path="org/a"), Dataset(path="org/a", train="train[:1%]")),
        (Dataset(path="org/a", validation="dev"), Dataset(path="org/a", test="dev")),
    ],
    ids=["id", "revision", "configuration", "part-of-a-split", "which-split"],
)
def test_what_names_a_hub_data_set_is_in_its_fingerprint(tmp_path: Path, first: Dataset, second: Dataset) -> None:
    assert references.fingerprint(first, tmp_path) != references.fingerprint(second, tmp_path)


def test_a_hub_data_set_with_the_usual_splits_keeps_its_fingerprint(tmp_path: Path) -> None:
    """Results of before splits were part of it stay valid."""
    assert references.fingerprint(Dataset(path="org/a", revision="abc", config="1"), tmp_path) == "hub:org/a@abc:1"


MODELS = """\
[experiment]
name = "two"
[defaults]
dataset = "d"
[datasets.d]
builtin = "dialogues"
[models.whole]
checkpoint = "bart"
[models.named]
checkpoint = "bart"
tokenizer = "bart"
[models.mixed]
checkpoint = "org/far"
tokenizer = "words"
[models.far]
checkpoint = "org/far"
tokenizer = "org/words"
[matrix]
model = ["whole", "named", "mixed", "far"]
"""


def model_hashes(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the hashes of the checkpoints and of the tokenizers of four models."""
    (folder / "two.toml").write_text(MODELS)
    experiment = load(folder / "two.toml")
    return references.checkpoints(experiment), references.tokenizers(experiment)


def test_files_of_a_model_are_hashed_by_content_and_those_of_the_hub_are_not(tmp_path: Path) -> None:
    for name in ("bart", "words"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tokenizer.json").write_text("{}")
    checkpoints, tokenizers = model_hashes(tmp_path)
    (tmp_path / "bart" / "config.json").write_text('{"d_model": 16}')
    others, _ = model_hashes(tmp_path)

    assert (set(checkpoints), set(tokenizers)) == ({"whole", "named"}, {"mixed"})
    assert checkpoints["whole"] == checkpoints["named"] != others["whole"]


def test_another_tokenizer_in_the_same_folder_is_another_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("words").mkdir()
    Path("own.toml").write_text(
        '[experiment]\nname = "own"\n[defaults]\nmodel = "m"\ndataset = "d"\n[datasets.d]\nbuiltin = "dialogues"\n'
        '[models.m]\narchitecture = "bart"\ntokenizer = "words"\n[matrix]\nseed = [1]\n'
    )

    def trial() -> Trial:
        (found,) = planning.make(Path("own.toml")).wanted
        return found

    Path("words/tokenizer.json").write_text("{}")
    first = trial()
    Path("words/tokenizer.json").write_text('{"other": 1}')

    assert first.tokenizer is not None
    assert trial().id != first.id


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text(
        '[experiment]\nname = "two"\n[defaults]\nmodel = "m"\n[models.m]\narchitecture = "bart"\n'
        '[datasets.a]\npath = "a/{split}.csv"\n[datasets.b]\ntrain = "b.csv"\nvalidation = "b.csv"\ntest = "c.csv"\n'
        '[matrix]\ndataset = ["a", "b"]\nseed = [1]\n'
    )
    with pytest.raises(SpecError) as refusal:
        references.fingerprints(load(file))
    message = str(refusal.value)
    assert message.count("there is no file of the") == 6
    assert f"{file}:8:1: datasets.a.path" in message
    assert f"{file}:12:1: datasets.b.test" in message


@pytest.mark.parametrize(
    ("text", "files", "message"),
    [
        (
            "path = 'all.jsonl'",
            ["all.jsonl"],
            (
                "two.toml:8:1: datasets.d.path: one file, where a data set has three splits, got 'all.jsonl'\n"
                "    hint: write '{split}' for the name of a split, or name three files: train, validation and test"
            ),
        ),
        (
            "path = '{spilt}.jsonl'",
            ["train.jsonl"],
            (
                "two.toml:8:1: datasets.d.path: '{spilt}' stands for nothing, got '{spilt}.jsonl'\n"
                "    hint: did you mean '{split}'?"
            ),
        ),
        (
            "path = '{split}.csv'",
            ["train.csv", "validation.csv", "test.csv"],
            (
                "two.toml:7:11: datasets.d.target: there is more than one column 'summary' in the split "
                "train and validation and test\n    hint: give each a name of its own"
            ),
        ),
    ],
    ids=["one-file", "misspelt-split", "column-twice"],
)
def test_paths_and_columns_that_cannot_be_meant_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, files: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in files:
        Path(name).write_text("document,summary,summary\na,b,c\n" if name.endswith("csv") else '{"document": "a"}\n')
    Path("two.toml").write_text(
        '[experiment]\nname = "two"\n[defaults]\nmodel = "m"\n[models.m]\narchitecture = "bart"\n[datasets.d]\n'
        f'{text}\n[matrix]\ndataset = ["d"]\n'
    )

    with pytest.raises(SpecError) as refusal:
        references.fingerprints(load(Path("two.toml")))

    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("dataset = '{split}.csv'\n", "two.toml:9:1: defaults.dataset"),
        ("[matrix]\ndataset = ['d', '{split}.csv']\n", "two.toml:10:17: matrix.dataset[1]"),
        (
            "[matrix]\ndataset = ['d']\ninclude = [{ dataset = '{split}.csv' }]\n",
            "two.toml:11:14: matrix.include[0].dataset",
        ),
    ],
    ids=["default", "axis", "include"],
)
def test_a_data_set_without_a_table_is_told_where_it_is_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, where: str
) -> None:
    monkeypatch.chdir(folder)
    Path("two.toml").write_text(
        '[experiment]\nname = "two"\n[models.m]\narchitecture = "bart"\n[datasets.d]\nbuiltin = "dialogues"\n'
        "[defaults]\nmodel = 'm'\n" + text
    )

    with pytest.raises(SpecError) as refusal:
        references.fingerprints(load(Path("two.toml")))

    assert str(refusal.value).startswith(f"{where}: there is no file of the train split")
