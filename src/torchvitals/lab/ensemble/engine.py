"""Train an ensemble: E small networks at once, on all cores or on one device."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from torchvitals.lab.ensemble.chunk import Chunk
from torchvitals.lab.ensemble.outcomes import Outcomes, join
from torchvitals.lab.ensemble.plan import Plan, part_size, thread_count
from torchvitals.lab.ensemble.spec import Recipe
from torchvitals.lab.threads import one_thread


def train(
    recipe: Recipe, networks: int | range, seed: int = 0, plan: Plan | None = None
) -> Outcomes:
    """Train networks that differ in their first weights alone.

    Args:
        recipe: the training.
        networks: their numbers, 0 or more; a whole number E stands for range(E). Network k under a
            seed is the same in any range.
        seed: of the whole ensemble.
        plan: where and how to compute.

    Returns:
        One row a network, in the order of their numbers.

    Raises:
        ValueError: no networks.

    >>> import numpy as np
    >>> from torchvitals.lab.ensemble import Data, Net, Recipe, Sgd, torch_default, train
    >>> data = Data(np.eye(2, dtype=np.float32), np.ones((2, 1), dtype=np.float32))
    >>> recipe = Recipe(Net((2, 1)), data, torch_default(), "mse", Sgd(0.1), steps=100)
    >>> train(recipe, 3).solved.tolist()
    [True, True, True]
    """
    return join(list(train_chunks(recipe, networks, seed, plan)))


def train_chunks(
    recipe: Recipe, networks: int | range, seed: int = 0, plan: Plan | None = None
) -> Iterator[Outcomes]:
    """The same, chunk by chunk in order, each as soon as it and those before it are done.

    Raises:
        ValueError: no networks.
    """
    plan = plan or Plan()
    numbers = range(networks) if isinstance(networks, int) else networks
    if not numbers or min(numbers[0], numbers[-1]) < 0:
        raise ValueError(f"Expected the numbers of one network or more, from 0, got {networks}.")
    threads = thread_count(plan)
    size = part_size(recipe, plan, len(numbers), threads)
    parts = [numbers[first : first + size] for first in range(0, len(numbers), size)]

    def run(part: range) -> Outcomes:
        chunk = Chunk(recipe, np.asarray(part, dtype=np.int64), seed, plan)
        with torch.no_grad():
            return chunk.run()

    # The chunks are the parallel work: torch splits none of its own meanwhile.
    with one_thread(), ThreadPoolExecutor(threads, initializer=_be_alone) as pool:
        futures = [pool.submit(run, part) for part in parts]
        try:
            for future in futures:
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _be_alone() -> None:
    torch.set_num_threads(1)
