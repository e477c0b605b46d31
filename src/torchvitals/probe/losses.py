"""Find the loss functions of a step, built-in or written by hand, and describe what they were
fed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from torchvitals.probe.graph import Graph, Node
from torchvitals.probe.pairs import pair
from torchvitals.probe.sources import line_of_node
from torchvitals.probe.statistics import SAMPLE, describe, sample, to_array
from torchvitals.probe.values import computed_value, output_value, saved, signed
from torchvitals.record.look import Loss, Pairs

_BOTH = 2
_RECOMPUTED = 1 << 16
"""Entries of a loss input up to which the loss is computed again: well below a millisecond."""
_TARGETS_A_CLASS = 3
"""Targets for each class seen from which an entropy can be told; fewer leave the correction in
doubt."""
_ROWS = 1024
"""Rows of a loss input whose sums are taken."""
_ELEMENTWISE = frozenset({"mse_loss", "smooth_l1_loss", "huber_loss"})


@dataclass(frozen=True)
class _Site:
    function: str
    node: Node
    prediction: Node | None
    fed: torch.Tensor | None
    target: torch.Tensor | None
    class_dim: int | None
    outer: bool


def find_losses(graph: Graph, condensed: Condensed, limit: int = SAMPLE) -> tuple[Loss, ...]:
    """Every loss in the part of the graph between the last layer and the root.

    At most about `limit` of the targets are read.
    """
    tail = _tail(graph)
    sites = [site for node in tail if (site := _site(node)) is not None]
    return tuple(_describe(site, graph, condensed, limit) for site in sites)


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


def _site(node: Node) -> _Site | None:
    if node.kind == "nll_loss":
        return _nll(node)
    if node.kind in kinds.LOSSES:
        return _built_in(node)
    if node.kind == "log_softmax" and not _feeds_nll(node):
        fed = _input(node)
        shares = _shares(node, fed)
        return _Site("cross_entropy", node, node.inputs[0], fed, shares, _dim(node), outer=False)
    if node.kind in ("pow", "mul", "abs"):
        return _by_hand(node)
    return _divergence(node) if node.kind == "sub" else None


def _shares(scores: Node, fed: torch.Tensor | None) -> torch.Tensor | None:
    """The targets of a cross-entropy that are a number for each class: what the log-softmax is
    multiplied by, where all of the product is then summed at once.
    """
    products = [consumer for consumer, _ in scores.consumers if consumer.kind == "mul"]
    if fed is None or len(scores.consumers) != 1 or not products or None not in products[0].inputs:
        return None
    dim = _dim(scores)
    if dim is None or fed.dim() < _BOTH or dim % fed.dim() != 1:
        return None  # by hand, of classes that come last: F.cross_entropy has them second
    product = products[0]
    if [consumer.name for consumer, _ in product.consumers] != ["SumBackward0"]:
        return None
    target = saved(product, "self" if product.inputs[0] is None else "other")
    return target if target is not None and target.shape == fed.shape else None


def _divergence(node: Node) -> _Site | None:
    """kl_div, which PyTorch computes as target * ln target - target * input, the first part without
    a graph.
    """
    if len(node.inputs) != _BOTH or node.inputs[0] is not None:
        return None
    product = node.inputs[1]
    if product is None or product.kind != "mul" or None not in product.inputs:
        return None
    side = 1 if product.inputs[0] is None else 0
    target = saved(product, "self" if side else "other")
    prediction = product.inputs[side]
    fed = computed_value(prediction)
    if fed is None or target is None or target.shape != fed.shape:
        return None
    return _Site("kl_div", node, prediction, fed, target, None, outer=False)


def _nll(node: Node) -> _Site:
    below = _through(node.inputs[0])
    target = saved(node, "target")
    if below is not None and below.kind == "log_softmax":
        return _Site(
            "cross_entropy", node, below.inputs[0], _input(below), target, _dim(below), outer=False
        )
    return _Site("nll_loss", node, node.inputs[0], saved(node, "self"), target, 1, outer=False)


def _built_in(node: Node) -> _Site:
    fed, target = saved(node, "self"), saved(node, "target")
    prediction = node.inputs[0] if node.inputs else None
    outer = node.kind in _ELEMENTWISE and _both_expanded(fed, target)
    return _Site(node.kind or "", node, _before_expand(prediction), fed, target, None, outer)


def _both_expanded(fed: torch.Tensor | None, target: torch.Tensor | None) -> bool:
    """Whether two tensors of one shape were each repeated along a dimension where the other was
    not.
    """
    if fed is None or target is None or fed.shape != target.shape:
        return False
    repeated = [
        {d for d in range(t.dim()) if t.shape[d] > 1 and t.stride(d) == 0} for t in (fed, target)
    ]
    return bool(repeated[0] - repeated[1]) and bool(repeated[1] - repeated[0])


def _by_hand(node: Node) -> _Site | None:
    """(prediction - target) ** 2, its product with itself, or its absolute value."""
    difference = node.inputs[0]
    if difference is None or difference.kind != "sub" or len(difference.inputs) != 2:
        return None
    if node.kind == "pow" and getattr(node.handle, "_saved_exponent", None) != 2:
        return None
    if node.kind == "mul" and node.inputs[1] is not difference:
        return None
    left, right = difference.inputs
    if left is not None and right is not None:
        return None
    prediction, sign = (left, 1.0) if left is not None else (right, -1.0)
    if prediction is None:
        return None
    return _difference_site(node, difference, _before_expand(prediction), sign)


def _difference_site(node: Node, difference: Node, prediction: Node | None, sign: float) -> _Site:
    function = "l1_loss" if node.kind == "abs" else "mse_loss"
    fed = computed_value(prediction)
    gap = output_value(difference)
    target, outer = None, False
    if fed is not None and gap is not None and prediction is not None:
        target = fed - sign * gap
        kind = prediction.name.split("Backward")[0]
        outer = kind != "Unsqueeze" and _is_outer(fed, target)
        if outer:
            target = _collapse(fed, target)
    return _Site(function, node, prediction, fed, target, None, outer)


def _is_outer(prediction: torch.Tensor, target: torch.Tensor) -> bool:
    """Whether `target`, recovered at the broadcast shape, repeats along a dimension along which the
    prediction runs.
    """
    if prediction.numel() < 2 or target.numel() <= prediction.numel():
        return False
    return bool(_repeated_dims(prediction, target))


def _repeated_dims(prediction: torch.Tensor, target: torch.Tensor) -> list[int]:
    offset = target.dim() - prediction.dim()
    scale = float(target.abs().max()) + float(prediction.abs().max())
    tolerance = 64 * torch.finfo(target.dtype).eps * scale
    return [
        d
        for d in range(offset, target.dim())
        if prediction.shape[d - offset] > 1
        and bool(((target.amax(d) - target.amin(d)) <= tolerance).all())
    ]


def _collapse(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    for d in reversed(_repeated_dims(prediction, target)):
        target = target.select(d, 0)
    return target


def _before_expand(node: Node | None) -> Node | None:
    while node is not None and node.name.startswith("Expand"):
        node = node.inputs[0]
    return node


def _through(node: Node | None) -> Node | None:
    while (
        node is not None and node.kind is None and kinds.is_transparent(node.name) and node.inputs
    ):
        node = node.inputs[0]
    return node


def _feeds_nll(node: Node) -> bool:
    stack = [consumer for consumer, _ in node.consumers]
    while stack:
        consumer = stack.pop()
        if consumer.kind == "nll_loss":
            return True
        if consumer.kind is None and kinds.is_transparent(consumer.name):
            stack.extend(c for c, _ in consumer.consumers)
    return False


def _input(log_softmax: Node) -> torch.Tensor | None:
    """The logits: kept by nobody, so recomputed; up to a constant per row they are the log-softmax
    itself.
    """
    return computed_value(log_softmax.inputs[0])


def _dim(node: Node) -> int | None:
    """The dimension of a (log-)softmax; negative ones are stored as unsigned 64-bit integers."""
    dim = getattr(node.handle, "_saved_dim", None)
    return signed(dim) if isinstance(dim, int) else None


def _describe(site: _Site, graph: Graph, condensed: Condensed, limit: int) -> Loss:
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
        whole=_is_whole(site.node, graph.root),
        value=_own_value(site),
        target_entropy=None if target is None else _class_entropy(target),
        scored_shape=_scored(site.node),
        tally=tally(site.function, site.fed, target, site.class_dim),
        pairs=_pairs(site, condensed),
        **({} if site.outer else constant_row(site.function, target)),
    )


def _pairs(site: _Site, condensed: Condensed) -> Pairs | None:
    head = condensed.producer(site.prediction)
    if head is None:
        return None
    net = condensed.drafts[: head + 1]
    return pair(site.function, net, first_rows(net), site.fed, site.target)


def _scored(node: Node) -> tuple[int, ...] | None:
    scores = saved(node, "self") if node.kind == "nll_loss" else None
    return None if scores is None else tuple(scores.shape)


_FUNCTIONS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mse_loss": functional.mse_loss,
    "l1_loss": functional.l1_loss,
    "binary_cross_entropy_with_logits": functional.binary_cross_entropy_with_logits,
    "cross_entropy": functional.cross_entropy,
}


def _own_value(site: _Site) -> float | None:
    """The mean of a loss, computed again from what it was fed; None where that is much work."""
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
    return signed(getattr(node.handle, "_saved_ignore_index", -100))


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


def _is_whole(node: Node, root: Node) -> bool:
    """Whether the root is the plain mean of one loss: no scale, no weights, nothing added."""
    if node.kind in kinds.LOSSES:
        weighed = any(saved(node, name) is not None for name in ("weight", "pos_weight"))
        return node is root and not weighed and getattr(node.handle, "_saved_reduction", 1) == 1
    return root.kind == "mean" and root.inputs == [node]


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
