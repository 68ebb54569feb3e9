"""Blocks of a DeepSpeed file that go to DeepSpeed as they are: the keys of each, which it does not all check itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Kind: TypeAlias = "type | tuple[type, ...] | Mapping[str, Kind]"
"""What a value is; a mapping is a block of which every key is known, ``dict`` one that DeepSpeed hands on itself."""

AIO: Mapping[str, Kind] = {
    "block_size": int,
    "queue_depth": int,
    "intra_op_parallelism": int,
    "single_submit": bool,
    "overlap_events": bool,
    "use_gds": bool,
}

CHECKPOINT: Mapping[str, Kind] = {
    "tag_validation": str,
    "load_universal": bool,
    "use_node_local_storage": bool,
    "checkpoint_serialization": bool,
    "parallel_write": {"pipeline_stage": bool},
    "writer": {
        "type": str,
        "decoupled": bool,
        "io_buffer_size": int,
        "io_buffer_double": bool,
        "io_multiplier": int,
        "show_statistics": bool,
        "data_parallel": str,
    },
}

COMMS_LOGGER: Mapping[str, Kind] = {
    "enabled": bool,
    "verbose": bool,
    "prof_all": bool,
    "prof_ops": list,
    "debug": bool,
}

FLOPS_PROFILER: Mapping[str, Kind] = {
    "enabled": bool,
    "recompute_fwd_factor": float,
    "profile_step": int,
    "module_depth": int,
    "top_modules": int,
    "detailed": bool,
    "output_file": str,
}

TIMERS: Mapping[str, Kind] = {"throughput": {"enabled": bool, "synchronized": bool}}

COMPILE: Mapping[str, Kind] = {
    **dict.fromkeys(
        (
            "deepcompile",
            "autoep_non_moe",
            "free_activation",
            "offload_activation",
            "offload_activation_pin_memory",
            "offload_opt_states",
            "offload_parameters",
            "double_buffer",
            "symmetric_memory",
            "debug_log",
            "sync_before_reduce",
            "sync_after_reduce",
            "sync_before_allgather",
            "sync_after_allgather",
            "keep_int_input_tensors",
            "keep_all_input_tensors",
        ),
        bool,
    ),
    "free_activation_threshold": int,
    "passes": list,
}

WEIGHT_QUANTIZATION: Mapping[str, Kind] = {
    "enabled": bool,
    "num_bits": int,
    "q_type": str,
    "q_groups": int,
    "quantized_initialization": {"num_bits": int, "group_size": int, "group_dim": int, "symmetric": bool},
    "post_init_quant": dict,
}

ZENFLOW: Mapping[str, Kind] = {
    "topk_ratio": float,
    "select_strategy": str,
    "select_interval": int,
    "update_interval": int,
    "overlap_step": bool,
    "offload": bool,
    "auto_ratio": float,
    "full_warm_up_rounds": int,
    "pt_reserved_cores_perc": float,
}

LEAF_MODULE: Mapping[str, Kind] = dict.fromkeys(("classes", "names", "name_suffixes"), (list, str))

AS_THEY_ARE: Mapping[str, Kind] = {
    "aio": AIO,
    "checkpoint": CHECKPOINT,
    "comms_logger": COMMS_LOGGER,
    "compile": COMPILE,
    "datastates_ckpt": dict,
    "flops_profiler": FLOPS_PROFILER,
    "timers": TIMERS,
    "weight_quantization": WEIGHT_QUANTIZATION,
}
"""Those at the top of a file."""

UNSET = frozenset({"activation_checkpointing.number_checkpoints", "flops_profiler.output_file"})
"""Keys that DeepSpeed's own documentation sets to ``null``, which is their default."""
