"""A worker trains for real: the smallest models, in processes of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from pyarrow import parquet
from transformers import AutoConfig

from tests.engine.house import House
from tests.engine.train import tiny
from xp.dsl.spec import Dataset, Model
from xp.engine.journal import events
from xp.engine.launch.group import Launcher
from xp.engine.launch.plain import PlainLauncher
from xp.engine.train import tokenizer
from xp.engine.train.cache import Cache

pytestmark = pytest.mark.slow


def test_a_trial_tells_everything_in_its_journal(house: House) -> None:
    ended = house.run(swept=("learning_rate", "freeze"), freeze=["encoder"])

    assert ended.codes == [0], ended.log()
    (rank,) = ended.events("rank")
    assert (rank["rank"], rank["world_size"]) == (0, 1)
    assert list(events(ended.attempt.journal(0)))[-1]["event"] == "done"
    assert ended.events("failure") == []
    metrics = ended.metrics()
    expected = {"loss", "grad_norm", "learning_rate", "train_loss", "train_runtime", "eval_loss", "eval_rouge1"}
    expected |= {"eval_rougeLsum", "eval_gen_len", "predict_rouge1", "predict_empty_predictions", "predict_runtime"}
    expected |= {"train_peak_memory", "init_memory", "peak_rss", "optimizer_state_memory", "parameter_memory"}
    expected |= {"train_device_seconds", "warmup_seconds", "train_steady_samples_per_second"}
    expected |= {"energy_consumed", "emissions", "duration"}
    expected |= {"train_steady_p95_step_seconds", "train_steady_target_tokens_per_second"}
    assert expected <= set(metrics)
    assert metrics["emissions"] == pytest.approx(metrics["energy_consumed"] * 0.1)
    phases = [metrics[f"energy_consumed_{phase}"] for phase in ("prepare", "train", "evaluate", "predict")]
    assert sum(phases) == pytest.approx(metrics["energy_consumed"])
    assert 0 < metrics["train_steady_loading_share"] < 1
    assert 0 <= metrics["train_others_share"] <= 1
    assert len(ended.losses()) == 4
    assert ended.facts("dataset", "corpus")["train_samples"] == 40
    model = ended.facts("model", "tiny")
    assert 0 < model["trainable_parameters"] < model["parameters"]
    assert model["generation.max_new_tokens"] == 24
    assert ended.facts("measurement", "training")["done_steps"] == 4
    assert ended.facts("measurement", "energy")["quality"] in ("counter", "tdp-estimate", "constant")
    assert ended.effective()["freeze"] == ["encoder"]
    artifacts = ended.events("artifact")
    assert [artifact["name"] for artifact in artifacts] == ["predictions", "scores"]
    for artifact in artifacts:
        assert (ended.attempt.root / artifact["path"]).stat().st_size == artifact["bytes"]
    assert [row["id"] for row in ended.predictions()] == ["test-0", "test-1", "test-2", "test-3"]


@pytest.mark.parametrize(
    "settings", [{}, {"world_size": 2}, {"world_size": 2, "zero": {"stage": 2}}], ids=["alone", "two-ranks", "zero-2"]
)
def test_the_same_trial_in_two_folders_gives_the_same_numbers_to_the_last_bit(
    tmp_path: Path, launcher: Launcher, settings: dict[str, Any]
) -> None:
    first, second = (House(tmp_path / name, launcher).run(**settings) for name in ("first", "second"))

    assert second.codes == [0] * settings.get("world_size", 1), second.log()
    assert first.lasting() == second.lasting()
    assert len(first.losses()) == 4
    for file in ("predictions.jsonl", "scores.parquet"):
        assert (first.attempt.root / file).read_bytes() == (second.attempt.root / file).read_bytes()


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"batch_size": 2, "gradient_accumulation_steps": 4}, id="accumulated"),
        pytest.param({"batch_size": 2, "gradient_accumulation_steps": 2, "world_size": 2}, id="over-ranks"),
        pytest.param(
            {"batch_size": 2, "gradient_accumulation_steps": 2, "world_size": 2, "zero": {"stage": 2}}, id="zero-2"
        ),
        pytest.param({"batch_size": 8, "zero": {"stage": 3}}, id="zero-3"),
    ],
)
def test_the_same_rows_give_the_same_losses_however_a_step_is_split(house: House, settings: dict[str, Any]) -> None:
    """Rows of very different lengths, in a fixed order: each token of the effective batch weighs the same."""
    pairs = [(f"document {number}", "word " * (1 + 5 * (number % 3))) for number in range(24)]
    dataset = house.write(train=pairs, validation=pairs[:2], test=pairs[:2])
    fixed: dict[str, Any] = {"config": {"dropout": 0.0}, "max_steps": 3, "train_sampling_strategy": "sequential"}

    whole = house.run(dataset, batch_size=8, **fixed)
    split = house.run(dataset, **fixed, **settings)

    assert split.codes == [0] * len(split.codes), split.log()
    assert split.losses()[0] == pytest.approx(whole.losses()[0], abs=1e-3)
    assert split.losses() == pytest.approx(whole.losses(), abs=2e-3)
    assert split.metrics()["eval_loss"] == pytest.approx(whole.metrics()["eval_loss"], abs=2e-3)


@pytest.mark.parametrize("zero", [None, {"stage": 2}], ids=["ddp", "zero-2"])
def test_a_windowed_encoder_trains_on_two_ranks_and_writes_summaries(house: House, zero: dict[str, Any] | None) -> None:
    """LED has parameters for global attention; without any, they had no gradient and DDP gave up at step 2."""
    ended = house.run(model=Model(architecture="led", config=tiny.LED, vocab_size=300), world_size=2, zero=zero)

    assert ended.codes == [0, 0], ended.log()
    assert len(ended.predictions()) == 4


def test_sortish_sampling_deals_the_same_steps_to_two_ranks_as_to_one(house: House) -> None:
    """Over two epochs: had a rank an order of its own, or the examples of the other, losses would differ."""
    pairs = [(f"document {number} " * (1 + 2 * (7 * number % 12)), f"short {number}") for number in range(24)]
    dataset = house.write(train=pairs, validation=pairs[:2], test=pairs[:2]).model_copy(update={"id": None})
    order = "train_sampling_strategy"
    fixed: dict[str, Any] = {"config": {"dropout": 0.0}, "max_steps": 6, order: "sortish", "swept": (order,)}

    one, two = house.run(dataset, batch_size=8, **fixed), house.run(dataset, batch_size=4, world_size=2, **fixed)
    random = house.run(dataset, batch_size=8, **{**fixed, order: "random"})

    assert two.codes == [0, 0], two.log()
    assert [ended.effective()[order] for ended in (one, two, random)] == ["sortish", "sortish", "random"]
    assert two.losses() == pytest.approx(one.losses(), abs=2e-3)
    assert one.losses() != pytest.approx(random.losses(), abs=2e-3)


def stops_late(folder: Path, text: str) -> Model:
    """Save a model that ends a summary at once, but writes to the limit for a source that ends as *text* does.

    It wants to end, or else to repeat the last token of *text*; two tokens that are neighbours in the source may not be
    neighbours in a summary.
    """
    words = tokenizer.for_model(
        Model(architecture="bart", vocab_size=300),
        AutoConfig.for_model("bart"),
        [text],
        folder,
        Cache(folder / "words"),
    )
    bart = tiny.bart(vocab_size=300)
    *_, last, end = words(text)["input_ids"]
    bart.final_logits_bias[0, [last, end]] = torch.tensor([50.0, 100.0])
    bart.generation_config.encoder_no_repeat_ngram_size = 2
    for part in (bart, words):
        part.save_pretrained(folder / "late")
    return Model(checkpoint="late")


def test_zero_3_on_two_ranks_predicts_every_example_once_and_in_order(house: House) -> None:
    """One rank is through with a summary when the other has just begun: it has to go on beside it."""
    ends = ("late", "soon", "soon", "late", "soon")
    pairs = [("word " * (1 + 4 * number) + end, f"short {number}") for number, end in enumerate(ends)]
    dataset = house.write(train=pairs * 4, validation=[*pairs[:4], (pairs[4][0], "मीरा")], test=pairs)
    dataset = dataset.model_copy(update={"id": None})
    settings: dict[str, Any] = {"zero": {"stage": 3}, "eval_batch_size": 1, "generation": {"min_new_tokens": 1}}

    ended = house.run(dataset, world_size=2, swept=("zero.stage",), model=stops_late(house.folder, "late"), **settings)

    assert ended.codes == [0, 0], ended.log()
    assert [row["id"] for row in ended.predictions()] == ["1", "2", "3", "4", "5"]
    assert [row["reference"] for row in ended.predictions()] == [f"short {number}" for number in range(5)]
    lengths = [row["gen_len"] for row in parquet.read_table(ended.attempt.scores).to_pylist() if row["split"] == "test"]
    assert lengths == [25, 3, 3, 25, 3]
    assert sum(lengths[::2]) != sum(lengths[1::2]), "what each rank wrote"
    rouge = ended.facts("measurement", "rouge")
    assert rouge["validation_warning"].startswith("1 of 5 references have no scorable tokens")
    assert "warning" not in rouge
    assert ended.facts("measurement", "training")["skipped_steps"] == 0
    assert ended.metrics(rank=1)["train_peak_memory"] > 0
    assert set(ended.metrics(rank=1)) == {
        "before_init_memory",
        "init_memory",
        "init_peak_memory",
        "train_peak_memory",
        "evaluate_peak_memory",
        "predict_peak_memory",
        "peak_rss",
        "parameter_memory",
        "gradient_memory",
        "optimizer_state_memory",
    }


def test_early_stopping_tells_planned_and_done_steps(house: House) -> None:
    stopping = {"patience": 1, "threshold": 100.0, "metric": "eval_rouge1"}

    ended = house.run(max_steps=None, epochs=3.0, early_stopping=stopping)

    told = ended.facts("measurement", "training")
    assert told == {"planned_steps": 30, "done_steps": 20, "stop_reason": "early_stopping"}
    rates = ended.curve("learning_rate")
    assert max(rates) == 20
    assert rates[20] == pytest.approx(1e-3 * 11 / 30)
    assert ended.effective()["early_stopping.patience"] == 1
    metrics = ended.metrics()
    assert metrics["train_samples_per_second"] == pytest.approx(80 / metrics["train_runtime"], rel=0.01)


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        pytest.param({"learning_rate": 1e20}, "diverged", "loss is nan at step 2", id="diverged"),
        pytest.param(
            {"lr_scheduler_type": "constant", "warmup_steps": 2.0},
            "setting",
            "warmup_steps: 2.0 was declared, 0 is in force",
            id="warm-up-ignored",
        ),
        pytest.param({"dataset": Dataset(path="missing.csv")}, "data", "no such file", id="no-file"),
        pytest.param(
            {"config": {"encoder_ffn_dim": 1 << 40}}, "oom", "can't allocate memory", id="more-than-any-memory"
        ),
    ],
)
def test_a_trial_that_fails_says_why(house: House, settings: dict[str, Any], kind: str, message: str) -> None:
    ended = house.run(**settings)

    assert ended.codes == [1]
    assert ended.failure()["kind"] == kind
    assert message in ended.failure()["message"]
    assert ended.events("done") == []
    assert "Traceback" in ended.log()
    assert ended.metrics()["energy_consumed"] > 0


def test_a_source_longer_than_the_models_positions_is_no_index_error(house: House) -> None:
    pairs = [("word " * 400, "short")] * 4
    dataset = house.write(train=pairs, validation=pairs, test=pairs).model_copy(update={"id": None})

    failure = house.run(dataset, max_source_length=1000).failure()

    assert failure["kind"] == "setting"
    assert "does not fit the model's 256 positions" in failure["message"]


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_plainly_launched_trial_gives_the_numbers_of_a_forked_one(house: House, ranks: int) -> None:
    settings: dict[str, Any] = {"world_size": ranks, "zero": {"stage": 2}}

    plain, forked = house.run(launcher=PlainLauncher(cpu=True), **settings), house.run(**settings)

    assert plain.codes == [0] * ranks, plain.log()
    assert all(plain.events("done", rank) for rank in range(ranks))
    assert plain.lasting() == forked.lasting()
