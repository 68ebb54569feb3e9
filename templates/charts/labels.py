"""Names beside points, such that no name covers a point or another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xp.templates.charts.look import LETTER

HEIGHT = 13.0
GAP = 8.0
NEAR = 28.0
"""A name that is this near to another point needs a line to its own."""

RINGS = 7


@dataclass(frozen=True)
class Spot:
    """A point on the paper, from the left and from below, and the name that is to stand beside it."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Box:
    """A place on the paper that is taken."""

    x: float
    y: float
    wide: float
    high: float

    def meets(self, other: Box) -> bool:
        """Tell whether two places overlap."""
        return 2 * abs(self.x - other.x) < self.wide + other.wide and 2 * abs(self.y - other.y) < self.high + other.high

    def inside(self, width: float, height: float) -> bool:
        """Tell whether it lies on the paper as a whole."""
        return self.wide / 2 <= self.x <= width - self.wide / 2 and self.high / 2 <= self.y <= height - self.high / 2


@dataclass(frozen=True)
class Label:
    """A name with its place on the paper."""

    spot: Spot
    """The point that it belongs to."""

    x: float
    y: float
    far: bool
    """Whether a line has to lead from the one to the other."""


def place_labels(spots: Sequence[Spot], width: float, height: float) -> list[Label]:
    """Return where the middle of each name goes, those first that come first; a name without room is left out."""
    points = [Box(spot.x, spot.y, GAP, GAP) for spot in spots]
    names: list[Box] = []
    found = []
    for spot in spots:
        others = [Box(other.x, other.y, NEAR, NEAR) for other in spots if other is not spot]
        for far, box in places(spot):
            crowded = points if far else [*points, *others]
            if box.inside(width, height) and not any(box.meets(other) for other in (*crowded, *names)):
                names.append(box)
                found.append(Label(spot, box.x, box.y, far))
                break
    return found


def places(spot: Spot) -> Iterator[tuple[bool, Box]]:
    """Yield the places for the name of a point, the best first, and whether they are far from it."""
    wide = LETTER * len(spot.name)
    for ring in range(1, RINGS + 1):
        off = ring * (HEIGHT / 2 + GAP / 2)
        aside = wide / 2 + GAP + (ring - 1) * GAP / 2
        for up in (off, -off):
            for across in (aside, -aside) if ring == 1 else (aside, -aside, 0):
                yield ring > 1, Box(spot.x + across, spot.y + up, wide, HEIGHT)
