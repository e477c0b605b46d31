from __future__ import annotations

import math

import numpy as np
import pytest

from tests.worlds import a_look, a_parameter, an_input, an_operation, statistics
from torchvitals.record.look import Look
from torchvitals.rules.evidence.chain import Link, longest_chain, recurrent
from torchvitals.rules.evidence.scale import largest_growth, recurrent_excess


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


def drawn(weights: list[np.ndarray], **fields: object) -> Look:
    """A look at linear layers of these weights, one after another."""
    chain = [
        an_operation(k, "linear", f"fc{k}", (k - 1,) if k else ()) for k in range(len(weights))
    ]
    seen = tuple(
        a_parameter(
            f"fc{k}.weight",
            w.shape,
            weight=statistics(float(np.sqrt((w**2).mean())), float(w.mean()), count=w.size),
        )
        for k, w in enumerate(weights)
    )
    return a_look(operations=tuple(chain), parameters=seen, **fields)


def growth(look: Look) -> float:
    return math.prod(g.gain for g in largest_growth(look, longest_chain(look)))


@pytest.mark.parametrize("mean", [-0.4, 0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_growth_over_linear_layers_is_what_random_ones_show(mean: float, shift: float):
    rng = np.random.default_rng(0)
    weights = [rng.normal(mean, 0.3, (40, 40)) for _ in range(3)]
    x = signal = rng.normal(shift, 1.0, (2000, 40))
    for weight in weights:
        signal = signal @ weight.T
    seen = float(np.sqrt((signal**2).mean() / (x**2).mean()))
    data = an_input(means=(shift,) * 40, stds=(1.0,) * 40)
    overall = statistics(math.sqrt(1 + shift**2), shift, count=x.size)
    told = growth(drawn(weights, data=(data._replace(overall=overall),)))
    if mean in (0.0, -0.4, 0.5, 1.0):
        assert told == pytest.approx(seen, rel=0.2)
    else:  # a mean below the spread does not count
        assert told <= seen


def test_a_mean_that_may_be_chance_is_none():
    """Of four weights, two standard deviations are four standard errors."""
    few = np.array([[1.0, 1.5, 1.0, 0.5]]) * np.ones((1, 4))
    assert growth(drawn([few])) == pytest.approx(math.sqrt((few**2).sum()))
    look = drawn([np.full((3, 4), 0.5), np.array([[1.0, -0.2, 1.0]])])
    links: list[Link] = longest_chain(look)
    first, last = largest_growth(look, links)
    assert first.shared
    assert not last.shared
