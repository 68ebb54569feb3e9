"""A corpus as a trial uses it: three splits of examples, and what was left out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xp.dsl.settings import Settings
from xp.dsl.spec import Dataset
from xp.engine.data import dialogues
from xp.engine.data.places import SPLITS, Split, is_hub, location
from xp.engine.train import readers
from xp.engine.train.errors import DataError


@dataclass(frozen=True)
class Example:
    """One document and its summary."""

    id: str
    source: str
    target: str


@dataclass(frozen=True)
class Examples:
    """One split: what the file holds, and what of it is used."""

    rows: int
    """Rows in the file."""

    whole: tuple[Example, ...]
    """All rows that have both a source and a target."""

    used: tuple[Example, ...]
    """The first of them, as many as the trial uses."""

    empty: tuple[int, ...]
    """Numbers of the rows, as errors name them, that lack a source or a target and are left out."""

    @property
    def unused(self) -> int:
        """How many rows are left out for no other reason than that the trial uses fewer."""
        return len(self.whole) - len(self.used)

    @property
    def sources(self) -> list[str]:
        """The documents that are used."""
        return [example.source for example in self.used]

    @property
    def targets(self) -> list[str]:
        """The summaries that are used."""
        return [example.target for example in self.used]

    @property
    def duplicates(self) -> int:
        """How many used examples repeat the texts of an earlier one."""
        return len(self.used) - len({(example.source, example.target) for example in self.used})

    def also_in(self, other: Examples) -> int:
        """Return how many used examples have a document that *other* uses as well."""
        known = set(other.sources)
        return sum(source in known for source in self.sources)


Corpus = Mapping[Split, Examples]


def load_corpus(dataset: Dataset, folder: Path, settings: Settings) -> Corpus:
    """Return the three splits of *dataset*, each cut to the samples that the settings allow."""
    limits = (settings.max_train_samples, settings.max_eval_samples, settings.max_predict_samples)
    return {
        split: examples(*read_split(dataset, folder, split), dataset, limit)
        for split, limit in zip(SPLITS, limits, strict=True)
    }


def read_split(dataset: Dataset, folder: Path, split: Split) -> tuple[readers.Rows, str]:
    """Return the rows of one split, and where they are from."""
    if dataset.builtin is not None:
        return readers.numbered(dialogues.generate(split, dataset.size)), dataset.builtin
    columns = [dataset.source, dataset.target, *([dataset.id] if dataset.id else [])]
    name: str = getattr(dataset, split)
    if is_hub(dataset, folder):
        hub = str(dataset.path)
        return readers.read_hub(hub, dataset.config, name, dataset.revision, columns), f"{hub} {name}"
    path = location(dataset, folder, split)
    return readers.read_rows(path, columns), str(path)


def examples(found: readers.Rows, where: str, dataset: Dataset, limit: int | None = None) -> Examples:
    """Return the rows as examples, the empty ones apart."""
    source, target, name = columns_of(dataset)
    whole: list[Example] = []
    empty: list[int] = []
    for count, (number, row) in enumerate(found.items(), 1):
        place = f"{where}: row {number}"
        example = Example(
            example_id(row, name, count, place),
            readers.text_of_column(row, source, place),
            readers.text_of_column(row, target, place),
        )
        if example.source.strip() and example.target.strip():
            whole.append(example)
        else:
            empty.append(number)
    if not whole:
        raise DataError(f"{where}: no row has both {source} and {target}")
    require_unique_ids(whole, where)
    return Examples(len(found), tuple(whole), tuple(whole[:limit]), tuple(empty))


def columns_of(dataset: Dataset) -> tuple[str, str, str | None]:
    """Return the columns of source, target and id."""
    if dataset.builtin is not None:
        return "dialogue", "summary", "id"
    return dataset.source, dataset.target, dataset.id


def example_id(row: readers.Row, column: str | None, count: int, where: str) -> str:
    """Return what names the example: its id, or else its place among the rows."""
    if column is None:
        return str(count)
    value = row[column]
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise DataError(f"{where}: {column} must be text or an integer, got {readers.name_of(value)}")
    return str(value)


def require_unique_ids(found: Sequence[Example], where: str) -> None:
    """Raise if two examples have the same id: predictions are joined on it."""
    (name, count), *_ = Counter(example.id for example in found).most_common(1)
    if count > 1:
        raise DataError(f"{where}: {count} rows have the id {name!r}; an id names one example")
