"""The kinds of plans in the built-in corpus: what each fixes, how people talk it over, how it is summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xp.engine.data.dialogues_words import (
    DAY_TURNS,
    DAYS,
    EXCUSES,
    HOUR_TURNS,
    HOURS,
    PLACE_TURNS,
    PLACES,
    THANKS,
    Beat,
    options,
)

LATER = {"group": "{a}, {b} and {c}", "doer": "{c}"}
"""Values that only a change of mind can bring; such a change comes last, when the plan stands."""


@dataclass(frozen=True)
class Scene:
    """One kind of plan: its slots, the ways to talk about it, and the ways to sum it up."""

    slots: Mapping[str, tuple[str, ...]]
    """What a plan fixes, each with the values it may take: ``said``, or ``said|as others tell it``."""

    openings: tuple[Beat, ...]
    """How the plan comes up."""

    details: tuple[Beat, ...]
    """How the slots that the opening leaves open are named."""

    turns: Mapping[str, tuple[Beat, ...]]
    """Changes of mind by slot; ``{new}`` is the value that counts from then on."""

    summaries: tuple[str, ...]
    """Wordings of the summary: the reference is one of them."""

    summaries_after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Wordings that take their place when this slot was changed."""


OUTING = Scene(
    slots={
        "group": ("{a} and {b}",),
        "activity": options("""go swimming; see the new film; study for the maths test; play tennis; rehearse the song;
            visit grandma; look at a flat; go for a run; choose a present; play chess; fly the kite; paint the boat"""),
        "day": DAYS,
        "hour": HOURS,
        "place": PLACES,
        "item": options("snacks; a blanket; the notes; umbrellas; a camera; iced tea; a map; spare gloves"),
    },
    openings=(
        ("a> hey {b}, shall we {activity} on {day}?", "b> oh yes, I would love to"),
        ("a> {b}, are you free on {day}? I want to {activity}", "b> I am, count me in"),
        ("b> I am so bored, I need a plan for {day}", "a> we could {activity}", "b> great, let us do that"),
        ("a> do you remember that we wanted to {activity}?", "b> of course, is {day} ok?", "a> {day} is perfect"),
    ),
    details=(
        ("b> where do we meet?", "a> at {place}, at {hour}", "b> fine, I will bring {item}"),
        ("a> let us meet at {place}", "b> good, at {hour}? I can take {item} along", "a> nice"),
        ("b> I can be at {place} at {hour}", "a> works for me. will you bring {item}?", "b> yes, will do"),
    ),
    turns={
        "group": (
            ("c> can I come too?", "a> the more the merrier, {c}"),
            ("b> is it ok if {c} joins us?", "a> sure", "c> hooray, thanks"),
        ),
        "activity": (
            ("b> to be honest I would rather {new}", "a> fine, that sounds good as well"),
            ("a> change of plan, we did that last week. let us {new}", "b> ok, why not"),
        ),
        "day": DAY_TURNS,
        "hour": HOUR_TURNS,
        "place": PLACE_TURNS,
        "item": (
            ("b> oh, I cannot find {item}. I will bring {new}", "a> that is just as good"),
            ("a> no need for {item}, take {new} if you can", "b> will do"),
        ),
    },
    summaries=(
        "{group} will {activity} on {day}. They meet at {place} at {hour}.",
        "On {day} at {hour} {group} meet at {place} to {activity}.",
        "{group} are going to {activity} on {day} at {hour}. {b} brings {item}.",
        "{group} want to {activity} on {day} and meet at {hour} at {place}. {b} will bring {item}.",
    ),
)

