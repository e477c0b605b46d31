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
from torchvitals.probe.values import computed_value, saved
from torchvitals.record.look import DataInput

MAX_FEATURES = 64
"""Features followed one by one, and decomposed: an eigenvalue problem of this size takes about a
millisecond."""
_ROWS = 512
"""Rows from which second moments are estimated."""
_CALLS = 3
"""Concatenations after one layer that are searched for data: one may join the tables' rows first,
and the next the numbers."""
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
    """The outside data of every operation that reads parameters, at most about `limit` entries;
    and what is joined to something learned before one reads both.
    """
    found: list[DataInput] = []
    seen: set[int] = set()
    readers = {index: draft for draft in drafts if draft.parameters for index in draft.inputs}
    for draft in drafts:
        reader = readers.get(draft.index)
        if draft.parameters:
            tensor, channels = _entering(draft.nodes[0]), draft.kind == "conv"
        elif draft.kind == "cat" and reader is not None:
            tensors = (_joined(node) for node in draft.nodes[:_CALLS])
            tensor = next((one for one in tensors if one is not None), None)
            channels = reader.kind == "conv"
        else:
            continue
        if tensor is None or tensor.data_ptr() in seen or tensor.numel() < 2:
            continue
        seen.add(tensor.data_ptr())
        described = _describe(draft, tensor, limit, channels=channels)
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


def _joined(node: Node) -> torch.Tensor | None:
    """What a concatenation puts beside tensors with a graph; None where it is not told, or stands
    in several places.
    """
    outside = [place for place, child in enumerate(node.inputs) if child is None]
    if not outside or outside[-1] - outside[0] >= len(outside):
        return None
    if kinds.base_name(node.name) != "Cat":
        return None
    dim, shape = kinds.signed(node.handle._saved_dim), node.shape
    known = [
        _shape_of(child, slot)
        for child, slot in zip(node.inputs, node.slots, strict=True)
        if child is not None
    ]
    if any(len(one) != len(shape) for one in known):
        return None
    # All before the first that has no graph have one, and all after the last.
    start = sum(one[dim] for one in known[: outside[0]])
    length = shape[dim] - sum(one[dim] for one in known)
    whole = computed_value(node) if length > 0 else None
    if whole is None or not whole.is_floating_point():
        return None
    return whole.narrow(dim, start, length)


def _shape_of(node: Node, slot: int) -> tuple[int, ...]:
    """The shape of what a node hands on by this slot; empty where PyTorch does not say."""
    if node.leaf is not None:
        return tuple(node.leaf.shape)
    made = node.handle._input_metadata
    return tuple(made[slot].shape) if slot < len(made) else ()


def _is_dense(tensor: torch.Tensor) -> bool:
    """Whether it has rows to read; the sparse matrix of a graph's edges is no table of data."""
    return tensor.layout is torch.strided


def _describe(
    draft: Draft, tensor: torch.Tensor, limit: int, *, channels: bool
) -> DataInput | None:
    overall = describe(tensor, limit)
    if overall is None:
        return None
    rows = _rows(tensor, channels=channels)
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


def _rows(tensor: torch.Tensor, *, channels: bool) -> torch.Tensor:
    """Samples by features: a convolution's features are its channels, an elementwise product's is
    the value itself.
    """
    tensor = tensor.detach()
    if channels and tensor.dim() > 2:
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
