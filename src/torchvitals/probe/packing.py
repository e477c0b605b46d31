"""Whether a hook packed a saved tensor: to read such a one would run the hook, and recompute."""

from __future__ import annotations

from typing import Any

import torch

TELLS = hasattr(torch._C._autograd.SavedTensor, "unpack_hook")  # pyright: ignore
"""PyTorch says it of each saved tensor; older releases, of which 2.6 was tried, do not."""
_entered = False


def entered(*, yes: bool = True) -> None:
    """Hooks on saved tensors are about to be used. Where PyTorch does not tell which tensors they
    pack, all are taken for packed from here on; with `yes` false, none that a new watch sees.
    """
    global _entered  # noqa: PLW0603  PyTorch's own default hooks belong to the process too
    _entered = yes


def is_packed(raw: Any) -> bool:
    """Of a `_raw_saved_...` of a node: one saved tensor, or several of a custom function."""
    if isinstance(raw, tuple):
        return any(map(is_packed, raw))  # pyright: ignore[reportUnknownArgumentType]
    return getattr(raw, "unpack_hook", None) is not None if TELLS else _entered
