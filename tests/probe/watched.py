"""Train under a watch that looks at every step, and give back what it recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import nn

import torchvitals
from torchvitals.record.look import Look, Operation, ParameterLook
from torchvitals.record.recording import Recording, Segment


def watched(train: Callable[[], object], folder: Path) -> Recording:
    """The recording of a training, of which the watch must not have stepped back."""
    with torchvitals.watch(directory=folder, every=1) as vitals:
        train()
    recording = vitals.recording()
    assert not [event for event in recording.events if event.kind == "observer-error"]
    return recording


def only(recording: Recording) -> Segment:
    (segment,) = recording.segments
    return segment


def parameter(look: Look, name: str) -> ParameterLook:
    (found,) = (p for p in look.parameters if p.name == name)
    return found


def operation(look: Look, name: str) -> Operation:
    (found,) = (o for o in look.operations if o.name == name)
    return found


def names(look: Look) -> list[str]:
    return [o.name for o in look.operations]


def rms(tensor: torch.Tensor) -> float:
    return math.sqrt(float(tensor.detach().double().square().mean()))


class Diary:
    """What a training itself knows at each step: weights before it, gradients, and the change."""

    def __init__(self, parameters: Iterable[tuple[str, torch.Tensor]]) -> None:
        self._parameters = dict(parameters)
        self._before: dict[str, torch.Tensor] = {}
        self.weight: list[dict[str, float]] = []
        self.gradient: list[dict[str, float]] = []
        self.update: list[dict[str, float]] = []
        self.loss: list[float] = []

    def before_step(self, loss: torch.Tensor) -> None:
        """Right after the backward."""
        self.loss.append(loss.item())
        self._before = {name: p.detach().clone() for name, p in self._parameters.items()}
        self.weight.append({name: rms(p) for name, p in self._parameters.items()})
        self.gradient.append(
            {name: rms(p.grad) for name, p in self._parameters.items() if p.grad is not None}
        )

    def after_step(self) -> None:
        """Right after the step."""
        moved = {name: p.detach() - self._before[name] for name, p in self._parameters.items()}
        self.update.append({name: rms(change) for name, change in moved.items()})


def fit(
    model: nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    loss_function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = nn.functional.mse_loss,
    *,
    steps: int = 3,
    optimizer: torch.optim.Optimizer | None = None,
) -> Diary:
    """The loop that everybody writes."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    diary = Diary(model.named_parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        diary.before_step(loss)
        optimizer.step()
        diary.after_step()
    return diary
