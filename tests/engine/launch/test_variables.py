"""What a rank finds in its environment."""

import pytest

from xp.engine.launch.variables import base_environment, rank_environment


def test_what_would_make_deepspeed_leak_shared_memory_is_taken_out() -> None:
    assert "LOCAL_SIZE" not in base_environment({"LOCAL_SIZE": "2", "PATH": "/bin"}, cpu=True)


LEFT_OVER = (
    *("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT", "ACCELERATE_MIXED_PRECISION", "FSDP_OFFLOAD_PARAMS"),
    *("TORCHELASTIC_RUN_ID", "OMPI_COMM_WORLD_SIZE", "PMI_RANK"),
)


@pytest.mark.parametrize("name", LEFT_OVER)
def test_what_an_outer_launcher_tells_its_ranks_is_not_inherited(name: str) -> None:
    assert name not in base_environment({name: "3", "PATH": "/bin"}, cpu=True)


def test_the_users_own_variables_are_kept() -> None:
    assert base_environment({"HF_HOME": "/models", "PATH": "/bin"}, cpu=True)["HF_HOME"] == "/models"


def test_the_accelerator_is_named_on_a_cpu_only() -> None:
    assert base_environment({}, cpu=True)["DS_ACCELERATOR"] == "cpu"
    assert "DS_ACCELERATOR" not in base_environment({"DS_ACCELERATOR": "cpu"}, cpu=False)


@pytest.mark.parametrize("seen", [{}, {"CUDA_VISIBLE_DEVICES": "0", "HIP_VISIBLE_DEVICES": "0"}], ids=["all", "one"])
def test_a_rank_finds_no_gpu_where_the_plan_is_for_a_cpu(seen: dict[str, str]) -> None:
    found = base_environment(seen, cpu=True)
    # AMD's driver takes an empty list for none that was given
    assert (found["CUDA_VISIBLE_DEVICES"], found["HIP_VISIBLE_DEVICES"]) == ("", "-1")


def test_gpus_that_somebody_chose_are_those_of_the_ranks() -> None:
    found = base_environment({"CUDA_VISIBLE_DEVICES": "1"}, cpu=False)
    assert (found["CUDA_VISIBLE_DEVICES"], "HIP_VISIBLE_DEVICES" in found) == ("1", False)


def test_ranks_differ_in_rank_only() -> None:
    first, second = (rank_environment(rank, 2, 1) for rank in (0, 1))
    assert {name for name in first if first[name] != second[name]} == {"RANK", "LOCAL_RANK"}


def test_no_port_is_taken() -> None:
    assert rank_environment(0, 2, 1)["MASTER_PORT"] == "0"
