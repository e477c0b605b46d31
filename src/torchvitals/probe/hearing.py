"""Losses that are computed while gradients are off: what evaluations leave behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

import torch
from torch import nn

from torchvitals.probe.sources import caller, line_of, user_frames
from torchvitals.record.store import Evaluation

LOSSES = tuple(
    name
    for name, function in vars(nn.functional).items()
    if name.endswith(("_loss", "cross_entropy", "_with_logits", "kl_div"))
    and not name.startswith("_")
    and callable(function)
)
"""The loss functions of torch.nn.functional, which its loss modules call too."""
_PLACES = 64
"""Calls whose losses are kept, over all models of a run."""
_PASSES = 512
"""Evaluations of one place after which twice as many are averaged into one."""
_DEPTH = 64
"""The user's frames that tell one call from another."""


@dataclass(eq=False, slots=True)
class _Place:
    """One call of a loss function, told by all calls that led to it, and the model of that time."""

    number: int
    segment: int
    function: str
    reduction: str
    source: str | None
    step: int = -1
    """That of the evaluation which goes on."""
    total: float = 0.0
    elsewhere: torch.Tensor | None = None
    """The part of the total that lies on another device than the CPU: reading it would wait."""
    batches: int = 0
    mean: float = 0.0
    """The sum of the means of the passes that wait to be averaged."""
    heard: int = 0
    """The batches of those passes."""
    passes: int = 0
    stride: int = 1
    told: int = 0


class Hearing:
    """Takes each loss that is computed without gradients, and tells the mean of each evaluation:
    of all that one call computed between two updates.
    """

    def __init__(self, tell: Callable[[Evaluation], None]) -> None:
        self._tell = tell
        self._places: dict[tuple[int, ...], _Place] = {}

    def hear(self, function: str, reduction: str, result: Any, segment: int, step: int) -> None:
        """A loss function has computed this while gradients were off, after so many updates."""
        if type(result) is not torch.Tensor or not _can_be_read(result) or result.numel() != 1:
            return
        frame = caller()
        key = (segment, *_calls(frame))
        place = self._places.get(key)
        if place is None:
            if len(self._places) >= _PLACES:
                return
            place = _Place(len(self._places), segment, function, reduction, line_of(frame))
            self._places[key] = place
        if place.step != step:
            self._end(place)
            place.step = step
        if result.device.type == "cpu":
            place.total += result.item()
        else:
            value = result.detach().float()
            place.elsewhere = value if place.elsewhere is None else place.elsewhere + value
        place.batches += 1

    def _end(self, place: _Place) -> None:
        """The evaluation that went on is over."""
        if not place.batches:
            return
        if place.elsewhere is not None:
            place.total += place.elsewhere.item()
        place.mean += place.total / place.batches
        place.heard += place.batches
        place.passes += 1
        place.total, place.elsewhere, place.batches = 0.0, None, 0
        if place.passes >= place.stride:
            self._tell_of(place)

    def _tell_of(self, place: _Place) -> None:
        self._tell(
            Evaluation(
                segment=place.segment,
                place=place.number,
                step=place.step,
                loss=place.mean / place.passes,
                batches=place.heard,
                passes=place.passes,
                function=place.function,
                reduction=place.reduction,
                source=place.source,
            )
        )
        place.mean, place.heard, place.passes = 0.0, 0, 0
        place.told += 1
        if place.told % _PASSES == 0:
            place.stride *= 2

    def finish(self) -> None:
        """The run is over, and every evaluation with it."""
        for place in self._places.values():
            self._end(place)
            if place.passes:
                self._tell_of(place)


def _calls(frame: FrameType | None) -> list[int]:
    """What the user's code was doing: each frame of it, and the instruction there."""
    found: list[int] = []
    for user in user_frames(frame):
        found += (id(user.f_code), user.f_lasti)
        if len(found) >= 2 * _DEPTH:
            break
    return found


def _can_be_read(result: torch.Tensor) -> bool:
    """Whether reading it is no part of what is being recorded, transformed or captured just now."""
    tracing = torch.jit.is_tracing()  # pyright: ignore[reportPrivateImportUsage]
    if tracing or _is_wrapped(result):
        return False
    return not (result.is_cuda and torch.cuda.is_current_stream_capturing())


_is_wrapped: Callable[[torch.Tensor], bool] = getattr(
    torch._C._functorch,  # pyright: ignore
    "is_functorch_wrapped_tensor",
    lambda _: False,  # pyright: ignore[reportUnknownLambdaType]
)
"""A tensor within torch.func.vmap and its like: its value is not one number."""
