"""From a TOML file to an Experiment, or to every problem in it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xp.dsl.deepspeed.files import NO_FILES, Files, read_files
from xp.dsl.deepspeed.reading import read_bases
from xp.dsl.document import Document
from xp.dsl.errors import SpecError
from xp.dsl.experiment import Experiment
from xp.dsl.explain import explain_errors
from xp.dsl.extends import read_with_bases
from xp.dsl.methods import check_methods
from xp.dsl.names import check_names, directions
from xp.dsl.objective import OWN
from xp.dsl.overrides import override
from xp.dsl.problems import in_order


def load(path: Path, overrides: Sequence[str] = ()) -> Experiment:
    """Return the experiment in *path*, changed by ``dotted.key=value`` arguments; raise SpecError with all problems."""
    raw, document = override(*read_with_bases(path), overrides)
    return understand(raw, document, read_files(raw, document))


def understand(raw: Mapping[str, Any], document: Document, files: Files = NO_FILES) -> Experiment:
    """Return the experiment that the tables *raw* describe, with the DeepSpeed *files* that they name."""
    bases, wrong = read_bases(files)
    problems = [*check_names(raw, document), *wrong]
    try:
        experiment = Experiment.model_validate(raw, context={OWN: directions(raw)}).written_in(document, bases)
    except ValidationError as error:
        raise SpecError(*in_order([*explain_errors(error, Experiment, document.where), *problems])) from None
    if not problems:
        problems = [*check_methods(experiment)]
    if problems:
        raise SpecError(*in_order(problems))
    return experiment
