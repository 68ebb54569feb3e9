"""Text out of the warehouse made safe for Markdown: what a reader sees is what was stored, and nothing acts."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from wcwidth import wcswidth, wcwidth

ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[@-Z\\-_]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
NEWLINE = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters, space without width, and marks that reverse the direction of text: they can only mislead.

Joiners stay: some scripts are not written without them."""

SURROGATE = re.compile("[\ud800-\udfff]")
ACTIVE = re.compile(
    r"[\\`*\[\]<>|~$]"  # $ opens a formula on GitHub
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters an underscore is just that
    r"|&(?=#?\w)"  # an entity
)
OPENING = re.compile(r"^\s*(?:\d{1,9}(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|[-=][-=\s]*$))")
"""What would start a heading, a list or a rule at the beginning of a line."""

LINK = re.compile(r"(?:(?<=http)|(?<=https)|(?<=ftp))(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where GitHub sees a link, in which it would take a backslash for a part of the address."""

DEEP = re.compile(r"^(?:\s*\n| {4,})|\t")
"""Space that would start a block of code, or end a paragraph."""

EDGE = re.compile(r"^\s+|\s+$")

FRACTION = re.compile(r"^(-?\d+)(e)")
"""A number with an exponent that has no point: most readers of YAML take it for a text."""


class Markdown(str):
    """Text that is Markdown already: printed as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell Jinja that nothing is left to escape."""
        return str(self)


def clean(text: str) -> str:
    r"""Return *text* with plain newlines and without terminal codes and control characters.

    >>> clean("\x1b[31mred\x1b[0m\r\nnext\x00")
    'red\nnext'
    """
    return SURROGATE.sub("\ufffd", UNSEEN.sub("", NEWLINE.sub("\n", ANSI.sub("", text))))


def escape(text: str) -> Markdown:
    r"""Return *text* such that a Markdown parser shows exactly it, and nothing in it acts.

    >>> print(escape("a|b *bold* <i> snake_case _x_"))
    a\|b \*bold\* \<i\> snake_case \_x\_
    """
    shown, changed = ACTIVE.subn(lambda match: "\\" + match[0], clean(text))
    shown = LINK.sub(r"\\", shown) if changed else shown
    shown = OPENING.sub(r"\g<0>\\", shown)
    return Markdown(DEEP.sub(entities, shown).replace("\n", "<br>"))


def cell(text: str) -> Markdown:
    """Return *text* for the cell of a table: a parser would trim the space at its edges.

    >>> print(cell(" a "))
    &#32;a&#32;
    """
    return Markdown(EDGE.sub(entities, escape(text)))


def entities(space: re.Match[str]) -> str:
    """Return *space* as numeric entities."""
    return "".join(f"&#{ord(char)};" for char in space[0])


def code(text: str) -> Markdown:
    r"""Return *text* as a code span; plain where a span cannot hold it in a table.

    >>> print(code("zero.stage = 2"), code("a `b`"), code("a|b"), code(""))
    `zero.stage = 2` `` a `b` `` a\|b `""`
    """
    shown = clean(text).replace("\n", " ").replace("\t", " ") or '""'
    if "|" in shown or not shown.strip():
        return cell(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padded = f" {shown} " if shown[0] in "` " or shown[-1] in "` " else shown
    return Markdown(f"{fence}{padded}{fence}")


def quoted(value: Any) -> Markdown:
    r"""Return a value for YAML: a text in quotes, a number with six digits; a value that is missing is null.

    >>> print(quoted('a "b": {{ c }}'), quoted(41.123456789), quoted(3e-05), quoted(None))
    "a \"b\": {{ c }}" 41.1235 3.0e-05 null
    """
    if isinstance(value, float):
        return Markdown(FRACTION.sub(r"\1.0\2", repr(float(f"{value:.6g}"))) if math.isfinite(value) else "null")
    return Markdown(json.dumps(clean(value) if isinstance(value, str) else value, ensure_ascii=False, default=str))


def width(text: str) -> int:
    r"""Return the number of terminal columns that *text* fills; a control character fills none.

    >>> width("résumé"), width("要約"), width("e\u0301"), width("👩\u200d🔬"), width("a\tb")
    (6, 4, 1, 2, 2)
    """
    if text.isascii() and text.isprintable():
        return len(text)
    whole = wcswidth(text)
    return whole if whole >= 0 else sum(max(wcwidth(char), 0) for char in text)
