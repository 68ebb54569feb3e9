"""What a rank finds in its environment."""

from xp.engine.launch.variables import base_environment, rank_environment


def test_what_would_make_deepspeed_leak_shared_memory_is_taken_out() -> None:
    assert "LOCAL_SIZE" not in base_environment({"LOCAL_SIZE": "2", "PATH": "/bin"}, cpu=True)


def test_ranks_of_an_outer_launcher_are_not_inherited() -> None:
    inner = base_environment({"RANK": "3", "WORLD_SIZE": "4", "PATH": "/bin"}, cpu=True)
    assert not {"RANK", "WORLD_SIZE"} & set(inner)


def test_the_users_own_variables_are_kept() -> None:
    assert base_environment({"HF_HOME": "/models", "PATH": "/bin"}, cpu=True)["HF_HOME"] == "/models"


def test_the_accelerator_is_named_on_a_cpu_only() -> None:
    assert base_environment({}, cpu=True)["DS_ACCELERATOR"] == "cpu"
    assert "DS_ACCELERATOR" not in base_environment({}, cpu=False)


def test_ranks_differ_in_rank_only() -> None:
    first, second = (rank_environment(rank, 2, 1) for rank in (0, 1))
    assert {name for name in first if first[name] != second[name]} == {"RANK", "LOCAL_RANK"}


def test_no_port_is_taken() -> None:
    assert rank_environment(0, 2, 1)["MASTER_PORT"] == "0"
