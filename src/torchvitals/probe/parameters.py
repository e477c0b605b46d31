"""Parameters at one step: weight, gradient, and what the step did to them."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe.naming import LeafNames
from torchvitals.probe.statistics import BRIEF_SAMPLE, SAMPLE, describe_array, dot, in_a_row, sample
from torchvitals.record.look import ParameterLook, Statistics

_COMPARED_COLUMNS = 8
"""Columns compared first when rows are tested for equality; only rows that agree there are compared
whole."""
_ROUNDING = 1e-4
"""Relative difference between rows that rounding explains: thousands of float32 steps of 6e-8
each."""
_FAR = 100.0
"""Rows this many times further apart than rounding explains need no closer look."""
_UNIFORM_ENTRIES = 64
"""With this many entries the largest of U(-b, b) lies above 0.9 b but for one case in 800."""

_NOTHING = Statistics(1, 0.0, 0.0, 0.0, 0.0, 1.0, 0)
"""Of a parameter without entries."""


class Snapshot:
    """The leaves of one backward before their step: our sample of each, and a weak reference to
    it.
    """

    def __init__(
        self,
        leaves: Sequence[torch.Tensor],
        names: LeafNames,
        columns: frozenset[int],
        *,
        brief: bool = False,
    ) -> None:
        self.names = names
        self._columns = columns
        self._references = [weakref.ref(leaf) for leaf in leaves]
        self._brief = brief
        self.limit = BRIEF_SAMPLE if brief else SAMPLE
        self._before = [sample(leaf, self.limit) for leaf in leaves]
        self._stale = [_nonzero(leaf.grad) for leaf in leaves]
        self.looks: dict[int, ParameterLook] = {}
        self._gradients: dict[int, NDArray[Any]] = {}

    def read_gradients(self, optimizer_of: dict[int, int]) -> None:
        """Describe each leaf with the gradient that its backward has just left."""
        for k, reference in enumerate(self._references):
            leaf = reference()
            if leaf is not None:
                self.looks[k] = self._look(k, leaf, optimizer_of)

    def _look(self, k: int, leaf: torch.Tensor, optimizer_of: dict[int, int]) -> ParameterLook:
        before = self._before[k]
        weight = describe_array(before) or _NOTHING
        units_last = id(leaf) in self._columns
        gradient = equal_gradient_rows = None
        if leaf.grad is not None:
            entries = sample(leaf.grad, self.limit)
            gradient = describe_array(entries)
            equal_gradient_rows = self._rows_equal(leaf.grad, units_last)
            if entries.size == before.size:
                self._gradients[k] = entries
        return ParameterLook(
            name=self.names.names.get(id(leaf), ""),
            shape=tuple(leaf.shape),
            dtype=str(leaf.dtype).removeprefix("torch."),
            owned=id(leaf) in self.names.owned,
            optimizer=optimizer_of.get(id(leaf)),
            weight=weight,
            gradient=gradient,
            update_rms=None,
            unchanged=None,
            predicted_change=None,
            equal_rows=self._rows_equal(leaf, units_last),
            equal_gradient_rows=equal_gradient_rows,
            stale_gradient=self._stale[k],
            fresh=_as_initialised(leaf, weight),
            units_last=units_last,
        )

    def _rows_equal(self, tensor: torch.Tensor, units_last: bool) -> bool | None:
        if self._brief or tensor.dim() < 2:  # units that differ do not become the same
            return None
        return rows_equal(tensor.t() if units_last else tensor)

    def read_updates(self, held: set[int] | None, number: int | None) -> bool:
        """Compare the leaves with these ids (None: all) with what they were; true where any was
        read.

        `number` is that of the optimizer which moved them.
        """
        found = False
        for k, reference in enumerate(self._references):
            leaf = reference()
            if leaf is None or k not in self.looks or (held is not None and id(leaf) not in held):
                continue
            self.looks[k] = self._updated(k, leaf, number)
            found = True
        return found

    def read_unheld(self) -> None:
        """Compare the leaves that no optimizer has moved: the user's own code may have."""
        for k, reference in enumerate(self._references):
            leaf = reference()
            if leaf is not None and k in self.looks and self.looks[k].update_rms is None:
                self.looks[k] = self._updated(k, leaf, self.looks[k].optimizer)

    def _updated(self, k: int, leaf: torch.Tensor, optimizer: int | None) -> ParameterLook:
        before, gradient = self._before[k], self._gradients.get(k)
        after = sample(leaf, self.limit)
        size = before.size
        if after.size != size or size == 0:
            return self.looks[k]._replace(optimizer=optimizer)
        difference = after - before
        return self.looks[k]._replace(
            optimizer=optimizer,
            update_rms=math.sqrt(dot(difference, difference) / size),
            unchanged=int(np.count_nonzero(after == before)) / size,
            predicted_change=None
            if gradient is None
            else dot(gradient, difference) * leaf.numel() / size,
        )

    def leaves_with_gradient(self, held: set[int]) -> list[tuple[torch.Tensor, Statistics]]:
        """The leaves with these ids, each with the gradient that backward left it."""
        found = [(reference(), self.looks.get(k)) for k, reference in enumerate(self._references)]
        return [
            (leaf, look.gradient)
            for leaf, look in found
            if leaf is not None and look is not None and look.gradient and id(leaf) in held
        ]

    def total_gradient_norm(self) -> float | None:
        """Euclidean norm over all leaves, from the sampled RMS of each; None where no gradient
        arrived.
        """
        squares = [
            look.gradient.rms**2 * math.prod(look.shape)
            for look in self.looks.values()
            if look.gradient is not None
        ]
        return math.sqrt(sum(squares)) if squares else None


