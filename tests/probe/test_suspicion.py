"""A loss that jumps is looked at, but one that explodes does not spend the budget on itself."""

from __future__ import annotations

import weakref

import torch

from torchvitals.probe.clock import Clock, is_scheduled
from torchvitals.probe.naming import LeafNames
from torchvitals.probe.scaling import LossScale
from torchvitals.probe.streams import Segment, Stream


def looked_at(losses: list[float]) -> list[int]:
    """Which backwards of a stream a clock that grants no look besides would look at."""
    segment = Segment(0, LeafNames())
    stream = Stream(0, segment, weakref.ref(torch.zeros(1)), LossScale())
    found: list[int] = []
    for loss in losses:
        if stream.wants_look(loss, Clock()):
            found.append(stream.count)
        stream.count += 1
    return found


def test_a_jump_is_looked_at():
    assert [k for k in looked_at([1.0] * 21 + [9.0] + [1.0] * 5) if not is_scheduled(k)] == [21]


def test_of_an_explosion_the_first_jumps_are_looked_at():
    found = [k for k in looked_at([3.0**k for k in range(60)]) if not is_scheduled(k)]
    assert len(found) <= 8
    assert found[:4] == [5, 6, 7, 9]


def test_a_loss_that_is_not_finite_is_looked_at_once():
    found = looked_at([1.0] * 21 + [float("nan")] * 9)
    assert [k for k in found if not is_scheduled(k)] == [21]
