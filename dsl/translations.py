"""Words of Hugging Face's scripts and of other tools, and what they are called here, or why nothing is."""

from __future__ import annotations

HERE = {
    "per_device_train_batch_size": "batch_size",
    "train_batch_size": "batch_size, which is per rank",
    "train_micro_batch_size_per_gpu": "batch_size",
    "per_device_eval_batch_size": "eval_batch_size",
    "num_train_epochs": "epochs",
    "num_epochs": "epochs",
    "epoch": "epochs",
    "lr": "learning_rate",
    "gradient_clipping": "max_grad_norm",
    "activation_checkpointing": "gradient_checkpointing",
    "fp16": 'precision = "fp16"',
    "bf16": 'precision = "bf16"',
    "torch_dtype": "precision",
    "dtype": "precision",
    "zero_optimization": "zero",
    "freeze_encoder": 'freeze = ["encoder"]',
    "freeze_embeds": 'freeze = ["embeddings"]',
    "freeze_embeddings": 'freeze = ["embeddings"]',
    "sortish_sampler": 'train_sampling_strategy = "sortish"',
    "early_stopping_patience": "early_stopping.patience",
    "early_stopping_threshold": "early_stopping.threshold",
    "metric_for_best_model": "early_stopping.metric",
    "generation_num_beams": "generation.num_beams",
    "generation_max_length": "generation.max_new_tokens",
    "val_max_target_length": "generation.max_new_tokens",
    "max_input_length": "max_source_length",
    "max_seq_length": "max_source_length",
    "max_length": "max_source_length or max_target_length",
    "max_val_samples": "max_eval_samples",
    "max_test_samples": "max_predict_samples",
    "model_name_or_path": "model",
    "dataset_name": "dataset",
    "text_column": "source, in [datasets.NAME]",
    "summary_column": "target, in [datasets.NAME]",
    "nproc_per_node": "world_size",
    "num_gpus": "world_size",
    "num_processes": "world_size",
    **dict.fromkeys(("seeds", "random_seed", "data_seed"), "seed, in [matrix]"),
    **dict.fromkeys(("bf16_full_eval", "fp16_full_eval"), "precision"),
    **dict.fromkeys(("fsdp", "fsdp_config"), "zero"),
    "gradient_accumulation": "gradient_accumulation_steps",
    "grad_accum": "gradient_accumulation_steps",
    "min_length": "generation.min_new_tokens",
    "num_warmup_steps": "warmup_steps",
    "lr_scheduler": "lr_scheduler_type",
    "prefix": "source_prefix",
}
"""Names that other tools give to what is settled here by one setting."""

TRANSFORMERS = "5.24.0"
"""The version whose removed arguments are listed below; a test compares it with the one installed."""

RENAMED = {
    "evaluation_strategy": "eval_strategy",
    "group_by_length": 'train_sampling_strategy = "group_by_length"',
    "warmup_ratio": "warmup_steps, where a number below 1 is a share of all steps",
    "per_gpu_train_batch_size": "batch_size",
    "per_gpu_eval_batch_size": "eval_batch_size",
    **dict.fromkeys(("half_precision_backend", "fp16_backend", "fp16_opt_level"), "precision"),
    **dict.fromkeys(("sharded_ddp", "fsdp_min_num_params", "fsdp_transformer_layer_cls_to_wrap"), "zero"),
}
"""Arguments that transformers has removed, and what does their work here."""

REMOVED = {
    **dict.fromkeys(("overwrite_output_dir", "logging_dir"), "each attempt has a folder of its own"),
    **dict.fromkeys(
        ("no_cuda", "use_mps_device", "use_ipex", "xpu_backend", "tpu_num_cores", "tpu_metrics_debug"),
        "GPUs are used where there are any",
    ),
    **dict.fromkeys(
        ("push_to_hub_token", "push_to_hub_model_id", "push_to_hub_organization"), "nothing is sent to the hub"
    ),
    **dict.fromkeys(("jit_mode_eval", "torchdynamo"), "models are not compiled"),
    "adafactor": "the optimizer is AdamW",
    "include_inputs_for_metrics": "summaries are scored by their targets",
    "include_tokens_per_second": "tokens per second are always measured",
    "save_safetensors": "checkpoints are made by xp",
    "ray_scope": "a method's search needs no Ray",
    **dict.fromkeys(("mp_parameters", "past_index", "use_legacy_prediction_loop"), "nothing does its work any more"),
}
"""Arguments that transformers has removed and that have no counterpart, and why."""

