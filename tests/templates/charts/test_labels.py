"""Names beside points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xp.templates.charts.labels import HEIGHT, Box, Spot, place_labels
from xp.templates.charts.look import LETTER

SPOTS = st.lists(
    st.builds(Spot, st.floats(0, 600), st.floats(0, 340), st.text("abc-", min_size=1, max_size=20)), max_size=30
)


@given(SPOTS)
def test_no_name_covers_another_and_none_leaves_the_paper(spots: list[Spot]) -> None:
    boxes = [Box(label.x, label.y, LETTER * len(label.spot.name), HEIGHT) for label in place_labels(spots, 600, 340)]

    assert all(box.inside(600, 340) for box in boxes)
    assert not any(one.meets(other) for place, one in enumerate(boxes) for other in boxes[:place])


def test_a_name_beside_a_lonely_point_needs_no_line() -> None:
    (label,) = place_labels([Spot(300, 170, "zero2")], 600, 340)

    assert (label.spot.name, label.far) == ("zero2", False)


def test_names_in_a_crowd_are_led_to_their_points() -> None:
    labels = place_labels([Spot(300 + place, 170, f"method-{place}") for place in range(4)], 600, 340)

    assert [label.spot.name for label in labels] == [f"method-{place}" for place in range(4)]
    assert all(label.far for label in labels)
