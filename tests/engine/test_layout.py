"""One module knows where things lie."""

from pathlib import Path

import pytest

from xp.engine.layout import AttemptLayout, JournalPlace, Layout, shipped


def test_attempts_are_numbered_from_one(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert [layout.new_attempt("abc").number for _ in range(3)] == [1, 2, 3]


def test_attempts_sort_by_number_not_by_text(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for _ in range(11):
        layout.new_attempt("abc")
    assert [attempt.number for attempt in layout.attempts("abc")] == list(range(1, 12))


def test_an_attempt_that_exists_is_never_written_over(tmp_path: Path) -> None:
    attempt = Layout(tmp_path).new_attempt("abc")
    with pytest.raises(FileExistsError):
        attempt.create()


def test_a_foreign_folder_is_no_attempt(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.new_attempt("abc")
    (layout.trial("abc") / "attempt-old").mkdir()
    assert len(layout.attempts("abc")) == 1
    with pytest.raises(ValueError, match="attempt-old"):
        _ = AttemptLayout(layout.trial("abc") / "attempt-old").number


def test_journals_are_found_those_of_experiments_first(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    attempt = layout.new_attempt("abc")
    for path in (attempt.engine_journal, attempt.journal(0), layout.experiment_journal("core")):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.name for path in layout.journals()] == ["core.jsonl", "engine.jsonl", "rank0.jsonl"]
    assert list(layout.journal_sizes()) == [str(path.relative_to(layout.root)) for path in layout.journals()]


def test_without_results_there_are_no_journals(tmp_path: Path) -> None:
    assert Layout(tmp_path / "nowhere").journal_sizes() == {}


@pytest.mark.parametrize(
    ("journal", "place"),
    [
        ("experiments/core.jsonl", JournalPlace("core")),
        ("trials/abc/attempt-12/journal/engine.jsonl", JournalPlace(None, "abc", 12, 0)),
        ("trials/abc/attempt-1/journal/rank3.jsonl", JournalPlace(None, "abc", 1, 3)),
        ("trials/abc/attempt-1/journal/rank3 (copy).jsonl", None),
        ("trials/abc/attempt-old/journal/rank3.jsonl", None),
        ("trials/abc/attempt-0/journal/rank3.jsonl", None),
        ("elsewhere/core.jsonl", None),
    ],
)
def test_a_journal_is_about_what_its_place_says(journal: str, place: JournalPlace | None) -> None:
    assert Layout(Path("results")).place(journal) == place


@pytest.mark.parametrize("name", ["core", "core.toml", "experiments/core.toml", "experiments/core"])
def test_a_shipped_file_answers_to_its_names(name: str) -> None:
    found = shipped("xp.experiments", Path(name), ".toml")
    assert found is not None
    assert found.name == "core.toml"


@pytest.mark.parametrize("name", ["nothing.toml", "elsewhere/core.toml", "a/experiments/core.toml"])
def test_another_file_is_not_taken_for_a_shipped_one(name: str) -> None:
    assert shipped("xp.experiments", Path(name), ".toml") is None
