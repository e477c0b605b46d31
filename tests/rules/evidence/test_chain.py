from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import a_look, an_operation, operations, parameters
from torchvitals.record.look import Look, Operation
from torchvitals.rules.evidence.chain import (
    cuts,
    feeding,
    is_normalised,
    longest_chain,
    looped,
    operation_at,
    recurrent,
)


def branched() -> Look:
    """A residual block: fc1, then fc2 beside a way past it, a sum, and fc3."""
    chain = operations()
    block = [chain[0], chain[1], chain[2], an_operation(3, "add", "fc2", (1, 2))]
    return a_look(operations=(*block, *chain[4:]))


def test_the_longest_chain_holds_the_layers_in_forward_order():
    chain = longest_chain(a_look())
    assert [link.operation.layer for link in chain] == ["fc1", "fc2", "fc3"]
    assert [link.fan_in for link in chain] == [2, 8, 8]
    assert [link.width for link in chain] == [8, 8, 1]
    assert chain[0].gain == pytest.approx(1 / math.sqrt(3))


def test_the_longest_chain_takes_the_longer_branch():
    assert [link.operation.layer for link in longest_chain(branched())] == ["fc1", "fc2", "fc3"]


def test_a_layer_that_is_called_again_and_again_is_no_link():
    looped = tuple(
        o._replace(calls=5) if o.layer == "fc2" and o.kind == "linear" else o for o in operations()
    )
    chain = longest_chain(a_look(operations=looped))
    assert [link.operation.layer for link in chain] == ["fc1", "fc3"]


def looping(kind: str = "tanh", **fields: Any) -> Look:
    """fc1, and fc2 that reads what it gave, through an operation of this kind, five times."""
    cell = [
        an_operation(0, "linear", "fc1", calls=5),
        an_operation(1, "linear", "fc2", (3,), **({"calls": 5} | fields)),
        an_operation(2, "add", "", (0, 1), calls=5),
        an_operation(3, kind, "", (2,), calls=5),
    ]
    return a_look(operations=(*cell, an_operation(4, "linear", "fc3", (3,))))


def test_a_layer_that_reads_what_it_gave_is_recurrent():
    assert [link.operation.layer for link in recurrent(looping())] == ["fc2"]


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm", "group_norm", "rms_norm"])
def test_a_layer_whose_state_is_normalised_is_not_called_recurrent(kind: str):
    assert recurrent(looping(kind)) == []


@pytest.mark.parametrize("fields", [{"calls": 1}, {"inputs": (0,)}, {"parameters": ("gone",)}])
def test_a_layer_that_is_met_once_or_not_by_itself_is_not_recurrent(fields: dict[str, Any]):
    look = looping()
    chain = [o._replace(**fields) if o.index == 1 else o for o in look.operations]
    assert recurrent(look._replace(operations=tuple(chain))) == []


@pytest.mark.parametrize("look", [a_look(operations=()), a_look(parameters=())])
def test_without_layers_there_is_no_chain(look: Look):
    assert longest_chain(look) == []


def test_every_operation_of_a_chain_cuts_it():
    assert all(cuts(a_look(), operation.index) for operation in operations())


def test_a_branch_that_another_way_passes_by_cuts_nothing():
    look = branched()
    assert not cuts(look, 2)
    assert cuts(look, 3)
    assert cuts(look, 0)


def test_a_second_output_is_another_way():
    look = a_look(operations=(*operations(), an_operation(6, "linear", "aux", (0,))))
    assert not cuts(look, 2)


def test_what_feeds_an_operation_are_its_recorded_inputs():
    look = a_look()
    assert [o.index for o in feeding(look, look.operations[3])] == [2]
    assert feeding(look, look.operations[0]) == []
    assert feeding(look, look.operations[0]._replace(inputs=(99,))) == []


def test_an_operation_is_found_by_its_index():
    assert operation_at(a_look(), 4) == operations()[4]
    assert operation_at(a_look(), 99) is None
    assert operation_at(a_look(), None) is None


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm", "group_norm", "rms_norm"])
def test_any_normalisation_layer_normalises(kind: str):
    assert not is_normalised(a_look())
    assert is_normalised(a_look(operations=(*operations(), an_operation(6, kind, "norm", (4,)))))


graphs = st.integers(1, 8).flatmap(
    lambda size: st.tuples(*(st.sets(st.integers(0, size), max_size=3) for _ in range(size)))
)


@given(graphs)
def test_no_graph_is_too_strange_to_read(edges: tuple[set[int], ...]):
    """Edges may point forward, in circles, and to operations that were not recorded."""
    strange: list[Operation] = [
        an_operation(k, "linear", f"fc{k}", sorted(sources)) for k, sources in enumerate(edges)
    ]
    look = a_look(operations=strange, parameters=parameters())
    assert len(longest_chain(look)) <= len(strange)
    assert recurrent(look) == []  # each is called once
    again = [o._replace(calls=2) for o in strange]
    assert len(recurrent(look._replace(operations=tuple(again)))) <= len(strange)
    for operation in strange:
        cuts(look, operation.index)


def test_a_loop_is_what_reads_what_it_gave_itself():
    chain = (
        an_operation(0, "linear", "cell", (1,), calls=4),
        an_operation(1, "tanh", "cell", (0,), calls=4),
        an_operation(2, "linear", "head", (1,), calls=4),
    )
    assert looped(a_look(0, operations=chain)) == {0, 1}
