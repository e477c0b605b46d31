"""Parameters at one step: weight, gradient, and what the step did to them."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe.graph import dtype_name
from torchvitals.probe.naming import LeafNames
from torchvitals.probe.statistics import (
    BRIEF_SAMPLE,
    SAMPLE,
    describe_all,
    dot,
    in_a_row,
    sample,
    spread,
    stored_share,
)
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


class _Leaf(NamedTuple):
    """What of a leaf must be asked while it is alive."""

    identity: int
    shape: tuple[int, ...]
    dtype: str
    optimizer: int | None
    equal_rows: bool | None
    equal_gradient_rows: bool | None


class Snapshot:
    """The leaves of one backward before their step: our sample of each, and a weak reference to
    it.

    What is read is copied, and described once `looks` asks for it.
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
        self._limit = BRIEF_SAMPLE if brief else SAMPLE
        self._before = [sample(leaf, self._limit) for leaf in leaves]
        self._stale = [_nonzero(leaf.grad) for leaf in leaves]
        self._leaves: dict[int, _Leaf] = {}
        self._gradients: dict[int, NDArray[Any]] = {}
        self._stored: dict[int, float] = {}
        """Of the sparse gradients: the share of entries that is stored, and was read."""
        self._after: dict[int, NDArray[Any]] = {}
        self._moved_by: dict[int, int | None] = {}
        self._gone: set[int] = set()

    def read_gradients(self, optimizer_of: dict[int, int]) -> None:
        """Read each leaf and the gradient that its backward has just left."""
        for k, reference in enumerate(self._references):
            leaf = reference()
            if leaf is None:
                continue
            identity, gradient = id(leaf), leaf.grad
            units_last = identity in self._columns
            self._leaves[k] = _Leaf(
                identity=identity,
                shape=tuple(leaf.shape),
                dtype=dtype_name(leaf.dtype),
                optimizer=optimizer_of.get(identity),
                equal_rows=self._rows_equal(leaf, units_last),
                equal_gradient_rows=self._rows_equal(gradient, units_last),
            )
            if gradient is not None:
                self._gradients[k] = sample(gradient, self._limit)
                if gradient.is_sparse:
                    self._stored[k] = stored_share(gradient)

    def _rows_equal(self, tensor: torch.Tensor | None, units_last: bool) -> bool | None:
        if self._brief or tensor is None or tensor.dim() < 2:
            return None  # units that differ do not become the same
        return rows_equal(tensor.t() if units_last else tensor)

    def read_updates(self, held: set[int] | None, number: int | None) -> bool:
        """Read the leaves with these ids (None: all) after a step; true where any was read.

        `number` is that of the optimizer which moved them.
        """
        found = False
        for k, known in self._leaves.items():
            leaf = self._references[k]()
            if leaf is not None and (held is None or known.identity in held):
                self._read_update(k, leaf, number)
                found = True
        return found

    def read_unheld(self) -> None:
        """Read the leaves that no optimizer has moved: the user's own code may have."""
        for k, known in self._leaves.items():
            leaf = self._references[k]()
            if leaf is None:
                self._gone.add(k)
            elif k not in self._after:
                self._read_update(k, leaf, known.optimizer)

    def _read_update(self, k: int, leaf: torch.Tensor, number: int | None) -> None:
        self._after[k] = sample(leaf, self._limit)
        self._moved_by[k] = number

    @property
    def moved(self) -> bool:
        """Whether any leaf that was read again is no more what it was."""
        return any(
            after.size == self._before[k].size and bool((after != self._before[k]).any())
            for k, after in self._after.items()
        )

    def step_ratio(self, held: set[int]) -> float | None:
        """RMS of the gradient now over that which backward left: clipped, unscaled, or neither.

        Clipping by norm scales all leaves alike, so one tells: the largest of those with these ids
        that has a gradient. None where no gradient was left.
        """
        by_size = sorted(self._gradients, key=lambda k: -math.prod(self._leaves[k].shape))
        for k in by_size:
            leaf = self._references[k]()
            if leaf is None or leaf.grad is None or self._leaves[k].identity not in held:
                continue
            was = dot(self._gradients[k], self._gradients[k])
            if was > 0:
                now = sample(leaf.grad, self._limit)
                given = dot(now, now)
                return math.sqrt(given / was) if max(was, given) < math.inf else None
        return None

    def is_cleared(self, held: set[int]) -> bool:
        """Whether zeros were written over the whole gradient that backward left to the leaves with
        these ids, or it was dropped. What is multiplied by zero keeps its signs.
        """
        found = [
            self._references[k]()
            for k, gradient in self._gradients.items()
            if self._leaves[k].identity in held and gradient.any()
        ]
        return bool(found) and all(leaf is not None and _emptied(leaf.grad) for leaf in found)

    def looks(self) -> tuple[ParameterLook, ...]:
        """Each leaf that was alive after the backward, in the order of the graph."""
        described = describe_all(
            [*(self._before[k] for k in self._leaves), *self._gradients.values()]
        )
        read = zip(self._gradients, described[len(self._leaves) :], strict=True)
        gradients = {k: spread(found, self._stored.get(k, 1.0)) for k, found in read}
        changes = self._changes()
        looks: list[ParameterLook] = []
        for (k, leaf), weight in zip(self._leaves.items(), described, strict=False):
            update_rms, unchanged, predicted = changes.get(k, (None, None, None))
            looks.append(
                ParameterLook(
                    name=self.names.names.get(leaf.identity, ""),
                    shape=leaf.shape,
                    dtype=leaf.dtype,
                    owned=leaf.identity in self.names.owned,
                    optimizer=self._moved_by.get(k, leaf.optimizer),
                    weight=weight or _NOTHING,
                    gradient=gradients.get(k),
                    update_rms=update_rms,
                    unchanged=unchanged,
                    predicted_change=predicted,
                    equal_rows=leaf.equal_rows,
                    equal_gradient_rows=leaf.equal_gradient_rows,
                    stale_gradient=self._stale[k],
                    fresh=_as_initialised(leaf.shape, weight or _NOTHING),
                    units_last=leaf.identity in self._columns,
                    gone=k in self._gone and leaf.identity in self.names.orphans,
                )
            )
        return tuple(looks)

    def _changes(self) -> dict[int, tuple[float, float, float | None]]:
        """Of each leaf that was read again: RMS of its update, the share of entries left as they
        were, and what the gradient predicts that the update does to the loss.
        """
        updates = {
            k: after - self._before[k]
            for k, after in self._after.items()
            if after.size == self._before[k].size
        }
        products = {
            k: np.multiply(self._gradients[k], update, dtype=np.float64)
            for k, update in updates.items()
            if k in self._gradients and self._gradients[k].size == update.size
        }
        described = describe_all([*updates.values(), *products.values()])
        predicted = {
            k: math.nan if product.nonfinite else product.mean * math.prod(self._leaves[k].shape)
            for k, product in zip(products, described[len(updates) :], strict=True)
            if product is not None
        }
        return {
            k: (
                math.nan if update.nonfinite else update.rms,
                update.zero_fraction * (1 - update.nonfinite / update.count),
                predicted.get(k),
            )
            for k, update in zip(updates, described, strict=False)
            if update is not None
        }


def gradient_norm(parameters: Sequence[ParameterLook]) -> float | None:
    """Euclidean norm over all parameters, from the sampled RMS of each; None where no gradient
    arrived.
    """
    squares = [p.gradient.rms**2 * math.prod(p.shape) for p in parameters if p.gradient is not None]
    return math.sqrt(sum(squares)) if squares else None


def _emptied(gradient: torch.Tensor | None) -> bool:
    if gradient is None:
        return True
    entries = sample(gradient, 1024)
    return not entries.any() and not np.signbit(entries).any()


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


def _as_initialised(shape: tuple[int, ...], weight: Statistics) -> bool:
    """Whether a weight still fills U(-1/sqrt(fan_in), 1/sqrt(fan_in)) to its bounds, and nothing
    beyond.
    """
    if len(shape) < 2 or weight.count < _UNIFORM_ENTRIES or weight.nonfinite:
        return False
    bound = 1.0 / math.sqrt(math.prod(shape[1:]))
    largest = max(-weight.minimum, weight.maximum)
    return 0.9 * bound < largest <= bound * (1 + 1e-6)
