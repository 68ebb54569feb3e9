"""`xp doctor` says of each thing how it is, why it matters and what mends it; it fails where nothing can train."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from xp.engine.cli.main import main
from xp.engine.commands.doctor import chips, copies, programs, room, visit
from xp.engine.commands.doctor.finding import Finding
from xp.queries import catalog

GIB = 2**30
CPU_BUILD: dict[str, tuple[Any, str]] = {"torch_cuda": (None, ""), "torch_hip": (None, "")}


def card(**changes: Any) -> dict[str, tuple[Any, str]]:
    """Return the facts of a machine with one GPU."""
    said = {
        "device": "cuda",
        "gpu_count": 1,
        "gpu": "H100",
        "gpu_driver": "550",
        "gpu_cuda": "12.4",
        "gpu_capability": "9.0",
        **changes,
    }
    return {name: (value, "") for name, value in said.items()}


def test_this_machine_is_looked_at() -> None:
    result = CliRunner().invoke(main, ["doctor", "--json"])
    found = {each["name"]: each for each in json.loads(result.output)}
    assert result.exit_code == 0
    assert {each["status"] for each in found.values()} <= {"ok", "warn", "missing"}
    assert found["packages"]["status"] == "ok"
    assert all(each["why"] and each["found"] for each in found.values())


def test_what_is_broken_has_a_mend_and_a_code() -> None:
    bad = [
        Finding("disk", "missing", "full", "journals", "make room", basic=True),
        Finding("gpu", "missing", "none", "x"),
    ]
    text = visit.as_text(bad, as_json=False)
    assert "  disk: make room" in text
    assert "nothing can train here before this is mended: disk" in text
    assert (visit.exit_code(bad), visit.exit_code(bad[1:])) == (1, 0)


@pytest.mark.parametrize(
    ("wanted", "status", "said"),
    [
        ("click>=8", "ok", "1 at the versions wanted"),
        ("click>=99", "warn", "and >=99 is wanted"),
        ("no-such-package>=2", "missing", "not installed: no-such-package>=2"),
        ("no-such-package; extra == 'dev'", "ok", "0 at the versions wanted"),
    ],
)
def test_packages(wanted: str, status: str, said: str) -> None:
    found = programs.packages([Requirement(wanted)])
    assert found.status == status
    assert said in found.found
    assert ("pip install" in found.mend) == (status != "ok")


@pytest.mark.parametrize(
    ("gpus", "build", "status", "said"),
    [
        ({"gpu_count": (0, "")}, CPU_BUILD, "missing", "trials train on the CPU"),
        (card(), CPU_BUILD, "missing", "PyTorch is built for CPUs only"),
        (card(), CPU_BUILD | {"torch_cuda": ("12.6", "")}, "ok", "PyTorch is built for 12.6"),
        (card(), CPU_BUILD | {"torch_cuda": ("13.0", "")}, "missing", "PyTorch is built for CUDA 13.0"),
        (card(device="cpu"), CPU_BUILD | {"torch_hip": ("6.2", "")}, "missing", "they train on the CPU"),
    ],
    ids=["none", "cpu-build", "fits", "driver-too-old", "amd-or-hidden"],
)
def test_gpus_and_how_pytorch_is_built(gpus: Any, build: Any, status: str, said: str) -> None:
    found = chips.gpu(gpus, build)
    assert (found.status, said in found.found) == (status, True)


@pytest.mark.parametrize(("capability", "bf16"), [("9.0", "ok"), ("7.5", "warn"), (None, "ok")])
def test_precisions_of_a_gpu(capability: str | None, bf16: str) -> None:
    found = {each.name: each.status for each in chips.precisions(card(gpu_capability=capability))}
    assert found == {"fp32": "ok", "bf16": bf16, "fp16": "ok"}


def test_precisions_of_an_old_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xp.engine.commands.doctor.chips.read_kernel_file", lambda _: "flags : fpu avx2\n")
    found = {each.name: each.status for each in chips.precisions({"device": ("cpu", "")})}
    assert found == {"fp32": "ok", "bf16": "warn", "fp16": "missing"}


def test_fp16_is_not_promised_on_a_gpu_that_no_trial_may_use() -> None:
    found = {each.name: each.status for each in chips.precisions(card(device="cpu"))}
    assert found["fp16"] == "missing"


def test_a_counter_of_energy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chips.energy_of_cpu(tmp_path).status == "missing"
    (tmp_path / "intel-rapl:0").mkdir()
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("1")
    assert chips.energy_of_cpu(tmp_path).status == "ok"
    monkeypatch.setattr("xp.engine.commands.doctor.chips.os.access", lambda *_: False)
    assert "sudo chmod a+r" in chips.energy_of_cpu(tmp_path).mend


@pytest.mark.parametrize(("size", "status"), [(None, "missing"), (64 * 2**20, "warn"), (GIB, "ok")])
def test_shared_memory(monkeypatch: pytest.MonkeyPatch, size: int | None, status: str) -> None:
    monkeypatch.setattr("xp.engine.machine.environment.hardware.shared_memory", lambda: size)
    assert room.shared().status == status


def test_a_container_with_half_a_core_and_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xp.engine.machine.cgroups.allowed_cores", lambda: 0.5)
    monkeypatch.setattr("xp.engine.machine.cgroups.memory_limit", lambda: GIB)
    assert (room.cores().status, room.memory().status) == ("warn", "warn")
    assert "0.5 by the control group's share" in room.cores().found
    assert "the limit of the control group" in room.memory().found


@pytest.mark.parametrize(
    ("free", "status", "fatal"), [(GIB // 10, "missing", True), (GIB, "warn", False), (9 * GIB, "ok", False)]
)
def test_a_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, status: str, fatal: bool) -> None:
    monkeypatch.setattr("xp.engine.commands.doctor.room.shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    found = room.disk(tmp_path / "not" / "there" / "yet")
    assert (found.status, found.fatal) == (status, fatal)


def test_a_compiler_of_another_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xp.engine.machine.environment.software.torch_build", lambda: {"torch_cuda": ("12.6", "")})
    monkeypatch.setattr("xp.engine.machine.environment.software.tool", lambda *_: "13.0")
    assert programs.cuda_compiler().found == "nvcc is 13.0, PyTorch is built for CUDA 12.6"


def test_libraries_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xp.engine.commands.doctor.programs.output", lambda *_, **__: None)
    (found,) = programs.deep()
    assert found.fatal


def test_operators_are_told_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'noise\n{"device": "cpu", "total": 512.0, "operators": {"cpu_adam": true, "async_io": false}}'
    monkeypatch.setattr("xp.engine.commands.doctor.programs.output", lambda *_, **__: said)
    assert {each.name: each.status for each in programs.deep()} == {
        "training libraries": "ok",
        "operator async_io": "missing",
        "operator cpu_adam": "ok",
    }


def test_copies_of_queries_that_an_older_version_left_in_a_project_are_named(tmp_path: Path) -> None:
    assert list(copies.findings(tmp_path)) == []
    for name in ("models", "verdicts"):
        (tmp_path / f"{name}.sql").write_text(catalog.shipped(name).sql, encoding="utf-8", newline="\n")
    assert [each.status for each in copies.findings(tmp_path)] == ["ok"]
    (tmp_path / "verdicts.sql").write_text("select 1 as verdict\n", encoding="utf-8")
    (found,) = copies.findings(tmp_path)
    assert (found.status, found.found.startswith("1 of 2 copies")) == ("warn", True)
    assert found.mend.endswith(f"rm {tmp_path / 'verdicts.sql'}")
