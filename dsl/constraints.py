"""Constraints: conditions over the settings of a trial, such as ``zero.stage >= 2 or precision == 'fp32'``.

A small part of Python's expressions, read with ``ast`` and never run as Python: names of settings and axes, texts,
numbers, true, false, none, lists, comparisons, ``and or not``, ``in``, and ``+ - * // %`` between numbers.
An unset setting equals none; it is neither larger nor smaller than anything.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from xp.dsl.explain import broken_rule
from xp.dsl.kinds import KINDS, Sort, sort_of, sort_of_value
from xp.dsl.spelling import excerpt
from xp.dsl.vocabulary import hint

LONGEST = 500
"""Characters of a constraint."""

DEEPEST = 20
"""Levels of a constraint: brackets in brackets, and the like."""

EXAMPLE = "equality is ==; an example is: zero.stage >= 2 or precision == 'fp32'"

WORDS = {"true": True, "false": False, "none": None}
"""Constants as TOML spells them; Python's spelling works too."""

Lookup = Mapping[str, Any]
"""Values by the names of settings and axes."""

Function = Callable[[Any, Any], Any]

ARITHMETIC: Mapping[type[ast.operator], Function] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
ORDER: Mapping[type[ast.cmpop], Function] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
EQUALITY: Mapping[type[ast.cmpop], Function] = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
MEMBERSHIP: Mapping[type[ast.cmpop], Function] = {
    ast.In: lambda left, right: right is not None and left in right,
    ast.NotIn: lambda left, right: right is None or left not in right,
}
COMPARISONS = {**ORDER, **EQUALITY, **MEMBERSHIP}


