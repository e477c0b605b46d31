"""Against the tables of theory.md, section 2."""

from __future__ import annotations

import math

import pytest

from torchvitals.theory.meanfield import (
    critical_at,
    critical_weight_variance,
    depth_scale,
    fixed_correlation,
    fixed_variance,
    gradient_growth,
)

LINE = [
    (1e-4, 1.08603, 0.0457),
    (1e-3, 1.18919, 0.1073),
    (0.01, 1.42421, 0.2733),
    (0.02, 1.54419, 0.3712),
    (0.05, 1.76096, 0.57005),
    (0.1, 1.98607, 0.8058),
    (0.2, 2.28515, 1.1645),
    (0.3, 2.50513, 1.4612),
    (0.5, 2.84317, 1.9710),
    (1.0, 3.44321, 3.0364),
]
SWEEP = [
    (0.5, 0.08758, 0.43199, 1, 1.191),
    (1.0, 0.19359, 0.75903, 1, 3.627),
    (1.3, 0.31532, 0.88016, 1, 7.834),
    (1.5, 0.41804, 0.93864, 1, 15.79),
    (1.7, 0.53308, 0.98674, 1, 74.92),
    # The table has .94998 and 123.7: its iteration stopped after about 600 turns, and so near the
    # line it needs thousands. These are from Gauss-Hermite quadrature and a root finder.
    (1.8, 0.59413, 1.00822, 0.95041, 125.78),
    (2.0, 0.72176, 1.04767, 0.74408, 25.21),
    (2.5, 1.06396, 1.13352, 0.44680, 11.80),
    (3.0, 1.42801, 1.20893, 0.29932, 9.051),
    (4.0, 2.19549, 1.34240, 0.16506, 6.980),
]


@pytest.mark.parametrize(("sb2", "sw2", "q"), LINE)
def test_the_critical_line_of_tanh_is_that_of_the_table(sb2: float, sw2: float, q: float):
    found = critical_weight_variance("tanh", sb2)
    assert found == pytest.approx(sw2, abs=1e-5)
    assert critical_at("tanh", q).sw2 == pytest.approx(sw2, rel=3e-4)
    assert fixed_variance("tanh", found * 0.9, sb2) < q


@pytest.mark.parametrize(("sw2", "q", "growth", "c", "scale"), SWEEP)
def test_either_side_of_it_is_as_in_the_table(
    sw2: float, q: float, growth: float, c: float, scale: float
):
    assert fixed_variance("tanh", sw2, 0.05) == pytest.approx(q, abs=1e-5)
    assert gradient_growth("tanh", sw2, 0.05) == pytest.approx(growth, abs=1e-5)
    assert fixed_correlation("tanh", sw2, 0.05) == pytest.approx(c, abs=1e-5)
    assert depth_scale("tanh", sw2, 0.05) == pytest.approx(scale, rel=1e-3)


def test_the_critical_point_of_relu_is_he_s():
    assert critical_weight_variance("relu", 0.0) == 2.0
    assert gradient_growth("relu", 2.0, 0.0) == 1.0
    assert math.isnan(critical_weight_variance("relu", 0.1))
    assert critical_at("relu", 3.0).sw2 == pytest.approx(2.0, rel=1e-6)


def test_a_signal_that_grows_has_no_likeness_to_settle_at():
    assert fixed_variance("relu", 2.5, 0.1) == math.inf
    with pytest.raises(ValueError, match="grows from layer to layer"):
        depth_scale("relu", 2.5, 0.1)
