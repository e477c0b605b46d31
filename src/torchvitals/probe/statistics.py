"""Tensor -> statistics. Large tensors are read through an even sample; small ones whole."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from torchvitals.record.look import Statistics, Units

SAMPLE = 8192
"""Entries read of a large tensor: the relative error of a sampled RMS is then below 1/sqrt(2 *
8192) = 0.8 %."""
BRIEF_SAMPLE = 1024
"""The same of a look between the thorough ones: 2.2 %."""
EVERYTHING = 1 << 26
"""Entries read where the loss is not finite: a single NaN must not slip through a sample."""
_RUN = 8
"""Neighbours read together: memory is fetched by lines of 16 numbers, so they cost little more than
one. Nor do they tell less: over 1326 weights, activations and gradients of 13 example programs the
RMS was off by 2.3 % on average, and by 3.0 % where as many entries were read singly."""
_FEW = 32
"""Entries up to which Python is faster than NumPy."""
_TOGETHER = 1 << 17
"""Entries described in one go: a megabyte in float64, which the cache of one core holds."""
FOLLOWED_UNITS = 1024
"""Units of one layer that are followed one by one; of a wider layer an even sample."""
_UNIT_ENTRIES = 65536
"""Entries read at first to tell which units are active; silent ones are then read whole. Fewer make
more units seem silent, and to read those takes longer."""
_BRIEF_UNIT_ENTRIES = 8192
"""The same of a look between the thorough ones, which judges by these samples alone."""
_PRIMES = (1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79,
           83, 89, 97, 127, 151, 179, 211, 251, 307, 367, 439, 521, 631, 757, 907, 1087, 1301,
           1559, 1871, 2243, 2689, 3229, 3877, 4651, 5581, 6691, 8039, 9649, 11579, 13901, 16673,
           20011, 24019, 28817, 34583, 41507, 49811)  # fmt: skip
"""Strides of a sample: a prime shares no factor with the usual widths, so that every column is
read."""
unwarned = np.errstate(all="ignore")
"""Decorates what reads the user's numbers: they overflow now and then, and NumPy would warn on
their stderr."""
_NATIVE = frozenset(
    {torch.float32, torch.float64, torch.int64, torch.int32, torch.uint8, torch.bool}
)
"""Types that NumPy reads as they are."""
_FAINT = 1e-30
"""An inner product below this may have lost terms to underflow in float32."""


@cache
def stride_for(entries: int, limit: int = SAMPLE) -> int:
    """The least prime stride that leaves at most `limit` of `entries`."""
    wanted = -(-entries // limit)
    return next((prime for prime in _PRIMES if prime >= wanted), wanted | 1)


def sample(tensor: torch.Tensor, limit: int = SAMPLE) -> NDArray[Any]:
    """A contiguous copy of at most about `limit` entries of a tensor: runs of neighbours, evenly
    spread.

    Of a sparse tensor, of the entries that it stores.
    """
    tensor = tensor.detach()
    values = in_a_row(tensor)
    if values is None:
        return np.array(to_array(_thinned(_stored(tensor), limit)))
    size = values.size
    if size <= limit:
        return values.copy()
    runs = values[: size - size % _RUN].reshape(-1, _RUN)
    return runs[:: stride_for(len(runs), limit // _RUN)].flatten()


def in_a_row(tensor: torch.Tensor) -> NDArray[Any] | None:
    """The memory of a detached tensor as one row of numbers; None where NumPy can't read it so."""
    if (
        tensor.dtype in _NATIVE
        and tensor.is_cpu
        and tensor.layout is torch.strided
        and tensor.is_contiguous()
        and not tensor.is_neg()
    ):
        return tensor.numpy().reshape(-1)
    return None


_COMPRESSED = frozenset({torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc})


