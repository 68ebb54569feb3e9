"""The built-in corpus: short messenger chats about everyday plans, made from nothing but a key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from xp.engine.data.dialogues_scenes import LATER, SCENES, Scene
from xp.engine.data.dialogues_words import ASIDES, CLOSINGS, DAYS, GREETINGS, HOURS, NAMES, PLACES, Beat
from xp.engine.data.places import SPLITS, Split

VERSION = 1
"""Raised with every change of what is generated, so that results on different texts are never taken for the same."""

SAMPLE = 100
"""Size of the beginning of a corpus that its fingerprint looks at."""

WORDS = range(60, 101)
"""Lengths of the dialogues that are kept, names included."""

TURNS = (0, 1, 1, 2)
"""How many changes of mind a dialogue has, each entry equally likely."""

LATE_ASIDES = (0, 0, 1)
"""How many side topics follow the plan, likewise."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Dialogue:
    """One chat and what came out of it."""

    lines: tuple[str, ...]
    """``Name: text``, in order."""

    plan: Mapping[str, str]
    """What holds at the end: slot → value, as said in the chat."""

    dropped: Mapping[str, str]
    """What was agreed first and then changed: slot → value."""

    summary: str
    """One of several wordings; nothing in the chat tells which."""

    @property
    def text(self) -> str:
        """The chat as a model reads it."""
        return "\n".join(self.lines)


def generate(split: Split, size: int) -> list[dict[str, str]]:
    """Return the examples of *split* in a corpus of *size* training examples: ``id``, ``dialogue``, ``summary``.

    A smaller corpus is the beginning of a larger one, and no plan occurs in two splits.
    """
    numbered = zip(range(split_size(split, size)), dialogues(split), strict=False)
    return [{"id": f"{split}-{number}", "dialogue": chat.text, "summary": chat.summary} for number, chat in numbered]


