"""Find the loss functions of a step, built-in or written by hand, and describe what they were
fed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from torchvitals.probe import kinds
from torchvitals.probe.classes import tally
from torchvitals.probe.condense import Condensed
from torchvitals.probe.constant_rows import constant_row
from torchvitals.probe.data import first_rows
from torchvitals.probe.differences import difference_at
from torchvitals.probe.entropies import entropy_at
from torchvitals.probe.graph import Graph, Node
from torchvitals.probe.pairs import pair
from torchvitals.probe.parts import part_in_root
from torchvitals.probe.sites import Site, built_in
from torchvitals.probe.sources import line_of_node
from torchvitals.probe.statistics import SAMPLE, describe, sample, to_array
from torchvitals.probe.values import saved
from torchvitals.record.look import Loss, Pairs

_RECOMPUTED = 1 << 16
"""Entries of a loss input up to which the loss is computed again: well below a millisecond."""
_TARGETS_A_CLASS = 3
"""Targets for each class seen from which an entropy can be told; fewer leave the correction in
doubt."""
_LEAST_LOG = -100.0
"""Where PyTorch's binary cross-entropy bounds its logarithms."""
_MEAN, _SUM = 1, 2
"""How PyTorch numbers the reductions."""
_ROWS = 1024
"""Rows of a loss input whose sums are taken."""


def find_losses(graph: Graph, condensed: Condensed, limit: int = SAMPLE) -> tuple[Loss, ...]:
    """Every loss in the part of the graph between the last layer and the root.

    At most about `limit` of the targets are read.
    """
    tail = _tail(graph)
    sites = [site for node in tail if (site := _site(node)) is not None]
    return tuple(_describe(site, condensed, limit) for site in sites)


def _tail(graph: Graph) -> list[Node]:
    stop = kinds.DETAILED - kinds.SOFTMAXES
    found: dict[int, Node] = {}
    stack = [graph.root]
    while stack:
        node = stack.pop()
        if (
            id(node) in found
            or node.leaf is not None
            or (node.kind in stop and node is not graph.root)
        ):
            continue
        found[id(node)] = node
        if node.kind in kinds.LOSSES:
            continue
        stack.extend(child for child in node.inputs if child is not None)
    return sorted(found.values(), key=lambda node: node.order)


def _site(node: Node) -> Site | None:
    if node.kind in kinds.LOSSES - {"nll_loss", "ctc_loss"}:
        return built_in(node)
    if node.kind in ("pow", "mul", "abs"):
        return difference_at(node)
    return entropy_at(node)


def _describe(site: Site, condensed: Condensed, limit: int) -> Loss:
    row_sum = row_logsumexp = None
    if site.fed is not None and site.class_dim is not None:
        row_sum, row_logsumexp = _rows(site.fed, site.class_dim)
    target = site.target
    return Loss(
        function=site.function,
        operation=condensed.index_of.get(id(site.node), -1),
        head=condensed.producer(site.prediction),
        source=line_of_node(site.node.handle),
        fed=None if site.fed is None else describe(site.fed),
        fed_shape=() if site.fed is None else tuple(site.fed.shape),
        prediction_shape=site.prediction.shape if site.prediction is not None else (),
        target=None if target is None else describe(target, limit),
        target_shape=() if target is None else tuple(target.shape),
        target_dtype=None if target is None else str(target.dtype).removeprefix("torch."),
        row_sum=row_sum,
        row_logsumexp=row_logsumexp,
        outer=site.outer,
        whole=site.part is None and _part(site, alone=True) == 1.0,
        value=_own_value(site),
        target_entropy=None if target is None else _class_entropy(target),
        scored_shape=_scored(site.node),
        tally=tally(site.function, site.fed, target, site.class_dim),
        pairs=_pairs(site, condensed),
        part=_part(site),
        **({} if site.outer else constant_row(site.function, target)),
    )


def _pairs(site: Site, condensed: Condensed) -> Pairs | None:
    head = condensed.producer(site.prediction)
    if head is None:
        return None
    net = condensed.drafts[: head + 1]
    return pair(site.function, net, first_rows(net), site.fed, site.target)


def _scored(node: Node) -> tuple[int, ...] | None:
    scores = saved(node, "self") if node.kind == "nll_loss" else None
    return None if scores is None else tuple(scores.shape)


