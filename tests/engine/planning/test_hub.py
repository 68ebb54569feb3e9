"""What the hub gives is pinned to its commit; what it does not give is told before the first trial."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants, hf_hub_download

from tests.engine.hubs import FIRST, SECOND, Repository, Server, at, serving
from xp.dsl.errors import SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.source import load
from xp.engine import planning
from xp.engine.commands.explain import HUB, explain
from xp.engine.planning import hub
from xp.engine.run import session

SPEC = """\
[experiment]
name = "far"
[defaults]
model = "org/model"
dataset = "far"
[datasets.far]
path = "org/corpus"
[matrix]
seed = [1]
"""
FILES = {FIRST: {"config.json": b"{}"}, SECOND: {"config.json": b'{"later": 1}'}}
NOWHERE = "http://127.0.0.1:9"

Reading = Callable[..., Experiment]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reading:
    monkeypatch.chdir(tmp_path)

    def read_file(text: str = SPEC) -> Experiment:
        Path("far.toml").write_text(text)
        return load(Path("far.toml"))

    return read_file


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving({"models/org/model": Repository(FILES), "datasets/org/corpus": Repository(FILES)}) as server:
        at(server.address, monkeypatch, str(tmp_path / "cache"))
        yield server


def said(experiment: Experiment) -> str:
    return "\n".join(map(str, hub.resolve_revisions(experiment)[1].values()))


def test_the_commit_of_a_branch_is_part_of_what_is_tried(read: Reading, served: Server) -> None:
    pinned, problems = hub.resolve_revisions(read())

    assert problems == {}
    assert pinned.model("org/model").revision == pinned.dataset("far").revision == FIRST
    assert [path for path in served.asked if "org/" in path] == [
        "GET api/datasets/org/corpus",
        "GET api/models/org/model",
    ]


def test_an_id_follows_the_commit_and_not_the_name_of_the_branch(read: Reading, served: Server) -> None:
    def ids() -> list[str]:
        return [trial.id for trial in planning.make(Path("far.toml")).wanted]

    read()
    by_name = ids()
    read(SPEC.replace('path = "org/corpus"', f'path = "org/corpus"\nrevision = "{FIRST}"'))
    by_commit = ids()
    served.repositories["models/org/model"].branches["main"] = SECOND
    read()

    assert by_name == by_commit != ids()


WORDS = SPEC.replace('model = "org/model"', 'model = "own"').replace('path = "org/corpus"', 'builtin = "dialogues"')
WORDS += '[models.own]\narchitecture = "bart"\ntokenizer = "org/words"\n'


def test_an_id_follows_the_commit_of_a_tokenizer(read: Reading, served: Server) -> None:
    def tried() -> tuple[str, str | None]:
        (trial,) = planning.make(Path("far.toml")).wanted
        return trial.id, trial.model.tokenizer_revision

    served.repositories["models/org/words"] = Repository(FILES, {"main": FIRST, "v2": SECOND})
    read(WORDS)
    by_name = tried()
    read(WORDS + f'tokenizer_revision = "{FIRST}"\n')
    by_commit = tried()
    read(WORDS + 'tokenizer_revision = "v2"\n')
    later = tried()

    assert by_name == by_commit
    assert (by_name[1], later[1]) == (FIRST, SECOND)
    assert by_name[0] != later[0]


def test_checkpoint_and_tokenizer_of_one_model_are_both_pinned(read: Reading, served: Server) -> None:
    served.repositories["models/org/words"] = Repository(FILES, {"main": SECOND})
    model = '[models.mixed]\ncheckpoint = "org/model"\ntokenizer = "org/words"\n'
    pinned, problems = hub.resolve_revisions(read(SPEC.replace('model = "org/model"', 'model = "mixed"') + model))

    assert problems == {}
    assert (pinned.model("mixed").revision, pinned.model("mixed").tokenizer_revision) == (FIRST, SECOND)


def test_a_tokenizer_that_is_the_checkpoints_is_pinned_with_it(read: Reading, served: Server) -> None:
    served.repositories["models/org/model"].branches["v2"] = SECOND
    model = '[models.named]\ncheckpoint = "org/model"\nrevision = "v2"\ntokenizer = "org/model"\n'
    pinned, _ = hub.resolve_revisions(read(SPEC.replace('model = "org/model"', 'model = "named"') + model))

    assert (pinned.model("named").revision, pinned.model("named").tokenizer_revision) == (SECOND, None)
    assert sum(path.endswith("org/model/revision/v2") for path in served.asked) == 1


@pytest.mark.usefixtures("served")
def test_a_tokenizer_that_the_hub_does_not_have_is_called_one(read: Reading) -> None:
    assert said(read(WORDS)) == (
        "far.toml:12:1: models.own.tokenizer: the hub has no tokenizer 'org/words', or does not show it to you\n"
        "    hint: give a folder"
    )


def test_a_branch_or_tag_is_looked_up(read: Reading, served: Server) -> None:
    served.repositories["datasets/org/corpus"].branches["v2"] = SECOND
    pinned, _ = hub.resolve_revisions(read(SPEC.replace('org/corpus"', 'org/corpus"\nrevision = "v2"')))
    assert pinned.dataset("far").revision == SECOND


def test_what_the_hub_does_not_have_is_named_and_the_rest_is_not(read: Reading, served: Server) -> None:
    del served.repositories["datasets/org/corpus"]
    assert said(read()) == (
        "far.toml:7:1: datasets.far.path: the hub has no data set 'org/corpus', or does not show it to you\n"
        '    hint: give files, such as path = "data/{split}.jsonl"'
    )


def test_what_is_private_asks_for_a_token(read: Reading, served: Server) -> None:
    served.repositories["models/org/model"].private = True
    assert said(read()) == (
        "far.toml:4:1: defaults.model: the hub has no checkpoint 'org/model', or does not show it to you\n"
        "    hint: set HF_TOKEN to a token of an account that has access, or give a folder, "
        "or an `architecture` and a `config`"
    )


def test_a_revision_that_is_missing_is_named(read: Reading, served: Server) -> None:
    text = SPEC.replace('org/corpus"', 'org/corpus"\nrevision = "v9"')
    assert said(read(text)) == (
        "far.toml:7:1: datasets.far.path: the data set 'org/corpus' has no revision 'v9'\n"
        "    hint: name a branch, a tag or a commit of it"
    )
    assert served.asked


def test_a_gated_repository_says_how_to_get_in(read: Reading, served: Server) -> None:
    served.repositories["models/org/model"].gated = True
    assert said(read()) == (
        "far.toml:4:1: defaults.model: the checkpoint 'org/model' is gated: its owners say who may have it\n"
        "    hint: ask on its page, and set HF_TOKEN to a token of an account that has access"
    )


def test_a_mirror_is_taken_where_the_first_place_has_nothing(read: Reading, served: Server) -> None:
    served.repositories["datasets/other/corpus"] = served.repositories.pop("datasets/org/corpus")
    pinned, problems = hub.resolve_revisions(
        read(SPEC.replace('org/corpus"', 'org/corpus"\nmirrors = ["no/no", "other/corpus"]'))
    )
    assert problems == {}
    assert (pinned.dataset("far").path, pinned.dataset("far").revision) == ("other/corpus", FIRST)


def test_a_hub_that_cannot_be_reached_is_asked_once(
    read: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(NOWHERE, monkeypatch, str(tmp_path / "cache"))
    words = said(read())
    assert words.count("cannot be had from the hub: ") == 2
    assert "the checkpoint 'org/model'" in words


def test_offline_says_what_is_not_kept_here(read: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at(NOWHERE, monkeypatch, str(tmp_path / "cache"), offline=True)
    assert said(read()).count("is not kept on this machine, and HF_HUB_OFFLINE is set") == 2


@pytest.mark.parametrize("offline", [True, False])
def test_what_was_downloaded_is_known_by_its_commit_without_a_network(
    read: Reading, served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, offline: bool
) -> None:
    for name, kind in (("org/model", "model"), ("org/corpus", "dataset")):
        hf_hub_download(name, "config.json", repo_type=kind, cache_dir=constants.HF_HUB_CACHE, endpoint=served.address)
    at(NOWHERE, monkeypatch, str(tmp_path / "cache"), offline=offline)

    pinned, problems = hub.resolve_revisions(read())

    assert problems == {}
    assert pinned.model("org/model").revision == pinned.dataset("far").revision == FIRST
    assert "has no" not in said(read(SPEC.replace('org/corpus"', 'org/corpus"\nrevision = "v9"')))
    assert "org/corpus" in said(read(SPEC.replace('org/corpus"', 'org/corpus"\nrevision = "v9"')))


def test_files_and_built_in_corpora_are_none_of_its_business(
    read: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(NOWHERE, monkeypatch, str(tmp_path / "cache"))
    text = SPEC.replace('path = "org/corpus"', 'builtin = "dialogues"').replace('"org/model"', '"own"')
    experiment = read(text + '[models.own]\narchitecture = "bart"\n')
    assert planning.from_hub(experiment) == (experiment, {})


def test_an_explanation_says_that_a_commit_is_the_hubs(read: Reading, served: Server) -> None:
    read()
    planned = planning.make(Path("far.toml"))
    told = {origin.name: origin.source for origin in explain(planned, planned.wanted[0].id).subjects}
    assert told["models.org/model.revision"] == told["datasets.far.revision"] == HUB
    assert told["datasets.far.path"] == "file"
    assert served.asked


THREE = """\
[experiment]
name = "three"
[defaults]
dataset = "far"
[datasets.far]
builtin = "dialogues"
[matrix]
model = ["org/model", "./nothing"]
seed = [1]
"""


PATHS = ["./nothing", "../nothing", "~/nothing", "/abs/nothing", "a/b/nothing"]


@pytest.mark.usefixtures("served")
def test_what_can_be_no_id_of_the_hub_is_a_missing_folder_and_tells_nothing_of_the_network(read: Reading) -> None:
    text = THREE.replace('["org/model", "./nothing"]', json.dumps([*PATHS, "org/model", "org/none"]))
    *folders, none = hub.resolve_revisions(read(text))[1].values()

    assert [problem.message for problem in folders] == [
        f"there is no folder '{path}', nor can the hub have a checkpoint of that name" for path in PATHS
    ]
    assert none.message == "the hub has no checkpoint 'org/none', or does not show it to you"


@pytest.mark.parametrize("offline", [True, False])
def test_a_missing_folder_is_told_without_a_network_too(
    read: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, offline: bool
) -> None:
    at(NOWHERE, monkeypatch, str(tmp_path / "cache"), offline=offline)

    assert "there is no folder './nothing', nor can the hub" in said(read(THREE))


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("only", "lacking"), [((), 1), (("model=org/model",), 0), (("model=./nothing",), 1)], ids=["all", "good", "bad"]
)
def test_trials_are_known_that_lack_their_model(read: Reading, only: tuple[str, ...], lacking: int) -> None:
    read(THREE)
    planned = planning.make(Path("far.toml"), only=only)
    assert len(planned.lacking(planned.wanted)) == lacking


@pytest.mark.usefixtures("served")
def test_a_run_none_of_whose_trials_has_its_model_is_refused(read: Reading, tmp_path: Path) -> None:
    read(THREE)
    planned = planning.make(Path("far.toml"), only=("model=./nothing",))
    with pytest.raises(SpecError, match="there is no folder"):
        session.run_plan(planned, tmp_path / "results")
    assert not (tmp_path / "results").exists()


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("tables", "hint"),
    [
        (
            '[models.bart-tiny]\narchitecture = "bart"\n',
            (
                "; or bart-base is a preset, of facebook/bart-base: write preset = 'bart-base' in [models.NAME]"
                "; or name one of [models]: bart-tiny"
            ),
        ),
        ('[models.bart-base]\ncheckpoint = "org/nothing"\n', ""),
    ],
    ids=["no-table", "a-table"],
)
def test_a_model_that_is_no_table_of_the_file_leads_to_those_that_are_and_to_presets(
    read: Reading, tables: str, hint: str
) -> None:
    words = said(read(SPEC.replace("org/model", "bart-base") + tables))

    assert words.endswith(f"hint: {hub.WAYS['checkpoint']}{hint}")
