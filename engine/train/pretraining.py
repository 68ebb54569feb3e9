"""What well-known checkpoints were trained on before, as their papers and model cards say."""

from __future__ import annotations

BOOKS = "books, Wikipedia, news, stories and web text (160 GB, as RoBERTa)"
C4 = "C4"

CORPORA = {
    "bart": BOOKS,
    "distilbart": f"{BOOKS}, by a teacher that was fine-tuned on news",
    "mbart": "CC25: Common Crawl in 25 languages",
    "led": BOOKS,
    "t5": f"{C4}, and supervised tasks",
    "t5-v1_1": C4,
    "mt5": "mC4: Common Crawl in 101 languages",
    "flan-t5": f"{C4}, and the Flan collection of instructions",
    "long-t5": C4,
    "pegasus": f"{C4} and HugeNews",
    "pegasus-x": f"{C4} and HugeNews",
    "bigbird-pegasus": f"{C4} and HugeNews",
    "prophetnet": "BookCorpus and Wikipedia (16 GB)",
}
"""First words of a checkpoint's name to the corpus that the first weights were trained on."""


def pretraining(checkpoint: str | None) -> str | None:
    """Return the corpus that a checkpoint was trained on before, None where its name does not say.

    >>> pretraining("google/flan-t5-small"), pretraining("me/bartender")
    ('C4, and the Flan collection of instructions', None)
    """
    name = (checkpoint or "").rstrip("/").rpartition("/")[2].lower()
    known = [start for start in CORPORA if name == start or name.startswith(f"{start}-")]
    return CORPORA[max(known, key=len)] if known else None
