"""What is odd in a plan is told with its place, and refuses nothing."""

from __future__ import annotations

import pytest

from tests.dsl.head import Loading, Planning, Write
from xp.dsl.plan_notes import crowded, doubts
from xp.dsl.resources import Machine

STEPS = 'eval_strategy = "steps"\neval_steps = 4\n'


def told(experiment: Loading, planned: Planning, text: str) -> list[str]:
    text = f"[methods.a.settings]\n{text}"
    return [*doubts(experiment(text), planned(text).trials)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            "max_steps = 10\nwarmup_steps = 500",
            "spec.toml:12:1: methods.a.settings.warmup_steps: a warm-up of 500 steps does not end in 10: "
            "learning_rate is never reached",
            id="warm-up",
        ),
        pytest.param(
            f"max_steps = 4\n{STEPS}",
            "spec.toml:13:1: methods.a.settings.eval_steps: no evaluation comes before the last of 4 steps",
            id="evaluation",
        ),
        pytest.param(
            "epochs = 3\nearly_stopping = { patience = 2 }",
            "spec.toml:12:20: methods.a.settings.early_stopping.patience: it cannot end the training: that takes 3 "
            "evaluations before the last step, and there are 2",
            id="patience-in-epochs",
        ),
        pytest.param(
            f"max_steps = 9\n{STEPS}early_stopping = {{ patience = 2 }}",
            "spec.toml:14:20: methods.a.settings.early_stopping.patience: it cannot end the training: that takes 3 "
            "evaluations before the last step, and there are 2",
            id="patience-in-steps",
        ),
        pytest.param(
            "epochs = 2\nmax_steps = 10",
            "spec.toml:11:1: methods.a.settings.epochs: it does nothing beside max_steps = 10",
            id="overruled",
        ),
        pytest.param(
            "epochs = 1\nearly_stopping = { patience = 1 }",
            "spec.toml:12:20: methods.a.settings.early_stopping.patience: it cannot end the training: that takes 2 "
            "evaluations before the last step, and there are none",
            id="patience-of-nothing",
        ),
    ],
)
def test_what_comes_too_late_is_told(experiment: Loading, planned: Planning, text: str, line: str) -> None:
    assert told(experiment, planned, text) == [line]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("max_steps = 10\nwarmup_steps = 10", id="peak-at-the-end"),
        pytest.param("max_steps = 10\nwarmup_steps = 0.5", id="share"),
        pytest.param(f"max_steps = 5\n{STEPS}", id="one-evaluation"),
        pytest.param("epochs = 3\nearly_stopping = { patience = 1 }", id="second-of-three-epochs"),
        pytest.param("max_steps = 9\nearly_stopping = { patience = 3 }", id="epochs-of-unknown-length"),
        pytest.param(f"{STEPS}early_stopping = {{ patience = 9 }}", id="steps-of-unknown-number"),
        pytest.param("max_steps = 2\neval_strategy = 'no'", id="nobody-wants-to-know"),
    ],
)
def test_what_may_come_in_time_is_not(experiment: Loading, planned: Planning, text: str) -> None:
    assert told(experiment, planned, text) == []


@pytest.mark.parametrize(
    ("checkpoint", "prefix", "lines"),
    [
        ("google-t5/t5-small", "", 1),
        ("t5-base", "", 1),
        ("t5-base", "summarize: ", 0),
        ("google/flan-t5-small", "", 0),
        ("facebook/bart-base", "", 0),
    ],
)
def test_a_model_that_was_trained_with_a_prefix_gets_one(
    experiment: Loading, planned: Planning, checkpoint: str, prefix: str, lines: int
) -> None:
    overrides = [f"defaults.model={checkpoint}", f"defaults.source_prefix='{prefix}'"]

    found = [*doubts(experiment("", *overrides), planned("", *overrides).trials)]

    assert len(found) == lines
    assert all(line.endswith("behind 'summarize: ', and nothing is put before a source") for line in found)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ('{"partition_activations": true, "cpu_checkpointing": true}', True),
        ('{"partition_activations": false, "number_checkpoints": null, "profile": false}', False),
    ],
)
def test_activation_checkpointing_that_saves_no_memory_is_told(
    experiment: Loading, planned: Planning, write: Write, block: str, told: bool
) -> None:
    write(f'{{"train_micro_batch_size_per_gpu": 2, "activation_checkpointing": {block}}}', "ds.json")
    text = '[methods.a]\ndeepspeed = "ds.json"\n[methods.b]\ndeepspeed = "ds.json"\nsettings = { epochs = 2 }\n'
    line = (
        "ds.json:1:39: activation_checkpointing: it does nothing here: models of transformers do not ask DeepSpeed "
        "for it; set gradient_checkpointing = true"
    )

    assert [*doubts(experiment(text), planned(text).trials)] == [line] * told


@pytest.mark.parametrize(
    ("goal", "lines"),
    [
        ('metric = "energy_consumed"\ngoal = "minimize"', ["energy_consumed"]),
        ('metric = "predict_rouge2"', []),
        ('metric = "eval_loss"', []),
    ],
)
def test_a_search_says_what_it_looks_at_where_that_is_not_the_objective(
    experiment: Loading, planned: Planning, goal: str, lines: list[str]
) -> None:
    space = "{ learning_rate = { values = [1e-5, 2e-5] } }"
    text = f'[methods.a]\nsearch = {{ algorithm = "grid", space = {space} }}\n[objective]\n{goal}\n'

    assert [*doubts(experiment(text), planned(text).trials)] == [
        f"spec.toml:11:1: methods.a.search: it looks at eval_loss: the validation split has no {metric} of [objective]"
        for metric in lines
    ]


def test_a_vocabulary_that_the_tokenizer_overrules(experiment: Loading, planned: Planning) -> None:
    argument = "models.tiny.config={ vocab_size = 512, d_model = 64 }"

    (line,) = doubts(experiment("", argument), planned("", argument).trials)
    where = f"--set {argument}: models.tiny.config.vocab_size"
    assert line == f"{where}: it does nothing: the vocabulary is that of the tokenizer"


def test_more_ranks_than_cores_are_told(experiment: Loading, planned: Planning) -> None:
    text = "[methods.a.settings]\nworld_size = 3"
    loaded, trials = experiment(text), planned(text).trials

    assert [*crowded(loaded, trials, Machine("cpu", 3))] == []
    assert [*crowded(loaded, trials, Machine("cuda", 3, cores=2))] == []
    (line,) = crowded(loaded, trials, Machine("cpu", 2))
    assert line == (
        "spec.toml:11:1: methods.a.settings.world_size: 3 ranks on 2 cores: they take turns, and times say little"
    )