def _nonzero(gradient: torch.Tensor | None) -> bool:
    if gradient is None:
        return False
    if gradient.is_sparse:
        return gradient._nnz() > 0
    return bool(np.count_nonzero(sample(gradient, 1024)))


def rows_equal(tensor: torch.Tensor) -> bool | None:
    """Whether all rows of a matrix (units of a layer) are the same but for rounding.

    None for what has no two rows to compare.
    """
    if (
        tensor.dim() < 2
        or tensor.shape[0] < 2
        or tensor.layout is not torch.strided
        or tensor.numel() == tensor.shape[0]
    ):
        return _entries_equal(tensor) if tensor.dim() == 2 and tensor.numel() > 1 else None
    if _rows_differ(tensor):
        return False
    rows = tensor.detach()
    rows = rows.reshape(rows.shape[0], -1) if rows.is_contiguous() else rows.flatten(1)
    step = -(-rows.shape[1] // _COMPARED_COLUMNS)
    return _all_near_first(rows[:, ::step]) and _all_near_first(rows)


def _rows_differ(tensor: torch.Tensor) -> bool:
    """Whether a few entries of the first row and the last prove it."""
    values = in_a_row(tensor.detach())
    if values is None:
        return False
    width = values.size // tensor.shape[0]
    compared = min(width, _COMPARED_COLUMNS)
    first, last = values[:compared].tolist(), values[values.size - width :][:compared].tolist()
    apart = max([abs(one - two) for one, two in zip(first, last, strict=True)])
    return apart > _FAR * _ROUNDING * max(map(abs, first))


def _all_near_first(rows: torch.Tensor) -> bool:
    """Equal but for rounding: symmetric units drift apart by the order in which their sums are
    taken.
    """
    apart = (rows - rows[0]).abs().max()
    return bool(apart <= _ROUNDING * rows.abs().max())


def _entries_equal(tensor: torch.Tensor) -> bool | None:
    """Units that each read one input: one column of weights."""
    if tensor.layout is not torch.strided or tensor.shape[0] < 2:
        return None
    return _all_near_first(tensor.detach())


def _as_initialised(leaf: torch.Tensor, weight: Statistics) -> bool:
    """Whether a weight still fills U(-1/sqrt(fan_in), 1/sqrt(fan_in)) to its bounds, and nothing
    beyond.
    """
    if leaf.dim() < 2 or weight.count < _UNIFORM_ENTRIES or weight.nonfinite:
        return False
    bound = 1.0 / math.sqrt(math.prod(leaf.shape[1:]))
    largest = max(-weight.minimum, weight.maximum)
    return 0.9 * bound < largest <= bound * (1 + 1e-6)
