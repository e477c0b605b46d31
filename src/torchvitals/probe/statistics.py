"""Tensor -> statistics. Large tensors are read through an even sample; small ones whole."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.record.look import Statistics, Units

SAMPLE = 8192
"""Entries read of a large tensor: the relative error of a sampled RMS is then below 1/sqrt(2 * 8192) = 0.8 %."""
FOLLOWED_UNITS = 1024
"""Units of one layer that are followed one by one; of a wider layer an even sample."""
_UNIT_ENTRIES = 65536
"""Entries read at most to tell which units are active; silent ones are then read whole."""
_PRIMES = (1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 127, 151,
           179, 211, 251, 307, 367, 439, 521, 631, 757, 907, 1087, 1301, 1559, 1871, 2243, 2689, 3229, 3877, 4651,
           5581, 6691, 8039, 9649, 11579, 13901, 16673, 20011, 24019, 28817, 34583, 41507, 49811)  # fmt: skip
"""Strides of a sample: a prime shares no factor with the usual widths, so that every column is read."""


def stride_for(entries: int, limit: int = SAMPLE) -> int:
    """The least prime stride that leaves at most `limit` of `entries`."""
    wanted = -(-entries // limit)
    return next((prime for prime in _PRIMES if prime >= wanted), wanted | 1)


def sample(tensor: torch.Tensor, limit: int = SAMPLE) -> torch.Tensor:
    """At most about `limit` entries of a tensor, one-dimensional, evenly spread; a view wherever strides allow."""
    tensor = tensor.detach()
    entries = tensor.numel()
    if entries <= limit:
        return tensor.reshape(-1)
    if tensor.is_contiguous():
        return tensor.view(-1)[:: stride_for(entries, limit)]
    if tensor.dim() == 2 and tensor.t().is_contiguous():
        return tensor.t().reshape(-1)[:: stride_for(entries, limit)]
    while tensor.numel() > 8 * limit and tensor.shape[0] > 1:
        tensor = tensor[::2]
    return tensor.reshape(-1)[:: stride_for(tensor.numel(), limit)]


def to_array(tensor: torch.Tensor) -> NDArray[Any]:
    """The entries as NumPy sees them, in float32 where NumPy lacks the type; shares memory where it can."""
    tensor = tensor.detach()
    if tensor.is_sparse:
        tensor = tensor.coalesce().values()
    if tensor.device.type != "cpu":
        tensor = tensor.cpu()
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.float()
    elif tensor.is_complex():
        tensor = tensor.abs()
    return tensor.resolve_neg().numpy()


def describe(tensor: torch.Tensor, limit: int = SAMPLE) -> Statistics | None:
    """Statistics over the entries of a tensor; None where it has none."""
    return describe_array(to_array(sample(tensor, limit)))


def describe_array(values: NDArray[Any]) -> Statistics | None:
    """Statistics over the entries of a one-dimensional array; None where it has none."""
    count = values.size
    if count == 0:
        return None
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    squares = float(np.dot(values, values))
    nonfinite = 0
    if not math.isfinite(squares):
        finite = values[np.isfinite(values)].astype(np.float64)
        nonfinite = count - finite.size
        if finite.size == 0:
            return Statistics(count, 0.0, 0.0, 0.0, 0.0, 0.0, nonfinite)
        values = finite
        squares = float(np.dot(values, values))
    size = values.size
    return Statistics(
        count,
        float(np.add.reduce(values)) / size,
        math.sqrt(squares / size),
        float(np.minimum.reduce(values)),
        float(np.maximum.reduce(values)),
        1.0 - int(np.count_nonzero(values)) / size,
        nonfinite,
    )


def describe_units(tensor: torch.Tensor, unit_dim: int) -> Units | None:
    """Which units of an activation were ever above zero, and which gave one value for every sample.

    Args:
        tensor: an activation, with at least one dimension besides `unit_dim`.
        unit_dim: the dimension whose entries are the units.
    """
    tensor = tensor.detach()
    if tensor.dim() < 2:
        return None
    total = tensor.shape[unit_dim]
    followed = tensor
    if total > FOLLOWED_UNITS:
        followed = tensor[(slice(None),) * unit_dim + (slice(None, None, -(-total // FOLLOWED_UNITS)),)]
    count = followed.shape[unit_dim]
    samples = followed.numel() // max(count, 1)
    if samples == 0:
        return None
    others = tuple(d for d in range(followed.dim()) if d != unit_dim)
    part = _thin(followed, others)
    least, greatest = _extremes(part, others)
    silent = greatest <= 0
    constant = least == greatest
    if part is not followed and bool((silent | constant).any()):
        suspects = (silent | constant).nonzero().reshape(-1)
        least, greatest = _extremes(followed.index_select(unit_dim, suspects), others)
        silent[suspects] = greatest <= 0
        constant[suspects] = least == greatest
    return Units(total, count, samples, mask_of(silent), mask_of(constant))


def _thin(tensor: torch.Tensor, others: tuple[int, ...]) -> torch.Tensor:
    """Every n-th index of the largest of the `others` dimensions, so that few enough entries remain."""
    while tensor.numel() > _UNIT_ENTRIES:
        dim = max(others, key=lambda d: tensor.shape[d])
        if tensor.shape[dim] < 2:
            break
        tensor = tensor[(slice(None),) * dim + (slice(None, None, stride_for(tensor.numel(), _UNIT_ENTRIES)),)]
    return tensor


def _extremes(tensor: torch.Tensor, others: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    if len(others) == 1:
        least, greatest = torch.aminmax(tensor, dim=others[0])
        return least, greatest
    return tensor.amin(others), tensor.amax(others)


def mask_of(flags: torch.Tensor) -> str:
    """Flags of units as a hexadecimal integer, unit k at bit k."""
    packed = np.packbits(flags.cpu().numpy(), bitorder="little")
    return format(int.from_bytes(packed.tobytes(), "little"), "x")
