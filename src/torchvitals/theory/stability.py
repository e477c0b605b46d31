"""The largest learning rate that is stable on a quadratic, per optimizer."""

from __future__ import annotations


def limit_factor(momentum: float = 0.0, *, nesterov: bool = False) -> float:
    """The c of rate * curvature < c, the condition for stable descent with PyTorch's momentum.

    Source: Cohen et al. 2021, Gradient Descent on Neural Networks Typically Occurs at the Edge of
    Stability.

    >>> limit_factor(), limit_factor(0.9), round(limit_factor(0.9, nesterov=True), 4)
    (2.0, 3.8, 1.3571)
    """
    if nesterov:
        return (2.0 + 2.0 * momentum) / (1.0 + 2.0 * momentum)
    return 2.0 + 2.0 * momentum


def adam_limit_factor(beta1: float = 0.9) -> float:
    """The same for Adam, with the curvature preconditioned by its second moments.

    Source: Cohen et al. 2022, Adaptive Gradient Methods at the Edge of Stability.

    >>> round(adam_limit_factor(0.9), 3)
    38.0
    """
    return (2.0 + 2.0 * beta1) / (1.0 - beta1)


def curvature_times_rate(predicted_change: float, observed_change: float) -> float:
    """Rate * curvature along a step, from the predicted change of the loss and the change seen.

    On a quadratic a step s changes the loss by g.s + s.H.s / 2; for gradient descent g.s = -rate
    |g|^2, so that observed / predicted = 1 - rate * curvature / 2.

    >>> curvature_times_rate(-1.0, -0.5)
    1.0
    >>> curvature_times_rate(-1.0, 0.0)
    2.0
    """
    return 2.0 * (1.0 - observed_change / predicted_change)
