from __future__ import annotations

import pytest

from tests.worlds import a_look, a_loss, a_segment, operations
from torchvitals.rules.evidence.places import (
    classes_of,
    first_sourced,
    losses_by_head,
    source_of,
    source_of_loss,
)


def unsourced(step: int, **fields: object):
    return a_look(
        step,
        operations=[o._replace(source=None) for o in operations()],
        losses=[a_loss(source=None)],
        **fields,
    )


def test_a_line_that_was_seen_at_one_look_holds_for_the_others():
    segment = a_segment([a_look(0), unsourced(1)])
    later = segment.looks[1]
    assert source_of(segment, later.operations[2]) == "train.py:12"
    assert source_of_loss(segment, later.losses[0]) == "train.py:30"
    assert first_sourced(segment, "fc2") == "train.py:12"


def test_a_line_that_no_look_saw_is_unknown():
    segment = a_segment([unsourced(0)])
    assert source_of(segment, segment.looks[0].operations[2]) is None
    assert source_of(segment, None) is None
    assert source_of_loss(segment, segment.looks[0].losses[0]) is None
    assert first_sourced(segment, "fc2") is None


def test_the_losses_of_a_crash_come_last():
    segment = a_segment([unsourced(3, crash="ValueError"), a_look(4)])
    assert [look.step for look, _ in losses_by_head(segment)] == [4, 3]


@pytest.mark.parametrize(
    ("shape", "classes"), [((64, 10), 10), ((64, 21, 8, 8), 21), ((10,), 10), ((), 2)]
)
def test_classes_are_counted_along_the_second_dimension(shape: tuple[int, ...], classes: int):
    assert classes_of(a_loss(fed_shape=shape)) == classes
