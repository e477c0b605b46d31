"""The vanishing gradient: factors against theory, the stack against single nets, the claims."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy

from tests.lab.experiments.bench import claims_of
from torchvitals.lab import initialisation as start
from torchvitals.lab.experiment import Claim
from torchvitals.lab.experiments.vanishing_gradient import EXPERIMENT, Knobs
from torchvitals.lab.moons import two_moons
from torchvitals.lab.slopes import slope_at, steepest, typical_factor
from torchvitals.lab.stacked import Recipe, Stack, train
from torchvitals.lab.threads import one_thread

BRIEF = Knobs(draws=100, networks=2, epochs=5)


def failing(parameters: Knobs, seed: int) -> list[Claim]:
    return [claim for claim in claims_of(EXPERIMENT, parameters, seed) if not claim.holds]


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_on_the_gradients_holds(seed: int):
    assert failing(BRIEF, seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_claim_on_the_cures_holds(seed: int):
    assert failing(Knobs(draws=200, networks=8, epochs=400), seed) == []


def test_slopes_are_those_of_the_activations():
    assert steepest("sigmoid") == pytest.approx(0.25)
    assert steepest("relu") == 1
    assert slope_at("sigmoid", 1.0) == pytest.approx(0.19661193)
    assert slope_at("elu", -8.0) == pytest.approx(math.exp(-8))
    assert slope_at("leaky_relu", -8.0) == pytest.approx(0.01)


def test_the_typical_factor_is_the_lyapunov_exponent_of_theory():
    assert math.log(typical_factor(4, 1.0, 1.0)) == pytest.approx(0.557966, abs=1e-6)


@pytest.mark.parametrize(
    "odd",
    [
        Knobs(depth=3, draws=20, networks=1, epochs=2),
        Knobs(width=1, draws=20, networks=1, epochs=2),
        Knobs(depth=20, width=8, draws=20, networks=1, epochs=2),
        Knobs(std=2.0, draws=20, networks=1, epochs=2),
        Knobs(activation="relu", bias=-1.0, draws=20, networks=1, epochs=2),
        Knobs(activation="tanh", bias=0.0, draws=20, networks=1, epochs=2),
    ],
    ids=repr,
)
def test_odd_parameters_leave_claims_out_and_fail_none(odd: Knobs):
    assert failing(odd, 0) == []


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="activation but got 'softmax'"):
        claims_of(EXPERIMENT, Knobs(activation="softmax"), 0)


@one_thread()
@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_a_net_in_a_stack_trains_as_it_would_alone(optimizer: type[torch.optim.Optimizer]):
    data = two_moons(0).train
    recipe = Recipe("relu", start.kaiming, 0.1, normalised=True)
    stack = Stack(3, (2, 4, 4, 1), recipe, torch.Generator().manual_seed(0)).double()
    alone = nn.Sequential(
        *(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 4), nn.BatchNorm1d(4)),
        *(nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid()),
    ).double()
    with torch.no_grad():
        layers = [layer for layer in alone if isinstance(layer, nn.Linear)]
        for layer, weight, bias in zip(layers, stack.weights, stack.biases, strict=True):
            layer.weight.copy_(weight[1])
            layer.bias.copy_(bias[1, 0])
    data = type(data)(data.inputs.double(), data.labels.double())
    losses = train(stack, optimizer(stack.parameters(), lr=0.05), data, range(20))  # type: ignore[call-arg]
    other = optimizer(alone.parameters(), lr=0.05)  # type: ignore[call-arg]
    for expected in losses:
        loss = binary_cross_entropy(alone(data.inputs), data.labels)
        assert float(loss.detach()) == pytest.approx(float(expected[1]), rel=1e-8)
        other.zero_grad()
        loss.backward()
        other.step()


def test_the_global_random_state_is_left_alone():
    state = torch.get_rng_state()
    claims_of(EXPERIMENT, Knobs(draws=20, networks=1, epochs=2), 0)
    assert torch.equal(torch.get_rng_state(), state)
