"""Libraries, how they were built, and the compilers beside them; nothing is imported for it."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

from xp.engine.machine.environment.commands import output
from xp.engine.machine.gpus.gpu import Facts

LIBRARIES = (
    "xp-summaries",
    "torch",
    "transformers",
    "deepspeed",
    "accelerate",
    "datasets",
    "evaluate",
    "rouge-score",
    "rouge-score-rs",
    "nltk",
    "nupunkt",
    "codecarbon",
    "huggingface-hub",
    "tokenizers",
    "safetensors",
    "sentencepiece",
    "numpy",
    "pyarrow",
    "duckdb",
    "sqlglot",
    "pydantic",
    "jinja2",
    "triton",
    "pip",
)
"""Those that can change a number, or how it is shown."""

TOOLS = {
    "gcc": ("gcc", "-dumpfullversion"),
    "clang": ("clang", "-dumpversion"),
    "cmake": ("cmake", "--version"),
    "ninja": ("ninja", "--version"),
    "nvcc": ("nvcc", "--version"),
}
"""What operators are compiled with."""

BUNDLED = {"cudnn": r"nvidia_cudnn", "nccl": r"nvidia_nccl", "cuda_runtime": r"nvidia_cuda_runtime"}
"""Libraries of NVIDIA that come as distributions of their own, one per version of CUDA."""

ORIGIN = "direct_url.json"
"""The file of a distribution that says where it is from, unless an index of packages gave it."""

DISTRIBUTION = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.(?:dist-info|egg-info)")


def libraries() -> Facts:
    """Return the versions of the libraries that can change a number."""
    return {name: (built(name), "") for name in LIBRARIES}


def installed(name: str) -> str | None:
    """Return the version of a distribution, None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def built(name: str) -> str | None:
    """Return the version of a distribution, None where it is not installed; one of a repository with its commit."""
    known = installed(name)
    return known and of_commit(known, distribution(name).read_text(ORIGIN))


def of_commit(version: str, origin: str | None) -> str:
    """Return a version with the commit that it was built from: those of a branch all have the same.

    >>> of_commit("5.1.0.dev0", '{"vcs_info": {"commit_id": "0123456789abcdef"}}'), of_commit("5.0.0", None)
    ('5.1.0.dev0 (0123456789ab)', '5.0.0')
    """
    commit = json.loads(origin).get("vcs_info", {}).get("commit_id") if origin else None
    return f"{version} ({commit[:12]})" if commit else version


def packages() -> dict[str, str]:
    """Return the version of every distribution by its name; one that hides another is the one that counts.

    The names of their folders say both: `importlib.metadata` opens a file of each for it and takes a hundred times as
    long, 0.2 s for 127 distributions, at the start of every run.
    """
    found: dict[str, str] = {}
    for folder in map(Path, filter(None, sys.path)):
        for entry in sorted(folder.glob("*-info")):
            if match := DISTRIBUTION.fullmatch(entry.name):
                origin = entry / ORIGIN
                built_of = of_commit(match["version"], origin.read_text("utf-8") if origin.is_file() else None)
                found.setdefault(match["name"].replace("_", "-").lower(), built_of)
    return dict(sorted(found.items()))


def torch_build() -> Facts:
    """Return how PyTorch was built, and the libraries of NVIDIA that came with it."""
    known = assigned("torch", "version.py")
    said = {"torch_commit": "git_version", "torch_debug": "debug", "torch_cuda": "cuda", "torch_hip": "hip"}
    facts: Facts = {name: (known.get(key), "") for name, key in said.items()}
    everything = packages()
    for name, start in BUNDLED.items():
        names = [each for each in everything if re.match(start.replace("_", "-"), each)]
        if names:
            facts[name] = (everything[names[0]], "")
    return facts


def deepspeed_build() -> Facts:
    """Return how DeepSpeed was built: operators that are not are compiled when they are first used."""
    known = assigned("deepspeed", "git_version_info_installed.py")
    built = sorted(name for name, there in known.get("installed_ops", {}).items() if there)
    return {
        "deepspeed_commit": (known.get("git_hash"), ""),
        "deepspeed_ops": (", ".join(built) or "none, each is compiled when it is first used", ""),
    }


def assigned(package: str, file: str) -> dict[str, Any]:
    """Return the constants that a file of an installed package assigns, none where there is no such file."""
    spec = PathFinder.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    return dict(constants(path.read_text(encoding="utf-8"))) if path and path.is_file() else {}


def constants(source: str) -> Iterator[tuple[str, Any]]:
    """Yield the names that Python source assigns constants to, with their values."""
    for statement in ast.parse(source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name) and (value := getattr(statement, "value", None)) is not None:
                try:
                    yield target.id, ast.literal_eval(value)
                except ValueError:
                    continue  # it is computed: no constant


def tools() -> Facts:
    """Return the versions of the compilers and what belongs to them."""
    return {name: (tool(*command), "") for name, command in TOOLS.items()}


def tool(*command: str) -> str | None:
    """Return the version that a program says it has, None where there is no such program."""
    if shutil.which(command[0]) is None:
        return None
    found = re.search(r"(?:release |version |^)(\d+(?:\.\d+)+)", output(*command) or "", re.MULTILINE)
    return found[1] if found else "unknown"
