"""What was downloaded from the Hugging Face hub and lies in its cache on this machine, found without its client.

To load the client takes longer than the rest of a plan, and it refuses a download of which only some files were asked
for. Where the cache is, only its own constants tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from huggingface_hub import constants


def find_download(kind: Literal["model", "dataset"], name: str, revision: str | None) -> Path | None:
    """Return the folder of what was downloaded of a revision, None where nothing was; its commit is its name."""
    wanted = revision or constants.DEFAULT_REVISION
    repository = Path(constants.HF_HUB_CACHE) / f"{kind}s--{name.replace('/', '--')}"
    branch = repository / "refs" / wanted
    commit = branch.read_text(encoding="utf-8").strip() if branch.is_file() else wanted
    folder = repository / "snapshots" / commit
    return folder if folder.is_dir() else None