def _stored(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.layout is torch.strided:
        return tensor
    if tensor.is_sparse:
        return tensor.coalesce().values()
    return tensor.values() if tensor.layout in _COMPRESSED else tensor.to_dense()


def stored_share(tensor: torch.Tensor) -> float:
    """The share of the entries of a sparse tensor that it stores, each place counted once."""
    return _stored(tensor.detach()).numel() / max(tensor.numel(), 1)


def spread(stored: Statistics | None, share: float) -> Statistics | None:
    """Statistics of a whole tensor, of which those of the entries stored are known; the others are
    zero.
    """
    if stored is None or share >= 1:
        return stored
    return stored._replace(
        mean=stored.mean * share,
        rms=stored.rms * math.sqrt(share),
        minimum=min(stored.minimum, 0.0),
        maximum=max(stored.maximum, 0.0),
        zero_fraction=1 - share * (1 - stored.zero_fraction),
    )


def _thinned(tensor: torch.Tensor, limit: int) -> torch.Tensor:
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
    """The entries as NumPy sees them, in float32 where NumPy lacks the type; shares memory where it
    can.
    """
    tensor = _stored(tensor.detach())
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.float()
    elif tensor.is_complex():
        tensor = tensor.abs()
    return tensor.numpy(force=True)


def dot(one: NDArray[Any], two: NDArray[Any]) -> float:
    """Inner product, in float64 where a narrower type can't hold it."""
    product = float(np.vdot(one, two))  # `np.dot` would warn of an overflow
    if _FAINT < abs(product) < math.inf:
        return product
    return float(np.vdot(one.astype(np.float64), two.astype(np.float64)))


def describe(tensor: torch.Tensor, limit: int = SAMPLE) -> Statistics | None:
    """Statistics over the entries of a tensor; None where it has none."""
    return describe_array(sample(tensor, limit))


def describe_array(values: NDArray[Any]) -> Statistics | None:
    """Statistics over the entries of a one-dimensional array; None where it has none."""
    count = values.size
    described = _describe_few(values.tolist()) if count <= _FEW else None
    if described is not None or count == 0:
        return described
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    squares = dot(values, values)
    if not math.isfinite(squares):
        values = values[np.isfinite(values)].astype(np.float64)
        if values.size == 0:
            return Statistics(count, 0.0, 0.0, 0.0, 0.0, 0.0, count)
        squares = float(np.vdot(values, values))
    size = values.size
    total = float(np.add.reduce(values))
    if not math.isfinite(total):
        total = float(np.add.reduce(values, dtype=np.float64))
    return Statistics(
        count,
        total / size,
        math.sqrt(squares / size),
        float(np.minimum.reduce(values)),
        float(np.maximum.reduce(values)),
        int(np.count_nonzero(values == 0)) / size,
        count - size,
    )


def describe_all(arrays: Iterable[NDArray[Any]]) -> list[Statistics | None]:
    """`describe_array` of each, in a third of the time: NumPy is called once for many."""
    described: list[Statistics | None] = []
    batch: list[NDArray[Any]] = []
    size = 0
    for values in arrays:
        if size + values.size > _TOGETHER:
            described += _describe_together(batch)
            batch, size = [], 0
        batch.append(values)
        size += values.size
    return described + _describe_together(batch)


def _describe_together(arrays: list[NDArray[Any]]) -> list[Statistics | None]:
    sizes = [values.size for values in arrays]
    if len(arrays) < 2 or max(sizes) <= _FEW or min(sizes) == 0:
        return [describe_array(values) for values in arrays]
    joined = np.concatenate(arrays, dtype=np.float64, casting="unsafe")
    starts = [0, *accumulate(sizes[:-1])]
    sums = np.add.reduceat(joined, starts).tolist()
    squares = np.add.reduceat(joined * joined, starts).tolist()
    least = np.minimum.reduceat(joined, starts).tolist()
    greatest = np.maximum.reduceat(joined, starts).tolist()
    zeros = np.add.reduceat(joined == 0, starts, dtype=np.int64).tolist()
    return [
        Statistics(size, sums[k] / size, math.sqrt(squares[k] / size), least[k], greatest[k],
                   zeros[k] / size, 0)
        if squares[k] < math.inf
        else describe_array(arrays[k])
        for k, size in enumerate(sizes)
    ]  # fmt: skip


def _describe_few(entries: list[float]) -> Statistics | None:
    """The same in Python, which is done with a few entries before NumPy has begun."""
    squares = sum([entry * entry for entry in entries])
    if not entries or not squares < math.inf:
        return None
    size = len(entries)
    return Statistics(
        size,
        sum(entries) / size,
        math.sqrt(squares / size),
        float(min(entries)),
        float(max(entries)),
        entries.count(0) / size,
        0,
    )


def describe_units(tensor: torch.Tensor, unit_dim: int, *, brief: bool = False) -> Units | None:
    """Which units of an activation were ever above zero, and which gave one value for every sample.

    Args:
        tensor: an activation, with at least one dimension besides `unit_dim`.
        unit_dim: the dimension whose entries are the units.
        brief: read only some of the samples, `samples` says how many, and take for constant the
            silent ones alone.
    """
    tensor = tensor.detach()
    shape = tensor.shape
    if len(shape) < 2 or 0 in shape:
        return None
    total, others = shape[unit_dim], tuple(d for d in range(len(shape)) if d != unit_dim)
    step = -(-total // FOLLOWED_UNITS)
    if brief:
        row, limit = in_a_row(tensor), _BRIEF_UNIT_ENTRIES
        if row is None:
            array = to_array(_thin(_every(tensor, unit_dim, step), others, limit))
        else:  # NumPy takes less time to begin
            array = _thin(_every(row.reshape(shape), unit_dim, step), others, limit)
        silent_mask = mask_of(np.maximum.reduce(array, axis=others) <= 0)
        count = array.shape[unit_dim]
        return Units(total, count, array.size // count, silent_mask, silent_mask)
    followed = _every(tensor, unit_dim, step)
    count = followed.shape[unit_dim]
    part = _thin(followed, others, _UNIT_ENTRIES)
    silent, constant = _still(part, others)
    if part is not followed and (silent | constant).any():
        suspects = np.flatnonzero(silent | constant)
        rows = followed.index_select(unit_dim, torch.from_numpy(suspects).to(followed.device))
        silent[suspects], constant[suspects] = _still(rows, others)
    return Units(total, count, followed.numel() // count, mask_of(silent), mask_of(constant))


_Values = TypeVar("_Values", torch.Tensor, NDArray[Any])


def _every(values: _Values, dim: int, step: int) -> _Values:
    """Every `step`-th index of one dimension."""
    return values if step == 1 else values[(slice(None),) * dim + (slice(None, None, step),)]


def _thin(values: _Values, others: tuple[int, ...], limit: int) -> _Values:
    """Every n-th index of the largest of the `others` dimensions, so that few enough entries
    remain.
    """
    while (entries := math.prod(values.shape)) > limit:
        dim = max(others, key=values.shape.__getitem__)
        if values.shape[dim] < 2:
            break
        values = _every(values, dim, stride_for(entries, limit))
    return values


def _still(tensor: torch.Tensor, others: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each unit: never above zero, and the same for all; one `aminmax` would take longer."""
    least, greatest = to_array(tensor.amin(others)), to_array(tensor.amax(others))
    return greatest <= 0, least == greatest


def mask_of(flags: NDArray[Any]) -> str:
    """Flags of units as a hexadecimal integer, unit k at bit k."""
    packed = np.packbits(flags, bitorder="little")
    return format(int.from_bytes(packed.tobytes(), "little"), "x")
