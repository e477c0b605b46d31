"""A graph of the structure of the last is bound anew; any other is walked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from torchvitals.probe.graph import walk

X = torch.ones(3, 4)
W, V, B = (torch.nn.Parameter(torch.ones(4, 4)) for _ in range(3))

LOSSES: dict[str, Callable[[], torch.Tensor]] = {
    "one layer": lambda: X @ W,
    "an activation": lambda: torch.relu(X @ W),
    "another weight": lambda: X @ V,
    "two layers": lambda: (X @ W) @ V,
    "one weight twice": lambda: (X @ W) @ W,
    "two ways": lambda: X @ W + X @ V,
    "two ways to one": lambda: X @ W + X @ W,
    "one way twice": lambda: torch.add(*[X @ W] * 2),
    "two ways, one constant": lambda: X @ W + X,
    "three ways": lambda: X @ W + X @ V + X @ B,
    "two ways, deeper": lambda: torch.relu(X @ W) @ V + X @ W,
}


@pytest.mark.parametrize("first", LOSSES)
@pytest.mark.parametrize("then", LOSSES)
def test_a_graph_is_rebound_where_a_walk_finds_the_same(first: str, then: str):
    kept, root = walk(LOSSES[first]().sum().grad_fn), LOSSES[then]().sum().grad_fn
    kept.release()
    assert all(node.handle is None and node.leaf is None for node in kept.nodes)
    rebound, walked = kept.rebind(root), walk(root)
    assert rebound is (first == then)
    if rebound:
        assert [node.handle for node in kept.nodes] == [node.handle for node in walked.nodes]
        assert [id(leaf) for leaf in kept.leaves] == [id(leaf) for leaf in walked.leaves]
    else:
        assert all(node.handle is None for node in kept.nodes), "nothing is bound"