FAVOUR = Scene(
    slots={
        "doer": ("{b}",),
        "favour": options("""feed my cat|feed {a}'s cat; walk my dog|walk {a}'s dog; water my plants|water {a}'s plants;
            repair my bike|repair {a}'s bike; print my essay|print {a}'s essay; lend me a ladder|lend {a} a ladder;
            drive me to the airport|drive {a} to the airport; collect my parcel|collect {a}'s parcel;
            help me move house|help {a} move house; check my homework|check {a}'s homework"""),
        "day": DAYS,
        "hour": HOURS,
        "excuse": EXCUSES,
        "thanks": THANKS,
    },
    openings=(
        ("a> {b}, could you {favour} on {day}?", "b> let me see, I think so"),
        ("a> I need a favour: can you {favour}?", "b> depends, when?", "a> on {day}"),
        ("b> what are you doing on {day}?", "a> I was hoping that you would {favour}", "b> ah, all right"),
        ("a> who can {favour} on {day}? it is urgent", "b> me, I suppose"),
    ),
    details=(
        ("a> great! would {hour} suit you? {thanks}", "b> deal"),
        ("b> what time?", "a> about {hour}. {thanks}", "b> now we are talking"),
        ("a> you are a star, {thanks}", "b> no need! shall we say {hour}?", "a> yes, {hour}"),
    ),
    turns={
        "doer": (
            ("b> oh no, I forgot that {excuse}. maybe {c} can?", "c> yes, I can do it"),
            ("b> I have to say no after all, {excuse}", "c> leave it to me then", "a> you save my life, {c}"),
            ("b> sorry, {excuse}", "a> too bad. {c}, would you do it?", "c> sure thing"),
        ),
        "day": DAY_TURNS,
        "hour": HOUR_TURNS,
        "thanks": (("a> hm, on second thought {new}", "b> even better"),),
    },
    summaries=(
        "{doer} will {favour} on {day} at {hour}. {a} will {thanks} in return.",
        "{a} asks {doer} to {favour} on {day}. {doer} agrees and comes at {hour}.",
        "On {day} at {hour} {doer} will {favour}. {a} wants to {thanks}.",
        "{doer} agrees to {favour} on {day} at {hour}, and {a} will {thanks}.",
    ),
    summaries_after={
        "doer": (
            "{b} {excuse}, so {doer} will {favour} on {day} at {hour}.",
            "{doer} will {favour} on {day} at {hour} because {b} {excuse}. {a} will {thanks}.",
            "{a} needs somebody to {favour} on {day}. {b} cannot, but {doer} will come at {hour}.",
            "On {day} at {hour} {doer} will {favour} instead of {b}, who {excuse}.",
        )
    },
)

LOST = Scene(
    slots={
        "thing": tuple(
            f"{colour} {thing}"
            for colour in options("red; blue; green; black; yellow")
            for thing in options("scarf; umbrella; jacket; purse; rucksack; cap")
        ),
        "spot": options("""under the sofa; in the kitchen; on the piano; behind the shelf; in the car; at the reception;
            on the balcony; in the cellar"""),
        "doer": ("{b}",),
        "day": DAYS,
        "hour": HOURS,
        "excuse": EXCUSES,
    },
    openings=(
        ("a> has anybody seen my {thing}?", "b> there is something {spot}"),
        ("a> I cannot find my {thing}, I am going mad", "b> look {spot}, that is where things end up"),
        ("b> whose {thing} is this? it was lying {spot}", "a> that must be mine!"),
        ("a> help, my {thing} is gone", "b> wait, I think I saw it {spot}"),
    ),
    details=(
        ("b> I can bring it over on {day}", "a> please do, at {hour}?", "b> ok"),
        ("a> could you bring it to me on {day} at {hour}?", "b> yes, that is on my way"),
        ("b> are you at home on {day}? I could drop by at {hour}", "a> perfect"),
    ),
    turns={
        "spot": (
            ("a> no, {spot} there is nothing", "b> then try {new}", "a> got it, it really is there"),
            ("b> sorry, my mistake, not {spot}. now I see it {new}", "a> phew"),
        ),
        "thing": (("a> hold on, here is my {thing}. it is the {new} that I miss", "b> ah, I see that one too"),),
        "doer": (
            ("b> oh, I cannot bring it, {excuse}. {c} could", "c> yes, give it to me"),
            ("b> I just see that {excuse}", "c> I live next door to {a}, I will take it", "a> thank you, {c}"),
        ),
        "day": DAY_TURNS,
        "hour": HOUR_TURNS,
    },
    summaries=(
        "{a} has lost the {thing}. It is {spot} and {doer} will bring it on {day} at {hour}.",
        "{a}'s {thing} was {spot}. {doer} brings it back on {day} at {hour}.",
        "{doer} will bring {a} the missing {thing} on {day} at {hour}.",
        "The {thing} of {a} turned up {spot}, and {doer} will return it on {day}.",
    ),
    summaries_after={
        "doer": (
            "{a}'s {thing} was {spot}. {b} {excuse}, so {doer} brings it on {day} at {hour}.",
            "{doer} will bring {a} the missing {thing} on {day} at {hour} because {b} {excuse}.",
            "{a} has lost the {thing}. It is {spot} and {doer} will bring it on {day} instead of {b}.",
        )
    },
)

