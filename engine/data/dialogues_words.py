"""The words of the built-in corpus: names, times and places, and the talk that any plan may be mixed with."""

from __future__ import annotations

Beat = tuple[str, ...]
"""Lines that belong together, each ``role> text``; ``{name}`` stands for a role or for a slot of the plan."""


def options(text: str) -> tuple[str, ...]:
    """Return the values that *text* lists.

    >>> options("the lake; the old bridge")
    ('the lake', 'the old bridge')
    """
    return tuple(" ".join(value.split()) for value in text.split(";"))


NAMES = options(
    "Ada; Ben; Carl; Dora; Emil; Finn; Greta; Hugo; Ida; Jan; Kira; Leo; Mara; Nils; Olga; Paul; Rosa; Sam; Tess; Vera"
)
DAYS = options("Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday")
HOURS = options("noon; two; three; four; five; six; seven; eight; nine; half past one")
PLACES = options("""the station; the library; the old bridge; the museum; the lake; the harbour; the fountain;
    the school gate; the market; the bus stop""")

# what somebody says | what others say of it
EXCUSES = options("""I have to work late|has to work late; my parents are visiting|has parents visiting;
    my back hurts|has a bad back; I still have a cold|still has a cold; my car is broken|has a broken car""")
THANKS = options("""I will bake you a cake|bake a cake; I will cook dinner for you|cook dinner;
    the drinks are on me|pay for the drinks; I will wash your car|wash a car""")

DAY_TURNS: tuple[Beat, ...] = (
    ("b> sorry, {day} is bad for me, what about {new}?", "a> {new} is fine too"),
    ("a> I just checked, {day} does not work after all. let us say {new}", "b> ok, {new} then"),
    ("b> can we move it from {day} to {new}?", "a> no problem"),
)
HOUR_TURNS: tuple[Beat, ...] = (
    ("b> {hour} does not suit me, I would rather say {new}", "a> {new} it is"),
    ("a> wait, I have a call at {hour}. is {new} ok?", "b> sure"),
    ("b> hm, not at {hour}, make it {new} please", "a> fine with me"),
)
PLACE_TURNS: tuple[Beat, ...] = (
    ("b> {place} is always so crowded, why not {new}?", "a> good idea"),
    ("a> my brother says they are digging up the road near {place}. better {new}", "b> all right, {new}"),
    ("b> {place} is far for me, could we take {new} instead?", "a> yes of course"),
)

GREETINGS: tuple[Beat, ...] = (
    ("x> hi {y}, how was the exam?", "y> better than I feared, thanks"),
    ("x> did you sleep well?", "y> not really, the neighbours were loud"),
    ("y> morning!", "x> morning, what awful weather"),
    ("x> happy new week everyone", "y> thanks, you too"),
    ("y> sorry, I did not see your message", "x> never mind"),
    ("x> are you there?", "y> just out of the shower, what is up?"),
    ("y> I am so hungry", "x> have a banana"),
)
ASIDES: tuple[Beat, ...] = (
    ("x> my sister arrives on {day}", "y> oh nice, say hello to her"),
    ("y> did you hear that {friend} has a new job?", "x> no, tell me more when I see you"),
    ("x> {friend} fell off a horse near {place}", "y> ouch, poor thing"),
    ("y> the bakery at {place} has closed", "x> what a pity, I liked it"),
    ("x> sorry, the phone. my dad calls every day at {hour}", "y> haha, mine too"),
    ("y> do we have gym class on {day}?", "x> no, only next month"),
    ("x> I watched the series until {hour} this morning", "y> you are crazy"),
    ("y> {friend} says hi by the way", "x> hi back"),
    ("x> is it true that it will snow on {day}?", "y> I do not believe it"),
    ("y> my phone is nearly dead", "x> then charge it"),
)
CLOSINGS: tuple[Beat, ...] = (
    ("a> great, thanks a lot", "b> see you"),
    ("b> good, I have written it down",),
    ("a> perfect, bye for now", "b> bye"),
    ("b> looking forward to it", "a> me too"),
    ("a> then it is settled",),
    ("b> ok, talk to you later",),
)
