from __future__ import annotations

import numpy as np
import pytest

from torchvitals.theory.stability import adam_limit_factor, curvature_times_rate, limit_factor


def grows(
    rate: float, momentum: float = 0.0, dampening: float = 0.0, *, nesterov: bool = False
) -> bool:
    """Whether descent on x^2 / 2 leaves any bound; the update is that of torch.optim.SGD."""
    x, buffer = 1.0, 0.0
    for _ in range(20_000):
        buffer = momentum * buffer + (1 - dampening) * x
        x -= rate * (x + momentum * buffer if nesterov else buffer)
        if abs(x) > 1e3:
            return True
    return False


@pytest.mark.parametrize(
    ("momentum", "nesterov", "limit"),
    [
        (0.0, False, 2.0),
        (0.5, False, 3.0),
        (0.9, False, 3.8),
        (0.99, False, 3.98),
        (0.9, True, 1.357143),
    ],
)
def test_the_limit_of_descent_is_where_a_quadratic_diverges(
    momentum: float, nesterov: bool, limit: float
):
    assert limit_factor(momentum, nesterov=nesterov) == pytest.approx(limit, abs=1e-6)
    assert not grows(0.995 * limit, momentum, nesterov=nesterov)
    assert grows(1.005 * limit, momentum, nesterov=nesterov)


def test_the_limit_of_adam_is_that_of_averaged_momentum():
    assert adam_limit_factor(0.9) == pytest.approx(38.0)
    assert not grows(0.999 * 38.0, 0.9, dampening=0.9)
    assert grows(1.001 * 38.0, 0.9, dampening=0.9)


@pytest.mark.parametrize("rate", [0.01, 0.5, 1.9, 2.0, 2.1, 30.0])
def test_the_curvature_is_read_off_one_step_down_a_quadratic(rate: float):
    x = 3.0
    after = x - rate * x
    assert curvature_times_rate(-rate * x**2, (after**2 - x**2) / 2) == pytest.approx(rate)


def test_the_curvature_along_a_step_is_that_of_the_direction():
    """In many dimensions: rate times g.H.g / g.g, which the largest eigenvalue bounds."""
    generator = np.random.default_rng(0)
    root = generator.normal(size=(5, 5))
    hessian, x, rate = root @ root.T, generator.normal(size=5), 0.05
    gradient = hessian @ x
    after = x - rate * gradient
    change = (after @ hessian @ after - x @ hessian @ x) / 2
    along = gradient @ hessian @ gradient / (gradient @ gradient)
    found = curvature_times_rate(-rate * gradient @ gradient, change)
    assert found == pytest.approx(rate * along)
    assert found <= rate * np.linalg.eigvalsh(hessian)[-1]


@pytest.mark.parametrize(
    ("curvature", "largest_rate"), [(5883.42, 3.39938e-4), (60.6461, 0.0329782), (2.0, 1.0)]
)
def test_the_thermometers_largest_rates_are_two_over_the_curvature(
    curvature: float, largest_rate: float
):
    """Raw, in tenths, and standardised: a rate of 1e-2 diverges on the first alone."""
    assert limit_factor() / curvature == pytest.approx(largest_rate, rel=1e-5)
