"""What options and arguments are made into before a command sees them."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from xp.dsl.errors import SpecError
from xp.engine.cli.options import experiment_file, override_seeds

CONTEXT = click.Context(click.Command("any"))
SEEDS = click.Option(["--seeds"])


@pytest.mark.parametrize(
    ("seeds", "override"),
    [("1", "matrix.seed=[1]"), ("1,2,3", "matrix.seed=[1, 2, 3]"), (" 0, 07 ", "matrix.seed=[0, 7]")],
)
def test_seeds_are_short_for_an_override(seeds: str, override: str) -> None:
    assert override_seeds(CONTEXT, SEEDS, seeds) == (override,)


def test_without_seeds_nothing_is_changed() -> None:
    assert override_seeds(CONTEXT, SEEDS, None) == ()


@pytest.mark.parametrize(
    ("seeds", "got"), [("1,x", "x"), ("", ""), ("1,,2", ""), ("-1", "-1"), ("1.0", "1.0"), ("²", "²")]
)
def test_seeds_that_are_no_numbers_are_named(seeds: str, got: str) -> None:
    with pytest.raises(SpecError) as refused:
        override_seeds(CONTEXT, SEEDS, seeds)

    message = f"should be whole numbers with commas between them, got {got!r}"
    assert str(refused.value) == f"--seeds {seeds}: {message}\n    hint: such as --seeds 1,2,3"


def test_a_file_that_is_here_is_taken_before_the_shipped_one_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("core.toml").touch()

    assert experiment_file(Path("core.toml")) == Path("core.toml")
    assert experiment_file(Path("nowhere.toml")) == Path("nowhere.toml")
    assert capsys.readouterr() == ("", "")


def test_that_the_shipped_experiment_is_taken_is_said_beside_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert experiment_file(Path("core")).name == "core.toml"
    assert capsys.readouterr() == ("", "xp: there is no core here: taking the one that ships with xp\n")
