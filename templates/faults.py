"""What can be wrong with a template, said with its place and a way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

import jinja2
from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes

from xp.dsl.errors import Problem, TemplateError, XpError, did_you_mean
from xp.templates.sandbox import Source, UnknownNameError

UNKNOWN_PART = re.compile(r"No (filter|test) named '([^']*)'")
OURS = str(Path(__file__).parent)

PROVOKED = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What a template can bring about by itself: 1 / 0, text plus number, an endless recursion."""


@contextmanager
def explained(env: jinja2.Environment, known: Iterable[str]) -> Iterator[None]:
    """Turn what a template brings about into a TemplateError; a bug of ours keeps its traceback."""
    try:
        yield
    except Exception as error:
        if found := problems(env, error, known):
            raise TemplateError(*found) from error
        raise


def problems(env: jinja2.Environment, error: Exception, known: Iterable[str]) -> list[Problem]:
    """Return what *error* tells about a template, or nothing when it is a bug of ours."""
    place = innermost_line(env, error)
    if isinstance(error, XpError):
        return [Problem(found.message, join(place, found.where), found.hint) for found in error.problems]
    if isinstance(error, jinja2.TemplateError):
        return [jinja_problem(env, error, place, known)]
    if isinstance(error, PROVOKED) and (provoked(env, error) or isinstance(error, RecursionError)):
        return [Problem(f"{error} ({type(error).__name__})", place)]
    return []


def jinja_problem(env: jinja2.Environment, error: jinja2.TemplateError, place: str, known: Iterable[str]) -> Problem:
    """Return what Jinja complains of, with the name that may have been meant."""
    match error:
        case TemplateSyntaxError():
            return syntax(env, error)
        case TemplateNotFound():
            return Problem(
                f"there is no template {error.name!r}", place, did_you_mean(str(error.name), env.list_templates())
            )
        case UnknownNameError():
            names = known if error.known is None else error.known
            return Problem(str(error), place, did_you_mean(error.name, names) if names else "")
        case _:
            return Problem(str(error), place)


def syntax(env: jinja2.Environment, error: TemplateSyntaxError) -> Problem:
    """Return where a template is no template, and which filter or test may have been meant."""
    message = (error.message or "this is no template").rstrip(".")
    match = UNKNOWN_PART.match(message)
    hint = did_you_mean(match[2], env.filters if match[1] == "filter" else env.tests) if match else ""
    return Problem(message[0].lower() + message[1:], f"{error.filename or error.name}:{error.lineno}", hint)


def innermost_line(env: jinja2.Environment, error: Exception) -> str:
    """Return the innermost line of a template that *error* went through."""
    lines = [frame for frame in extract_tb(error.__traceback__) if frame.filename in files(env)]
    return f"{lines[-1].filename}:{lines[-1].lineno}" if lines else ""


def provoked(env: jinja2.Environment, error: Exception) -> bool:
    """Tell whether *error* arose in a template, in Jinja or in what Jinja called, and not in code of ours."""
    names = [frame.filename for frame in extract_tb(error.__traceback__)]
    if names[-1] in files(env) or "jinja2" in names[-1] or "markupsafe" in names[-1]:
        return True
    last = max((place for place, name in enumerate(names) if name in files(env)), default=0)
    return not any(name.startswith(OURS) for name in names[last + 1 :])


def files(env: jinja2.Environment) -> set[str]:
    """Return the files that templates were read from."""
    return env.loader.files if isinstance(env.loader, Source) else set()


def undeclared(env: jinja2.Environment, path: str, text: str, given: Iterable[str]) -> list[Problem]:
    """Return a problem for each name that nothing stands for, in branches too that would not be reached."""
    tree = env.parse(text, filename=path)
    names = list(tree.find_all(nodes.Name))
    known = {*given, *(name.name for name in names if name.ctx != "load"), *introduced(tree)}
    careful = {id(name) for asked in tree.find_all((nodes.Test, nodes.Filter)) for name in guarded(asked)}
    return [
        Problem(f"{name.name}: unknown name", f"{path}:{name.lineno}", did_you_mean(name.name, known))
        for name in names
        if name.ctx == "load" and name.name not in known and id(name) not in careful
    ]


def introduced(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that macros and imports bring into a template."""
    yield from ("loop", "caller", "self", "super", "varargs", "kwargs")
    for macro in tree.find_all(nodes.Macro):
        yield macro.name
    for module in tree.find_all(nodes.Import):
        yield module.target
    for chosen in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in chosen.names)


def guarded(asked: nodes.Expr) -> Iterator[nodes.Expr]:
    """Yield the name that a template asks about, or has a default for, before it uses it."""
    match asked:
        case nodes.Test(name="defined" | "undefined", node=name) | nodes.Filter(name="default" | "d", node=name):
            if name is not None:
                yield name


def join(*places: str) -> str:
    """Return a place inside a place."""
    return ": ".join(filter(None, places))
