"""Jinja as templates may use it: nothing to break out with, nothing undefined, values escaped for Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from pathlib import Path
from types import FunctionType, MappingProxyType, MethodType
from typing import Any

import jinja2
from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, UndefinedError, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.utils import missing

from xp.dsl.errors import Problem, TemplateError
from xp.dsl.quantity import MISSING, compact
from xp.templates.answers import Row, Rows
from xp.templates.escape import Markdown, code, escape, quoted
from xp.templates.joining import Sandbox, joining, keeping
from xp.templates.markdown import grid, legend, short
from xp.templates.weighing import weighed
from xp.templates.words import words

KINDS = {Row: "the row", Rows: "the answer"}
FILTERS: Mapping[str, Callable[..., Any]] = {
    "code": code,
    "compact": compact,
    "grid": grid,
    "legend": legend,
    "quoted": quoted,
    "short": short,
    "weighed": weighed,
}
OF_TEXTS = {"code", "short"}
OF_ANSWERS = {"grid", "legend", "weighed"}


class UnknownNameError(UndefinedError):
    """A template used a name that nothing stands for."""

    def __init__(self, message: str, name: str, known: Iterable[str] | None) -> None:
        super().__init__(message)
        self.name = name
        self.known = known
        """The names that the value has, none where it is not about names; None for a name of the template itself."""


class Unknown(StrictUndefined):
    """Stands in for a name that is not there, and says so as soon as anybody uses it."""

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        known = () if hint or isinstance(name, int) else None if obj is missing else parts(obj)
        unknown = partial(UnknownNameError, name=str(name), known=known)
        super().__init__(hint, obj, name, exc or unknown)  # type: ignore[arg-type]  # anything that makes an error

    @property
    def _undefined_message(self) -> str:
        name, owner = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint.rstrip(".")
        if owner is missing:
            return f"{name}: unknown name"
        if isinstance(owner, Rows) and isinstance(name, int):
            return f"the answer of {owner.query!r} has no row {name}: it has {len(owner)}"
        return f"{name}: {KINDS.get(type(owner), f'a value of type {type(owner).__name__}')} has nothing of that name"


class Source(BaseLoader):
    """Templates out of folders, the first that has one wins; line ends of any system become newlines."""

    def __init__(self, folders: Iterable[Path], texts: dict[str, str] | None = None) -> None:
        self._folders = tuple(folders)
        self.files: set[str] = set()
        """Every file that was read: where faults can have their place."""

        self.texts = {} if texts is None else texts
        """What was read, by the names of the templates."""

    def get_source(self, _: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of a template and the file that it is in."""
        for folder in self._folders:
            path = folder / template
            if path.resolve().is_relative_to(folder.resolve()) and path.is_file():
                self.files.add(str(path))
                self.texts[template] = read_template(path)
                return self.texts[template], str(path), lambda: True
        raise TemplateNotFound(template)

    def list_templates(self) -> list[str]:
        """Return the names of all templates."""
        found = (path.relative_to(folder) for folder in self._folders for path in folder.rglob("*.j2"))
        return sorted({path.as_posix() for path in found})


def environment(
    source: Source,
    filters: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
    finalize: Callable[[Any], str] | None = None,
) -> Sandbox:
    """Return an environment for the templates of *source*; the same answers give the same text.

    It has *filters* in place of those of that name, and prints what *finalize* makes of a value.
    """
    show = finalize or printed_value
    env = Sandbox(
        loader=source,
        undefined=Unknown,
        autoescape=True,
        optimized=False,  # a constant that is worked out beforehand is written into code, which has no word for nan
        finalize=printing(show),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # a part that is included ends its last line
    )
    env.show = show
    env.filters |= keeping(env.filters) | {"join": joining, "e": show, "escape": show}
    env.filters |= {name: taking(name, make) for name, make in {**FILTERS, **filters}.items()}
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "allow_nan": False}
    del env.filters["random"], env.globals["lipsum"]
    return env


def printing(show: Callable[[Any], str]) -> Callable[[EvalContext, Any], str]:
    """Return *show* for constants too: without a context, Jinja would escape them for HTML before it is asked."""

    @pass_eval_context
    def finalize(_: EvalContext, value: Any) -> str:
        return show(value)

    return finalize


def taking(name: str, make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that says what it takes; of a text that is missing it makes a dash, of a number its text."""

    @wraps(make)
    def of_text(value: Any, *given: Any, **named: Any) -> Any:
        return MISSING if value is None else make(words(value), *given, **named)

    @wraps(make)
    def of_answer(value: Any, *given: Any, **named: Any) -> Any:
        if not isinstance(value, Rows):
            got = KINDS.get(type(value)) or ("nothing" if value is None else repr(words(value)))
            hint = f'write {{{{ ask("trials") | {name} }}}}'
            raise TemplateError(Problem(f"{name}: takes an answer, got {got}", hint=hint))
        return make(value, *given, **named)

    return of_text if name in OF_TEXTS else of_answer if name in OF_ANSWERS else make


def printed_value(value: Any) -> Markdown:
    """Return what a template prints: a table or a macro's text as it is, any value so that it shows and never acts."""
    if isinstance(value, FunctionType | MethodType):
        raise TemplateError(Problem(f"{value.__name__}: a function", hint=f"write {value.__name__}(…)"))
    return Markdown(value.__html__()) if hasattr(value, "__html__") else escape(words(value))


def read_template(path: Path) -> str:
    """Return the text of a file, or raise TemplateError where it has none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise TemplateError(Problem("cannot be read: it is not UTF-8", str(path), "save it as UTF-8")) from None
    except OSError as error:
        raise TemplateError(Problem(f"cannot be read: {error.strerror}", str(path))) from None


def parts(value: Any) -> list[str]:
    """Return the names that *value* has: the columns of a row, else its attributes."""
    names = value if isinstance(value, Row | dict) else dir(value)
    return [str(name) for name in names if not str(name).startswith("_")]
