"""What lies on the Hugging Face hub is asked for before the first trial starts, and its commit is part of each id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import validate_repo_id

from xp.dsl.errors import Problem
from xp.dsl.experiment import Experiment
from xp.dsl.presets import DATASETS, MODELS
from xp.engine.hub_cache import find_download
from xp.engine.planning.remote import Kind, Missing, Remote, Role, needed_downloads

SECONDS = 10.0
"""How long the hub may take to answer."""

UNKNOWN = (401, 403)
"""Answers to somebody whom the hub does not know, or not well enough."""

WORDS: Mapping[Role, str] = {"checkpoint": "checkpoint", "tokenizer": "tokenizer", "path": "data set"}
WAYS: Mapping[Role, str] = {
    "checkpoint": "give a folder, or an `architecture` and a `config`",
    "tokenizer": "give a folder",
    "path": 'give files, such as path = "data/{split}.jsonl"',
}
TOKEN = "set HF_TOKEN to a token of an account that has access"  # noqa: S105 - it says how to get one


class Answer(NamedTuple):
    """What is known of one repository."""

    commit: str | None = None
    """What its revision is now; None where nobody could say."""

    message: str = ""
    """Why the hub does not give it."""

    hint: str = ""
    reached: bool = True
    """Whether it was the hub that said so."""


class Hub:
    """The hub as one plan sees it: everything is asked once, and nothing more once it could not be reached."""

    def __init__(self) -> None:
        self.lost: Exception | None = None

    def find(self, item: Remote) -> tuple[Remote, Answer]:
        """Return the first place that has a repository, and what is known of it; the first of all where none has."""
        places = [item, *(item._replace(name=name) for name in item.mirrors)]
        found = [(place, self.answer(place)) for place in places[:1]]
        for place in places[1:]:
            if found[-1][1].commit is not None:
                break
            found.append((place, self.answer(place)))
        return found[-1] if found[-1][1].commit is not None else found[0]

    def answer(self, item: Remote) -> Answer:
        """Return what the hub says of a repository; where it does not give it, what its cache on this machine has."""
        if not is_id(item.name):
            message = f"there is no folder {item.name!r}, nor can the hub have a {WORDS[item.role]} of that name"
            return Answer(None, message, WAYS[item.role])
        found = refusal_reason(item, self.lost) if self.lost else self.ask(item)
        if found.commit is None and (folder := find_download(item.kind, item.name, item.revision)) is not None:
            return Answer(folder.name)
        return found

    def ask(self, item: Remote) -> Answer:
        """Return what the hub says of a repository."""
        try:
            info = HfApi().repo_info(item.name, repo_type=item.kind, revision=item.revision, timeout=SECONDS)
            if info.gated:  # what it is may be seen by all, its files by some
                HfApi().auth_check(item.name, repo_type=item.kind)
        except Exception as error:  # noqa: BLE001 - the client changes its network library, and with it the errors
            found = refusal_reason(item, error)
            self.lost = None if found.reached else error
            return found
        return Answer(info.sha)


def is_id(name: str) -> bool:
    """Tell whether a name can be an id of the hub: a path such as ``./bart`` or ``~/models/bart`` cannot."""
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return True


def resolve_revisions(experiment: Experiment) -> tuple[Experiment, Missing]:
    """Return an experiment that names the commit of all that lies on the hub, and what can be had from nowhere."""
    hub, problems = Hub(), dict[tuple[Kind, str], Problem]()
    models, datasets = dict(experiment.models), dict(experiment.datasets)
    for item in needed_downloads(experiment):
        place, answer = hub.find(item)
        if answer.commit is None:
            hint = "; or ".join([answer.hint, *instead(experiment, item)])
            problems[item.kind, item.table] = Problem(answer.message, item.where, hint)
            continue
        if item.role == "path":
            pinned = {"revision": answer.commit, "path": place.name}
            datasets[item.table] = experiment.dataset(item.table).model_copy(update=pinned)
        else:
            model = models.get(item.table) or experiment.model(item.table)
            key = "revision" if item.role == "checkpoint" else "tokenizer_revision"
            models[item.table] = model.model_copy(update={key: answer.commit})
    return experiment.model_copy(update={"models": models, "datasets": datasets}), problems


def instead(experiment: Experiment, item: Remote) -> Iterator[str]:
    """Yield what may be meant by a name that is used as an id of the hub, and is no table of the file."""
    declared, presets = (experiment.models, MODELS) if item.kind == "model" else (experiment.datasets, DATASETS)
    if item.table in declared:
        return
    if item.table in presets:
        where = presets[item.table].get("checkpoint") or presets[item.table].get("path")
        yield f"{item.table} is a preset, of {where}: write preset = {item.table!r} in [{item.kind}s.NAME]"
    if declared:
        yield f"name one of [{item.kind}s]: {', '.join(sorted(declared))}"


def refusal_reason(item: Remote, error: Exception) -> Answer:
    """Return why the hub does not give a repository, by the client's error."""
    what, way = f"{WORDS[item.role]} {item.name!r}", WAYS[item.role]
    status = error.response.status_code if isinstance(error, HfHubHTTPError) and error.response is not None else None
    account = f"{TOKEN}, or {way}" if status in UNKNOWN else way
    if isinstance(error, GatedRepoError):
        return Answer(None, f"the {what} is gated: its owners say who may have it", f"ask on its page, and {TOKEN}")
    if isinstance(error, RevisionNotFoundError):
        return Answer(None, f"the {what} has no revision {item.revision!r}", "name a branch, a tag or a commit of it")
    if isinstance(error, RepositoryNotFoundError):
        return Answer(None, f"the hub has no {what}, or does not show it to you", account)
    if isinstance(error, OfflineModeIsEnabled):
        return Answer(None, f"the {what} is not kept on this machine, and HF_HUB_OFFLINE is set", way, reached=False)
    return Answer(
        None, f"the {what} cannot be had from the hub: {network_cause(error)}", account, reached=status is not None
    )


def network_cause(error: BaseException) -> str:
    """Return the last line of the innermost cause, which says what is wrong with the network."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
