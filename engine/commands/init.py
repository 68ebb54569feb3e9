"""`xp init`: a folder in which an experiment can be run, asked about and reported at once."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath

from xp.dsl.errors import Problem, XpError
from xp.dsl.quantity import plural
from xp.engine.commands import documents

EXPERIMENT = "experiments/first.toml"
REPORT = "templates/experiments.md.j2"

README = f"""\
# Experiments

| what | where |
| --- | --- |
| experiments: what is tried | `experiments/`; every key of them is explained in `docs/reference.md` |
| questions, in SQL | `queries/` |
| reports, in Jinja | `templates/` |
| journals, warehouse and finished reports | `results/`, made by `xp run`; not under version control |

```
xp plan   {EXPERIMENT}          # which trials, in which state, and what they will need
xp run    {EXPERIMENT}          # those that are not complete yet
xp query  tradeoffs                       # any file of queries/, or your own
xp render {REPORT}   # to results/reports/experiments.md
```

A file of `queries/` goes before the saved query of its name. After an update of xp, `xp doctor` names the copies that
are not those of the new version: delete those that you have not changed, and the new ones answer.

An editor that knows TOML schemas completes and checks the experiments: their first line names
`docs/experiment.schema.json`. After an update of xp, `xp schema -o docs/experiment.schema.json` and
`xp reference -o docs/reference.md` bring both up to date.
"""

IGNORED = "/results/\n"

COPIED = (
    ("xp.experiments", "first.toml", "experiments"),
    ("xp.queries", "*.sql", "queries"),
    ("xp.templates", "experiments.*.j2", "templates"),
    ("xp.templates", "partials/*.j2", "templates"),
)
"""Packages, the files of them that a project starts with, and the folder that they go to."""

SHOWN = 5
"""Most files in the way that are named."""


def make_project(folder: Path) -> str:
    """Make the files of a new project and return what to do next; nothing that is there is touched."""
    wanted = dict(contents())
    if problems := [Problem("is here already", str(folder / name)) for name in wanted if is_taken(folder / name)]:
        more = [Problem(f"and {len(problems) - SHOWN} more are here already")] if len(problems) > SHOWN else []
        last = Problem("nothing was written", hint="start in a folder of its own: xp init my-experiments")
        raise XpError(*problems[:SHOWN], *more, last)
    for name, text in wanted.items():
        place = folder / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise XpError(Problem(f"the file cannot be written: {error.strerror}", str(place))) from None
    return next_steps(folder, len(wanted))


def contents() -> Iterator[tuple[str, str]]:
    """Yield the files of a new project: path and text."""
    yield "README.md", README
    yield ".gitignore", IGNORED
    yield "docs/experiment.schema.json", documents.schema()
    yield "docs/reference.md", documents.reference()
    for package, pattern, folder in COPIED:
        own = Path(str(files(package)))
        for path in sorted(own.glob(pattern)):
            yield str(PurePosixPath(folder) / path.relative_to(own).as_posix()), path.read_text(encoding="utf-8")


def is_taken(place: Path) -> bool:
    """Tell whether there is something in a place, be it a link to nothing."""
    return place.exists() or place.is_symlink()


def next_steps(folder: Path, number: int) -> str:
    """Return what was made, and the commands that come next."""
    enter = [] if folder == Path() else [f"  cd {folder}"]
    commands = [f"  xp plan {EXPERIMENT}", f"  xp run {EXPERIMENT}", f"  xp render {REPORT}"]
    return "\n".join([f"{plural(number, 'file')} in {folder.absolute()}; next:", *enter, *commands]) + "\n"
