"""The factor by which a gradient scaler has multiplied the loss."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import torch

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
        if self._scaler is not None and self._scaler() is not None:
            return
        self._last = 1.0
        if root.kind != "mul" or None not in root.inputs:
            return
        factor = saved(root, "other")
        if factor is None or factor.numel() != 1:
            return
        if self.found:  # that scaler is gone: another is made for each step
            self._last = float(factor)
        if self.found or float(factor) == self._fruitless:
            return
        self._fruitless = float(factor)
        for thing in gc.get_objects():
            if issubclass(type(thing), torch.amp.GradScaler) and thing.is_enabled():
                if float(factor) == thing.get_scale():
                    self._scaler, self.found = weakref.ref(thing), True
                return

    @property
    def factor(self) -> float:
        scaler = self._scaler() if self._scaler is not None else None
        if scaler is not None:
            self._last = float(scaler.get_scale())
        return self._last
