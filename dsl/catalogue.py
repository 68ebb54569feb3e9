"""The methods that trials can be trained with: what each does, where it works, what it needs, and where it is from."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One method of the catalogue."""

    name: str
    does: str
    settings: tuple[str, ...]
    """Settings that it consists of, by dotted names; ``search`` is the table of a method."""

    works: str
    """Devices, ranks and models that it works with."""

    needs: str
    example: tuple[str, str] | None
    """A shipped experiment and its method: what that claims is what the method is claimed to do."""

    source: str


ANY = "CPU and GPU, any number of ranks, any model"
SHARED = "CPU and GPU, any model; on one rank it only costs"

CATALOGUE: tuple[Entry, ...] = (
    Entry(
        "data parallelism",
        "every rank has the whole model and trains on examples of its own; gradients are averaged (PyTorch's DDP)",
        ("world_size",),
        ANY,
        "a GPU for each rank, where there are GPUs",
        None,
        "arXiv 2006.15704",
    ),
    Entry(
        "ZeRO 1",
        "optimizer states are partitioned over the ranks",
        ("zero.stage",),
        SHARED,
        "",
        ("core", "zero1"),
        "arXiv 1910.02054",
    ),
    Entry(
        "ZeRO 2",
        "… and gradients",
        ("zero.stage",),
        SHARED,
        "",
        ("core", "zero2"),
        "arXiv 1910.02054",
    ),
    Entry(
        "ZeRO 3",
        "… and parameters, which are gathered layer by layer when they are needed",
        ("zero.stage", "zero.stage3_prefetch_bucket_size", "zero.stage3_param_persistence_threshold"),
        SHARED,
        "",
        ("core", "zero3"),
        "arXiv 1910.02054",
    ),
    Entry(
        "ZeRO-Offload",
        "optimizer states (from stage 1 on) and parameters (stage 3) live in main memory",
        ("zero.offload_optimizer", "zero.offload_param"),
        "GPU, any number of ranks, any model; on a CPU it moves nothing and shows the cost of the way",
        "main memory for what leaves the GPUs",
        ("core", "zero2-offload"),
        "arXiv 2101.06840",
    ),
    Entry(
        "ZeRO-Infinity",
        "at stage 3, optimizer states and parameters live on a disk; on CPUs, to the last bit ZeRO-Offload's numbers",
        ("zero.offload_optimizer", "zero.offload_param", "zero.nvme_path", "zero.buffer_size"),
        "CPU and GPU on Linux, any number of ranks, any model",
        "DeepSpeed's `async_io`, compiled (`g++`, `ninja`, `libaio-dev`); a local disk that takes `O_DIRECT`, with "
        "room for 16 bytes of states for each trained parameter, and 2 for each that lies there itself; tensors of "
        "1 MiB or more. Parameters go there in DeepSpeed's own bf16 or fp16 only, and a trial with them that is "
        "stopped begins anew: DeepSpeed does not load them from a checkpoint",
        ("other", "zero-infinity"),
        "arXiv 2104.07857",
    ),
    Entry(
        "bucket sizes",
        "how much is sent at a time: large buckets mean fewer messages and more memory",
        ("zero.reduce_bucket_size", "zero.allgather_bucket_size", "zero.overlap_comm"),
        "ZeRO 1 to 3, two ranks or more",
        "",
        ("other", "zero2-large-buckets"),
        "deepspeed.ai/docs/config-json",
    ),
    Entry(
        "bf16, by torch",
        "weights stay in 32 bits, and torch computes in 16 where that is safe",
        ("precision",),
        "CPU and GPU (from Ampere on), any number of ranks, any model",
        "an instruction set with bf16, or it is slower",
        ("core", "bf16"),
        "arXiv 1710.03740, 1905.12322",
    ),
    Entry(
        "bf16, by DeepSpeed",
        "weights and gradients in 16 bits, a copy of the weights and the moments in 32",
        ("precision", "zero.stage"),
        "CPU and GPU (from Ampere on), any number of ranks, any model",
        "an instruction set with bf16, or it is slower",
        ("other", "zero2-bf16"),
        "deepspeed.ai/docs/config-json",
    ),
    Entry(
        "bf16, by torch under DeepSpeed",
        "DeepSpeed keeps weights in 32 bits and has torch cast what it computes (`torch_autocast`)",
        ("precision", "torch_autocast", "zero.stage"),
        "CPU and GPU (from Ampere on), any number of ranks, any model",
        "an instruction set with bf16, or it is slower",
        ("other", "zero2-autocast"),
        "deepspeed.ai/docs/config-json",
    ),
    Entry(
        "fp16",
        "16 bits with few digits before the point: the loss is scaled up, and a step that overflows is left out",
        ("precision",),
        "GPU, any number of ranks, with and without ZeRO; not every model (T5 overflows)",
        "a GPU",
        ("other", "fp16"),
        "arXiv 1710.03740",
    ),
    Entry(
        "block-local attention",
        "a token of the encoder sees its own block and both neighbours: linear in the length of the text",
        ("attn_implementation", "attention_window"),
        "CPU and GPU, any number of ranks; BART, mBART, Pegasus, Marian, Blenderbot, with their ordinary weights",
        "some thousand tokens to be worth it",
        ("attention", "block-local-16"),
        "our own kernel; after arXiv 2004.05150",
    ),
    Entry(
        "sliding window (LED)",
        "a token of the encoder sees half a window on either side, and the first one",
        ("attention_window",),
        "CPU and GPU, any number of ranks; LED",
        "some thousand tokens to be worth it",
        ("attention", "led-32"),
        "arXiv 2004.05150",
    ),
    Entry(
        "block-sparse attention (BigBird)",
        "a block of the encoder sees its neighbours, both ends of the text and random blocks",
        ("attention_type", "block_size", "num_random_blocks"),
        "CPU and GPU, any number of ranks; BigBird-Pegasus",
        "sources of more than (5 + 2 × random blocks) × block size tokens, or it would be full attention: refused",
        ("attention", "bigbird-sparse"),
        "arXiv 2007.14062",
    ),
    Entry(
        "local and transient-global attention (LongT5)",
        "a token of the encoder sees its neighbours, and sums of all blocks if wanted",
        ("encoder_attention_type", "local_radius", "global_block_size"),
        "CPU and GPU, any number of ranks; LongT5",
        "some hundred tokens to be worth it",
        ("attention", "longt5-local"),
        "arXiv 2112.07916",
    ),
    Entry(
        "full attention that is kept",
        "all scores of all pairs of tokens are written down, as they were before fused kernels",
        ("attn_implementation",),
        "CPU and GPU, any number of ranks, most models",
        "",
        ("attention", "eager"),
        "arXiv 2205.14135",
    ),
    Entry(
        "frozen embeddings",
        "tables of tokens and positions stay as they are, and what is tied to them, such as the output layer",
        ("freeze",),
        ANY,
        "",
        ("core", "freeze-embeddings"),
        "arXiv 1911.03090",
    ),
    Entry(
        "frozen encoder",
        "the encoder's layers stay as they are; the tables they share with the decoder do not",
        ("freeze",),
        ANY,
        "",
        ("core", "freeze-encoder"),
        "arXiv 1911.03090",
    ),
    Entry(
        "sortish sampling",
        "batches of sources of alike length, in random order: less padding",
        ("train_sampling_strategy",),
        ANY,
        "",
        ("other", "sortish"),
        "docs.fast.ai/text.data, `SortedDL`",
    ),
    Entry(
        "truncated sources",
        "what is longer than the limit loses its end, in evaluation too",
        ("max_source_length",),
        ANY,
        "",
        ("other", "truncate-source"),
        "huggingface.co/docs/transformers/pad_truncation",
    ),
    Entry(
        "truncated targets",
        "… of summaries that are learned from; references that are scored against stay whole",
        ("max_target_length",),
        ANY,
        "",
        ("other", "truncate-target"),
        "huggingface.co/docs/transformers/pad_truncation",
    ),
    Entry(
        "early stopping",
        "training ends when evaluations bring no progress",
        ("early_stopping.patience", "early_stopping.threshold", "early_stopping.metric", "eval_strategy"),
        ANY,
        "evaluations during training",
        ("other", "early-stopping"),
        "Prechelt, Early Stopping – But When? (1998)",
    ),
    Entry(
        "batch size",
        "more examples per rank and step",
        ("batch_size",),
        ANY,
        "",
        ("other", "batch-12"),
        "arXiv 1706.02677",
    ),
    Entry(
        "gradient accumulation",
        "several passes for one step: large steps in little memory, each token of a step with equal weight",
        ("gradient_accumulation_steps",),
        ANY,
        "",
        None,
        "arXiv 1706.02677",
    ),
    Entry(
        "gradient checkpointing",
        "activations are computed a second time instead of being kept",
        ("gradient_checkpointing",),
        ANY,
        "",
        None,
        "arXiv 1604.06174",
    ),
    Entry(
        "label smoothing",
        "some of the probability goes from the right token to all others",
        ("label_smoothing_factor",),
        ANY,
        "",
        None,
        "arXiv 1512.00567",
    ),
    Entry(
        "grid search",
        "every combination of the values that are listed is trained, the best on validation speaks for all",
        ("search",),
        ANY,
        "",
        ("search", "grid"),
        "[search.md](search.md)",
    ),
    Entry(
        "random search",
        "as many draws from ranges as wanted",
        ("search",),
        ANY,
        "",
        ("search", "random"),
        "Bergstra and Bengio, JMLR 13 (2012)",
    ),
    Entry(
        "Population Based Training",
        "a population trains in generations; the weak go on from checkpoints of the strong with changed settings",
        ("search",),
        ANY,
        "checkpoints on disk for a generation",
        ("search", "pbt"),
        "arXiv 1711.09846",
    ),
)
