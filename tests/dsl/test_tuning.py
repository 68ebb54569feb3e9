"""``search`` of a method: what may be searched, how it is refused, and what it costs."""

from __future__ import annotations

import pytest

from tests.dsl.head import Planning, Refusal
from xp.dsl.tuning import integral

RANGE = "learning_rate = { low = 1e-5, high = 1e-3, log = true }"
BOTH = ["embeddings", "encoder"]
STAGE = '"zero.stage" = { values = [3, 2] }'
LENGTHS = '"generation.min_new_tokens" = { values = [10, 50] }, "generation.max_new_tokens" = { low = 20, high = 60 }'
BUCKETS = '"zero.allgather_bucket_size" = { low = 2, high = 8 }'
PATIENCE = '"early_stopping.patience" = { values = [1, 2] }'
PBT = f'algorithm = "pbt", population = 4, generations = 2, space = {{ {RANGE} }}'


def method(search: str) -> str:
    """Return a method with a search."""
    return f"[methods.tuned]\nsearch = {{ {search} }}\n"


@pytest.mark.parametrize(
    ("search", "where", "message"),
    [
        ('algorithm = "random", space = {}', "search", "algorithm = 'random' needs samples"),
        (
            'algorithm = "grid", space = { learning_rate = { values = [3e-5, 0.00003] } }',
            "search.space.learning_rate.values[1]",
            "3e-05 is given twice",
        ),
        (
            'algorithm = "random", samples = 2, space = { epochs = { values = [1, 1.0, 2] } }',
            "search.space.epochs.values[1]",
            "1.0 is given twice",
        ),
        (
            f'algorithm = "grid", space = {{ freeze = {{ values = [{BOTH}, {BOTH[::-1]}] }} }}',
            "search.space.freeze.values[1]",
            "['embeddings', 'encoder'] is given twice",
        ),
        (
            'algorithm = "grid", space = { gradient_checkpointing = { values = [0, 1] } }',
            "search.space.gradient_checkpointing.values[0]",
            "should be true or false, got 0",
        ),
        (
            'algorithm = "grid", space = { gradient_checkpointing = { values = [true, 1] } }',
            "search.space.gradient_checkpointing.values[1]",
            "should be true or false, got 1",
        ),
        ('algorithm = "grid", space = {}', "search.space", "there is nothing to search"),
        (f'algorithm = "grid", space = {{ {RANGE} }}', "search.space.learning_rate", "a grid needs a list of values"),
        (
            'algorithm = "grid", space = { learnin_rate = { values = [1, 2] } }',
            "search.space.learnin_rate",
            "unknown setting",
        ),
        (
            'algorithm = "grid", space = { batch_size = { values = [1, 0] } }',
            "search.space.batch_size.values[1]",
            "should be greater than 0, got 0",
        ),
        (
            'algorithm = "random", samples = 3, space = { batch_size = { low = 1.5, high = 4 } }',
            "search.space.batch_size.low",
            "should be a whole number, got 1.5",
        ),
        (
            PBT.replace("learning_rate", "batch_size").replace("1e-5", "1").replace("1e-3", "8"),
            "search.space.batch_size",
            "cannot change in the middle of a training, as PBT does",
        ),
        (
            'algorithm = "random", samples = 5, space = { batch_size = { low = 3, high = 6 } }',
            "search.samples",
            "there are 4 different trainings in this space, got 5",
        ),
        (
            f"{PBT}, perturbation_factors = [0.8, 1.0]",
            "search.perturbation_factors[1]",
            "a factor of 1 changes nothing",
        ),
        (f"{PBT}, perturbation_factors = []", "search.perturbation_factors", "should have a value, got []"),
        (
            f"{PBT}, perturbation_factors = [2]".replace(RANGE, "weight_decay = { values = [0.0, 0.1] }"),
            "search.perturbation_factors",
            "has no effect: a value of a list moves to its neighbour",
        ),
        (
            'algorithm = "replay", schedule = [{ until = 5, settings = { learning_rat = 1e-3 } }]',
            "search.schedule[0].settings.learning_rat",
            "unknown key\n    hint: did you mean 'learning_rate'?",
        ),
        (f"{PBT}, quantile_fraction = 0", "search.quantile_fraction", "should be greater than 0, got 0"),
        (f"{PBT}, samples = 3", "search.samples", "has no effect with algorithm = 'pbt'"),
        (
            f'{PBT}, metric = "predict_rouge1"',
            "search.metric",
            "a search looks at the validation split only, got 'predict_rouge1'",
        ),
        (
            'algorithm = "grid", space = { batch_size = { values = [1, 2], low = 1 } }',
            "search.space.batch_size",
            "a space has either values or low and high",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused_at_its_place(
    refusal: Refusal, search: str, where: str, message: str
) -> None:
    assert f"methods.tuned.{where}: {message}" in refusal(method(search))


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (PBT, "pbt cuts a training of known length into parts"),
        (
            'algorithm = "grid", space = { max_source_length = { values = [64, 5000] } }',
            "5000 tokens are more than the 1024 positions of the model",
        ),
        (
            f'algorithm = "grid", space = {{ {STAGE}, "zero.offload_param" = {{ values = ["none", "cpu"] }} }}',
            "space.zero.offload_param.values[1]: offload_param has no effect below stage 3, got 'cpu' at stage 2",
        ),
        (
            f'algorithm = "random", samples = 2, space = {{ {LENGTHS} }}',
            "space.generation.min_new_tokens.values[1]: the shortest summary, 50 tokens, is longer than the longest",
        ),
        (
            'algorithm = "random", samples = 2, space = { warmup_steps = { low = 0, high = 100 } }',
            "space.warmup_steps: from 1 on it is a number of whole steps, got 61.8",
        ),
        (
            f'algorithm = "random", samples = 2, space = {{ {BUCKETS} }} }}\nsettings = {{ zero = {{ stage = 2 }}',
            "space.zero.allgather_bucket_size: should be even, got 3",
        ),
        (
            f'algorithm = "grid", space = {{ {PATIENCE} }} }}\nsettings = {{ eval_strategy = "no"',
            "methods.tuned.settings.eval_strategy: early_stopping needs evaluations during training, got 'no'",
        ),
    ],
)
def test_what_could_not_run_is_found_in_the_plan(refusal: Refusal, search: str, message: str) -> None:
    assert message in refusal(method(search))


@pytest.mark.parametrize(
    "search",
    [
        f'algorithm = "grid", space = {{ {STAGE}, "zero.overlap_comm" = {{ values = [true, false] }} }}',
        'algorithm = "grid", space = { eval_steps = { values = [2, 4] } } }\nsettings = { eval_strategy = "steps"',
        'algorithm = "random", samples = 2, space = { warmup_steps = { low = 0, high = 0.3 } }',
        f'algorithm = "grid", space = {{ freeze = {{ values = [{BOTH}, []] }}, {STAGE} }}',
    ],
    ids=["keys-of-one-table", "a-key-that-another-one-needs", "share-of-steps", "lists"],
)
def test_settings_that_a_search_gives_values_only_together_can_be_searched(planned: Planning, search: str) -> None:
    assert len(planned(method(search)).trials) == 1


@pytest.mark.parametrize(
    ("search", "trainings"),
    [
        (f'algorithm = "random", samples = 1_000_000_000, space = {{ {RANGE} }}', "1,000,000,000"),
        ('algorithm = "grid", space = { AXES }', "1,002,001"),
    ],
    ids=["random", "grid"],
)
def test_a_search_has_a_limit_as_a_plan_has(refusal: Refusal, search: str, trainings: str) -> None:
    numbers = f"{{ values = {list(range(1, 1002))} }}"
    text = method(search.replace("AXES", f"batch_size = {numbers}, warmup_steps = {numbers}"))

    assert refusal(text + "[matrix]\nmethod = ['tuned']\n") == (
        f"spec.toml:11:1: methods.tuned.search: {trainings} trainings of each trial, "
        "more than the 1,000 that limits.max_trials permits (in tuned · dialogues)\n"
        "    hint: raise max_trials if all of them are meant"
    )


def test_a_list_in_place_of_a_space_is_told_how_to_be_written(refusal: Refusal) -> None:
    assert refusal(method('algorithm = "grid", space = { batch_size = [2, 4] }')) == (
        "spec.toml:11:42: methods.tuned.search.space.batch_size: should be a table, got [2, 4]\n"
        "    hint: write { values = [2, 4] }"
    )


def test_a_search_is_a_trial_of_its_own_with_a_budget(planned: Planning) -> None:
    text = "[methods.plain]\n" + method(PBT)
    (plain,) = planned(text, "defaults.max_steps=10", "matrix.method=['plain']").trials
    (tuned,) = planned(text, "defaults.max_steps=10", "matrix.method=['tuned']").trials
    assert tuned.search is not None
    assert (tuned.search.trainings, tuned.search.metric) == (4, "eval_loss")
    assert tuned.id != plain.id


def test_a_list_is_not_too_short_as_well_where_what_is_in_it_is_wrong(refusal: Refusal) -> None:
    said = refusal(method(f"{PBT}, perturbation_factors = [-0.8]"))

    assert said.count("perturbation_factors") == 1
    assert "search.perturbation_factors[0]: should be greater than 0, got -0.8" in said


def test_a_setting_is_whole_where_it_counts_something() -> None:
    assert [name for name in ("batch_size", "learning_rate", "epochs", "adam_beta1") if integral(name)] == [
        "batch_size"
    ]


def test_parts_of_a_training_need_a_checkpoint_that_is_exact(refusal: Refusal) -> None:
    zero = 'defaults.zero={ stage = 3, offload_optimizer = "nvme" }'

    assert "pbt and 'nvme' do not go together" in refusal(method(PBT), "defaults.max_steps=10", zero)
