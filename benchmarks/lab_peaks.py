"""What this machine can do, and what the ensemble engine moves."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from torchvitals.lab.ensemble import Plan, Recipe
from torchvitals.lab.ensemble.chunk import Chunk

_REPEATS = 5
_MEMORY_NUMBERS = 16 * 2**20
"""64 MiB a tensor: twice the last cache of most machines."""
_CACHE_NUMBERS = 16 * 2**10
"""64 KiB a tensor: three of them lie in a core's second cache."""
_GEMM_SIZE = 1024


def memory_bandwidth(threads: int) -> float:
    """Bytes a second of c = a + b, far larger than the cache, on all cores."""
    return _stream(_MEMORY_NUMBERS, threads, 3)


def cache_bandwidth(threads: int) -> float:
    """The same within a core's cache."""
    return _stream(_CACHE_NUMBERS, threads, 3000)


def arithmetic_peak(threads: int) -> float:
    """Operations a second of a product of two matrices of 1024 x 1024, on all cores."""
    a, b = torch.rand(_GEMM_SIZE, _GEMM_SIZE), torch.rand(_GEMM_SIZE, _GEMM_SIZE)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    best = min(_seconds(lambda: torch.mm(a, b)) for _ in range(_REPEATS))
    torch.set_num_threads(before)
    return 2.0 * _GEMM_SIZE**3 / best


def bytes_per_step(recipe: Recipe) -> float:
    """What every operation of one step reads and writes, per network: counted, not estimated."""
    counts = [_Counter(), _Counter()]
    networks = 512
    for steps, counter in enumerate(counts, start=1):
        short = Recipe(
            recipe.net, recipe.data, recipe.initialisation, recipe.loss, recipe.optimizer, steps * 8
        )
        _count(short, networks, counter)
    return (counts[1].moved - counts[0].moved) / 8 / networks


def _count(recipe: Recipe, networks: int, counter: _Counter) -> None:
    """In this thread: the engine's own would not be counted."""
    chunk = Chunk(recipe, np.arange(networks), 0, Plan(drop_settled=False))
    with torch.no_grad(), counter:
        chunk.run()


class _Counter(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.moved = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        if not func.is_view:
            results = out if isinstance(out, (tuple, list)) else (out,)
            self.moved += sum(_size(x) for x in (*args, *results) if isinstance(x, Tensor))
        return out


def _size(x: Tensor) -> int:
    """Bytes of what is there: a dimension that is broadcast is read once."""
    pairs = zip(x.shape, x.stride(), strict=True)
    numbers = 1
    for size, stride in pairs:
        numbers *= size if stride else 1
    return numbers * x.element_size()


def _stream(numbers: int, threads: int, loops: int) -> float:
    def work(_: int) -> float:
        torch.set_num_threads(1)
        a, b, c = (torch.rand(numbers) for _ in range(3))
        torch.add(a, b, out=c)
        began = time.perf_counter()
        for _ in range(loops):
            torch.add(a, b, out=c)
        return 3.0 * 4.0 * numbers * loops / (time.perf_counter() - began)

    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(_REPEATS):
            best = max(best, sum(pool.map(work, range(threads))))
    return best


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
