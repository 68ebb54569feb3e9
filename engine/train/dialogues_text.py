"""The phrases of the built-in corpus: who talks, about which plans, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Beat = tuple[str, ...]
"""Lines that belong together, each ``role> text``; ``{name}`` stands for a role or for a slot of the plan."""


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


NAMES = tuple(
    "Ada Ben Carl Dora Emil Finn Greta Hugo Ida Jan Kira Leo Mara Nils Olga Paul Rosa Sam Tess Udo Vera Wim Yara Zoe".split()
)
DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
HOURS = ("noon", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "half past one")
PLACES = (
    *("the station", "the library", "the old bridge", "the museum", "the lake", "the harbour", "the fountain"),
    *("the school gate", "the sports hall", "the market", "the bus stop", "the corner shop"),
)
EXCUSES = (
    *("I have to work late|has to work late", "my parents are visiting|has parents visiting"),
    *("my back hurts|has a bad back", "I am away that week|is away that week"),
    *("I still have a cold|still has a cold", "my car is broken|has a broken car"),
)
THANKS = (
    *("I will bake you a cake|bake a cake", "I will cook dinner for you|cook dinner"),
    *("the drinks are on me|pay for the drinks", "I will pay for the petrol|pay for the petrol"),
    *("I will wash your car|wash a car",),
)
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
    ("b> could we take {new} instead? {place} is far for me", "a> yes of course"),
)

OUTING = Scene(
    slots={
        "group": ("{a} and {b}",),
        "activity": (
            *("go swimming", "see the new film", "study for the maths test", "play tennis", "rehearse the song"),
            *("visit grandma in hospital", "look at a flat", "go for a run", "try the noodle bar", "choose a present"),
            *("play chess", "fly the kite", "practise for the driving test", "paint the boat", "photograph the storks"),
        ),
        "day": DAYS,
        "hour": HOURS,
        "place": PLACES,
        "item": ("snacks", "a blanket", "the notes", "umbrellas", "a camera", "iced tea", "a map", "spare gloves"),
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
        "favour": (
            *("feed my cat|feed {a}'s cat", "walk my dog|walk {a}'s dog", "water my plants|water {a}'s plants"),
            *("repair my bike|repair {a}'s bike", "fix my lamp|fix {a}'s lamp", "print my essay|print {a}'s essay"),
            *("drive me to the airport|drive {a} to the airport", "take me to the dentist|take {a} to the dentist"),
            *("lend me a ladder|lend {a} a ladder", "carry my sofa upstairs|carry {a}'s sofa upstairs"),
            *("collect my parcel|collect {a}'s parcel", "help me move house|help {a} move house"),
            *("check my homework|check {a}'s homework", "look after my nephew|look after {a}'s nephew"),
        ),
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
            for colour in ("red", "blue", "green", "black", "yellow")
            for thing in ("scarf", "umbrella", "jacket", "purse", "rucksack", "cap")
        ),
        "spot": (
            *("under the sofa", "in the kitchen", "in the changing room", "on the piano", "behind the shelf"),
            *("in the car", "at the reception", "on the balcony", "in the cellar", "next to the printer"),
        ),
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
        "thing": (("b> {thing}, right?", "a> no, I mean the {new}", "b> ah, that one, yes, it is here"),),
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

FOOD = (
    *("potato salad", "cheese rolls", "a lemon cake", "a fruit bowl", "lentil soup", "grilled peppers", "pancakes"),
    *("a plum tart", "fresh bread", "spinach pie"),
)
EXTRAS = ("balloons", "paper plates", "a card game", "candles", "apple juice", "the music", "folding chairs", "a tent")

PARTY = Scene(
    slots={
        "occasion": (
            *("the birthday party", "the picnic", "the barbecue", "the farewell party", "the class trip"),
            *("the housewarming", "the film night", "the garden party"),
        ),
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
        "event": ("the concert", "the match", "the play", "the circus", "the ferry", "the night train", "the ice show"),
        "doer": ("{b}",),
        "seat": ("in the front row", "upstairs", "near the exit", "by the window", "in the middle", "at the very back"),
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
            "{doer} instead of {b} buys tickets for {event} on {day} at {hour}. They sit {seat}.",
        )
    },
)

SCENES = (OUTING, FAVOUR, LOST, PARTY, TICKETS)

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
LATER = {"group": "{a}, {b} and {c}", "doer": "{c}"}
"""Values that only a change of mind can bring; such a change comes last, when the plan stands."""
