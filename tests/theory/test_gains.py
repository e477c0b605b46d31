from __future__ import annotations

import pytest

from torchvitals.theory.gains import FUNCTIONS, forward_gain

EXACT = {
    "relu": 1.414214, "leaky_relu": 1.414143, "tanh": 1.592537, "sigmoid": 1.846229,
    "gelu": 1.533530, "silu": 1.676532, "mish": 1.486848, "hardswish": 1.736657,
    "elu": 1.245198, "selu": 1.0, "softplus": 1.041867, "softsign": 2.337533,
    "hardtanh": 1.392036,
}  # fmt: skip
"""By quadrature to twenty digits."""


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_forward_gain_agrees_with_the_exact_second_moment(activation: str):
    assert forward_gain(activation) == pytest.approx(EXACT[activation], abs=2e-5)


def test_forward_gain_knows_no_other_activation():
    with pytest.raises(KeyError):
        forward_gain("wave")
