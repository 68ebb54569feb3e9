"""What lies on the Hugging Face hub is asked for before the first trial starts, not in the middle of a night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from huggingface_hub import HfApi, constants
from huggingface_hub.errors import OfflineModeIsEnabled, RepositoryNotFoundError, RevisionNotFoundError

from xp.dsl.errors import Problem, SpecError
from xp.dsl.experiment import Experiment
from xp.engine.train.places import is_hub

SECONDS = 10.0
"""How long the hub may take to answer."""

Kind = Literal["model", "dataset"]

WORDS: dict[Kind, str] = {"model": "checkpoint", "dataset": "data set"}
WAYS: dict[Kind, str] = {
    "model": "give a folder, or an `architecture` and a `config`",
    "dataset": 'give files, such as path = "data/{split}.jsonl"',
}


def check(experiment: Experiment) -> None:
    """Raise SpecError naming every checkpoint and data set that can neither be had from the hub nor is kept here."""
    problems = [
        problem
        for kind, name, revision, where in wanted(experiment)
        if not kept(kind, name) and (problem := ask(kind, name, revision, where))
    ]
    if problems:
        raise SpecError(*problems)


def wanted(experiment: Experiment) -> Iterator[tuple[Kind, str, str | None, str]]:
    """Yield what trials need of the hub: kind, id, revision, and the place in the file that names it."""
    for name in experiment.tried("dataset"):
        dataset = experiment.dataset(name)
        if dataset.builtin is None and dataset.path is not None and is_hub(dataset, experiment.folder):
            where = experiment.where("datasets", name, "path") if name in experiment.datasets else name
            yield "dataset", dataset.path, dataset.revision, where
    for name in experiment.tried("model"):
        model = experiment.model(name)
        for key in ("checkpoint", "tokenizer"):
            given: str | None = getattr(model, key)
            if given is not None and not (experiment.folder / Path(given).expanduser()).exists():
                where = experiment.where("models", name, key) if name in experiment.models else name
                yield "model", given, model.revision if key == "checkpoint" else None, where


def kept(kind: Kind, name: str) -> bool:
    """Tell whether a download of it lies in the hub's own cache on this machine."""
    return (Path(constants.HF_HUB_CACHE) / f"{kind}s--{name.replace('/', '--')}" / "snapshots").is_dir()


def ask(kind: Kind, name: str, revision: str | None, where: str) -> Problem | None:
    """Return why the hub does not give it, None when it does."""
    what, way = WORDS[kind], WAYS[kind]
    try:
        HfApi().repo_info(name, repo_type=kind, revision=revision, timeout=SECONDS)
    except RepositoryNotFoundError:
        return Problem(f"the hub has no {what} {name!r}, or does not show it to you", where, way)
    except RevisionNotFoundError:
        return Problem(f"the {what} {name!r} has no revision {revision!r}", where)
    except OfflineModeIsEnabled:
        return Problem(f"the {what} {name!r} is not kept on this machine, and HF_HUB_OFFLINE is set", where, way)
    except Exception as error:  # noqa: BLE001 - the client changes its network library, and with it the errors
        return Problem(f"the {what} {name!r} cannot be had from the hub: {reason(error)}", where, way)
    return None


def reason(error: BaseException) -> str:
    """Return the last line of the innermost cause, which says what is wrong with the network."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