class RefusedError(ValueError):
    """A text that is not a condition over settings."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Term:
    """A part of a condition."""

    source: str
    sort: Sort
    value: Callable[[Lookup], Any]
    name: str = ""
    """The setting or axis that it is, if it is one."""

    constant: bool = False
    items: tuple[Term, ...] = ()
    """What a list of constants holds."""


@dataclass(frozen=True)
class Constraint:
    """A condition that can be asked of a trial."""

    text: str
    term: Term
    names: frozenset[str]
    """The settings and axes that it speaks of."""

    def holds(self, lookup: Lookup) -> bool:
        """Tell whether a trial with these values meets the condition."""
        return bool(self.term.value(lookup))


def parse(text: str) -> Constraint:
    """Return the condition that *text* writes down, or raise RefusedError.

    >>> parse("batch_size * world_size == 32").holds({"batch_size": 16, "world_size": 2})
    True
    """
    if len(text) > LONGEST or "\\" in text:
        raise RefusedError(f"a constraint has at most {LONGEST} characters and no backslash")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        said = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise RefusedError(f"not a condition: {said}, got {excerpt(text)}", EXAMPLE) from None
    if depth(tree) > DEEPEST:
        raise RefusedError(f"a constraint is at most {DEEPEST} levels deep")
    reader = Reader(text.strip())
    term = reader.term(tree.body)
    if term.sort != "flag":
        raise RefusedError(f"not a condition: it is a {term.sort}, not true or false, got {excerpt(text)}", EXAMPLE)
    if not reader.names:
        raise RefusedError(f"speaks of no setting and no axis, got {excerpt(text)}", EXAMPLE)
    return Constraint(text, term, frozenset(reader.names))


def depth(tree: ast.AST) -> int:
    """Return the number of levels of a tree."""
    level, nodes = 0, [tree]
    while nodes:
        level, nodes = level + 1, [inner for node in nodes for inner in ast.iter_child_nodes(node)]
    return level


def texts_beside(constraint: Constraint, name: str) -> list[str]:
    """Return the texts that *name* is compared with.

    >>> texts_beside(parse("method in ['zero2', 'zero3'] or precision == 'fp32'"), "method")
    ['zero2', 'zero3']
    """
    tree = ast.parse(constraint.text.strip(), mode="eval")
    comparisons = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    parts = [list(ast.walk(node)) for node in comparisons]
    beside = [nodes for nodes in parts if any(isinstance(node, ast.Name) and node.id == name for node in nodes)]
    found = [node.value for nodes in beside for node in nodes if isinstance(node, ast.Constant)]
    return [value for value in found if isinstance(value, str)]


class Reader:
    """Turns the tree of one expression into terms."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()

    def term(self, node: ast.expr) -> Term:
        """Return the term of a node, whatever its kind."""
        match node:
            case ast.Name() | ast.Attribute():
                return self.word(ast.unparse(node))
            case ast.Constant(value=str() | int() | float() | None as value):
                return constant(value, self.source(node))
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return self.items([self.term(item) for item in items], self.source(node))
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.logic(node)
            case ast.BinOp() | ast.UnaryOp(op=ast.USub()):
                return self.arithmetic(node)
            case ast.Compare():
                return self.chain(node)
        raise RefusedError(
            f"may not stand in a constraint, got {self.source(node)}", "names, values, comparisons, and, or, not may"
        )

    def source(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return ast.get_source_segment(self.text, node) or self.text

    def word(self, word: str) -> Term:
        """Return a setting, an axis or one of true, false and none."""
        if word in WORDS:
            return constant(WORDS[word], word)
        if word not in KINDS:
            raise RefusedError(f"unknown name, got {word}", hint(word, KINDS))
        self.names.add(word)
        return Term(word, sort_of(word), lambda lookup: lookup.get(word), name=word)

    def items(self, items: list[Term], source: str) -> Term:
        """Return a list of constants."""
        for item in items:
            if not item.constant:
                raise RefusedError(f"a list holds values, got {item.source}")
        return Term(
            source, "list", lambda _: tuple(item.value({}) for item in items), constant=True, items=tuple(items)
        )

    def expect(self, node: ast.expr, sort: Sort) -> Term:
        """Return the term of a node that has to be of one sort."""
        term = self.term(node)
        if term.sort not in {sort, "none"}:
            raise RefusedError(f"should be a {sort}, got {term.source}, which is a {term.sort}")
        return term

    def logic(self, node: ast.BoolOp | ast.UnaryOp) -> Term:
        """Return ``and``, ``or`` and ``not`` of conditions."""
        if isinstance(node, ast.UnaryOp):
            inner = self.expect(node.operand, "flag").value
            return Term(self.source(node), "flag", lambda lookup: not inner(lookup))
        parts = [self.expect(part, "flag").value for part in node.values]
        join = all if isinstance(node.op, ast.And) else any
        return Term(self.source(node), "flag", lambda lookup: join(part(lookup) for part in parts))

    def arithmetic(self, node: ast.BinOp | ast.UnaryOp) -> Term:
        """Return a number that is made of numbers."""
        if isinstance(node, ast.UnaryOp):
            inner = self.expect(node.operand, "number")
            return Term(
                self.source(node),
                "number",
                lambda lookup: unset(operator.neg, inner.value(lookup)),
                constant=inner.constant,
            )
        if (function := ARITHMETIC.get(type(node.op))) is None:
            raise RefusedError(
                f"may not stand in a constraint, got {self.source(node)}", "of arithmetic, + - * // % may"
            )
        left, right = (self.expect(side, "number").value for side in (node.left, node.right))
        return Term(self.source(node), "number", lambda lookup: unset(function, left(lookup), right(lookup)))

    def chain(self, node: ast.Compare) -> Term:
        """Return one comparison, or several in a row: ``1 <= zero.stage <= 2``."""
        terms = [self.term(part) for part in (node.left, *node.comparators)]
        tests = [comparison(left, op, right) for left, op, right in zip(terms, node.ops, terms[1:], strict=False)]
        return Term(self.source(node), "flag", lambda lookup: all(test(lookup) for test in tests))


def constant(value: Any, source: str) -> Term:
    """Return a term that is always the same."""
    return Term(source, sort_of_value(value), lambda _: value, constant=True)


def unset(function: Callable[..., Any], *values: Any) -> Any:
    """Return none where a number is unset, or there is none because of a division by 0."""
    if None in values:
        return None
    try:
        return function(*values)
    except ZeroDivisionError:
        return None


def comparison(left: Term, op: ast.cmpop, right: Term) -> Callable[[Lookup], bool]:
    """Return one comparison between terms that can be compared."""
    function = COMPARISONS.get(type(op))
    if function is None:
        raise RefusedError("may not stand in a constraint, got 'is'", "equality is ==")
    if type(op) in ORDER:
        require({left.sort, right.sort} <= {"number"}, left, right)
        return lambda lookup: bool(unset(function, left.value(lookup), right.value(lookup)))
    if type(op) in MEMBERSHIP:
        require(right.sort == "list", left, right)
        values = [typed(item, left) for item in right.items]
        among = constant(tuple(value.value({}) for value in values), right.source) if right.constant else right
        item = typed(left, right, wrap=True)
        return lambda lookup: bool(function(item.value(lookup), among.value(lookup)))
    first, second = typed(left, right), typed(right, left)
    require(first.sort == second.sort or "none" in {first.sort, second.sort}, left, right)
    return lambda lookup: bool(function(first.value(lookup), second.value(lookup)))


def require(comparable: bool, left: Term, right: Term) -> None:
    """Refuse a comparison that can never mean anything."""
    if not comparable:
        raise RefusedError(f"cannot compare {left.source}, a {left.sort}, with {right.source}, a {right.sort}")


def typed(term: Term, other: Term, *, wrap: bool = False) -> Term:
    """Return a constant as a value of the setting that it is compared with; *wrap*: as one of the setting's items."""
    if not other.name or not term.constant or term.sort == "none":
        return term
    value = term.value({})
    try:
        checked = KINDS[other.name].validate_python((value,) if wrap else value)
    except ValidationError as error:
        raise RefusedError(f"{other.name} {broken_rule(error.errors()[0])}") from None
    return constant(checked[0] if wrap else checked, term.source)
