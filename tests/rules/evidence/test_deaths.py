from __future__ import annotations

import math
from typing import Any

import pytest

from tests.worlds import a_look, a_segment, an_operation, operations, units
from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.evidence.deaths import killed_layers


def dying(chain: tuple[Operation, ...] | None = None, **fields: Any) -> Segment:
    """A run at whose later looks the first ReLU of the chain is silent."""
    chain = operations() if chain is None else chain

    def at(step: int) -> Look:
        silent = range(8) if step > 2 else ()
        known = tuple(
            o._replace(units=units(silent=silent)) if (o.kind, o.layer) == ("relu", "fc1") else o
            for o in chain
        )
        return a_look(step, operations=known, **fields)

    return a_segment([at(step) for step in (0, 1, 2, 4, 8)])


def test_killed_layers_measures_the_bias_by_what_it_is_drawn_from():
    ((steps, since),) = killed_layers(dying())
    assert since == 4
    assert [(look.step, name) for look, name, _ in steps] == [
        (step, "fc1.bias") for step in (0, 1, 2, 4, 8)
    ]
    bias = next(p for p in a_look(0).parameters if p.name == "fc1.bias")
    assert bias.update_rms is not None
    assert steps[0][2] == pytest.approx(bias.update_rms * math.sqrt(3 * 2))


def test_killed_layers_tells_of_no_layer_with_a_way_around_it():
    chain = operations()
    around = an_operation(9, "add", "", (0, 1), parameters=())
    branch = tuple(o._replace(inputs=(9,)) if o.index == 2 else o for o in chain)
    assert list(killed_layers(dying((*branch[:2], around, *branch[2:])))) == []


def test_killed_layers_tells_of_no_units_that_were_not_followed():
    def blind(look: Look) -> Look:
        chain = tuple(o._replace(units=None) for o in look.operations)
        return look._replace(operations=chain)

    segment = dying()
    assert list(killed_layers(a_segment([blind(look) for look in segment.looks]))) == []


def test_killed_layers_needs_looks_before_and_after():
    assert list(killed_layers(a_segment([]))) == []
    assert list(killed_layers(a_segment(dying().looks[-2:]))) == []
