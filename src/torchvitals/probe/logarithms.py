"""Cross-entropies that are written with logarithms: of a softmax, of both labels, of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch

from torchvitals.probe import kinds
from torchvitals.probe.graph import Node
from torchvitals.probe.sites import Site
from torchvitals.probe.softmaxes import dim_of, normed, scores_of
from torchvitals.probe.targets import PICKING, Target, marks_of, target_of
from torchvitals.probe.values import computed_value, saved

_BOTH = 2
_HALVES = 1e-4
"""Rounding of 1 - target, and smoothing that is written out."""


def logarithm_at(node: Node) -> Site | None:
    """A logarithm of a softmax, or of the share of a label."""
    labels = _of_two_labels(node)
    if labels is not None:
        return labels
    argument = argument_of(node)
    scores, dim = scores_of(argument.softmax), dim_of(argument.softmax)
    if scores is not None and is_second(scores, dim):
        fed = computed_value(scores)
        told = target_of(node, argument.pick, fed)
        if told is None:
            return None
        value = _value(node, told.values)
        return Site("cross_entropy", node, scores, fed, told.values, dim, False, value, told.part)
    later = any(kinds.base_name(consumer.name) in PICKING for consumer, _ in node.consumers)
    if argument.pick is not None or later:
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


class Argument(NamedTuple):
    """What the logarithm is taken of, below what guards it from zero; and where it was picked."""

    softmax: Node | None
    pick: Node | None


def argument_of(logarithm: Node) -> Argument:
    node, pick = logarithm.inputs[0], None
    while node is not None:
        if _is_guard(node) or kinds.base_name(node.name) in PICKING:
            pick = node if kinds.base_name(node.name) in PICKING else pick
            node = node.inputs[0]
        elif (same := _normed_again(node)) is not None:
            node = same
        else:
            break
    return Argument(node, pick)


def _normed_again(node: Node) -> Node | None:
    """A softmax that was divided by its own sum, which is 1."""
    above, dim = normed(node)
    own = dim_of(above)
    if above is None or own is None or dim is None:
        return None
    size = max(len(above.shape), 1)
    return above if own % size == dim % size else None


def is_second(scores: Node | None, dim: int | None) -> bool:
    """Whether the classes stand second, as F.cross_entropy has them: by hand they may come last."""
    shape = () if scores is None else scores.shape
    return dim is not None and len(shape) >= _BOTH and dim % len(shape) == 1


def _of_two_labels(node: Node) -> Site | None:
    """The half t ln p of a binary cross-entropy, where the half (1 - t) ln(1 - p) is found."""
    marks = marks_of(node)
    if marks is None:
        return None
    for stage in _stages(node.inputs[0]):
        for other in _logarithms_of_the_rest(stage):
            against = marks_of(other)
            if against is None or against.values.shape != marks.values.shape:
                continue
            if float((marks.values + against.values - 1).abs().max()) <= _HALVES:
                fed = computed_value(stage)
                known = fed is not None and fed.shape == marks.values.shape
                return _binary(node, stage, fed, marks) if known else None
    return None


def _binary(node: Node, stage: Node, fed: torch.Tensor | None, marks: Target) -> Site:
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


def _of_one_label(node: Node, argument: Argument) -> Site | None:
    """The half t ln p alone, of targets whose rows are each one whole: what nll_loss computes.

    Of a softmax it is that whatever is added to it, as long as its rows can't each be a share.
    """
    below = argument.softmax
    across = _is_across(below)
    marks = marks_of(node, alone=not across)
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


def _picked_across(node: Node, argument: Argument) -> Site | None:
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


def _of_picked_shares(node: Node, argument: Argument) -> Site | None:
    """The entries at the class numbers of rows, of which each was divided by its own sum."""
    above, dim = normed(argument.softmax) if argument.softmax is not None else (None, None)
    fed = computed_value(argument.softmax)
    if above is None or fed is None or dim is None or fed.dim() != _BOTH or dim % _BOTH != 1:
        return None
    return _of_picked(node, argument, fed, above)


def _of_picked(node: Node, argument: Argument, table: torch.Tensor, fed: Node) -> Site | None:
    """What nll_loss computes of the logarithms of a table."""
    told = target_of(node, argument.pick, table)
    if told is None:
        return None
    logs = table.log()
    value = -float(logs.gather(1, told.values[:, None]).mean())
    return Site("nll_loss", node, fed, logs, told.values, 1, False, value, told.part)


def _is_guard(node: Node) -> bool:
    """A clamp, the addition of a number, or a view: what keeps a logarithm finite, or its shape."""
    if node.kind == "clamp" or (node.kind is None and kinds.is_transparent(node.name)):
        return bool(node.inputs) and kinds.base_name(node.name) not in PICKING
    return node.kind == "add" and sum(child is not None for child in node.inputs) == 1
