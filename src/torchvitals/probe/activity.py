"""Measure the operations of one step: what each produced, which units were active, and the gradient
that arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe import kinds
from torchvitals.probe.alike import likeness
from torchvitals.probe.attention import attended
from torchvitals.probe.condense import Condensed, Draft, mixes_rows
from torchvitals.probe.graph import Node
from torchvitals.probe.masks import dropped_by
from torchvitals.probe.softmaxes import dim_of
from torchvitals.probe.sources import line_of_node
from torchvitals.probe.statistics import (
    BRIEF_SAMPLE,
    EVERYTHING,
    SAMPLE,
    describe,
    describe_all,
    describe_array,
    describe_units,
    dot,
    sample,
    unwarned,
)
from torchvitals.probe.values import derived_value, output_value, saved
from torchvitals.record.look import Operation, Statistics, Units

_CALLS = 3
"""Calls measured of an operation that a layer runs many times, as an unrolled recurrence does."""
_GRADIENT_SAMPLE = 4096


class Activity:
    """What was produced is read at once, gradients as the backward runs; `operations()` describes
    both afterwards.
    """

    def __init__(
        self, condensed: Condensed, *, deep: bool, sourced: bool, broken: bool = False
    ) -> None:
        limit = EVERYTHING if broken else SAMPLE if deep else BRIEF_SAMPLE
        self.heard_seconds = 0.0
        """Spent within the backward."""
        self._deep = deep
        self._gradients: dict[int, Statistics] = {}
        self._handles: list[Any] = []
        readings = (_read(draft, limit, deep=deep, sourced=sourced) for draft in condensed.drafts)
        # Of what is read whole no copy waits.
        self._readings = [_describe(reading) if broken else reading for reading in readings]

    def listen(self, condensed: Condensed, on_error: Callable[[Exception], None]) -> None:
        """Hear the gradient that arrives at each operation in the backward that follows.

        A brief look leaves that be: the gradients of the parameters tell what changes.
        """
        for draft in condensed.drafts if self._deep else ():
            for node in _spread(draft.nodes):
                hook = self._hook(draft.index, on_error)
                self._handles.append(node.handle.register_prehook(hook))

    def _hook(self, index: int, on_error: Callable[[Exception], None]) -> Callable[[Any], None]:
        def hear(gradients: Sequence[torch.Tensor | None]) -> None:
            began = perf_counter()
            try:
                self._hear(index, gradients)
            except Exception as error:  # noqa: BLE001  the backward is the user's: nothing of ours may end it
                on_error(error)
            self.heard_seconds += perf_counter() - began

        return hear

    @unwarned
    def _hear(self, index: int, gradients: Sequence[torch.Tensor | None]) -> None:
        if gradients and gradients[0] is not None:
            heard = describe(gradients[0], _GRADIENT_SAMPLE)
            if heard is not None:
                self._gradients[index] = merge(self._gradients.get(index), heard)

    def quiet(self) -> None:
        """Remove every hook."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def operations(self) -> tuple[Operation, ...]:
        described = iter(describe_all(entries for r in self._readings for entries in r.entries))
        operations: list[Operation] = []
        for operation, entries in self._readings:
            output = _merged([next(described) for _ in entries]) or operation.output
            gradient = self._gradients.get(operation.index)
            if output is not None or gradient is not None:
                operations.append(operation._replace(output=output, gradient=gradient))
            else:
                operations.append(operation)
        return tuple(operations)


def merge(one: Statistics | None, two: Statistics) -> Statistics:
    """Statistics over the entries of both."""
    if one is None:
        return two
    a, b = one.count - one.nonfinite, two.count - two.nonfinite
    whole = max(a + b, 1)
    return Statistics(
        one.count + two.count,
        (one.mean * a + two.mean * b) / whole,
        ((one.rms**2 * a + two.rms**2 * b) / whole) ** 0.5,
        min(one.minimum, two.minimum),
        max(one.maximum, two.maximum),
        (one.zero_fraction * a + two.zero_fraction * b) / whole,
        one.nonfinite + two.nonfinite,
    )


