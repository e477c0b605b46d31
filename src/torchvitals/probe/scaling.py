"""The factor by which a gradient scaler has multiplied the loss."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.values import saved


class LossScale:
    """Finds the scaler behind one stream of losses, and divides its factor out again."""

    def __init__(self) -> None:
        self._scaler: weakref.ref[Any] | None = None
        self.found = False
        self._last = 1.0
        """The factor when it was last asked for: the scaler may be gone since."""
        self._fruitless: float | None = None
        """A factor for which all objects were searched: that takes tens of milliseconds."""

    def find(self, root: Node) -> None:
        """Look for the scaler whose factor the root of a graph was multiplied by."""
        self.follow(root.handle)
        factor = None if self.found else _factor(root.handle)
        if factor is None or factor == self._fruitless:
            return
        self._fruitless = factor
        for thing in gc.get_objects():
            if issubclass(type(thing), torch.amp.GradScaler) and thing.is_enabled():
                if factor == thing.get_scale():
                    self._scaler, self.found = weakref.ref(thing), True
                return

    def follow(self, handle: Any) -> None:
        """Where that scaler is gone, take the factor from a graph's root, a grad_fn: another scaler
        is made for each step, or none any more.
        """
        if self._scaler is not None and self._scaler() is None:
            self._last = _factor(handle) or 1.0

    @property
    def factor(self) -> float:
        scaler = self._scaler() if self._scaler is not None else None
        if scaler is not None:
            self._last = float(scaler.get_scale())
        return self._last


def _factor(handle: Any) -> float | None:
    """The number that the root of a graph is multiplied by; None where it is no such product."""
    name: str = handle.name()
    if kinds.kind_of(name) != "mul" or all(below for below, _ in handle.next_functions):
        return None
    factor = saved(Node(handle, name, "mul", -1, -1), "other")
    return None if factor is None or factor.numel() != 1 else float(factor)
