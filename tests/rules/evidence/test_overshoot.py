from __future__ import annotations

import math

import pytest

from tests.worlds import a_look, a_segment, a_series
from torchvitals.record.recording import Segment
from torchvitals.rules.evidence.overshoot import overshoots, worst_overshoot


def descent(rate_times_curvature: float, steps: int = 20) -> Segment:
    """Gradient descent on a parabola, looked at at every step but the last."""
    losses, x = [], 1.0
    for _ in range(steps):
        losses.append(x**2 / 2)
        x -= rate_times_curvature * x
    looks = [
        a_look(step, loss=losses[step], predicted_change=-rate_times_curvature * 2 * losses[step])
        for step in range(steps - 1)
    ]
    return a_segment(looks, losses)


@pytest.mark.parametrize("rate", [0.5, 1.5, 2.5, 6.0])
def test_the_overshoot_of_descent_on_a_parabola_is_rate_times_curvature_over_two(rate: float):
    found = overshoots(descent(rate))
    assert [step for step, _ in found] == list(range(19))
    assert all(value == pytest.approx(rate / 2) for _, value in found)


@pytest.mark.parametrize(("rate", "worst"), [(1.9, None), (2.1, 1.05), (6.0, 3.0)])
def test_only_unstable_steps_have_a_worst(rate: float, worst: float | None):
    assert worst_overshoot(descent(rate)) == (worst and pytest.approx(worst))


@pytest.mark.parametrize("change", [None, 0.0, 0.1, math.nan])
def test_a_step_that_does_not_go_down_the_slope_tells_nothing(change: float | None):
    look = a_look(0, predicted_change=change)
    assert overshoots(a_segment([look], [0.5, 0.6])) == []


def test_a_step_whose_next_loss_is_unknown_or_not_finite_tells_nothing():
    look = a_look(0, predicted_change=-0.1)
    assert overshoots(a_segment([look], [0.5])) == []
    assert overshoots(a_segment([look], [0.5, math.inf])) == []


def test_the_looks_of_another_loss_tell_nothing():
    look = a_look(0, stream=1, predicted_change=-0.1)
    assert overshoots(a_segment([look], [a_series([0.5, 0.6, 0.7])])) == []