def _binary_cross_entropy(fed: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """As PyTorch computes it, where that would raise as well: written by hand, it takes any."""
    kept = fed.nan_to_num(0.0).clamp(0, 1)
    ones, zeros = (torch.log(p).clamp(min=_LEAST_LOG) for p in (kept, 1 - kept))
    return -(target * ones + (1 - target) * zeros).mean()


_FUNCTIONS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mse_loss": functional.mse_loss,
    "l1_loss": functional.l1_loss,
    "binary_cross_entropy": _binary_cross_entropy,
    "binary_cross_entropy_with_logits": functional.binary_cross_entropy_with_logits,
    "cross_entropy": functional.cross_entropy,
}


def _own_value(site: Site) -> float | None:
    """The mean of a loss, computed again from what it was fed; None where that is much work."""
    if site.value is not None:
        return site.value
    function, fed, target = _FUNCTIONS.get(site.function), site.fed, site.target
    if function is None or fed is None or target is None or fed.numel() > _RECOMPUTED:
        return None
    if site.class_dim is not None and not target.is_floating_point():
        fed, target = _as_rows(fed, site.class_dim), target.reshape(-1)
        if len(fed) != len(target):
            return None
        counted = target != _ignored(site.node)
        fed, target = fed[counted], target[counted]
    elif site.outer or fed.shape != target.shape:
        return None
    with torch.no_grad():
        return float(function(fed.detach().float(), _like(target)))


def _ignored(node: Node) -> int:
    """The class whose rows a loss leaves out: it may be none of those that have scores."""
    return kinds.signed(getattr(node.handle, "_saved_ignore_index", -100))


def _as_rows(fed: torch.Tensor, class_dim: int) -> torch.Tensor:
    """One row of scores for each target, also where the loss was given another shape of them."""
    return fed.movedim(class_dim, -1).reshape(-1, fed.shape[class_dim])


def _like(target: torch.Tensor) -> torch.Tensor:
    return target.float() if target.is_floating_point() else target


def _class_entropy(target: torch.Tensor) -> float | None:
    """Entropy of class indices in nats, with Miller and Madow's correction: (classes seen - 1) /
    2n.

    None where a batch is too small to tell, or holds one class alone as sorted data does.
    """
    if target.is_floating_point():
        return None
    counts = _counts(sample(target))
    if len(counts) == 1 or counts.sum() < _TARGETS_A_CLASS * len(counts):
        return None
    shares = counts / counts.sum()
    correction = (len(counts) - 1) / (2 * int(counts.sum()))
    return float(-(shares * np.log(shares)).sum()) + correction


def _counts(entries: NDArray[Any]) -> NDArray[Any]:
    """How often each value occurs that does. Small class indices are counted, not sorted."""
    if entries.size and entries.min() >= 0 and entries.max() < _ROWS:
        counts = np.bincount(entries)
        return counts[counts > 0]
    return np.unique(entries, return_counts=True)[1]


def _part(site: Site, *, alone: bool = False) -> float | None:
    """What the mean of a loss is multiplied by in the loss of the step: 1 where it is all of it, as
    it is; None where its entries are weighed, or the graph does not tell.
    """
    if site.part is not None or site.outer:
        return site.part
    node = site.node
    if node.kind not in kinds.LOSSES:
        by_hand = node.kind in ("pow", "mul", "abs")
        return part_in_root(node, alone=alone) if by_hand else None
    if any(saved(node, name) is not None for name in ("weight", "pos_weight")):
        return None
    part = part_in_root(node, alone=alone)
    if part is None or getattr(node.handle, "_saved_reduction", _MEAN) != _SUM:
        return part
    return part * _counted(site)


def _counted(site: Site) -> int:
    """The entries that a sum runs over."""
    if site.class_dim is None or site.target is None or site.target.is_floating_point():
        return site.fed.numel() if site.fed is not None else 0
    return int((site.target != _ignored(site.node)).sum())


def _rows(
    fed: torch.Tensor, dim: int
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    fed = fed.detach()
    if fed.dim() == 0 or fed.shape[dim] < 2 or not fed.is_floating_point():
        return None, None
    rows = to_array(_as_rows(fed, dim)[:_ROWS])
    greatest = rows.max(1, keepdims=True)
    greatest[~np.isfinite(greatest)] = 0.0
    logs = greatest[:, 0] + np.log(np.exp(rows - greatest).sum(1))
    return _range(rows.sum(1)), _range(logs)


def _range(values: NDArray[Any]) -> tuple[float, float]:
    return float(values.min()), float(values.max())
