"""What may stand in a DeepSpeed file. Read from DeepSpeed 0.19.8; a test compares it with the one installed."""

from __future__ import annotations

from collections.abc import Mapping

from xp.dsl.deepspeed.blocks import AS_THEY_ARE, LEAF_MODULE, ZENFLOW, Kind

READ_FROM = "0.19.8"

OFFLOAD: Mapping[str, Kind] = {"device": str, "nvme_path": str, "buffer_count": int, "pin_memory": bool}

ZERO: Mapping[str, Kind] = {
    "stage": int,
    "contiguous_gradients": bool,
    "reduce_scatter": bool,
    "reduce_bucket_size": int,
    "use_multi_rank_bucket_allreduce": bool,
    "allgather_partitions": bool,
    "allgather_bucket_size": int,
    "overlap_comm": bool,
    "compute_grad_norm": bool,
    "load_from_fp32_weights": bool,
    "elastic_checkpoint": bool,
    "offload_param": {**OFFLOAD, "buffer_size": int, "max_in_cpu": int},
    "offload_optimizer": {
        **OFFLOAD,
        "pipeline_read": bool,
        "pipeline_write": bool,
        "fast_init": bool,
        "ratio": float,
        "super_offload": bool,
        "cpuadam_cores_perc": float,
    },
    "zenflow": ZENFLOW,
    "sub_group_size": int,
    "cpu_offload": bool,
    "cpu_offload_param": bool,
    "stage3_prefetch_bucket_size": int,
    "stage3_param_persistence_threshold": int,
    "stage3_model_persistence_threshold": int,
    "stage3_max_live_parameters": int,
    "stage3_max_reuse_distance": int,
    "stage3_gather_16bit_weights_on_model_save": bool,
    "stage3_module_granularity_threshold": int,
    "stage3_use_all_reduce_for_fetch_params": bool,
    "stage3_allgather_sequential": bool,
    "ignore_unused_parameters": bool,
    "legacy_stage1": bool,
    "round_robin_gradients": bool,
    "parameter_alignment": bool,
    "zero_hpz_partition_size": int,
    "zero_quantized_weights": bool,
    "zero_quantized_nontrainable_weights": bool,
    "zero_quantized_gradients": bool,
    "memory_efficient_linear": bool,
    "pipeline_loading_checkpoint": bool,
    "override_module_apply": bool,
    "log_trace_cache_warnings": bool,
    "enable_sanity_checks": bool,
    "save_muon_momentum_buffer_in_memory": bool,
    "leaf_module": LEAF_MODULE,
}

FP16: Mapping[str, Kind] = {
    "enabled": bool,
    "auto_cast": bool,
    "loss_scale": float,
    "initial_scale_power": int,
    "loss_scale_window": int,
    "hysteresis": int,
    "consecutive_hysteresis": bool,
    "min_loss_scale": int,
    "fp16_master_weights_and_grads": bool,
}

BF16: Mapping[str, Kind] = {
    "enabled": bool,
    "immediate_grad_update": bool,
    "check_grad_overflow": bool,
    "bf16_master_weights_and_grads": bool,
    "bf16_optimizer_states": bool,
}

ADAM: Mapping[str, Kind] = {
    "lr": float,
    "betas": list,
    "eps": float,
    "weight_decay": float,
    "torch_adam": bool,
    "adam_w_mode": bool,
    "bias_correction": bool,
    "fp32_optimizer_states": bool,
}

WARMUP: Mapping[str, Kind] = {
    "warmup_min_lr": float,
    "warmup_max_lr": float,
    "warmup_num_steps": int,
    "warmup_type": str,
    "last_batch_iteration": int,
    "total_num_steps": int,
}

