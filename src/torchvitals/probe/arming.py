"""What a first look needs switched on before the forward runs: stacks on graph nodes, and which
modules ran.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as module_hooks

from torchvitals.probe.aside import numbers_before


class Arming:
    """Anomaly mode (stacks only, no checks) and a forward hook on all modules; idempotent both
    ways.
    """

    def __init__(self) -> None:
        self.on = False
        self._anomaly: Any = None
        self._hook: Any = None
        self._overridden = False
        """The user switched anomaly mode while it was ours: the end of a `with` block of theirs
        brings ours back."""
        self._executed: dict[int, weakref.ref[nn.Module]] = {}
        self.before: dict[int, frozenset[int]] = {}
        """By the id of each module that ran since `arm`: the numbers of the operations that made
        what it read."""

    def arm(self, *, modules: bool = True) -> None:
        """Switch both on; without `modules` no hook, of which a compiled module would warn."""
        if self.on:
            return
        self.on = True
        self._executed, self.before = {}, {}
        if not torch.is_anomaly_enabled():
            self._anomaly = torch.autograd.set_detect_anomaly(mode=True, check_nan=False)
        if modules:
            self._hook = module_hooks.register_module_forward_hook(self._ran)

    def _ran(self, module: nn.Module, inputs: Any, _output: Any) -> None:
        # Nothing catches what is raised here, so nothing may fail: a module can be unhashable.
        self._executed[id(module)] = weakref.ref(module)
        if module._parameters and isinstance(inputs, tuple):  # pyright: ignore[reportPrivateUsage]
            self.before[id(module)] = numbers_before(inputs)  # pyright: ignore[reportUnknownArgumentType]

    def disarm(self) -> list[nn.Module]:
        """Switch both off; the modules that ran since `arm`."""
        self._restore_anomaly_mode()
        if not self.on:
            return []
        self.on = False
        if self._hook is not None:
            self._hook.remove()
            self._hook = None
        executed = [reference() for reference in self._executed.values()]
        self._executed = {}
        return [module for module in executed if module is not None]

    def _restore_anomaly_mode(self) -> None:
        users = torch.is_anomaly_check_nan_enabled()  # off in ours, on in theirs
        if self._anomaly is not None:
            self._overridden = self._overridden or users
            if not users:
                self._anomaly.__exit__()
            self._anomaly = None
        elif self._overridden and torch.is_anomaly_enabled() and not users:
            torch.autograd.set_detect_anomaly(mode=False)


class EagerStance:
    """Lets a compiled model run eagerly for the steps that are looked at."""

    def __init__(self) -> None:
        self._stance: Any = None

    def force(self) -> None:
        if self._stance is None:
            self._stance = torch.compiler.set_stance("force_eager")

    def release(self) -> None:
        if self._stance is not None:
            self._stance.__exit__(None, None, None)
            self._stance = None
