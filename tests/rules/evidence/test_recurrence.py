from __future__ import annotations

import math

import pytest

from tests.worlds import a_look, a_parameter, an_operation, statistics
from torchvitals.record.look import Look
from torchvitals.rules.evidence.recurrence import flood, recurrences

UNITS, STEPS = 16, 12


def kernel(
    blocks: int = 4,
    state: float = 0.5,
    *,
    mean: float = 0.0,
    table: float = 1.0,
    entry: float = 0.1,
) -> Look:
    """An embedding, and a recurrent layer of one kernel whose weights have these sizes."""
    names = ("rnn.weight_ih_l0", "rnn.weight_hh_l0")
    chain = (
        an_operation(
            0, "embedding", "words", parameters=("words.weight",), output=statistics(table)
        ),
        an_operation(1, "rnn", "rnn", (0,), parameters=names, shape=(STEPS, 32, UNITS)),
    )
    rows = blocks * UNITS
    size = (state**2 + mean**2) ** 0.5
    weights = (
        a_parameter("words.weight", (50, 25), weight=statistics(table)),
        a_parameter(names[0], (rows, 25), weight=statistics(entry)),
        a_parameter(names[1], (rows, UNITS), weight=statistics(size, mean)),
    )
    return a_look(operations=chain, parameters=weights)


@pytest.mark.parametrize(("blocks", "critical"), [(1, 5 / 3), (3, 4.0), (4, 4.0)])
def test_the_recurrent_weights_of_a_kernel_are_held_against_the_activation_of_its_state(
    blocks: int, critical: float
):
    (found,) = recurrences(kernel(blocks, state=3 * critical / UNITS**0.5))
    assert found.growth.excess == pytest.approx(3.0)
    assert not found.growth.shared
    assert found.steps == STEPS
    assert math.exp(found.log_excess) == pytest.approx(3.0**STEPS)


def test_a_thousand_steps_overflow_nothing():
    look = kernel(state=5.0)
    look = look._replace(
        operations=(look.operations[0], look.operations[1]._replace(shape=(10_000, 32, UNITS)))
    )
    (found,) = recurrences(look)
    assert math.isfinite(found.log_excess)


def test_recurrent_weights_of_one_sign_add_up_the_state():
    (found,) = recurrences(kernel(state=0.29, mean=0.5))
    assert found.growth.shared
    assert found.growth.gain == pytest.approx(0.5 * UNITS)
    assert found.growth.excess == pytest.approx(0.5 * UNITS / 4)
    (found,) = recurrences(kernel(state=0.29, mean=-0.5))
    assert not found.growth.shared


def test_a_projected_state_is_not_judged():
    assert recurrences(kernel(blocks=2)) == []


@pytest.mark.parametrize(("table", "floods"), [(1.0, False), (39.0, False), (41.0, True)])
def test_gates_are_flooded_from_twenty_standard_deviations_on(table: float, floods: bool):
    assert (flood(kernel(table=table)) is not None) is floods


def test_large_weights_behind_a_usual_table_are_not_the_fault_of_the_table():
    assert flood(kernel(table=1.0, entry=5.0)) is None