TOP: Mapping[str, Kind] = {
    "train_batch_size": int,
    "train_micro_batch_size_per_gpu": int,
    "gradient_accumulation_steps": int,
    "gradient_clipping": float,
    "optimizer": {"type": str, "params": ADAM},
    "scheduler": {"type": str, "params": WARMUP},
    "fp16": FP16,
    "bf16": BF16,
    "zero_optimization": ZERO,
    "zero_force_ds_cpu_optimizer": bool,
    "activation_checkpointing": {
        "partition_activations": bool,
        "number_checkpoints": int,
        "contiguous_memory_optimization": bool,
        "synchronize_checkpoint_boundary": bool,
        "profile": bool,
        "cpu_checkpointing": bool,
    },
    "communication_data_type": str,
    "seq_parallel_communication_data_type": str,
    "prescale_gradients": bool,
    "gradient_predivide_factor": float,
    "gradient_allreduce_op": str,
    "disable_allgather": bool,
    "wall_clock_breakdown": bool,
    "memory_breakdown": bool,
    "dump_state": bool,
    "log_level": str,
    "disable_python_gc": bool,
    "vocabulary_size": int,
    "data_types": {"grad_accum_dtype": str, "param_dtype": str, "buffer_dtype": str, "keep_in_fp32_modules": list},
    **AS_THEY_ARE,
}
"""Keys that are settings here, or that go to DeepSpeed as they are."""

PASSED_OVER: Mapping[str, Kind] = {"steps_per_print": int, "zero_allow_untested_optimizer": bool}
"""Keys that decide nothing here: the trainer stops DeepSpeed from printing, and permits its own optimizer."""

IDLE: Mapping[str, str] = {
    "activation_checkpointing": "models of transformers do not ask DeepSpeed for it; set gradient_checkpointing = true",
    "disable_allgather": f"DeepSpeed {READ_FROM} reads it and does not look at it again",
    "seq_parallel_communication_data_type": "no sequence is split over ranks",
}
"""Keys that DeepSpeed takes and that change nothing here, with the reason. Templates have them: they are no errors."""

ALIASES: Mapping[str, str] = {
    "bfloat16": "bf16",
    "zero_optimization.stage3_gather_fp16_weights_on_model_save": "stage3_gather_16bit_weights_on_model_save",
    **{
        f"zero_optimization.{name}": f"stage3_{name}"
        for name in (
            "prefetch_bucket_size",
            "param_persistence_threshold",
            "model_persistence_threshold",
            "max_live_parameters",
            "max_reuse_distance",
            "gather_16bit_weights_on_model_save",
            "module_granularity_threshold",
            "use_all_reduce_for_fetch_params",
            "allgather_sequential",
        )
    },
}
"""Other names that DeepSpeed takes for a key of the same block."""

REMOVED: Mapping[str, str] = {
    "aio.thread_count": "write intra_op_parallelism",
    "amp": "use precision",
    "compression_training": "",
    "curriculum_learning": "",
    "eigenvalue": "",
    "elasticity": "set batch_size and gradient_accumulation_steps",
    "graph_harvesting": "",
    "nebula": "",
    "progressive_layer_drop": "",
    "quantize_training": "",
    "sparse_attention": "a model with sparse attention of its own, such as LED, does that work",
    "sparse_gradients": "",
    "zero_optimization.mics_shard_size": "",
    "zero_optimization.mics_hierarchical_params_gather": "",
    "zero_optimization.zeropp_loco_param": "",
    "zero_optimization.cpu_offload_use_pin_memory": "write pin_memory in offload_optimizer or offload_param",
}
"""What DeepSpeed had once, each with what does that work now."""

REFUSED: Mapping[str, str] = {
    **dict.fromkeys(
        ("tensor_parallel", "expert_parallel", "pipeline", "sequence_parallel_size"),
        "take it out: every rank has examples of its own, no model and no sequence is split over ranks",
    ),
    "use_data_before_expert_parallelism": "take it out: there are no experts here",
    "managed_gradient_accumulation": "take it out: the trainer counts on it",
}
"""Keys that cannot be followed here, and what to do about them."""

SWITCHES: Mapping[str, str] = {
    **dict.fromkeys(
        ("tensorboard", "wandb", "comet", "csv_monitor"),
        "take it out: every metric is in the journal, and from there in the warehouse",
    ),
    **dict.fromkeys(
        ("data_efficiency", "dataloader_drop_last"),
        "take it out: it is for DeepSpeed's own data loader, and that does not read the examples here",
    ),
    "autotuning": "take it out: a matrix tries settings out",
    "hybrid_engine": "take it out: there is no generation inside of a training",
    "torch_autocast": "set torch_autocast and precision in the experiment",
    "zero_optimization.legacy_stage1": f"take it out: DeepSpeed {READ_FROM} has no other stage 1 any more",
}
"""Keys that may be there as long as they are switched off, and what to do otherwise."""
