"""Calls of PyTorch's functions that are passed on and heard.

The name of this file is meant: `warnings.warn` counts no frame of a file whose name holds both
"importlib" and "_bootstrap" (CPython's `_is_internal_filename`), so what such a function warns of
still points at the line of the user's that called it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def heard_without_gradients(
    original: Callable[..., Any], tell: Callable[[str, str, Any], None]
) -> Callable[..., Any]:
    """The loss function, of which `tell` gets the name, the reduction and the result where it is
    computed without gradients, and not compiled.
    """
    compiling = torch.compiler.is_compiling
    name = original.__name__

    # Each loss comes here: where gradients are on, two calls are all that it costs.
    def loss(*arguments: Any, **options: Any) -> Any:
        result = original(*arguments, **options)
        if not torch.is_grad_enabled() and not compiling():
            tell(name, options.get("reduction", "mean"), result)
        return result

    loss.__dict__["__prepare_scriptable__"] = lambda: original  # for torch.jit.script
    return loss