FOOD = options("""potato salad; cheese rolls; a lemon cake; a fruit bowl; lentil soup; grilled peppers; pancakes;
    fresh bread""")
EXTRAS = options("balloons; paper plates; a card game; candles; apple juice; the music; folding chairs; a tent")

PARTY = Scene(
    slots={
        "occasion": options("""the birthday party; the picnic; the barbecue; the farewell party; the class trip;
            the housewarming; the film night; the garden party"""),
        "day": DAYS,
        "place": PLACES,
        "food": FOOD,
        "extra": EXTRAS,
    },
    openings=(
        ("a> who brings what to {occasion} on {day}?", "b> I can make {food}", "c> and I have {extra}"),
        (
            "b> when is {occasion}?",
            "a> on {day}, and we still need food",
            "b> {food} from me then",
            "c> I bring {extra}",
        ),
        ("a> {occasion} is on {day}, please help!", "c> I will get {extra}", "b> and I {food}"),
    ),
    details=(
        ("c> where is it going to be?", "a> at {place}"),
        ("a> we meet at {place} by the way", "c> good to know"),
        ("b> is it at {place}?", "a> exactly"),
    ),
    turns={
        "food": (
            ("b> I have no time for {food}, will {new} do?", "a> of course, everyone likes that"),
            ("a> somebody else makes {food} already", "b> then I bring {new}"),
        ),
        "extra": (
            ("c> bad news, I do not have {extra}, but I found {new}", "a> great, take that"),
            ("a> {c}, we have {extra} already, could you bring {new}?", "c> ok"),
        ),
        "day": DAY_TURNS,
        "place": PLACE_TURNS,
    },
    summaries=(
        "For {occasion} on {day} {b} will bring {food} and {c} {extra}. It is at {place}.",
        "{b} brings {food} and {c} brings {extra} to {occasion} at {place} on {day}.",
        "{a}, {b} and {c} plan {occasion} on {day} at {place}. {b} makes {food}.",
        "{occasion} is at {place} on {day}. {b} will make {food}, {c} takes care of {extra}.",
    ),
)

TICKETS = Scene(
    slots={
        "group": ("{a} and {b}",),
        "event": options("the concert; the match; the play; the circus; the ferry; the night train; the ice show"),
        "doer": ("{b}",),
        "seat": options("""in the front row; upstairs; near the exit; by the window; in the middle;
            at the very back"""),
        "day": DAYS,
        "hour": HOURS,
        "excuse": EXCUSES,
    },
    openings=(
        ("a> we need tickets for {event} on {day}", "b> I can get them, it starts at {hour}"),
        ("b> I am buying tickets for {event} now. {day} at {hour}?", "a> yes please"),
        ("a> {event} is nearly sold out! is {day} still possible?", "b> yes, at {hour}. I will book it"),
    ),
    details=(
        ("b> which seats?", "a> {seat} if you can"),
        ("a> I would love to sit {seat}", "b> same here"),
        ("b> there are seats {seat}", "a> take those"),
    ),
    turns={
        "group": (
            ("c> can you get one for me as well?", "b> no problem, {c}"),
            ("a> {c} wants to come along", "c> yes please!", "b> fine"),
        ),
        "doer": (
            ("b> oh dear, {excuse}. who else could buy them?", "c> I will do it"),
            ("b> sorry, I cannot go there, {excuse}", "a> {c}, can you?", "c> yes, on my way home"),
        ),
        "seat": (
            ("b> no seats {seat} any more, only {new}", "a> then {new}, never mind"),
            ("a> on reflection I prefer {new}", "b> ok"),
        ),
        "day": DAY_TURNS,
        "hour": HOUR_TURNS,
    },
    summaries=(
        "{doer} will buy tickets for {event} on {day} at {hour}. They sit {seat}.",
        "{group} go to {event} on {day} at {hour}. {doer} gets seats {seat}.",
        "{group} want seats {seat} for {event} on {day}. {doer} buys the tickets.",
        "For {event} on {day} at {hour} {doer} books seats {seat}.",
    ),
    summaries_after={
        "doer": (
            "{doer} will buy tickets for {event} on {day} at {hour} because {b} {excuse}.",
            "{b} {excuse}, so {doer} books seats {seat} for {event} on {day}.",
            "Instead of {b}, {doer} buys tickets for {event} on {day} at {hour}. They sit {seat}.",
        )
    },
)

SCENES = (OUTING, FAVOUR, LOST, PARTY, TICKETS)
