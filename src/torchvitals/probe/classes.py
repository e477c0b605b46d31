"""Targets that are classes: how uneven they are, and which ones the scores would choose."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe.statistics import to_array
from torchvitals.record.look import Tally

_MOST = 4096
"""Rows counted: a share of one in a hundred is then known to within a sixth of itself."""
_MANY_CLASSES = 64
"""Classes above which no single one is called the common one."""


def tally(
    function: str, fed: torch.Tensor | None, target: torch.Tensor | None, class_dim: int | None
) -> Tally | None:
    """How the targets of a classification fall, and what is chosen; None for any other loss."""
    if fed is None or target is None or not target.numel():
        return None
    if function in ("cross_entropy", "nll_loss"):
        return _many(fed, target, 1 if class_dim is None else class_dim)
    if function.startswith("binary_cross_entropy") and fed.numel() == target.numel():
        border = 0.0 if function.endswith("logits") else 0.5
        wanted = target.detach().reshape(-1)[:_MOST]
        if not bool(((wanted == 0) | (wanted == 1)).all()):
            return None
        scores = fed.detach().reshape(-1, 1)[:_MOST].float() - border
        return _counted(wanted.long(), torch.cat([-scores, scores], 1))
    return None


def _many(fed: torch.Tensor, target: torch.Tensor, dim: int) -> Tally | None:
    if target.is_floating_point() or fed.dim() < 2 or fed.shape[dim] > _MANY_CLASSES:
        return None
    if target.numel() * fed.shape[dim] != fed.numel():
        return None
    scores = fed.detach().movedim(dim, -1).reshape(-1, fed.shape[dim])[:_MOST]
    return _counted(target.detach().reshape(-1)[:_MOST], scores.float())


def _counted(wanted: torch.Tensor, scores: torch.Tensor) -> Tally | None:
    kept = wanted >= 0
    truth, table = to_array(wanted[kept]), to_array(scores[kept])
    if not truth.size or truth.max() >= table.shape[1]:
        return None
    choice = table.argmax(1)
    classes = table.shape[1]
    counts = np.bincount(truth, minlength=classes).tolist()
    common = counts.index(max(counts))
    others = truth != common
    return Tally(
        int(truth.size),
        classes,
        common,
        counts[common],
        int((choice == common).sum()),
        int((others & (choice == truth)).sum()),
        _ranked(table, common, others),
    )


def _ranked(scores: NDArray[np.float32], common: int, others: NDArray[np.bool_]) -> float | None:
    """How well the scores tell the common class from the others: the area under the curve."""
    few = int(others.sum())
    if not few or few == len(others) or not np.isfinite(scores).all():
        return None
    rest = np.delete(scores, common, 1).max(1)
    favour = scores[:, common] - rest
    less, more = np.sort(favour[others]), favour[~others]
    below = np.searchsorted(less, more, "left") + np.searchsorted(less, more, "right")
    return float(below.mean()) / (2 * few)
