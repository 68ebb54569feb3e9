"""Imports everything a trial needs and computes nothing: a parent imports this, then forks ranks."""

from __future__ import annotations

import codecarbon
import datasets
import deepspeed
import evaluate
import nupunkt
import rouge_score.rouge_scorer
import torch
import transformers
from deepspeed.runtime.zero.muon import muon_optimizer  # otherwise imported, slowly, when an engine starts
from transformers import AutoModelForSeq2SeqLM, Seq2SeqTrainer, Seq2SeqTrainingArguments
