"""Packages, compilers, git, and what only a process of its own can tell."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from xp.engine.commands.doctor.finding import Finding
from xp.engine.machine.environment import code, software
from xp.engine.machine.environment.commands import output
from xp.engine.machine.nvme import install, which

PROJECT = "xp-summaries"

DEEP = """
import contextlib, json, os, sys
with contextlib.redirect_stdout(sys.stderr):
    import torch, transformers, deepspeed
    from deepspeed.ops import __compatible_ops__ as operators
    one = torch.ones(8, 8, device="cuda" if torch.cuda.is_available() else "cpu")
    total = float((one @ one).sum())
print(json.dumps({"device": str(one.device), "total": total, "operators": {k: bool(v) for k, v in operators.items()}}))
"""
"""Imports what trains, multiplies two matrices, and asks DeepSpeed what it could compile."""

RIGHT = 512.0


def findings() -> Iterator[Finding]:
    """Yield what can be told without importing anything large."""
    yield packages([Requirement(text) for text in requires(PROJECT) or ()])
    yield compiler()
    yield cuda_compiler()
    yield git()


def packages(wanted: list[Requirement]) -> Finding:
    """Tell whether what xp needs is installed, in versions that it knows."""
    wanted = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    versions = {each.name: software.installed(each.name) for each in wanted}
    absent = [str(each) for each in wanted if versions[each.name] is None]
    wrong = [
        each
        for each in wanted
        if (there := versions[each.name]) and not each.specifier.contains(there, prereleases=True)
    ]
    why = "training, the warehouse and reports"
    mend = "pip install " + " ".join(f"'{each}'" for each in (*absent, *wrong))
    if absent:
        return Finding("packages", "missing", f"not installed: {', '.join(absent)}", why, mend, basic=True)
    if wrong:
        found = ", ".join(f"{each.name} {versions[each.name]}, and {each.specifier} is wanted" for each in wrong)
        return Finding("packages", "warn", found, why, mend, basic=True)
    return Finding("packages", "ok", f"{len(wanted)} at the versions wanted", why, basic=True)


def compiler() -> Finding:
    """Tell whether DeepSpeed could compile operators."""
    why = "operators of DeepSpeed that are compiled when they are first used, such as those of zero offload to 'nvme'"
    for command, package in (("g++", "g++"), ("ninja", "ninja-build")):
        if which(command) is None:
            return Finding("compiler", "missing", f"there is no {command}", why, install(package))
    return Finding("compiler", "ok", f"gcc {software.tool('gcc', '-dumpfullversion') or 'unknown'}, ninja", why)


def cuda_compiler() -> Finding:
    """Tell whether the compiler of CUDA fits PyTorch."""
    built, there = software.torch_build()["torch_cuda"][0], software.tool(*software.TOOLS["nvcc"])
    name, why = "cuda compiler", "operators of DeepSpeed for GPUs, such as FusedAdam"
    if built is None:
        return Finding(name, "ok", "not needed: PyTorch is built for CPUs", why)
    if there is None:
        return Finding(name, "missing", "there is no nvcc", why, f"install the toolkit of CUDA {built}")
    if there.split(".")[0] != built.split(".")[0]:
        mend = f"install the toolkit of CUDA {built}, or set DS_SKIP_CUDA_CHECK=1"
        return Finding(name, "warn", f"nvcc is {there}, PyTorch is built for CUDA {built}", why, mend)
    return Finding(name, "ok", f"nvcc {there}", why)


def git() -> Finding:
    """Tell whether the commit of a project can be told."""
    why = "facts about the commit, and whether it held the code that ran"
    if which("git") is None:
        return Finding("git", "warn", "there is no git", why, install("git"))
    if refusal := code.refusal(code.ask(Path.cwd(), "rev-parse", "--show-toplevel")):
        mend = "git config --global --add safe.directory FOLDER" if "ownership" in refusal else ""
        return Finding("git", "warn", f"it tells nothing of this folder: {refusal}", why, mend)
    return Finding("git", "ok", "there", why)


def deep() -> Iterator[Finding]:
    """Yield what only a process tells that imports everything: some ten seconds."""
    said = output(sys.executable, "-P", "-c", DEEP, patience=300.0)
    why, last = "every trial does this first", (said or "").rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else None
    if told is None or told["total"] != RIGHT:
        mend = f"see what it says: {sys.executable} -c 'import torch, transformers, deepspeed'"
        yield Finding(
            "training libraries", "missing", "they cannot be imported, or compute wrongly", why, mend, basic=True
        )
        return
    yield Finding(
        "training libraries", "ok", f"imported; a product of matrices is right on {told['device']}", why, basic=True
    )
    for name, compatible in sorted(told["operators"].items()):
        if name != "deepspeed_not_implemented":
            found = "can be compiled here" if compatible else "cannot be compiled here"
            yield Finding(
                f"operator {name}", "ok" if compatible else "missing", found, "DeepSpeed, where it is asked for"
            )


def hub() -> Finding:
    """Tell whether the hub of Hugging Face answers: asked for only when somebody wants to know."""
    from huggingface_hub import HfApi, constants  # noqa: PLC0415 - nobody else pays for it

    why = "checkpoints and data sets that are not on this machine"
    if constants.HF_HUB_OFFLINE:
        return Finding("hub", "warn", "HF_HUB_OFFLINE is set", why, "unset HF_HUB_OFFLINE, or use what is kept here")
    try:
        HfApi().repo_info("google-t5/t5-small", timeout=10.0)
    except Exception as error:  # noqa: BLE001 - the client changes its network library, and with it the errors
        return Finding(
            "hub", "missing", f"it does not answer: {type(error).__name__}", why, "use folders and files instead"
        )
    return Finding("hub", "ok", re.sub(r"^https?://", "", os.environ.get("HF_ENDPOINT", constants.ENDPOINT)), why)
