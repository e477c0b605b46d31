"""Cross-entropies: PyTorch's, and those that are written by hand with logarithms.

By hand the targets are what the logarithms are multiplied by (marks, or shares of the classes), or
the place at which they are picked out (class numbers). They are told only where all that is
multiplied or picked is then averaged or summed: what is weighed besides, as rewards weigh the
choices of a policy, is another loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.packing import is_packed
from torchvitals.probe.parts import part_in_root
from torchvitals.probe.sites import Site, through
from torchvitals.probe.softmaxes import dim_of, normed, scores_of
from torchvitals.probe.values import computed_value, saved

_BOTH = 2
_HALVES = 1e-4
"""Rounding of 1 - target, and smoothing that is written out."""
_MOST = 1 << 22
"""Entries of targets that are read: some milliseconds."""
_PICKING = frozenset({"Index", "Gather"})


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
            return None if _feeds_nll(node) else _of_logarithm(node)
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
        softmax = below if below.kind == "log_softmax" else _argument(below).softmax
        scores, dim = scores_of(softmax), dim_of(softmax)
        if scores is not None and (below.kind == "log_softmax" or _is_second(scores, dim)):
            return Site("cross_entropy", node, scores, computed_value(scores), target, dim)
        if scores is not None:
            return Site("nll_loss", node, softmax, saved(node, "self"), target, 1)
    return Site("nll_loss", node, node.inputs[0], saved(node, "self"), target, 1)


def _of_log_softmax(node: Node) -> Site:
    # The scores are kept by nobody, so recomputed; up to a constant a row they are the log-softmax.
    scores, dim = node.inputs[0], dim_of(node)
    fed = computed_value(scores)
    told = _target(node, None, fed) if _is_second(scores, dim) else None
    if told is None:
        return Site("cross_entropy", node, scores, fed, None, dim)
    return Site("cross_entropy", node, scores, fed, told.values, dim, part=told.part)


def _of_logarithm(node: Node) -> Site | None:
    """A logarithm of a softmax, or of the share of a label."""
    labels = _of_two_labels(node)
    if labels is not None:
        return labels
    argument = _argument(node)
    scores, dim = scores_of(argument.softmax), dim_of(argument.softmax)
    if scores is not None and _is_second(scores, dim):
        fed = computed_value(scores)
        told = _target(node, argument.pick, fed)
        if told is None:
            return None
        value = _value(node, told.values)
        return Site("cross_entropy", node, scores, fed, told.values, dim, False, value, told.part)
    if argument.pick is not None or any(_base(c) in _PICKING for c, _ in node.consumers):
        return _picked_across(node, argument) or _of_picked_shares(node, argument)
    return _of_one_label(node, argument)


def _value(node: Node, target: torch.Tensor) -> float | None:
    """What a cross-entropy comes to as it is written, a mean over rows: guards bound it."""
    entered = saved(node, "self")
    if entered is None or not len(target):
        return None
    logs = entered.log()
    if logs.dim() == target.dim() == _BOTH:
        logs = logs * target
    elif logs.numel() > len(target):
        logs = logs.gather(1, target[:, None])
    return -float(logs.sum()) / len(target)


class _Argument(NamedTuple):
    """What the logarithm is taken of, below what guards it from zero; and where it was picked."""

    softmax: Node | None
    pick: Node | None


def _argument(logarithm: Node) -> _Argument:
    node, pick = logarithm.inputs[0], None
    while node is not None:
        if _is_guard(node) or _base(node) in _PICKING:
            pick = node if _base(node) in _PICKING else pick
            node = node.inputs[0]
        elif (same := _normed_again(node)) is not None:
            node = same
        else:
            break
    return _Argument(node, pick)


def _normed_again(node: Node) -> Node | None:
    """A softmax that was divided by its own sum, which is 1."""
    above, dim = normed(node)
    own = dim_of(above)
    if above is None or own is None or dim is None:
        return None
    size = max(len(above.shape), 1)
    return above if own % size == dim % size else None


def _is_second(scores: Node | None, dim: int | None) -> bool:
    """Whether the classes stand second, as F.cross_entropy has them: by hand they may come last."""
    shape = () if scores is None else scores.shape
    return dim is not None and len(shape) >= _BOTH and dim % len(shape) == 1


class _Target(NamedTuple):
    values: torch.Tensor
    part: float
    """What the cross-entropy, a mean over rows, is multiplied by in the loss of the step."""


def _target(node: Node, pick: Node | None, fed: torch.Tensor | None) -> _Target | None:
    """The targets by which logarithms are multiplied, or at which they, or what they are taken of,
    are picked out.
    """
    if fed is None or len(node.consumers) != 1:
        return None
    consumer = node.consumers[0][0]
    if pick is not None or _base(consumer) in _PICKING:
        picked = node if pick is not None else consumer
        part = part_in_root(picked)
        classes = None if part is None else _class_numbers(pick or consumer, fed)
        return None if part is None or classes is None else _Target(classes, -part)
    marks = _marks(node)
    return marks if marks is not None and marks.values.shape == fed.shape else None


def _class_numbers(pick: Node, fed: torch.Tensor) -> torch.Tensor | None:
    """The class of each row, by which its entry was picked out of a table of rows and classes."""
    if fed.dim() != _BOTH:
        return None
    if _base(pick) == "Gather":
        index = saved(pick, "index")
        along = kinds.signed(getattr(pick.handle, "_saved_dim", 0)) % _BOTH
        one_a_row = index is not None and tuple(index.shape) == (len(fed), 1)
        return index[:, 0] if index is not None and one_a_row and along == 1 else None
    indices = _indices(pick)
    if len(indices) != _BOTH:
        return None
    rows, classes = indices
    each_row = torch.arange(len(fed), device=rows.device)
    return classes if len(classes) == len(fed) and torch.equal(rows, each_row) else None


def _indices(pick: Node) -> list[torch.Tensor]:
    """Of an index by several tensors; none where they are not all there, or packed away."""
    if any(map(is_packed, getattr(pick.handle, "_raw_saved_indices", ()))):
        return []
    indices = getattr(pick.handle, "_saved_indices", ())
    return [index.reshape(-1) for index in indices if isinstance(index, torch.Tensor)]


def _marks(node: Node, *, alone: bool = False) -> _Target | None:
    """The targets that multiply a logarithm, where each entry then counts alike."""
    product = node.consumers[0][0] if len(node.consumers) == 1 else None
    if product is None or product.kind != "mul" or None not in product.inputs:
        return None
    factor = saved(product, "self" if product.inputs[0] is None else "other")
    if factor is None or not 0 < factor.numel() <= _MOST or factor.is_complex():
        return None
    part = part_in_root(product, alone=alone)
    if part is None:
        return None
    factor = factor if factor.is_floating_point() else factor.float()
    minus = float(factor.max()) <= 0
    rows = len(factor) / factor.numel() if factor.dim() else 1.0
    return _Target(-factor if minus else factor, part * rows * (1 if minus else -1))


def _of_two_labels(node: Node) -> Site | None:
    """The half t ln p of a binary cross-entropy, where the half (1 - t) ln(1 - p) is found."""
    marks = _marks(node)
    if marks is None:
        return None
    for stage in _stages(node.inputs[0]):
        for other in _logarithms_of_the_rest(stage):
            against = _marks(other)
            if against is None or against.values.shape != marks.values.shape:
                continue
            if float((marks.values + against.values - 1).abs().max()) <= _HALVES:
                fed = computed_value(stage)
                known = fed is not None and fed.shape == marks.values.shape
                return _binary(node, stage, fed, marks) if known else None
    return None


def _binary(node: Node, stage: Node, fed: torch.Tensor | None, marks: _Target) -> Site:
    entries = marks.values.numel() / len(marks.values) if marks.values.dim() else 1.0
    part = marks.part * entries  # its value is a mean over entries, that of the marks over rows
    return Site("binary_cross_entropy", node, stage, fed, marks.values, part=part)


def _stages(node: Node | None) -> Iterator[Node]:
    """From the argument of a logarithm down to what its guards guard."""
    while node is not None:
        yield node
        node = node.inputs[0] if _is_guard(node) else None


def _logarithms_of_the_rest(node: Node) -> Iterator[Node]:
    """Every ln(1 - p) that is taken of what a node gives."""
    stack = [consumer for consumer, _ in node.consumers if consumer.kind == "sub"]
    while stack:
        for consumer, _ in stack.pop().consumers:
            if consumer.kind == "log":
                yield consumer
            elif _is_guard(consumer):
                stack.append(consumer)


def _of_one_label(node: Node, argument: _Argument) -> Site | None:
    """The half t ln p alone, of targets whose rows are each one whole: what nll_loss computes.

    Of a softmax it is that whatever is added to it, as long as its rows can't each be a share.
    """
    below = argument.softmax
    across = _is_across(below)
    marks = _marks(node, alone=not across)
    if below is None or marks is None or len(below.consumers) > 1:
        return None
    entered, values = saved(node, "self"), marks.values
    if entered is None or entered.shape != values.shape or values.dim() != _BOTH:
        return None
    if values.shape[1] < _BOTH or float((values.sum(1) - 1).abs().max()) > _HALVES:
        return None
    # Of numbers below zero there is no logarithm: they themselves are what it was fed.
    logs = entered if float(entered.min()) < 0 else entered.log()
    value = _value(node, values)
    fed = below if below.kind in kinds.SOFTMAXES else normed(below)[0] or below
    return Site("nll_loss", node, fed, logs, values, 1, False, value, marks.part)


def _is_across(softmax: Node | None) -> bool:
    """Whether a softmax runs over rows, of which there are more than columns: some share a class.

    What contrasts both sides of a matrix of pairs has as many of either.
    """
    dim, shape = dim_of(softmax), softmax.shape if softmax is not None else ()
    return dim is not None and len(shape) == _BOTH and not dim % _BOTH and shape[0] > shape[1]


def _picked_across(node: Node, argument: _Argument) -> Site | None:
    """The entries at the class numbers of rows, out of a softmax over the rows, where two of them
    share one sum: what contrasts both sides of a matrix picks one entry of each.
    """
    softmax, fed = argument.softmax, computed_value(argument.softmax)
    dim = dim_of(softmax)
    if softmax is None or fed is None or dim is None or dim % max(fed.dim(), 1):
        return None
    site = _of_picked(node, argument, fed, softmax)
    classes = None if site is None else site.target
    return site if classes is not None and len(classes) > len(classes.unique()) else None


def _of_picked_shares(node: Node, argument: _Argument) -> Site | None:
    """The entries at the class numbers of rows, of which each was divided by its own sum."""
    above, dim = normed(argument.softmax) if argument.softmax is not None else (None, None)
    fed = computed_value(argument.softmax)
    if above is None or fed is None or dim is None or fed.dim() != _BOTH or dim % _BOTH != 1:
        return None
    return _of_picked(node, argument, fed, above)


def _of_picked(node: Node, argument: _Argument, table: torch.Tensor, fed: Node) -> Site | None:
    """What nll_loss computes of the logarithms of a table."""
    told = _target(node, argument.pick, table)
    if told is None:
        return None
    logs = table.log()
    value = -float(logs.gather(1, told.values[:, None]).mean())
    return Site("nll_loss", node, fed, logs, told.values, 1, False, value, told.part)


def _is_guard(node: Node) -> bool:
    """A clamp, the addition of a number, or a view: what keeps a logarithm finite, or its shape."""
    if node.kind == "clamp" or (node.kind is None and kinds.is_transparent(node.name)):
        return bool(node.inputs) and _base(node) not in _PICKING
    return node.kind == "add" and sum(child is not None for child in node.inputs) == 1


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


def _base(node: Node) -> str:
    return kinds.base_name(node.name)
