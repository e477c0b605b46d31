"""The open questions of the text on XOR, each put to PyTorch or to an ensemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from torchvitals.lab.ensemble import Adam, Net, Outcomes, Plan, Sgd, train
from torchvitals.lab.xor_census import TEXT, XOR

_TRIALS = 300
_STEPS = 1000
_ELU = replace(TEXT, net=Net((2, 2, 1), "elu", "relu"))
_LOGITS = replace(TEXT, net=Net((2, 4, 1), "relu", "linear"), loss="bce_with_logits", steps=_STEPS)
_MSE = replace(_LOGITS, loss="mse")


class ReluSlopes(NamedTuple):
    """Derivatives of a ReLU at -1, 0, 1; by difference at -1 and 1, where there is one."""

    by_autograd: tuple[float, ...]
    by_difference: tuple[float, ...]


def relu_slopes() -> ReluSlopes:
    """What PyTorch says, and what the definition says."""
    x = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad(torch.relu(x).sum(), x)
    ends = torch.tensor([-1.0, 1.0], dtype=torch.float64)
    rise = torch.relu(ends + 0.25) - torch.relu(ends - 0.25)
    return ReluSlopes(tuple(slopes.tolist()), tuple((rise / 0.5).tolist()))


class DeadHidden(NamedTuple):
    """Gradients of a net whose hidden layer is dead."""

    others: tuple[float, ...]
    """Largest entry of fc1.weight, fc1.bias and fc2.weight."""
    bias: float
    by_difference: float


def dead_hidden_gradients() -> DeadHidden:
    """Of a net whose hidden biases are -3, and its last bias 0.3."""
    net = _net(nn.ReLU()).double()
    with torch.no_grad():
        for parameter, values in zip(
            net.parameters(),
            ([[0.5, -0.5], [0.2, 0.4]], [-3.0, -3.0], [[0.6, 0.1]], [0.3]),
            strict=True,
        ):
            parameter.copy_(torch.tensor(values))

    def loss(shift: float) -> torch.Tensor:
        inputs = torch.from_numpy(XOR.inputs).double()
        outputs = torch.relu(net(inputs) + shift)
        return nn.functional.binary_cross_entropy(outputs, torch.from_numpy(XOR.targets).double())

    *others, bias = torch.autograd.grad(loss(0.0), list(net.parameters()))
    by_difference = float((loss(1e-5) - loss(-1e-5)).detach()) / 2e-5
    return DeadHidden(
        tuple(float(gradient.abs().max()) for gradient in others), float(bias), by_difference
    )


class Crash(NamedTuple):
    """One network of the ensemble, trained alone."""

    number: int
    expected_step: int
    """Where the ensemble says that it crashes, from 0."""
    step: int
    low: float
    high: float
    message: str


def crash_alone(seed: int) -> Crash:
    """The first network with a hidden ELU that the ensemble says crashes, by torch.nn alone."""
    outcomes = train(_ELU, 64, seed)
    number = int(np.argmax(outcomes.crashed_at > 0))
    net = _net(nn.ELU())
    values = torch.from_numpy(outcomes.parameters_start[number])
    nn.utils.vector_to_parameters(values, net.parameters())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    inputs, targets = torch.from_numpy(XOR.inputs), torch.from_numpy(XOR.targets)
    expected, low, high = int(outcomes.crashed_at[number]), 0.0, 0.0
    for step in range(_ELU.steps + 1):
        outputs = torch.relu(net(inputs))
        low, high = float(outputs.detach().min()), float(outputs.detach().max())
        try:
            loss = nn.functional.binary_cross_entropy(outputs, targets)
        except RuntimeError as error:
            return Crash(number, expected, step, low, high, str(error).strip().splitlines()[0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Crash(number, expected, -1, low, high, "none")


def _net(hidden: nn.Module) -> nn.Sequential:
    """2-2-1 without its last activation; its draws leave PyTorch's generator as it was."""
    with torch.random.fork_rng(devices=[]):
        return nn.Sequential(nn.Linear(2, 2), hidden, nn.Linear(2, 1))


class Pair(NamedTuple):
    """Median final losses: the optimizer kept, and made anew at each step."""

    kept: float
    anew: float


@dataclass(frozen=True)
class Recreated:
    """What it does to make the optimizer anew at each step.

    Attributes:
        networks: how many of each.
        sgd_same: of them, those whose parameters end the same, bit by bit, as with a kept SGD.
        momentum_same: those that, with momentum made anew, end as with plain SGD.
        losses: by optimizer.
    """

    networks: int
    sgd_same: int
    momentum_same: int
    losses: Mapping[str, Pair]


def recreated(seed: int, where: Plan) -> Recreated:
    """Train 2-4-1 nets both ways."""

    def ends(optimizer: Sgd | Adam, anew: bool, recipe: object = _LOGITS) -> Outcomes:
        chosen = replace(recipe, optimizer=replace(optimizer, recreated=anew))  # type: ignore[type-var]
        return train(chosen, _TRIALS, seed, where)

    plain, momentum, adam = Sgd(0.1), Sgd(0.1, momentum=0.9), Adam(0.01)
    kept, anew = ends(plain, False), ends(plain, True)
    heavy, light = ends(momentum, False), ends(momentum, True)
    by_adam, by_first = ends(adam, False, _MSE), ends(adam, True, _MSE)
    return Recreated(
        _TRIALS,
        _same(kept, anew),
        _same(kept, light),
        {
            "SGD": _medians(kept, anew),
            "SGD, momentum 0.9": _medians(heavy, light),
            "Adam, MSE": _medians(by_adam, by_first),
        },
    )


def _same(one: Outcomes, other: Outcomes) -> int:
    return int((one.parameters_end == other.parameters_end).all(axis=1).sum())


def _medians(kept: Outcomes, anew: Outcomes) -> Pair:
    return Pair(float(np.median(kept.loss_end)), float(np.median(anew.loss_end)))


def bias_decay(seed: int, where: Plan) -> tuple[float, float]:
    """Median final loss of 2-8-1 nets under weight decay 0.03: with the biases, and without."""
    base = replace(_LOGITS, net=Net((2, 8, 1), "relu", "linear"), steps=2 * _STEPS)
    losses = [
        train(
            replace(base, optimizer=Sgd(0.5, weight_decay=0.03, decay_biases=decays)),
            _TRIALS,
            seed,
            where,
        ).loss_end
        for decays in (True, False)
    ]
    return float(np.median(losses[0])), float(np.median(losses[1]))
