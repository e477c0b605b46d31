"""What the best constant prediction costs where targets have several columns: a mean image, or the
base rate of each label.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe.statistics import to_array

_SEVERAL = 2
_ENTRIES = 1 << 16
"""Of the targets that are read: well below a millisecond."""
_FEWEST_ROWS = 8
"""Of a batch, from which the spread of a column can be told to within a third, and of many far
better."""
_MARKS = 5
"""Of the rarer label in a column, on average: the usual rule for counts to be told by."""
_COLUMNS = 16
"""Columns that are kept."""


def _table(target: torch.Tensor) -> NDArray[np.float64] | None:
    """Rows of targets that have several columns, evenly spread over the batch."""
    if target.dim() < _SEVERAL or not target.is_floating_point():
        return None
    columns = target[0].numel() if len(target) else 0
    most = _ENTRIES // max(columns, 1)
    if columns < _SEVERAL or min(most, len(target)) < _FEWEST_ROWS:
        return None
    rows = target.detach()[:: -(-len(target) // most)]
    if len(rows) < _FEWEST_ROWS:
        return None
    table = to_array(rows.reshape(len(rows), columns)).astype(np.float64)
    return table if np.isfinite(table).all() else None


def constant_row(function: str, target: torch.Tensor | None) -> dict[str, Any]:
    """What the best constant prediction costs where each column of the targets has its own, by the
    rows of one batch, corrected for their number; and some of the columns. Fields of a `Loss`.
    """
    squares, binary = function == "mse_loss", function.startswith("binary_cross_entropy")
    table = _table(target) if target is not None and (squares or binary) else None
    if table is None:
        return {}
    means, variances = table.mean(axis=0), table.var(axis=0, ddof=1)
    if squares:
        level = float(variances.mean())
    elif 0 <= table.min() <= table.max() <= 1 and _is_filled(means, len(table)):
        level = float(_entropies(means, len(table)).mean())
    else:
        return {}
    some = slice(None, None, -(-len(means) // _COLUMNS))
    shown = zip(means[some].tolist(), variances[some].tolist(), strict=True)
    return {"constant": level, "columns": tuple(shown)}


def _is_filled(rates: NDArray[np.float64], rows: int) -> bool:
    """Whether columns of marks show both labels often enough to tell their entropies."""
    return rows * float(np.minimum(rates, 1 - rates).mean()) >= _MARKS


def _entropies(rates: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Of binary columns, in nats, corrected for the number of rows as Miller and Madow do."""
    inner = rates[(rates > 0) & (rates < 1)]
    seen = -inner * np.log(inner) - (1 - inner) * np.log1p(-inner)
    found = np.zeros_like(rates)
    found[: len(inner)] = np.minimum(seen + 1 / (2 * rows), np.log(2))
    return found
