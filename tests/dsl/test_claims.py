"""What it takes to believe a claim, and what a plan says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from xp.dsl.claims import Claim, Claims, suggest_expectation
from xp.dsl.declared import declared
from xp.dsl.errors import SpecError
from xp.dsl.own_measures import BUILT_IN
from xp.dsl.source import load

TEXT = """
[experiment]
name = "e"
[defaults]
model = "m"
dataset = "d"
[models.m]
architecture = "bart"
[datasets.d]
builtin = "dialogues"
[methods.baseline]
[methods.fast]
settings = { batch_size = 4 }
claims = { memory = "reduces", accuracy = "*affects" }
[matrix]
method = ["baseline", "fast"]
seed = [1, 2]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "e.toml"
    path.write_text(text)
    return path


def test_each_measure_has_a_margin_until_the_file_says_another() -> None:
    claims = Claims(margin={"memory": 0.1})
    reduces = Claim(expect="reduces")
    assert claims.margin_of(BUILT_IN["memory"], reduces) == 0.1
    assert claims.margin_of(BUILT_IN["memory"], Claim(expect="reduces", margin=0.2)) == 0.2
    assert claims.margin_of(BUILT_IN["accuracy"], reduces) == 0.5
    assert (claims.confidence, claims.correction) == (0.95, "holm")


def test_a_plan_declares_scale_margin_and_hash(tmp_path: Path) -> None:
    memory, accuracy = declared(load(written(tmp_path, TEXT + "[claims]\nmargin = { memory = 0.2 }\n")))
    assert (memory["expectation"], memory["situational"], memory["scale"], memory["margin"]) == (
        "reduces",
        False,
        "ratio",
        0.2,
    )
    assert (accuracy["expectation"], accuracy["situational"], accuracy["scale"]) == ("affects", True, "difference")
    assert memory["hash"] != accuracy["hash"]


def test_a_claim_may_have_a_margin_and_a_scale_of_its_own(tmp_path: Path) -> None:
    table = '{ expect = "*reduces", scale = "difference", margin = 1e6 }'
    memory, accuracy = declared(load(written(tmp_path, TEXT.replace('"reduces"', table))))
    assert (memory["expectation"], memory["situational"], memory["scale"], memory["margin"]) == (
        "reduces",
        True,
        "difference",
        1e6,
    )
    assert accuracy["margin"] == 0.5


def test_both_forms_of_a_claim_say_the_same(tmp_path: Path) -> None:
    short = [*declared(load(written(tmp_path, TEXT)))]
    long = [*declared(load(written(tmp_path, TEXT.replace('"reduces"', '{ expect = "reduces" }'))))]
    assert short == long


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (
            '{ expect = "reduce" }',
            "methods.fast.claims.memory.expect: should be 'reduces', 'increases' or",
        ),
        ("{ margin = 0.1 }", "e.toml:14:12: methods.fast.claims.memory.expect: required, but missing"),
        ('{ expect = "reduces", margin = -1 }', "methods.fast.claims.memory.margin: should be greater than 0, got -1"),
        (
            '{ expect = "reduces", marign = 1 }',
            "methods.fast.claims.memory.marign: unknown key\n    hint: did you mean 'margin'?",
        ),
        ('{ expect = "reduces", scale = "difference" }', "a claim with a scale of its own needs a margin"),
        ("1", "e.toml:14:12: methods.fast.claims.memory: should be text, got 1"),
    ],
)
def test_a_claim_that_says_nothing_is_refused(tmp_path: Path, claim: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(written(tmp_path, TEXT.replace('"reduces"', claim)))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (("seed = [1, 2]", "seed = [1, 2, 3]"), True),
        (('memory = "reduces"', 'memory = "increases"'), False),
        (("batch_size = 4", "batch_size = 2"), False),
        (("[matrix]", "[claims]\nconfidence = 0.9\n[matrix]"), False),
        (("[matrix]", "[claims]\nmargin = { memory = 0.01 }\n[matrix]"), False),
        (("[matrix]", '[claims]\ncorrection = "holm"\n[matrix]'), True),
        (("[matrix]", '[claims]\ncorrection = "none"\n[matrix]'), False),
    ],
)
def test_the_hash_follows_the_claim_and_nothing_else(tmp_path: Path, change: tuple[str, str], same: bool) -> None:
    before = next(declared(load(written(tmp_path, TEXT))))["hash"]
    after = next(declared(load(written(tmp_path, TEXT.replace(*change)))))["hash"]
    assert (before == after) is same


SEARCH = 'search = { algorithm = "random", samples = 2, space = { learning_rate = { low = 1e-5, high = 1e-3 } } }'


def test_a_search_that_is_changed_behind_the_data_is_a_claim_of_its_own(tmp_path: Path) -> None:
    searching = TEXT.replace("settings = { batch_size = 4 }", SEARCH)
    hashes = [
        next(declared(load(written(tmp_path, text))))["hash"]
        for text in (searching, searching.replace("samples = 2", "samples = 3"), searching.replace("1e-3", "1e-4"))
    ]
    assert len(set(hashes)) == 3


def test_a_deepspeed_file_that_is_changed_behind_the_data_is_a_claim_of_its_own(tmp_path: Path) -> None:
    named = written(tmp_path, TEXT.replace("[methods.fast]", '[methods.fast]\ndeepspeed = "ds.json"'))
    hashes = []
    for steps in (5, 6, "  6"):
        block = '{"stage": 2, "round_robin_gradients": true}'
        tmp_path.joinpath("ds.json").write_text(f'{{"steps_per_print": {steps}, "zero_optimization": {block}}}')
        hashes.append(next(declared(load(named)))["hash"])
    assert hashes[0] != hashes[1]
    assert hashes[1] == hashes[2], "how it is written is no part of it"


def test_what_a_file_does_not_use_leaves_hashes_as_they_were(tmp_path: Path) -> None:
    memory, accuracy = declared(load(written(tmp_path, TEXT)))
    assert (memory["hash"], accuracy["hash"]) == ("f995508992e8aa6d", "f7ac86c7dd32a825")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("confidence = 95", "claims.confidence"),
        ('correction = "bonferroni"', "claims.correction"),
        ("margin = { memori = 0.1 }", "memory"),
        ("margin = { memory = -0.1 }", "claims.margin.memory"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(written(tmp_path, f"{TEXT}[claims]\n{line}\n"))
    assert words in str(caught.value)
    assert "e.toml:19:" in str(caught.value)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("decreases", "did you mean 'reduces'?"),
        ("*lowers", "did you mean '*reduces'?"),
        ("raises", "did you mean 'increases'?"),
        ("changes", "did you mean 'affects'?"),
        ("incraeses", "did you mean 'increases'?"),
        (
            "improves",
            "say which way it goes: 'reduces' or 'increases'; which way is better each measure knows itself",
        ),
        ("sideways", ""),
    ],
)
def test_the_hint_for_a_claim_says_what_was_meant_and_not_its_opposite(word: str, hint: str) -> None:
    assert suggest_expectation(word) == hint
