"""Texts that a template puts together: each part as it would be printed alone, and none escaped twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any

from jinja2 import nodes, pass_environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from xp.templates.words import words

TEXTS = (
    "capitalize",
    "center",
    "indent",
    "lower",
    "replace",
    "string",
    "title",
    "trim",
    "truncate",
    "upper",
    "wordwrap",
)
"""Jinja's own filters of texts."""


class Generator(CodeGenerator):
    """Has ``~`` join its parts as the environment does."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja calls it so
        """Write the call."""
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write(f"), {tuple(isinstance(part, nodes.Const) for part in node.nodes)})")


class Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox whose joined texts are escaped for what is printed, which need not be HTML."""

    code_generator_class = Generator
    intercepted_binops = frozenset({"+"})

    show: Callable[[Any], str]
    """Returns what is printed of a value."""

    def joined(self, parts: Sequence[Any], own: Iterable[bool]) -> str:
        """Return *parts* as one text; *own* are those that stand in the template itself, with their spaces and lines.

        Where none of them is a table, a piece of code or the like, the text is a value like any other.
        """
        if not any(is_done(part) for part in parts):
            return "".join(map(words, parts))
        pairs = zip(parts, own, strict=True)
        return Markup("".join(self.spaced(part) if written else self.show(part) for part, written in pairs))  # noqa: S704 - shown

    def spaced(self, part: Any) -> str:
        """Return what is printed of a text between its spaces, which stay."""
        if is_done(part) or not isinstance(part, str):
            return self.show(part)
        text = part.strip()
        before, _, after = part.partition(text) if text else (part, "", "")
        return f"{before}{self.show(text) if text else text}{after}"

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return a sum; one of texts is joined."""
        if is_done(left) or is_done(right):
            return self.joined((left, right), (True, True))
        return super().call_binop(context, operator, left, right)


def is_done(value: Any) -> bool:
    """Tell whether a value is printed as it is."""
    return hasattr(value, "__html__")


@pass_environment
def joining(env: Sandbox, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Return the members of a list as one text, with *d* between them."""
    get = make_attrgetter(env, attribute) if attribute is not None else None
    parts = [between for each in value for between in (d, get(each) if get else each)][1:]
    return env.joined(parts, [place % 2 == 1 for place in range(len(parts))])


def keeping(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return Jinja's filters of texts such that they take any value as it is printed, and what is done stays done."""
    return {name: of_printed(filters[name]) for name in TEXTS}


def of_printed(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return one of them."""
    place = 1 if hasattr(make, "jinja_pass_arg") else 0  # behind what Jinja itself gives it

    @wraps(make)
    def of_text(*given: Any, **named: Any) -> Any:
        before, value, rest = given[:place], given[place], given[place + 1 :]
        if not is_done(value):
            return make(*before, words(value), *rest, **named)
        done = value if isinstance(value, str) else value.__html__()
        kind = Markup if type(done) is str else type(done)  # Markdown is no HTML
        return kind(make(*before, str(done), *rest, **named))

    return of_text
