"""What a method is expected to do, and what it takes to believe it: how sure, and how large an effect has to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, PositiveFloat, TypeAdapter, ValidationError, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from xp.dsl.errors import did_you_mean
from xp.dsl.measures import CONFIDENCE, CORRECTION, Measure
from xp.dsl.refusals import Refusals, refusal
from xp.dsl.table import STRICT, Slug, Table

EXPECTED = ("reduces", "increases", "affects")

EXPECTATION = r"^\*?(reduces|increases|affects)$"

SYNONYMS = {
    **dict.fromkeys(("decreases", "decrease", "decreased", "lowers", "lower", "less", "cuts", "saves"), "reduces"),
    **dict.fromkeys(("raises", "raise", "raised", "higher", "more", "grows"), "increases"),
    **dict.fromkeys(("changes", "change", "changed", "influences"), "affects"),
}
"""What others write for an expectation."""

JUDGEMENTS = ("improves", "improve", "better", "worsens", "worse")
"""Words that do not say which way a measure goes."""

Expectation = Annotated[str, Field(pattern=EXPECTATION)]
"""A claim as ``reduces``, ``increases`` or ``affects``; a leading ``*`` marks it as situational."""

EXPECTATIONS = TypeAdapter[str](Expectation, config=STRICT)

Confidence = Annotated[float, Field(ge=0.5, lt=1)]


class Claim(Table):
    """``claims.MEASURE``: one claim of a method; a text says only what is expected."""

    expect: Expectation
    """``reduces``, ``increases`` or ``affects``; a leading ``*`` where it depends on the situation."""

    margin: PositiveFloat | None = None
    """The largest effect that counts as none; unset, that of ``[claims]``, or the measure's own."""

    scale: Literal["ratio", "difference"] | None = None
    """How the effect is told: method over baseline or method minus baseline; unset, as the measure does."""

    @model_validator(mode="before")
    @classmethod
    def as_text(cls, value: Any) -> Any:
        """Read the short form, which says only what is expected."""
        if isinstance(value, Mapping):
            return value
        try:
            return {"expect": EXPECTATIONS.validate_python(value)}
        except ValidationError as error:
            refusals = Refusals("Claim")
            refusals.take((), error)
            refusals.raise_any()

    @model_validator(mode="after")
    def knows_its_margin(self) -> Self:
        """Refuse another scale without a margin: that of the measure is in the other one's unit."""
        if self.scale is not None and self.margin is None:
            raise refusal("a claim with a scale of its own needs a margin", "write margin beside it: 0.05 is 5 %")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        table = handler.resolve_ref_schema(handler(schema))
        table["properties"]["expect"]["pattern"] = EXPECTATION
        return {"anyOf": [{"type": "string", "pattern": EXPECTATION}, dict(table)]}

    @property
    def expectation(self) -> str:
        """What is expected, without the mark."""
        return self.expect.lstrip("*")

    @property
    def situational(self) -> bool:
        """Whether it depends on the situation."""
        return self.expect.startswith("*")


class Claims(Table):
    """``[claims]``: what it takes to believe a claim of this experiment."""

    confidence: Confidence = CONFIDENCE
    """How often intervals should hold the true effect; a claim is believed at one minus this, after correction."""

    correction: Literal["holm", "none"] = CORRECTION
    """Against chance among many claims: Holm's step-down over all of the experiment, or none."""

    margin: Mapping[Slug, PositiveFloat] = {}
    """Measure to the largest effect that counts as none: 0.05 is 5 % of a ratio; points, nats for accuracy, loss."""

    def margin_of(self, measure: Measure, claim: Claim) -> float:
        """Return the largest effect on a measure that counts as none for one claim."""
        return claim.margin or self.margin.get(measure.name, measure.margin)


def suggest_expectation(word: str) -> str:
    """Return a hint for what somebody wrote as an expectation; nothing where it cannot be guessed.

    >>> suggest_expectation("*lowers"), suggest_expectation("reduce")
    ("did you mean '*reduces'?", "did you mean 'reduces'?")
    """
    mark, plain = "*" * word.startswith("*"), word.lstrip("*").casefold()
    if plain in JUDGEMENTS:
        return "say which way it goes: 'reduces' or 'increases'; which way is better each measure knows itself"
    if plain in SYNONYMS:
        return f"did you mean '{mark}{SYNONYMS[plain]}'?"
    guess = did_you_mean(plain, EXPECTED)
    return guess if guess.startswith("did") else ""
