"""Cross-entropies: PyTorch's, and those that are written by hand."""

from __future__ import annotations

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.logarithms import argument_of, is_second, logarithm_at
from torchvitals.probe.sites import Site, through
from torchvitals.probe.softmaxes import dim_of, scores_of
from torchvitals.probe.targets import target_of
from torchvitals.probe.values import computed_value, saved

_BOTH = 2


def entropy_at(node: Node) -> Site | None:
    """The cross-entropy that a loss of PyTorch, a log-softmax, a logarithm or a difference
    computes.
    """
    match node.kind:
        case "ctc_loss":
            return _aligned(node)
        case "nll_loss":
            return _picked_by_pytorch(node)
        case "log_softmax":
            return None if _feeds_nll(node) else _of_log_softmax(node)
        case "log":
            return None if _feeds_nll(node) else logarithm_at(node)
        case "sub":
            return _divergence(node)
        case _:
            return None


def _aligned(node: Node) -> Site:
    """The CTC loss: the rows of those times that each sequence has, and no targets, which stand in
    no row of their own.
    """
    table, lengths = saved(node, "log_probs"), saved(node, "input_lengths")
    if lengths is None:
        lengths = getattr(node.handle, "_saved_input_lengths", None)
    fed = None
    if table is not None and table.dim() > _BOTH and isinstance(lengths, torch.Tensor | tuple):
        times = torch.arange(len(table), device=table.device)[:, None]
        fed = table[times < torch.as_tensor(lengths, device=table.device)]
    return Site("ctc_loss", node, through(node.inputs[0]), fed, None, 1)


def _picked_by_pytorch(node: Node) -> Site:
    below, target = through(node.inputs[0]), saved(node, "target")
    if below is not None and below.kind in ("log_softmax", "log"):
        softmax = below if below.kind == "log_softmax" else argument_of(below).softmax
        scores, dim = scores_of(softmax), dim_of(softmax)
        if scores is not None and (below.kind == "log_softmax" or is_second(scores, dim)):
            return Site("cross_entropy", node, scores, computed_value(scores), target, dim)
        if scores is not None:
            return Site("nll_loss", node, softmax, saved(node, "self"), target, 1)
    return Site("nll_loss", node, node.inputs[0], saved(node, "self"), target, 1)


def _of_log_softmax(node: Node) -> Site:
    # The scores are kept by nobody, so recomputed; up to a constant a row they are the log-softmax.
    scores, dim = node.inputs[0], dim_of(node)
    fed = computed_value(scores)
    told = target_of(node, None, fed) if is_second(scores, dim) else None
    if told is None:
        return Site("cross_entropy", node, scores, fed, None, dim)
    return Site("cross_entropy", node, scores, fed, told.values, dim, part=told.part)


def _divergence(node: Node) -> Site | None:
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
    return Site("kl_div", node, prediction, fed, target)


def _feeds_nll(node: Node) -> bool:
    stack = [consumer for consumer, _ in node.consumers]
    while stack:
        consumer = stack.pop()
        if consumer.kind == "nll_loss":
            return True
        if consumer.kind is None and kinds.is_transparent(consumer.name):
            stack.extend(c for c, _ in consumer.consumers)
    return False
