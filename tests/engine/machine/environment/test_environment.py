"""The facts of a machine are complete, typed and hold no secret, wherever one is planted."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace

import pynvml as nvml
import pytest

from xp.engine.journal import as_json_value
from xp.engine.machine import cgroups, environment, gpus
from xp.engine.machine.environment import code, devices, hardware, software, system

HUB = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678"
GITHUB = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
PLANTED = "planted+Secret/Value=40"


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def test_the_facts_can_be_journalled(tmp_path: Path) -> None:
    facts = environment.collect(tmp_path)["environment"]
    assert json.loads(json.dumps(as_json_value(facts))) == facts
    assert set(facts["units"]) <= set(facts["values"])


@pytest.mark.parametrize(
    "name", ["platform", "python", "cpu", "cpu_usable", "memory", "device", "gpu_count", "torch", "deepspeed"]
)
def test_what_a_reviewer_asks_for_is_there(tmp_path: Path, name: str) -> None:
    assert environment.collect(tmp_path)["environment"]["values"][name] not in (None, "")


def test_memory_has_a_unit(tmp_path: Path) -> None:
    assert environment.collect(tmp_path)["environment"]["units"]["memory"] == "B"


def test_a_machine_without_a_gpu_names_none(tmp_path: Path) -> None:
    if environment.machine().devices == "cuda":
        pytest.skip("this machine has a GPU")
    values = environment.collect(tmp_path)["environment"]["values"]
    assert (values["device"], values["gpu_count"]) == ("cpu", 0)
    assert "gpu" not in values


def test_variables_are_stored_by_allow_list_only() -> None:
    planted = {"OMP_NUM_THREADS": "1", "HF_TOKEN": "hf_secret", "AWS_SECRET_ACCESS_KEY": "secret", "HOME": "/home/me"}
    assert system.variables(planted) == {"env:OMP_NUM_THREADS": ("1", "")}


@pytest.mark.parametrize(
    ("home", "line"),
    [
        ("/", "xp run /home/al/a.toml --results=/home/alice/results"),
        ("/home/al", "xp run ~/a.toml --results=/home/alice/results"),
        ("~", "xp run /home/al/a.toml --results=/home/alice/results"),
    ],
    ids=["the root", "the beginning of another one", "unknown"],
)
def test_a_home_that_is_no_part_of_a_path_leaves_the_command_line_as_it_is(home: str, line: str) -> None:
    given = ["/usr/bin/xp", "run", "/home/al/a.toml", "--results=/home/alice/results"]
    assert code.command(given, Path(home)) == {"command": (line, "")}


def test_no_fact_holds_a_planted_token(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment, the remote, the branch, files of configuration, paths and arguments of the command."""
    home = repository / HUB
    for name in (".netrc", ".codecarbon.config", ".aws/credentials", ".cache/huggingface/token"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"token = {PLANTED}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("HF_TOKEN", PLANTED)
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("PYTORCH_CUDA_ALLOC_CONF", f"backend:{PLANTED}")
    monkeypatch.setattr(
        "sys.argv", ["/bin/xp", "run", f"{home}/a.toml", f"--token={PLANTED}", "--password", "hunter22"]
    )
    git(repository, "remote", "add", "origin", f"https://user:{GITHUB}@example.invalid/x.git")
    git(repository, "checkout", "--quiet", "-b", f"on/{GITHUB}")
    text = json.dumps(environment.collect(repository))
    assert not [secret for secret in (PLANTED, GITHUB, HUB, "hunter22") if secret in text]
    assert '"xp run ~/a.toml --token=*** --password ***"' in text


def test_packages_are_those_that_the_standard_library_knows() -> None:
    known: dict[str, str] = {}
    for distribution in distributions():  # one that hides another comes first
        known.setdefault(distribution.name.replace("_", "-").lower(), distribution.version)
    assert software.packages() == known


def test_a_package_of_a_repository_is_told_by_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All commits of a branch have the same version."""
    for name, origin in (("duckdb-9.9.dev0", {"vcs_info": {"vcs": "git", "commit_id": "ab" * 20}}), ("nltk-3.0", {})):
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        title, _, number = name.partition("-")
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {title}\nVersion: {number}\n")
        (folder / "direct_url.json").write_text(json.dumps({"url": "https://user:secret@example.invalid/x", **origin}))
    monkeypatch.syspath_prepend(str(tmp_path))
    libraries, packages = software.libraries(), software.packages()
    assert libraries["duckdb"] == (packages["duckdb"], "") == ("9.9.dev0 (abababababab)", "")
    assert libraries["nltk"] == (packages["nltk"], "") == ("3.0", "")


def test_how_a_library_was_built_is_read_without_importing_it() -> None:
    source = (
        "from typing import Optional\n__version__ = '2.1'\ncuda: Optional[str] = None\nops = {'a': True}\nx = f()\n"
    )
    assert dict(software.constants(source)) == {"__version__": "2.1", "cuda": None, "ops": {"a": True}}


@pytest.mark.parametrize(
    ("files", "groups", "cores", "memory"),
    [
        ({"cpu.max": "150000 100000", "memory.max": "1073741824"}, "0::/\n", 1.5, 2**30),
        ({"cpu.max": "max 100000", "memory.max": "max"}, "0::/\n", None, None),
        ({"job/cpu.max": "max 100000", "cpu.max": "200000 100000"}, "0::/job\n", 2.0, None),
        ({"job/memory.max": "4096", "memory.max": "1024"}, "0::/job\n", None, 1024),
        (
            {"cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"}
            | {"memory/a/memory.limit_in_bytes": "2048", "memory/memory.limit_in_bytes": "9223372036854771712"},
            "3:memory:/a\n2:cpu:/\n0::/\n",
            0.5,
            2048,
        ),
        (
            {"cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
            "2:cpu,cpuacct:/\n",
            None,
            None,
        ),
        ({}, "", None, None),
    ],
    ids=["v2", "v2-no-limit", "v2-around", "v2-smallest", "v1", "v1-no-limit", "no-groups"],
)
def test_the_limits_of_a_container_are_read(
    tmp_path: Path, files: dict[str, str], groups: str, cores: float | None, memory: int | None
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{content}\n")
    assert cgroups.allowed_cores(groups, tmp_path) == cores
    assert cgroups.memory_limit(groups, tmp_path) == memory


def test_a_share_of_a_core_is_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xp.engine.machine.cgroups.allowed_cores", lambda: 0.5)
    assert hardware.usable_cores() == 1


def test_several_gpus_are_told_together() -> None:
    each = [{"memory": (80, "B"), "pcie": ("5", "")}, {"memory": (80, "B"), "pcie": ("4", ""), "mig": (False, "")}]
    assert devices.summarise_gpus(["H100", "H100"], each) == {
        "device": ("cuda", ""),
        "gpu_count": (2, ""),
        "gpu": ("H100", ""),
        "gpu_memory": (160, "B"),
        "gpu_pcie": ("4 + 5", ""),
        "gpu_mig": (False, ""),
    }


def test_what_is_computed_on_is_told_whether_or_not_there_is_a_gpu() -> None:
    assert devices.summarise_gpus([], []) == {"device": ("cpu", ""), "gpu_count": (0, "")}
    hidden = devices.summarise_gpus(["H100"], [{}], usable=False)
    assert (hidden["device"], hidden["gpu_count"]) == (("cpu", ""), (1, ""))


def test_gpus_that_are_hidden_from_a_process_are_not_what_it_computes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = SimpleNamespace(name="H100", facts=dict)
    for place in (gpus, gpus.nvidia):
        monkeypatch.setattr(place, "open_gpus", lambda: nullcontext([gpu]))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert devices.gpus()["device"] == ("cuda", "")
    for hidden in ("", "-1", "NoDevFiles", "1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert devices.gpus()["device"] == ("cpu", "")


def test_a_container_is_named(tmp_path: Path) -> None:
    (tmp_path / ".dockerenv").touch()
    assert system.container({}, tmp_path) == "docker"
    assert system.container({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, tmp_path) == "kubernetes"


def test_a_clean_checkout_is_clean(repository: Path) -> None:
    facts = code.git(repository)
    assert facts["git_dirty"] == (False, "")
    assert facts["git_untracked"] == (0, "files")
    assert facts["git_diff_sha256"] == (None, "")
    assert len(facts["git_commit"][0]) == 40


def test_an_edited_file_is_dirty_and_its_difference_is_hashed(repository: Path) -> None:
    hashes = []
    for text in ("a = 2\n", "a = 3\n"):
        (repository / "code.py").write_text(text)
        difference = subprocess.run(["git", "diff", "HEAD"], cwd=repository, check=True, capture_output=True).stdout
        facts = code.git(repository)
        assert facts["git_dirty"] == (True, "")
        assert facts["git_diff_sha256"] == (hashlib.sha256(difference).hexdigest(), "")
        hashes.append(facts["git_diff_sha256"])
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("setting", ["color.ui=always", "diff.external=true"])
def test_the_hash_of_a_difference_does_not_depend_on_how_somebody_likes_to_see_it(
    repository: Path, setting: str
) -> None:
    (repository / "code.py").write_text("a = 2\n")
    before = code.git(repository)["git_diff_sha256"]
    subprocess.run(["git", "config", *setting.split("=")], cwd=repository, check=True)

    assert code.git(repository)["git_diff_sha256"] == before


def test_an_untracked_file_is_counted_wherever_the_experiment_lies(repository: Path) -> None:
    """A new module beside the folder of the experiments was not seen from there."""
    (repository / "new.py").write_text("")
    (repository / "experiments").mkdir()
    facts = code.git(repository / "experiments")
    assert (facts["git_dirty"][0], facts["git_untracked"][0]) == (False, 1)
    assert facts["git_commit"] == code.git(repository)["git_commit"]


@pytest.mark.parametrize("name", ["results", "out/[a] b*"])
def test_what_trials_leave_behind_is_no_code(repository: Path, name: str) -> None:
    (repository / name).mkdir(parents=True)
    (repository / name / "warehouse.duckdb").touch()
    (repository / "new.py").touch()
    assert code.git(repository)["git_untracked"][0] == 2
    assert code.git(repository, repository / name)["git_untracked"][0] == 1
    assert code.git(repository, repository.parent / "elsewhere")["git_untracked"][0] == 2


def test_a_folder_without_git_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert code.git(tmp_path) == {"git_commit": (None, "")}


def test_a_project_of_another_user_is_not_taken_for_none(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a container mounts it: git refuses to read it."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("LANGUAGE", "de")
    assert code.git(repository) == {
        "git_commit": (None, ""),
        "git_refusal": ("detected dubious ownership in repository", ""),
    }


def test_a_commit_that_is_checked_out_is_on_no_branch(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "on")
    assert code.git(repository)["git_branch"] == ("on", "")
    git(repository, "checkout", "--quiet", "--detach")
    facts = code.git(repository)
    assert facts["git_branch"] == (None, "")
    assert len(facts["git_commit"][0]) == 40


def test_inside_of_a_hook_the_project_is_that_of_the_folder(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "--quiet")
    expected = code.git(repository)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert code.git(repository) == expected
    assert expected["git_commit"][0]


def lost(*_: object) -> None:
    raise nvml.NVMLError(nvml.NVML_ERROR_GPU_IS_LOST)


def garbled(_: object) -> str:
    return b"\xf8".decode()


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver of two GPUs, the second of which has fallen off its bus, and that knows nothing else."""
    for name in dir(nvml):
        if name.startswith(("nvmlDeviceGet", "nvmlSystemGet")):
            monkeypatch.setattr(nvml, name, lost)
    for name in ("nvmlInit", "nvmlShutdown"):
        monkeypatch.setattr(nvml, name, lambda: None)
    monkeypatch.setattr(nvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(nvml, "nvmlDeviceGetHandleByIndex", lambda index: lost() if index else "first")


@pytest.mark.usefixtures("driver")
@pytest.mark.parametrize("name", [lost, garbled])
def test_a_gpu_that_is_lost_or_has_no_name_keeps_nothing_from_the_others(
    monkeypatch: pytest.MonkeyPatch, name: Callable[..., object]
) -> None:
    monkeypatch.setattr(nvml, "nvmlDeviceGetName", name)
    with gpus.nvidia.open_gpus() as (only,):
        assert (only.name, only.readings()) == ("GPU of NVIDIA", {})
        assert only.facts() == {"cuda": (None, ""), "links": (0, "")}
