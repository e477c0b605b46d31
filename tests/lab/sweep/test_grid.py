from __future__ import annotations

import pytest

from tests.lab.sweep.stubs import Knobs
from torchvitals.lab.sweep.grid import GridError, grid, swept_values


def test_a_list_is_sorted_and_each_value_is_there_once():
    assert swept_values(Knobs, ["width=3,1,3"]) == {"width": [1, 3]}


def test_a_range_has_decimal_steps_and_both_ends():
    assert swept_values(Knobs, ["rate=0.1:1.0:10"])["rate"] == [k / 10 for k in range(1, 11)]
    assert swept_values(Knobs, ["width=1:9:5"])["width"] == [1, 3, 5, 7, 9]


def test_a_logarithmic_range_has_equal_ratios():
    assert swept_values(Knobs, ["rate=1e-4:1:5:log"])["rate"] == [1e-4, 1e-3, 1e-2, 1e-1, 1.0]


def test_the_grid_is_every_combination_for_every_seed():
    points = grid(Knobs, ["width=1,2", "rate=0.25,0.5,1"], 2)
    assert len(points) == len(set(points)) == 12
    assert points[1].seed == 1
    assert dict(points[-1].parameters) == {"width": 2, "rate": 1.0, "mode": "good", "log": ""}


def test_quick_turns_the_others_and_leaves_what_is_swept():
    assert {dict(p.parameters)["width"] for p in grid(Knobs, ["rate=1,2"], 1, quick=True)} == {1}
    assert {dict(p.parameters)["width"] for p in grid(Knobs, ["width=2"], 1, quick=True)} == {2}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["width"], "name=1,2,3"),
        (["widht=1"], "Did you mean width"),
        (["width=1", "width=2"], "twice"),
        (["width=0,1"], "1 or more but got 0"),
        (["width=1.5"], "whole numbers for width but got 1.5"),
        (["width=1:2:3"], "whole numbers"),
        (["rate=a"], "a number for rate"),
        (["rate=1:2"], "first:last:count"),
        (["rate=1:2:1"], "2 or more"),
        (["rate=0:2:3:log"], "above 0"),
        (["rate=1:2:3:lin"], ":log"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_the_reason(given: list[str], says: str):
    with pytest.raises(GridError, match=says):
        grid(Knobs, given, 1)
