from __future__ import annotations

import math

import numpy as np
import pytest

from torchvitals.theory.depth import (
    TRAINABLE_SCALES,
    attenuation_limit,
    log_norm_deviation,
    log_norm_shift,
)


def log_norms(width: int, depth: int, nets: int) -> np.ndarray:
    """ln |g_1| / |g_L| of random ReLU nets of He's scale, one sample each."""
    generator = np.random.default_rng(0)
    h = generator.normal(size=(nets, width, 1))
    h /= np.linalg.norm(h, axis=1, keepdims=True)
    for _ in range(depth):
        weights = generator.normal(0, math.sqrt(2 / width), (nets, width, width))
        h = np.maximum(weights @ h, 0)
    return np.log(np.linalg.norm(h[:, :, 0], axis=1))


def test_the_norm_of_forty_layers_of_64_units_has_the_published_moments():
    """ln of the squared norm: mean -1.5625 and variance 3.125, so that of the norm the half."""
    assert log_norm_shift([64] * 40) == pytest.approx(-1.5625 / 2)
    assert log_norm_deviation([64] * 40) == pytest.approx(math.sqrt(3.125) / 2)


def test_random_nets_scatter_as_predicted():
    norms = log_norms(width=64, depth=20, nets=300)
    predicted = log_norm_deviation([64] * 20)
    assert norms.mean() == pytest.approx(log_norm_shift([64] * 20), abs=4 * predicted / 300**0.5)
    assert norms.std() == pytest.approx(predicted, rel=0.15)


def test_widths_count_by_the_sum_of_their_reciprocals():
    assert log_norm_shift([32, 64, 64]) == pytest.approx(log_norm_shift([16]))
    assert log_norm_shift([]) == log_norm_deviation([]) == 0.0


def test_a_net_trains_up_to_six_decay_lengths():
    assert TRAINABLE_SCALES == 6.0
    assert attenuation_limit([10_000] * 5, 4.0) == pytest.approx(math.exp(-3.0))


@pytest.mark.parametrize(("width", "depth", "limit"), [(64, 40, 0.013338), (4, 10, 3.73e-5)])
def test_narrow_nets_are_allowed_their_chance(width: int, depth: int, limit: float):
    assert attenuation_limit([width] * depth, 4.0) == pytest.approx(limit, rel=1e-2)


def test_hardly_a_random_net_lies_below_the_limit():
    norms = log_norms(width=32, depth=10, nets=1_000)
    assert np.mean(norms < math.log(attenuation_limit([32] * 10, 4.0))) <= 1e-3
