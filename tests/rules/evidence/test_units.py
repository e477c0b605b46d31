from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import a_look, a_segment, an_operation, units
from torchvitals.record.recording import Segment
from torchvitals.rules.evidence.units import UnitHistory, unit_histories

KINDS = frozenset({"relu"})


def seen(*silent: set[int], total: int = 8) -> Segment:
    """Looks at one ReLU layer, each with these units silent."""
    looks = [
        a_look(step, operations=(an_operation(0, "relu", "fc1", units=units(total, silent=dead)),))
        for step, dead in enumerate(silent)
    ]
    return a_segment(looks)


def the_history(segment: Segment) -> UnitHistory:
    (history,) = unit_histories(segment, KINDS)
    return history


def test_a_unit_is_silent_if_it_was_at_every_late_look():
    history = the_history(seen({0, 1}, {1}, {1, 2, 3}, {2, 3}))
    assert (history.silent, history.silent_at_first) == (2, 2)
    assert history.samples == 128
    assert history.fraction == 0.25


@pytest.mark.parametrize(
    ("looks", "since"),
    [([{1}, {1}, {1}], 0), ([set(), {1}, {1, 2}], 2), ([{1}, set(), {1}, {1}], 2)],
)
def test_units_are_dead_since_the_last_look_that_saw_one_alive(looks: list[set[int]], since: int):
    assert the_history(seen(*looks)).dead_since == since


def test_only_these_kinds_are_followed():
    assert unit_histories(seen({1}), frozenset({"tanh"})) == []
    assert unit_histories(a_segment([]), KINDS) == []


def test_the_line_is_that_of_the_first_look_that_knew_it():
    known = an_operation(0, "relu", "fc1", source="train.py:7")
    looks = [a_look(0, operations=(known,)), a_look(1, operations=(known._replace(source=None),))]
    assert the_history(a_segment(looks)).source == "train.py:7"


@given(st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=9))
def test_the_silent_are_the_intersection_of_the_last_three_and_of_half_at_most(
    looks: list[set[int]],
):
    late = looks[-min(max(len(looks) // 2, 1), 3) :]
    history = the_history(seen(*looks))
    assert history.silent == len(set.intersection(*late))
    assert history.looks == len(looks)
    assert 0 <= history.dead_since <= len(looks) - 1
