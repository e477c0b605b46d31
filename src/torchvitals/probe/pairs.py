"""Rows that entered the net, side by side with the targets of the same rows: what is in them that
the loss or the net can't see.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe.condense import Draft
from torchvitals.probe.statistics import stride_for, to_array
from torchvitals.record.look import Pairs

Table = NDArray[np.float64]

_ROWS = 512
_FEATURES = 64
"""Columns followed of the rows: as of the data that enters."""
_FEWEST, _MOST_CLASSES = 3, 20
"""Whole numbers that can be the names of classes: two lie on a line in any order, and of many each
has too few rows."""
_DIRECTIONS = 8
_ROWS_A_COLUMN = 4
"""Rows for each column of a fit; with fewer the correction for chance is itself chance."""
_SMOOTH = frozenset({"linear", "conv", "batch_norm", "dropout", "avg_pool", "add", "sub", "cat"})
"""Operations that keep a linear function linear, once batch and dropout mask are given."""
_WHOLE = 1e-4
"""A target that was found as a difference is whole to within a few roundings of float32."""
_CONSTANT = 1e-6


def pair(
    function: str,
    net: list[Draft],
    rows: torch.Tensor | None,
    fed: torch.Tensor | None,
    target: torch.Tensor | None,
) -> Pairs | None:
    """What the rows tell of the targets; None where there is no reason to ask."""
    if rows is None or fed is None or target is None or rows.dim() < 2:
        return None
    labels = _one_number_each(target, rows.shape[0])
    classes = labels is not None and function in ("mse_loss", "l1_loss", "smooth_l1_loss")
    linear = all(draft.kind in _SMOOTH for draft in net)
    stacked = linear and sum(draft.kind in ("linear", "conv") for draft in net) > 1
    if not classes and not stacked:
        return None
    table = _table(rows)
    if table is None:
        return None
    names = _class_numbers(labels) if classes and labels is not None else None
    left = _left_over(function, fed, target, rows.shape[0]) if stacked else None
    if names is None and left is None:
        return None
    scatter = (0, 0.0, 0.0) if names is None else _scatter(table, names[: len(table)])
    curved = None if left is None else _curved(table, left, even=function != "mse_loss")
    columns = int(fed.shape[-1]) if fed.dim() > 1 else 1
    return Pairs(len(table), table.shape[1], columns, *scatter, curved)


def _one_number_each(target: torch.Tensor, rows: int) -> torch.Tensor | None:
    """The target of each row, where there is one number: also where it was repeated in columns."""
    target = target.detach()
    if target.dim() == 0 or target.shape[0] != rows:
        return None
    flat = target.reshape(rows, -1)
    if flat.shape[1] > 1 and not bool((flat == flat[:, :1]).all()):
        return None
    return flat[:, 0]


def _class_numbers(labels: torch.Tensor | None) -> Table | None:
    if labels is None:
        return None
    values = to_array(labels[:_ROWS]).astype(np.float64)
    if not np.isfinite(values).all() or np.abs(values - values.round()).max() > _WHOLE:
        return None
    values = values.round()
    return values if _FEWEST <= len(np.unique(values)) <= _MOST_CLASSES else None


def _table(rows: torch.Tensor) -> Table | None:
    """Rows by features, each feature standardised; constant ones are left out."""
    flat = rows.detach()[:_ROWS].flatten(1)
    step = stride_for(flat.shape[1], _FEATURES) if flat.shape[1] > _FEATURES else 1
    table = to_array(flat[:, ::step]).astype(np.float64)
    if not np.isfinite(table).all():
        return None
    table = table - table.mean(0)
    spread = table.std(0)
    table = table[:, spread > _CONSTANT * max(float(spread.max(initial=0.0)), _CONSTANT)]
    return table / table.std(0) if table.shape[1] else None


def _scatter(table: Table, numbers: Table) -> tuple[int, float, float]:
    """Classes seen; the scatter of their means; and the part of it that lies along a straight line
    in the class number. Sums over features and rows, with what noise alone gives taken off.
    """
    names, which = np.unique(numbers, return_inverse=True)
    counts = np.bincount(which).astype(np.float64)
    if len(table) <= len(names):
        return len(names), 0.0, 0.0
    sums = np.zeros((len(names), table.shape[1]))
    np.add.at(sums, which, table)
    between = float((sums**2 / counts[:, None]).sum())
    noise = (table.size - between) / (len(table) - len(names))
    centred = numbers - numbers.mean()
    trend = float(((centred @ table) ** 2).sum() / (centred @ centred))
    return len(names), between - (len(names) - 1) * noise, trend - noise


def _left_over(function: str, fed: torch.Tensor, target: torch.Tensor, rows: int) -> Table | None:
    """Target minus prediction, a row for each row that entered."""
    if fed.shape[0] != rows or fed.numel() > _ROWS * _FEATURES:
        return None
    with torch.no_grad():
        fed, target = fed.detach().float(), target.detach()
        if function == "cross_entropy" and _are_indices(fed, target):
            left = torch.nn.functional.one_hot(target, fed.shape[1]).float() - fed.softmax(1)
        elif function == "binary_cross_entropy_with_logits" and fed.shape == target.shape:
            left = target.float() - fed.sigmoid()
        elif function == "mse_loss" and fed.shape == target.shape:
            left = target.float() - fed
        else:
            return None
    left = to_array(left.reshape(rows, -1)[:_ROWS]).astype(np.float64)
    return left if np.isfinite(left).all() else None


def _are_indices(fed: torch.Tensor, target: torch.Tensor) -> bool:
    """Whether the targets are class indices, a row each, none of them left out."""
    return fed.dim() == 2 and target.shape == fed.shape[:1] and int(target.min()) >= 0


def _curved(table: Table, left: Table, *, even: bool) -> float | None:
    """Share of what the best linear fit leaves of the residuals that curves of the inputs explain.

    Corrected for the number of columns: zero on average where there is nothing to explain.
    """
    straight = np.column_stack([np.ones(len(table)), table])
    room = len(table) // _ROWS_A_COLUMN - straight.shape[1]
    if room < 1 or len(left) != len(table):
        return None
    along = table @ _directions(table.shape[1])
    curves = [along**2, np.cos(2 * along)] + ([] if even else [along**3, np.sin(2 * along)])
    full = np.column_stack([straight, np.concatenate(curves, 1)[:, :room]])
    before, after = _remains(straight, left), _remains(full, left)
    return 1.0 - after / before if before > 0 else None


def _remains(columns: Table, wanted: Table) -> float:
    """Mean square that a linear fit leaves, per degree of freedom."""
    solution, _, rank, _ = np.linalg.lstsq(columns, wanted, rcond=1e-9)
    return float(((wanted - columns @ solution) ** 2).sum()) / max(len(wanted) - int(rank), 1)


@cache
def _directions(features: int) -> Table:
    """Fixed directions to look along: the first axes, and even mixtures of all."""
    axes = np.eye(features)[:, : _DIRECTIONS // 2]
    if features == 1:
        return axes
    mixed = np.random.default_rng(0).choice([-1.0, 1.0], (features, _DIRECTIONS - axes.shape[1]))
    return np.column_stack([axes, mixed / features**0.5])
