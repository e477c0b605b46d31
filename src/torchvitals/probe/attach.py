"""Intercept backward, optimizers and compilation; undo all of it, whatever happens.

Everything of ours that runs inside the training passes through `Attachment._tell`: an exception
there is told once, the interceptions are undone, and the training goes on as if we had never been
there.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from weakref import WeakSet

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
)

from torchvitals.probe import packing
from torchvitals.probe.hearing import LOSSES
from torchvitals.probe.importlib_bootstrap import heard_without_gradients
from torchvitals.probe.monitor import Monitor


class Attachment:
    """Feeds the events of the running program to a monitor, from `attach` until `detach`."""

    def __init__(self, monitor: Monitor, on_error: Callable[[Exception], None]) -> None:
        self._monitor = monitor
        self._on_error = on_error
        self.on = False
        self._handle: Any = None
        self._replaced: list[tuple[Any, str, Any, Any]] = []

    def attach(self) -> None:
        if self.on:
            return
        self.on = True
        _ATTACHED.add(self)
        try:
            self._replace(torch.autograd, "backward", self._backward)
            self._replace(torch, "compile", self._compile)
            self._replace(torch.export, "export", self._compile)
            self._replace(Optimizer, "__init__", self._optimizer_init)
            for name in LOSSES:
                self._replace(nn.functional, name, self._loss)
            if not packing.TELLS:
                packing.entered(yes=False)
                self._replace(saved_tensors_hooks, "__enter__", self._packing)
            self._handle = register_optimizer_step_post_hook(self._after_step)
            self._monitor.start()
        except BaseException:
            self.detach()
            raise

    def detach(self) -> None:
        """Restore everything; safe to call again. A later watch that wraps ours keeps working."""
        if self._handle is not None:
            self._handle.remove()
            self._handle = None
        self._retire()

    def _retire(self) -> None:
        """Restore all but the optimizer hook: PyTorch may be running it, so it goes deaf."""
        self.on = False
        for owner, name, original, wrapper in reversed(self._replaced):
            if getattr(owner, name) is wrapper:
                _put_back(owner, name, _still_on(original))
        self._monitor.release()

    def _replace(self, owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        original = getattr(owner, name)
        wrapper = functools.wraps(original)(wrap(original))
        wrapper.__dict__["attachment"] = self
        setattr(owner, name, wrapper)
        self._replaced.append((owner, name, original, wrapper))

    def owns(self, function: Any) -> bool:
        return any(function is wrapper for *_, wrapper in self._replaced)

    def _tell(self, event: Callable[..., None], *arguments: Any) -> None:
        """Pass an event on, unless we have stepped back; any failure of ours makes us step back."""
        if self.on:
            try:
                event(*arguments)
            except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        with contextlib.suppress(Exception):
            self._retire()
        self._on_error(error)

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        monitor = self._monitor

        # Each step comes here: 20 calls fewer are 10 us less, where the caches are the training's.
        def backward(tensors: Any, *arguments: Any, **options: Any) -> Any:
            if not self.on:
                return original(tensors, *arguments, **options)
            if not isinstance(tensors, torch.Tensor) and isinstance(tensors, Iterator):
                tensors = tuple(tensors)  # can be read once, and must be read twice
            looked_at = False
            try:
                looked_at = monitor.before_backward(tensors)
            except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
                self._fail(error)
            if not looked_at:
                return original(tensors, *arguments, **options)
            try:
                return original(tensors, *arguments, **options)
            finally:
                self._tell(monitor.after_backward)

        return backward

    def _compile(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def traced(*arguments: Any, **options: Any) -> Any:
            self._tell(self._monitor.compiling)
            return original(*arguments, **options)

        return traced

    def _optimizer_init(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(optimizer: Optimizer, *arguments: Any, **options: Any) -> None:  # noqa: N807
            original(optimizer, *arguments, **options)
            self._tell(self._monitor.built, optimizer)

        return __init__

    def _loss(self, original: Callable[..., Any]) -> Callable[..., Any]:
        return heard_without_gradients(original, partial(self._tell, self._monitor.evaluated))

    def _packing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __enter__(hooks: Any) -> Any:  # noqa: N807
            packing.entered()
            return original(hooks)

        return __enter__

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self.on:
            try:
                self._monitor.stepping.after_step(optimizer)
            except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
                self._fail(error)


def _put_back(owner: Any, name: str, function: Any) -> None:
    """Set an attribute to what it was; a class that inherited it inherits it again."""
    bases = owner.__mro__[1:] if isinstance(owner, type) else ()
    if next((vars(b)[name] for b in bases if name in vars(b)), None) is function:
        delattr(owner, name)
    else:
        setattr(owner, name, function)


def _still_on(function: Any) -> Any:
    """A function without the wrappers of watches that ended while a later one's stood above
    theirs.
    """
    while True:
        attachment = getattr(function, "attachment", None)
        if not isinstance(attachment, Attachment) or attachment.on or not attachment.owns(function):
            return function
        function = function.__wrapped__


_ATTACHED: WeakSet[Attachment] = WeakSet()


def _leave_fork() -> None:
    """A process that the program forks is not watched: what it does is no part of this run."""
    for attachment in list(_ATTACHED):
        if attachment.on:
            with contextlib.suppress(Exception):
                attachment._retire()  # pyright: ignore[reportPrivateUsage]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_fork)
