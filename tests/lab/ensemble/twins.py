"""Each network trained alone, with torch.nn and torch.optim: what the ensemble must agree with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from torchvitals.lab.ensemble import Adam, Data, Net, Outcomes, Recipe, Sgd, torch_default

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
TARGETS = np.array([[0], [1], [1], [0]], dtype=np.float32)
XOR = Data(INPUTS, TARGETS)

MODULES = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "linear": nn.Identity,
}
LOSSES = {"bce": nn.BCELoss, "bce_with_logits": nn.BCEWithLogitsLoss, "mse": nn.MSELoss}


def xor(**changes) -> Recipe:
    """The text's own training, or one with these changes."""
    net = Net(
        changes.pop("sizes", (2, 2, 1)),
        changes.pop("hidden", "relu"),
        changes.pop("output", "relu"),
    )
    settings = {
        "data": XOR,
        "initialisation": torch_default(),
        "loss": "bce",
        "optimizer": Sgd(0.1),
        "steps": 200,
    }
    return Recipe(net=net, **{**settings, **changes})


@dataclass(frozen=True)
class Twin:
    """One network after its training alone."""

    loss_start: float
    loss_end: float
    crashed_at: int
    parameters: np.ndarray


def alone(recipe: Recipe, first: np.ndarray) -> Twin:
    """Train the network with these first parameters (P,) as a script would."""
    model = _model(recipe, first)
    criterion = LOSSES[recipe.loss]()
    x, y = torch.from_numpy(recipe.data.inputs), torch.from_numpy(recipe.data.targets)
    optimizer = _optimizer(recipe, model)
    losses: list[float] = []
    crashed_at = -1
    for step in range(recipe.steps + 1):
        if recipe.optimizer.recreated:
            optimizer = _optimizer(recipe, model)
        try:
            loss = criterion(model(x), y)
        except RuntimeError:
            crashed_at = step
            losses.append(float("nan"))
            break
        losses.append(float(loss.detach()))
        if step < recipe.steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    last = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    return Twin(losses[0], losses[-1], crashed_at, last.numpy())


def assert_same(recipe: Recipe, outcomes: Outcomes, *, tolerance: float) -> None:
    """Every network of the ensemble as it is when trained alone."""
    for k in range(len(outcomes)):
        twin = alone(recipe, outcomes.parameters_start[k])
        assert outcomes.crashed_at[k] == twin.crashed_at, k
        pairs = [
            (outcomes.loss_start[k], twin.loss_start),
            (outcomes.loss_end[k], twin.loss_end),
            (outcomes.parameters_end[k], twin.parameters),
        ]
        for got, expected in pairs:
            np.testing.assert_allclose(
                got, expected, rtol=tolerance, atol=tolerance, err_msg=f"{k}"
            )


def _model(recipe: Recipe, first: np.ndarray) -> nn.Sequential:
    net = recipe.net
    modules: list[nn.Module] = []
    for fan_in, fan_out in net.layers:
        modules += [nn.Linear(fan_in, fan_out), MODULES[net.hidden]()]
    modules[-1] = MODULES[net.output]()
    model = nn.Sequential(*modules)
    nn.utils.vector_to_parameters(torch.from_numpy(first.copy()), model.parameters())
    return model


def _optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    rule = recipe.optimizer
    biases = [p for p in model.parameters() if p.dim() == 1]
    weights = [p for p in model.parameters() if p.dim() > 1]
    groups = [
        {"params": weights},
        {"params": biases, "weight_decay": rule.weight_decay if rule.decay_biases else 0.0},
    ]
    if isinstance(rule, Adam):
        betas = (rule.beta1, rule.beta2)
        return torch.optim.Adam(
            groups, lr=rule.lr, betas=betas, eps=rule.eps, weight_decay=rule.weight_decay
        )
    return torch.optim.SGD(
        groups, lr=rule.lr, momentum=rule.momentum, weight_decay=rule.weight_decay
    )