def _spread(nodes: list[Node]) -> list[Node]:
    if len(nodes) <= _CALLS:
        return nodes
    return [nodes[0], nodes[len(nodes) // 2], nodes[-1]]


class _Reading(NamedTuple):
    """An operation, complete but for what `entries` tell: a sample of what each of its calls
    produced.
    """

    operation: Operation
    entries: list[NDArray[Any]]


def _read(draft: Draft, limit: int, *, deep: bool, sourced: bool) -> _Reading:
    units: Units | None = None
    slope: float | None = None
    samples: list[NDArray[Any]] = []
    is_activation = draft.kind in kinds.ACTIVATIONS
    for node in _spread(draft.nodes) if deep or is_activation else ():
        value = output_value(node)
        if value is None:
            value = derived_value(node)
        if value is None or not value.is_floating_point():
            continue
        unit_dim = _unit_dim(node, value) if is_activation else None
        entries = sample(value, limit)
        samples.append(entries)
        if unit_dim is not None:
            units = _join(units, describe_units(value, unit_dim, brief=limit < SAMPLE))
        if is_activation and slope is None:
            slope = _slope(node, entries)
    operation = _plain(draft)
    if is_activation:
        operation = operation._replace(units=units, slope=slope)
    if sourced:
        operation = operation._replace(source=line_of_node(draft.nodes[0].handle))
    return _Reading(_closely(operation, draft) if deep else operation, samples)


def _plain(draft: Draft) -> Operation:
    """The operation without anything measured; mostly the same at each look."""
    node, known = draft.nodes[0], draft.plain
    shape, dtype = node.makes
    if known is None or (known.shape, known.dtype) != (shape, dtype) or node.kind in _MODAL:
        known = draft.plain = Operation(
            index=draft.index,
            kind=draft.kind,
            layer=draft.layer,
            parameters=draft.parameters,
            inputs=tuple(draft.inputs),
            shape=shape,
            dtype=dtype,
            calls=len(draft.nodes),
            source=None,
            output=None,
            gradient=None,
            units=None,
            training=_training(node),
            dim=dim_of(node),
            slope=None,
            mixes=not draft.parameters and mixes_rows(node),
        )
    return known


def _closely(operation: Operation, draft: Draft) -> Operation:
    """With what only a thorough look asks."""
    node = draft.nodes[0]
    return operation._replace(
        dropped=_first(dropped_by, draft.nodes),
        fresh_statistics=_fresh_statistics(node),
        attended=attended(node),
        likeness=likeness(node) if len(draft.nodes) == 1 else None,
    )


def _describe(reading: _Reading) -> _Reading:
    output = _merged([describe_array(entries) for entries in reading.entries])
    return _Reading(reading.operation._replace(output=output), [])


def _merged(parts: list[Statistics | None]) -> Statistics | None:
    return reduce(merge, filter(None, parts), None)


_Found = TypeVar("_Found")


def _first(read: Callable[[Node], _Found | None], nodes: list[Node]) -> _Found | None:
    """What the first of these calls tells that tells anything."""
    return next((found for node in nodes[:_CALLS] if (found := read(node)) is not None), None)


def _fresh_statistics(node: Node) -> bool | None:
    if node.kind != "batch_norm":
        return None
    mean, variance = saved(node, "running_mean"), saved(node, "running_var")
    if mean is None or variance is None:
        return None
    return bool((mean == 0).all()) and bool((variance == 1).all())


def _unit_dim(node: Node, value: torch.Tensor) -> int | None:
    """Units lie along the last dimension, or along the channels where a convolution feeds the
    activation.
    """
    if node.kind == "glu" or value.shape != node.shape or value.dim() < 2:
        return None
    return 1 if value.dim() in (4, 5) or _after_conv(node) else value.dim() - 1


def _after_conv(node: Node, depth: int = 4) -> bool:
    below = next((child for child in node.inputs if child is not None), None)
    if below is None or depth == 0 or below.kind == "linear":
        return False
    return below.kind == "conv" or _after_conv(below, depth - 1)


def _join(one: Units | None, two: Units | None) -> Units | None:
    if one is None or two is None or one.followed != two.followed:
        return two if one is None else one
    return one._replace(
        samples=one.samples + two.samples,
        silent=format(int(one.silent, 16) & int(two.silent, 16), "x"),
        constant=format(int(one.constant, 16) & int(two.constant, 16), "x"),
    )


def _slope(node: Node, entries: NDArray[Any]) -> float | None:
    """Mean square of the derivative, for the activations whose derivative follows from their
    output.
    """
    total: float
    if node.kind == "relu":
        total = float(np.count_nonzero(entries > 0))
    elif node.kind == "hardtanh":
        low, high = node.handle._saved_min_val, node.handle._saved_max_val
        total = float(np.count_nonzero((entries > low) & (entries < high)))
    elif node.kind in _DERIVATIVES:
        derivative = _DERIVATIVES[node.kind](entries)
        total = dot(derivative, derivative)
    else:
        return None
    return total / max(entries.size, 1)


_DERIVATIVES: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
}


_MODAL = frozenset({"batch_norm"})
"""Kinds that do one thing in training and another in evaluation."""


def _training(node: Node) -> bool | None:
    if node.kind in _MODAL:
        return bool(getattr(node.handle, "_saved_training", True))
    return None
