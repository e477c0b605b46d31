from __future__ import annotations

import pytest

from tests.worlds import a_look, a_parameter, an_operation, statistics
from torchvitals.record.look import Look
from torchvitals.rules.evidence.chain import recurrent
from torchvitals.rules.evidence.scale import recurrent_excess


def looping(gain: float, *joined: str, bound: str = "tanh") -> Look:
    """A state of 64 units of this gain, joined with the input by these, and then bounded."""
    last = 1 + len(joined)
    cell = [
        an_operation(0, "linear", "entry", calls=5),
        an_operation(1, "linear", "state", (last + 1,), calls=5),
        *(
            an_operation(k, kind, "", (k - 1, 0), calls=5, parameters=("bias",))
            for k, kind in enumerate(joined, 2)
        ),
        an_operation(last + 1, bound, "", (last,), calls=5),
    ]
    weight = a_parameter("state.weight", (64, 64), weight=statistics(gain / 8, count=4096))
    return a_look(operations=cell, parameters=(weight,))


def excess(look: Look) -> float:
    (link,) = recurrent(look)
    return recurrent_excess(look, link)


@pytest.mark.parametrize(
    ("bound", "critical"), [("tanh", 5 / 3), ("sigmoid", 4.0), ("relu", 2**0.5)]
)
def test_the_excess_of_recurrent_weights_is_their_gain_over_that_of_the_activation(
    bound: str, critical: float
):
    assert excess(looping(critical, "add", bound=bound)) == pytest.approx(1.0)
    assert excess(looping(3 * critical, "add", bound=bound)) == pytest.approx(3.0)


@pytest.mark.parametrize("joined", [(), ("add",), ("add", "add"), ("add", "linear")])
def test_the_activation_of_a_recurrent_cell_is_found_behind_the_sums(joined: tuple[str, ...]):
    assert excess(looping(5.0, *joined)) == pytest.approx(3.0)


@pytest.mark.parametrize("joined", [("mul",), ("add", "softmax")])
def test_recurrent_weights_without_an_activation_of_their_sum_exceed_nothing(
    joined: tuple[str, ...],
):
    assert excess(looping(5.0, *joined)) == 1.0
