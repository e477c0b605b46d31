"""The data that enters the graph from outside: scale of each feature, and how well conditioned they
are together.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.probe import kinds
from torchvitals.probe.condense import Draft
from torchvitals.probe.graph import Node
from torchvitals.probe.statistics import SAMPLE, describe, stride_for, to_array
from torchvitals.probe.values import saved
from torchvitals.record.look import DataInput

MAX_FEATURES = 64
"""Features followed one by one, and decomposed: an eigenvalue problem of this size takes about a
millisecond."""
_ROWS = 512
"""Rows from which second moments are estimated."""
_ENTRANCES = {
    "Addmm": ((1, "mat1"),),
    "Addmv": ((2, "vec"),),
    "Mm": ((0, "self"), (1, "mat2")),
    "Mv": ((0, "self"), (1, "vec")),
    "Dot": ((0, "self"), (1, "tensor")),
    "Mul": ((1, "other"), (0, "self")),
    "Convolution": ((0, "input"),),
    "MkldnnRnnLayer": ((0, "input"),),
    "CudnnRnn": ((0, "input"),),
    "Linear": ((0, "input"),),
    "NativeBatchNorm": ((0, "input"),),
    "NativeLayerNorm": ((0, "input"),),
}
"""Where data can enter each operation: the edge, and the name under which PyTorch saves the
value."""


def first_rows(drafts: list[Draft]) -> torch.Tensor | None:
    """The data that enters the first operation to read parameters; None where none is kept."""
    first = next((draft for draft in drafts if draft.parameters), None)
    return None if first is None else _entering(first.nodes[0])


def find_data(drafts: list[Draft], limit: int = SAMPLE) -> tuple[DataInput, ...]:
    """The outside data of every operation that reads parameters, at most about `limit` entries."""
    found: list[DataInput] = []
    seen: set[int] = set()
    for draft in drafts:
        if not draft.parameters:
            continue
        tensor = _entering(draft.nodes[0])
        if tensor is None or tensor.data_ptr() in seen or tensor.numel() < 2:
            continue
        seen.add(tensor.data_ptr())
        described = _describe(draft, tensor, limit)
        if described is not None:
            found.append(described)
    return tuple(found)


def _entering(node: Node) -> torch.Tensor | None:
    for edge, attribute in _ENTRANCES.get(kinds.base_name(node.name), ()):
        if edge < len(node.inputs) and node.inputs[edge] is None:
            tensor = saved(node, attribute)
            if tensor is not None and tensor.is_floating_point() and _is_dense(tensor):
                return tensor
    return None


def _is_dense(tensor: torch.Tensor) -> bool:
    """Whether it has rows to read; the sparse matrix of a graph's edges is no table of data."""
    return tensor.layout is torch.strided


def _describe(draft: Draft, tensor: torch.Tensor, limit: int) -> DataInput | None:
    overall = describe(tensor, limit)
    if overall is None:
        return None
    rows = _rows(draft.nodes[0], tensor)
    features = rows.shape[1]
    followed = (
        rows[:, :MAX_FEATURES]
        if features <= MAX_FEATURES
        else rows[:, :: stride_for(features, MAX_FEATURES)]
    )
    table = to_array(followed).astype(np.float64)
    means = table.mean(0)
    centred = table - means
    stds = np.sqrt(np.einsum("ij,ij->j", centred, centred) / len(table))
    eigenvalues: tuple[float | None, float | None, float | None] = (None, None, None)
    if features <= MAX_FEATURES and np.isfinite(table).all():
        eigenvalues = _conditioning(table, centred, stds)
    return DataInput(
        draft.index,
        int(rows.shape[0]),
        features,
        overall,
        tuple(means.tolist()),
        tuple(stds.tolist()),
        *eigenvalues,
    )


def _rows(node: Node, tensor: torch.Tensor) -> torch.Tensor:
    """Samples by features: a convolution's features are its channels, an elementwise product's is
    the value itself.
    """
    tensor = tensor.detach()
    if node.kind == "conv" and tensor.dim() > 2:
        rows = (
            tensor.movedim(1, -1).reshape(-1, tensor.shape[1])
            if tensor.numel() < 1 << 16
            else _thin_channels(tensor)
        )
    elif tensor.dim() == 0:
        rows = tensor.reshape(1, 1)
    elif tensor.dim() == 1:
        rows = tensor.reshape(-1, 1)
    else:
        rows = tensor.reshape(-1, tensor.shape[-1])
    return rows[:: stride_for(rows.shape[0], _ROWS)] if rows.shape[0] > _ROWS else rows


def _thin_channels(tensor: torch.Tensor) -> torch.Tensor:
    flat = tensor.flatten(2)
    flat = flat[:, :, :: stride_for(flat.shape[0] * flat.shape[2], 4 * _ROWS)]
    return flat.movedim(1, -1).reshape(-1, tensor.shape[1])


def _conditioning(
    table: NDArray[np.float64], centred: NDArray[np.float64], stds: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Extreme eigenvalues of the second moment with the bias column; the largest once each feature
    is standardised.
    """
    samples = len(table)
    with_bias = np.column_stack([table, np.ones(samples)])
    spectrum = np.linalg.eigvalsh(with_bias.T @ with_bias / samples)
    positive = spectrum[spectrum > spectrum[-1] * 1e-12]
    scaled = centred / np.where(stds > 0, stds, 1.0)
    largest_scaled = np.linalg.eigvalsh(scaled.T @ scaled / samples)[-1]
    return float(spectrum[-1]), float(positive[0]), max(float(largest_scaled), 1.0)
