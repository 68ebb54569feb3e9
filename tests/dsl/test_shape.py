"""What is worked out once for many trials is what each of them would have come to alone."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dsl.head import Planning
from xp.dsl.canonical import Pieces
from xp.dsl.document import Document
from xp.dsl.dotted import SETTINGS, flatten
from xp.dsl.draft import Drafts
from xp.dsl.matrix import Expansion
from xp.dsl.resources import Machine
from xp.dsl.rules import RULES, Case
from xp.dsl.settings import Settings
from xp.dsl.shape import Contents, settings_of
from xp.dsl.source import understand
from xp.dsl.spec import Model
from xp.dsl.traced import Look, Traced
from xp.dsl.trial import Subject, canonical, identity, non_default

VALUES: dict[str, list[Any]] = {
    "epochs": [1.0, 3.0],
    "max_steps": [None, 6],
    "batch_size": [1, 8],
    "learning_rate": [5e-5, 1e-4],
    "precision": ["fp32", "bf16", "fp16"],
    "freeze": [(), ("encoder",), ("embeddings", "encoder")],
    "world_size": [1, 4],
    "warmup_steps": [0.0, 0.5, 2.5],
    "lr_scheduler_type": ["linear", "constant", "WarmupLR"],
    "eval_strategy": ["no", "epoch", "steps"],
    "eval_steps": [None, 3],
    "logging_steps": [1, 10],
    "max_source_length": [16, 2048],
    "gradient_checkpointing": [False, True],
    "source_prefix": ["", "summarize: "],
    "generation.num_beams": [None, 1, 4],
    "generation.length_penalty": [None, 2.0],
    "zero.stage": [0, 1, 2, 3],
    "zero.offload_param": ["none", "cpu"],
    "zero.overlap_comm": [None, False, True],
    "early_stopping.patience": [1, 2],
    "early_stopping.metric": ["eval_loss", "eval_rouge1"],
}
NEEDS = {"zero": "zero.stage", "early_stopping": "early_stopping.patience"}


@st.composite
def written(draw: st.DrawFn) -> dict[str, Any]:
    """Some settings by their dotted names, whole tables only."""
    names = draw(st.sets(st.sampled_from(sorted(VALUES))))
    names |= {NEEDS[table] for table in NEEDS if any(name.startswith(f"{table}.") for name in names)}
    return {name: draw(st.sampled_from(VALUES[name])) for name in sorted(names)}


def look(own: dict[str, Any]) -> Look:
    """Return what knows settings one by one."""
    return lambda name: own.get(name, SETTINGS[name].default)


@given(written(), st.data())
def test_the_text_of_settings_is_that_of_the_whole(values: dict[str, Any], data: st.DataObject) -> None:
    varying = data.draw(st.sets(st.sampled_from(sorted(values)))) if values else set()
    fixed = {name: value for name, value in values.items() if name not in varying}
    # a setting that varies had another value before, which must leave no trace
    before = {name: data.draw(st.sampled_from(VALUES[name])) for name in varying}
    pieces = Pieces(fixed, varying)

    pieces.text({**fixed, **before})

    assert pieces.text(values) == canonical(non_default(settings_of(values)))


@given(written(), st.lists(st.data(), min_size=1, max_size=6))
def test_an_answer_that_is_known_is_the_answer_to_the_same_question(
    values: dict[str, Any], tries: list[st.DataObject]
) -> None:
    model = Model(architecture="bart", config={"max_position_embeddings": 64})
    case = Case(Settings(), model, Machine("cpu", 2))

    def ask(settings: Settings) -> list[str]:
        return [finding.message for rule in RULES for finding in rule(case.of(settings))]

    traced = Traced(ask, VALUES)
    for data in tries:
        own = {name: data.draw(st.sampled_from(VALUES[name])) for name in values}
        answer = traced.answer(look(own), partial(settings_of, own))
        assert answer == ask(settings_of(own))


def test_what_is_not_looked_at_is_not_asked_again() -> None:
    asked: list[float] = []

    def ask(settings: Settings) -> bool:
        asked.append(settings.learning_rate)
        return settings.batch_size > 1 and settings.zero is not None and settings.zero.stage == 2

    traced = Traced(ask, ["batch_size", "zero.stage", "epochs"])
    for stage in (1, 2):
        for epochs in (1.0, 2.0, 3.0):
            own = {"batch_size": 2, "epochs": epochs, "zero.stage": stage}
            answer = traced.answer(look(own), partial(settings_of, own))
            assert answer is (stage == 2)

    assert len(asked) == 2


def test_a_question_that_takes_the_whole_looks_at_everything() -> None:
    traced = Traced(lambda settings: len(canonical(non_default(settings))), ["learning_rate"])
    found = {
        rate: traced.answer(look({"learning_rate": rate}), partial(Settings, learning_rate=rate))
        for rate in (0.5, 0.25)
    }

    assert found == {rate: len(canonical({"learning_rate": rate})) for rate in (0.5, 0.25)}


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({}, id="plain"),
        pytest.param({"methods": {"a": {}, "b": {"settings": {"zero": {"stage": 2}}}}}, id="methods"),
        pytest.param({"methods": {"a": {"search": {"algorithm": "random", "samples": 2, "space": {
            "weight_decay": {"values": [0.0, 0.1]}}}}}}, id="search"),
    ],
)  # fmt: skip
def test_ids_are_those_of_whole_trials(extra: dict[str, Any]) -> None:
    raw: dict[str, Any] = {
        "experiment": {"name": "e"},
        "defaults": {"model": "m", "dataset": "d", "max_steps": 4},
        "models": {"m": {"architecture": "bart"}},
        "datasets": {"d": {"builtin": "dialogues"}},
        "matrix": {
            "batch_size": [1, 2],
            "freeze": [[], ["encoder"]],
            "seed": [1, 2],
            "include": [{"batch_size": 2, "precision": "bf16"}, {"batch_size": 2, "seed": 2, "epochs": 1}],
        },
        **extra,
    }
    experiment = understand(raw, Document())
    drafts = Drafts(experiment, Contents({"d": "f" * 64}, {}), None)
    made = [drafts.draft(cell) for cell in Expansion(experiment.grid)]

    assert len(made) == 8 * len(extra.get("methods", "m"))
    for draft in made:
        assert draft is not None
        subject: Subject = draft.resolved.subject
        assert draft.id == identity(subject, draft.seed)
        said = flatten(subject.settings.model_dump(exclude_unset=True))
        assert {name: said[name] for name in draft.resolved.shape.varying} == {
            name: draft.variant[name] for name in draft.resolved.shape.varying
        }


def test_a_trial_is_made_once_and_only_when_it_is_looked_at(planned: Planning) -> None:
    trials = planned("[matrix]\nbatch_size = [1, 2]\nseed = [1, 2]\n").trials

    assert len(trials) == 4
    assert trials[-1] is trials[3]
    assert [trial.seed for trial in trials[1:3]] == [2, 1]
    assert trials[0].settings is trials[1].settings, "seeds share what is the same"
    with pytest.raises(IndexError):
        trials[4]