def split_size(split: Split, size: int) -> int:
    """Return how many examples *split* has: a tenth of the training examples in the two others.

    >>> [split_size(split, 2000) for split in SPLITS]
    [2000, 200, 200]
    """
    return size if split == "train" else max(1, size // 10)


def fingerprint(size: int) -> str:
    """Return a hash of what a corpus of *size* follows from: version and size, and its first examples.

    Every plan asks for it, so it is not for writing thousands of dialogues: VERSION vouches for the later ones.
    """
    digest = hashlib.sha256(f"dialogues {VERSION} {size}\n".encode())
    for split in SPLITS:
        for example in generate(split, min(size, SAMPLE)):
            digest.update(json.dumps(example, sort_keys=True).encode())
    return digest.hexdigest()


def dialogues(split: Split) -> Iterator[Dialogue]:
    """Yield the endless dialogues of *split*, no text twice, the same on every machine."""
    dice = Dice(f"dialogues {VERSION} {split}")
    return unique(
        chat for chat in iter(lambda: compose(dice), None) if home(chat) == split and len(chat.text.split()) in WORDS
    )


def unique(chats: Iterable[Dialogue]) -> Iterator[Dialogue]:
    """Yield the dialogues whose text has not come before."""
    seen: set[str] = set()
    for chat in chats:
        if chat.text not in seen:
            seen.add(chat.text)
            yield chat


def home(chat: Dialogue) -> Split:
    """Return the only split that may hold this plan: the plan itself decides, whoever it is about."""
    plan = json.dumps(sorted((slot, value) for slot, value in chat.plan.items() if slot not in LATER)).encode()
    eighth = hashlib.sha256(plan).digest()[0] % 8
    return SPLITS[eighth] if eighth in (1, 2) else "train"


def speaker(line: str) -> str:
    """Return who says *line*."""
    return line.partition(":")[0]


def compose(dice: Dice) -> Dialogue:
    """Return a dialogue: a plan comes up, is filled in and perhaps changed, with other talk in between."""
    chat = Chat(dice, dice.pick(SCENES))
    opening = dice.pick(chat.scene.openings)
    turns = sorted(dice.some(list(chat.scene.turns), dice.pick(TURNS)), key=LATER.__contains__)
    early = [slot for slot in turns if f"{{{slot}}}" in " ".join(opening) and dice.below(2)]
    if dice.below(2):
        chat.chatter(GREETINGS)
    chat.say(opening)
    chat.change(early)
    if not dice.below(3):
        chat.chatter(ASIDES)
    chat.say(dice.pick(chat.scene.details))
    chat.change([slot for slot in turns if slot not in early])
    for _ in range(dice.pick(LATE_ASIDES)):
        chat.chatter(ASIDES)
    chat.say(dice.pick(CLOSINGS))
    return chat.finish()


class Chat:
    """A dialogue while it is written: who takes part, what has been said, what holds so far."""

    def __init__(self, dice: Dice, scene: Scene) -> None:
        self.dice = dice
        self.scene = scene
        self.names = dict(zip(("a", "b", "c", "d", "friend"), dice.some(NAMES, 5), strict=True))
        self.plan = {slot: self.fill(dice.pick(values)) for slot, values in scene.slots.items()}
        self.dropped: dict[str, str] = {}
        self.said: set[str] = set()
        self.lines: list[str] = []
        self.chattered: set[Beat] = set()

    def fill(self, value: str) -> str:
        """Return the value of a slot with the names of this chat."""
        return value.format_map(self.names)

    def say(self, beat: Beat, **more: str) -> None:
        """Add the lines of *beat*; *more* comes before what the plan holds."""
        self.said |= {slot for slot in self.plan if slot not in more and f"{{{slot}}}" in " ".join(beat)}
        roles = self.names | more
        values = {slot: spoken(value) for slot, value in self.plan.items()} | roles
        for line in beat:
            role, _, text = line.partition("> ")
            self.lines.append(f"{roles[role]}: {text.format_map(values)}")

    def change(self, slots: Iterable[str]) -> None:
        """Let somebody change their mind about each of *slots*."""
        for slot in slots:
            old = self.plan[slot]
            others = [value for value in map(self.fill, self.scene.slots[slot]) if value != old]
            new = self.fill(LATER[slot]) if slot in LATER else self.dice.pick(others)
            self.say(self.dice.pick(self.scene.turns[slot]), new=spoken(new))
            self.plan[slot], self.dropped[slot] = new, old

    def chatter(self, beats: Sequence[Beat]) -> None:
        """Let two of those present talk about something else, with values that are not the plan's."""
        taken = {*self.plan.values(), *self.dropped.values()}
        pools = {"day": DAYS, "hour": HOURS, "place": PLACES}
        others = {slot: self.dice.pick([value for value in pools[slot] if value not in taken]) for slot in pools}
        x, y = self.dice.some(self.present(), 2)
        beat = self.dice.pick([beat for beat in beats if beat not in self.chattered])
        self.chattered.add(beat)
        self.say(beat, x=x, y=y, **others)

    def present(self) -> list[str]:
        """Return the names of those who talk, and now and then of one who has no part in the plan."""
        roles = "abcd" if not self.dice.below(4) else "ab"
        return sorted({speaker(line) for line in self.lines} | {self.names[role] for role in roles})

    def finish(self) -> Dialogue:
        """Return the dialogue, summed up in a wording of chance."""
        changed = next((slot for slot in self.scene.summaries_after if slot in self.dropped), "")
        wordings = self.scene.summaries_after.get(changed, self.scene.summaries)
        told = {slot: value.rpartition("|")[2] for slot, value in self.plan.items()}
        summary = self.dice.pick(wordings).format_map(told | self.names)
        plan = {slot: spoken(value) for slot, value in self.plan.items() if slot in {*self.said, *LATER}}
        dropped = {slot: spoken(value) for slot, value in self.dropped.items()}
        return Dialogue(tuple(self.lines), plan, dropped, summary[0].upper() + summary[1:])


def spoken(value: str) -> str:
    """Return the value of a slot as the chat has it.

    >>> spoken("feed my cat|feed Ada's cat")
    'feed my cat'
    """
    return value.partition("|")[0]


class Dice:
    """Choices that are the same in every version of Python: of `random`, only ``Random.random`` is promised to be."""

    def __init__(self, key: str) -> None:
        self._random = Random(key)  # noqa: S311 - no secret: it must be repeatable

    def below(self, count: int) -> int:
        """Return one of 0, 1, … *count* - 1."""
        return int(self._random.random() * count)

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of *items*."""
        return items[self.below(len(items))]

    def some(self, items: Sequence[Item], count: int) -> list[Item]:
        """Return *count* of *items*, none twice, in an order of chance."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(count)]
