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
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from torchvitals.probe.monitor import Monitor


class Attachment:
    """Feeds the events of the running program to a monitor, from `attach` until `detach`.

    A process that the program forks is not watched: what it does is no part of this run.
    """

    def __init__(self, monitor: Monitor, on_error: Callable[[Exception], None]) -> None:
        self._monitor = monitor
        self._on_error = on_error
        self.on = False
        self._process = os.getpid()
        self._handles: list[Any] = []
        self._replaced: list[tuple[Any, str, Any, Any]] = []

    def attach(self) -> None:
        if self.on:
            return
        self.on, self._process = True, os.getpid()
        try:
            self._replace(torch.autograd, "backward", self._backward)
            self._replace(torch, "compile", self._compile)
            self._replace(Optimizer, "__init__", self._optimizer_init)
            self._handles = [
                register_optimizer_step_pre_hook(self._before_step),
                register_optimizer_step_post_hook(self._after_step),
            ]
            self._monitor.start()
        except BaseException:
            self.detach()
            raise

    def detach(self) -> None:
        """Restore everything; safe to call again. A later watch that wraps ours keeps working."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._retire()

    def _retire(self) -> None:
        """Restore all but the optimizer hooks, which PyTorch may be running through right now: they
        go deaf.
        """
        self.on = False
        for owner, name, original, wrapper in reversed(self._replaced):
            if getattr(owner, name) is wrapper:
                setattr(owner, name, _still_on(original))
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
        if not self.on:
            return
        if os.getpid() != self._process:
            self._retire()
            return
        try:
            event(*arguments)
        except Exception as error:  # noqa: BLE001  the promise: the observer never kills the run
            with contextlib.suppress(Exception):
                self._retire()
            self._on_error(error)

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *arguments: Any, **options: Any) -> Any:
            if not self.on or _running_task() != _NO_TASK:
                return original(tensors, *arguments, **options)
            if not isinstance(tensors, torch.Tensor) and isinstance(tensors, Iterator):
                tensors = tuple(tensors)  # can be read once, and must be read twice
            self._tell(self._monitor.before_backward, tensors)
            try:
                return original(tensors, *arguments, **options)
            finally:
                if self._monitor.current is not None:
                    self._tell(self._monitor.after_backward)

        return backward

    def _compile(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def compile(*arguments: Any, **options: Any) -> Any:  # noqa: A001  the name that it stands for
            self._tell(self._monitor.compiling)
            return original(*arguments, **options)

        return compile

    def _optimizer_init(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(optimizer: Optimizer, *arguments: Any, **options: Any) -> None:  # noqa: N807
            original(optimizer, *arguments, **options)
            self._tell(self._monitor.built, optimizer)

        return __init__

    def _before_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._monitor.attentive:
            self._tell(self._monitor.before_step, optimizer)

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        self._tell(self._monitor.after_step, optimizer)


def _still_on(function: Any) -> Any:
    """A function without the wrappers of watches that ended while a later one's stood above
    theirs.
    """
    while True:
        attachment = getattr(function, "attachment", None)
        if not isinstance(attachment, Attachment) or attachment.on or not attachment.owns(function):
            return function
        function = function.__wrapped__


_NO_TASK = -1
_running_task: Callable[[], int] = getattr(
    torch._C,  # pyright: ignore[reportPrivateUsage]  nothing public tells of a backward within one
    "_current_graph_task_id",
    lambda: _NO_TASK,
)
"""The backward that this thread is in: one that calls another, as reentrant checkpointing does,
owns it."""
