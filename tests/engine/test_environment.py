"""The facts of a machine are complete, typed and hold no secret."""

import json
import subprocess
from pathlib import Path

import pytest

from xp.engine import environment
from xp.engine.journal import plain


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def test_the_facts_can_be_journalled(tmp_path: Path) -> None:
    facts = environment.collect(tmp_path)
    assert json.loads(json.dumps(plain(facts))) == facts
    assert set(facts["units"]) <= set(facts["values"])


@pytest.mark.parametrize(
    "name", ["platform", "python", "cpu", "cpu_usable", "memory", "gpu_count", "torch", "deepspeed"]
)
def test_what_a_reviewer_asks_for_is_there(tmp_path: Path, name: str) -> None:
    assert environment.collect(tmp_path)["values"][name] not in (None, "")


def test_memory_has_a_unit(tmp_path: Path) -> None:
    assert environment.collect(tmp_path)["units"]["memory"] == "B"


def test_a_machine_without_a_gpu_names_none(tmp_path: Path) -> None:
    if environment.machine().devices == "cuda":
        pytest.skip("this machine has a GPU")
    values = environment.collect(tmp_path)["values"]
    assert values["gpu_count"] == 0
    assert "gpu" not in values


def test_variables_are_stored_by_allow_list_only() -> None:
    planted = {"OMP_NUM_THREADS": "1", "HF_TOKEN": "hf_secret", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": "/home/me"}
    assert environment.variables(planted) == {"env:OMP_NUM_THREADS": ("1", "")}


def test_no_fact_holds_a_planted_token(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_planted")
    git(repository, "remote", "add", "origin", "https://user:ghp_planted@example.invalid/x.git")
    assert "planted" not in json.dumps(environment.collect(repository))


def test_a_clean_checkout_is_clean(repository: Path) -> None:
    facts = environment.git(repository)
    assert facts["git_dirty"] == (False, "")
    assert facts["git_untracked"] == (0, "files")
    assert len(facts["git_commit"][0]) == 40


def test_an_edited_file_is_dirty_and_its_difference_is_hashed(repository: Path) -> None:
    (repository / "code.py").write_text("a = 2\n")
    facts = environment.git(repository)
    assert facts["git_dirty"] == (True, "")
    assert len(facts["git_diff_sha256"][0]) == 64


def test_an_untracked_file_is_counted(repository: Path) -> None:
    (repository / "new.py").write_text("")
    facts = environment.git(repository)
    assert (facts["git_dirty"][0], facts["git_untracked"][0]) == (False, 1)


def test_a_folder_without_git_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert environment.git(tmp_path) == {"git_commit": (None, "")}
