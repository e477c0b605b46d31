"""Where and how an ensemble is computed, and how much of it at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from torchvitals.lab.ensemble.spec import Adam, Recipe

PADDING = 64
"""Networks are computed in multiples of this. Torch rounds some functions otherwise in the last,
incomplete vector of a tensor, and a network's numbers must not depend on where it lies."""

Layout = Literal["auto", "narrow", "wide"]

_NARROW_BELOW = 16
"""Widest layer at which the narrow layout is still ahead of batched products on a CPU.

Source: measured on two cores, two hidden layers, 4 and 32 samples: at 8 units it takes half the
time of batched products, at 16 as much, at 32 up to twice.
"""
_CPU_CHUNK_BYTES = 8 * 2**20
"""A chunk in the shared cache: in a core's own it would be faster to compute, but its operations so
short that Python's lock between the threads costs more. Source: measured."""
_WORTH_A_THREAD_BYTES = 4 * 2**20
"""Below this, two threads wait for that lock longer than they compute. Source: measured."""
_DEVICE_CHUNK_BYTES = 2**30
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class Plan:
    """Where and how to compute.

    On one device and in one layout the results are the same to the bit for any plan; between
    devices or layouts they differ by rounding.

    Args:
        device: "cpu", or any device torch knows.
        threads: chunks computed at once on a CPU; None takes all cores.
        chunk_bytes: memory that each of them may take; None takes 8 MiB on a CPU, so that it stays
            in the cache, and 1 GiB on a device.
        layout: "narrow" has the networks side by side on the last axis, "wide" is batched matrix
            products; "auto" chooses by the width.
        drop_settled: leave out of the remaining steps what can no longer change: crashed networks,
            and those whose gradient is exactly 0 with nothing in the optimizer's memory.
        details: keep every network's parameters and signs.
    """

    device: str = "cpu"
    threads: int | None = None
    chunk_bytes: int | None = None
    layout: Layout = "auto"
    drop_settled: bool = True
    details: bool = True


def chunk_size(recipe: Recipe, plan: Plan | None = None) -> int:
    """Networks in a chunk, by the plan's memory: a multiple of 64, and at least that."""
    plan = plan or Plan()
    budget = plan.chunk_bytes
    if budget is None:
        budget = _CPU_CHUNK_BYTES if plan.device == "cpu" else _DEVICE_CHUNK_BYTES
    return max(PADDING, budget // network_bytes(recipe) // PADDING * PADDING)


def network_bytes(recipe: Recipe) -> int:
    """Memory that one network takes while it trains, to within small change."""
    samples = len(recipe.data.inputs)
    units = sum(recipe.net.sizes[1:])
    memories = 2 if isinstance(recipe.optimizer, Adam) else int(recipe.optimizer.momentum > 0)
    parameters = recipe.net.parameter_count * (2 + memories)
    return _FLOAT_BYTES * (parameters + samples * (2 * units + 2 * max(recipe.net.sizes)))


def part_size(recipe: Recipe, plan: Plan, count: int, threads: int) -> int:
    """As the plan's memory has it, but no larger than gives every thread its share of the work."""
    share = -(-count // threads)
    if plan.device == "cpu" and not is_wide(recipe, plan):
        share = max(share, _WORTH_A_THREAD_BYTES // network_bytes(recipe))
    return min(chunk_size(recipe, plan), share + -share % PADDING)


def is_wide(recipe: Recipe, plan: Plan) -> bool:
    """Whether the layout is that of batched products."""
    if plan.layout == "auto":
        return max(recipe.net.sizes[1:]) >= _NARROW_BELOW
    return plan.layout == "wide"


def thread_count(plan: Plan) -> int:
    """Chunks computed at once."""
    if plan.device != "cpu":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, plan.threads or cores or 1)
