"""Does once what every trial needs: a parent imports this, then forks ranks. No tensor is computed here."""

from __future__ import annotations

import tempfile
from pathlib import Path

import codecarbon
import datasets
import deepspeed
import evaluate
import nupunkt
import rouge_score.rouge_scorer
import torch
import transformers.models.bart.modeling_bart
import transformers.models.t5.modeling_t5
from deepspeed.runtime.zero.muon import muon_optimizer  # otherwise imported, slowly, when an engine starts
from transformers import AutoModelForSeq2SeqLM, Seq2SeqTrainer, Seq2SeqTrainingArguments

from xp.engine.measure import energy
from xp.engine.train import loop

if not torch.cuda.is_available():  # otherwise these would touch drivers, which must happen behind the fork
    deepspeed.ops.__compatible_ops__  # probes compilers
    energy.warm_up(Path(tempfile.gettempdir()))