ALWAYS = {
    "do_train": "every trial trains",
    "do_eval": "every trial evaluates, unless eval_strategy says no",
    "do_predict": "every trial predicts the test split",
    "predict_with_generate": "summaries are always generated",
    "output_dir": "each attempt has a folder of its own",
    "load_best_model_at_end": "what is scored is the model behind the last step",
    "greater_is_better": "a loss should fall, a ROUGE should rise",
    "prediction_loss_only": "summaries are always generated",
    "auto_find_batch_size": "a trial keeps the batch_size that it declares",
    "optim": "the optimizer is AdamW",
    "average_tokens_across_devices": "a loss is the mean over all tokens of a step, on all ranks",
    "tf32": "precision says what is computed with",
    "use_cpu": "GPUs are used where there are any",
    "local_rank": "the ranks of world_size are started here",
    "run_name": "trials are named by what they are",
    "trust_remote_code": "no code of a hub is run",
    "use_fast_tokenizer": "a fast tokenizer is taken where a model has one",
    "pad_to_max_length": "batches are as wide as their longest text",
    "ignore_pad_token_for_loss": "what fills up a batch never counts",
    "include_num_input_tokens_seen": "tokens are always counted",
    "skip_memory_metrics": "memory is always measured",
    **dict.fromkeys(
        ("optim_args", "optim_target_modules"), "the optimizer is AdamW, and its settings start with adam_"
    ),
    **dict.fromkeys(
        ("save_total_limit", "save_only_model", "save_on_each_node", "enable_jit_checkpoint"),
        "checkpoints are made by xp, and go when a trial is complete",
    ),
    **dict.fromkeys(
        ("resume_from_checkpoint", "ignore_data_skip", "restore_callback_states_from_checkpoint"),
        "the same xp run goes on where the last one was stopped",
    ),
    **dict.fromkeys(
        ("report_to", "project", "trackio_bucket_id", "trackio_space_id", "trackio_static_space_id"),
        "every metric is in the journal, and xp export hands it on",
    ),
    **dict.fromkeys(
        (
            "hub_always_push",
            "hub_model_id",
            "hub_private_repo",
            "hub_revision",
            "hub_strategy",
            "hub_token",
            "push_to_hub",
        ),
        "nothing is sent to the hub",
    ),
    **dict.fromkeys(
        (
            "log_level",
            "log_level_replica",
            "log_on_each_node",
            "logging_first_step",
            "logging_nan_inf_filter",
            "logging_strategy",
            "disable_tqdm",
        ),
        "losses are in the journal every logging_steps, numbers or not",
    ),
    **dict.fromkeys(("torch_compile", "torch_compile_backend", "torch_compile_mode"), "models are not compiled"),
    **dict.fromkeys(
        ("preprocessing_num_workers", "overwrite_cache"), "texts are tokenized once, and again when they change"
    ),
    **dict.fromkeys(
        (
            "dataloader_drop_last",
            "dataloader_in_order",
            "dataloader_multiprocessing_context",
            "dataloader_num_workers",
            "dataloader_persistent_workers",
            "dataloader_pin_memory",
            "dataloader_prefetch_factor",
            "label_names",
            "length_column_name",
            "remove_unused_columns",
        ),
        "examples lie in memory, and every one of them counts",
    ),
    **dict.fromkeys(
        (
            "ddp_backend",
            "ddp_broadcast_buffers",
            "ddp_bucket_cap_mb",
            "ddp_find_unused_parameters",
            "ddp_static_graph",
            "ddp_timeout",
        ),
        "the ranks of a trial are joined here",
    ),
    **dict.fromkeys(
        (
            "batch_eval_metrics",
            "eval_accumulation_steps",
            "eval_do_concat_batches",
            "eval_on_start",
            "eval_use_gather_object",
            "include_for_metrics",
        ),
        "every example is scored once, by its id",
    ),
    **dict.fromkeys(
        (
            "accelerator_config",
            "activation_checkpointing_kwargs",
            "debug",
            "eval_delay",
            "full_determinism",
            "gradient_checkpointing_kwargs",
            "liger_kernel_config",
            "lr_scheduler_kwargs",
            "neftune_noise_alpha",
            "parallelism_config",
            "torch_empty_cache_steps",
            "use_cache",
            "use_liger_kernel",
        ),
        "it cannot be set here",
    ),
}
"""Switches that have no counterpart, and why."""
