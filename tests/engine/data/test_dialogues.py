"""The built-in corpus is repeatable, its splits share nothing, and its summaries say what the dialogues end with."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable

import pytest

from xp.engine.data import dialogues
from xp.engine.data.dialogues import Dialogue, Dice, compose, fingerprint, generate, split_size
from xp.engine.data.dialogues_scenes import LATER, SCENES
from xp.engine.data.dialogues_words import NAMES
from xp.engine.data.places import SPLITS, Split

SIZE = 1000
GOLDEN = "1192f70bd765a49994de46b20d8396446ced8552e3d02cd677a843ae4b370367"
"""SHA-256 of all three splits as JSON. Whoever changes it raises the corpus's VERSION, too."""


def chats(count: int, split: Split = "train") -> Iterable[Dialogue]:
    return itertools.islice(dialogues.dialogues(split), count)


def pattern(value: str) -> re.Pattern[str]:
    """Find *value* as whole words; any name may stand for a role in it."""
    words = re.sub(r"\\{[a-z]\\}", "[A-Z][a-z]+", re.escape(value))
    return re.compile(rf"\b{words}\b", re.IGNORECASE)


def values(slot: str) -> set[str]:
    """All that a slot may hold, in the words of a summary."""
    return {value.rpartition("|")[2] for scene in SCENES for value in scene.slots.get(slot, ())}


def test_the_same_examples_come_out_on_every_machine() -> None:
    text = json.dumps([generate(split, SIZE) for split in SPLITS], sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == GOLDEN


def test_generating_twice_gives_the_same() -> None:
    assert generate("test", SIZE) == generate("test", SIZE)


@pytest.mark.parametrize("split", SPLITS)
def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(split: Split) -> None:
    small, large = generate(split, 100), generate(split, SIZE)
    assert large[: len(small)] == small


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_has_the_size_that_is_asked_for(split: Split) -> None:
    assert len(generate(split, SIZE)) == split_size(split, SIZE) == (SIZE if split == "train" else SIZE // 10)


def test_a_tiny_corpus_still_has_three_splits() -> None:
    assert [len(generate(split, 3)) for split in SPLITS] == [3, 1, 1]


def test_ids_are_unique_over_all_splits() -> None:
    ids = [example["id"] for split in SPLITS for example in generate(split, SIZE)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("column", ["dialogue", "summary"])
def test_no_text_is_in_two_splits(column: str) -> None:
    train, validation, test = ({example[column] for example in generate(split, SIZE)} for split in SPLITS)
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_no_dialogue_is_in_a_split_twice() -> None:
    texts = [example["dialogue"] for example in generate("train", SIZE)]
    assert len(set(texts)) == len(texts)


def test_no_plan_is_in_two_splits() -> None:
    train, validation, test = (
        {frozenset((slot, chat.plan[slot]) for slot in chat.plan.keys() - LATER) for chat in chats(500, split)}
        for split in SPLITS
    )
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_lengths_are_those_of_short_chats() -> None:
    examples = generate("train", SIZE)
    assert all(60 <= len(example["dialogue"].split()) <= 100 for example in examples)
    assert all(10 <= len(example["summary"].split()) <= 26 for example in examples)


def test_every_line_has_a_speaker_and_something_to_say() -> None:
    for example in generate("train", SIZE):
        lines = example["dialogue"].split("\n")
        assert all(re.fullmatch(r"[A-Z][a-z]+: \S.*\S", line) for line in lines), example["dialogue"]
        assert 2 <= len({line.partition(":")[0] for line in lines}) <= 4


def test_no_placeholder_is_left() -> None:
    assert not any(set("{}|>") & set(example["dialogue"] + example["summary"]) for example in generate("train", SIZE))


def test_what_is_agreed_has_been_said() -> None:
    for chat in chats(SIZE):
        for slot, value in chat.plan.items():
            assert slot in LATER or value in chat.text, (slot, chat)


def test_only_people_of_the_chat_are_in_the_summary() -> None:
    for chat in chats(SIZE):
        speakers = {dialogues.speaker(line) for line in chat.lines}
        named = {name for name in NAMES if pattern(name).search(chat.summary)}
        assert named
        assert named <= speakers, chat


def test_the_summary_holds_the_last_of_what_was_said() -> None:
    for chat in chats(SIZE):
        for slot in chat.dropped.keys() - LATER:
            assert chat.text.rindex(chat.plan[slot]) > chat.text.rindex(chat.dropped[slot]), (slot, chat)
            assert not pattern(chat.dropped[slot]).search(chat.summary), (slot, chat)


@pytest.mark.parametrize("slot", ["day", "hour", "place", "item", "activity", "thing", "spot", "food", "extra", "seat"])
def test_the_summary_holds_no_other_value_than_the_plan(slot: str) -> None:
    for chat in chats(SIZE):
        found = {value for value in values(slot) if pattern(value).search(chat.summary)}
        assert found <= {chat.plan.get(slot)}, chat


def test_every_favour_of_a_summary_is_the_one_that_was_asked_for() -> None:
    told = {
        value.partition("|")[0]: value.partition("|")[2] for scene in SCENES for value in scene.slots.get("favour", ())
    }
    for chat in chats(SIZE):
        if "favour" in chat.plan:
            assert pattern(told[chat.plan["favour"]]).search(chat.summary), chat


def test_who_takes_over_does_it_and_not_who_refused() -> None:
    handed_over = [chat for chat in chats(SIZE) if "doer" in chat.dropped]
    assert handed_over
    for chat in handed_over:
        assert re.search(rf"\b{chat.plan['doer']}\b", chat.summary), chat
        assert not re.search(rf"\b{chat.dropped['doer']} (will|brings|buys|books)\b", chat.summary), chat


def test_there_are_changes_of_mind_and_dialogues_without_any() -> None:
    counts = {len(chat.dropped) for chat in chats(SIZE)}
    assert counts == {0, 1, 2}


def test_a_dialogue_can_be_summed_up_in_several_wordings() -> None:
    wordings = [wording for scene in SCENES for wording in (scene.summaries, *scene.summaries_after.values())]
    assert all(len(set(wording)) >= 3 for wording in wordings)


def test_every_slot_that_a_summary_needs_is_one_of_its_scene() -> None:
    for scene in SCENES:
        templates = [*scene.summaries, *(text for texts in scene.summaries_after.values() for text in texts)]
        needed = {slot for text in templates for slot in re.findall(r"{(\w+)}", text)}
        assert needed <= {*scene.slots, "a", "b", "c"}
        assert scene.turns.keys() <= scene.slots.keys()


def test_the_fingerprint_says_which_corpus_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint(50)
    assert first == fingerprint(50)
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    assert fingerprint(51) != first
    monkeypatch.setattr(dialogues, "VERSION", dialogues.VERSION + 1)
    assert fingerprint(50) != first


def test_dice_fall_as_written_here_in_every_version_of_python() -> None:
    dice = Dice("a key")
    assert [dice.below(10) for _ in range(8)] == [5, 7, 6, 8, 2, 4, 1, 9]
    assert dice.some("abcd", 4) == list("cdba")


def test_dice_pick_each_item_and_never_one_twice() -> None:
    dice = Dice("another key")
    assert {dice.pick("abcd") for _ in range(100)} == set("abcd")
    assert sorted(dice.some("abcd", 4)) == list("abcd")


def test_dice_of_one_key_fall_alike() -> None:
    assert [compose(Dice(key)).text for key in ("one", "one")] == [compose(Dice("one")).text] * 2
    assert compose(Dice("one")) != compose(Dice("two"))
