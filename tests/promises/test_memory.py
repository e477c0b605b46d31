"""No tensor of the user's outlives its step; what is kept does not grow with the steps."""

import resource
import weakref
from pathlib import Path

import pytest
import torch

import torchvitals


def steps(count: int) -> list[weakref.ref[torch.Tensor]]:
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    seen: list[weakref.ref[torch.Tensor]] = []
    for _ in range(count):
        output = model(torch.randn(16, 4))
        loss = output.square().mean()
        seen = [weakref.ref(output), weakref.ref(loss)]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        del output, loss
        assert all(reference() is None for reference in seen)
    return seen


def test_no_tensor_outlives_its_step(tmp_path: Path):
    with torchvitals.watch(directory=tmp_path, every=1):
        steps(30)


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, None])
def test_memory_stays_flat_over_ten_thousand_steps(every: int | None, tmp_path: Path):
    with torchvitals.watch(directory=tmp_path, every=every):
        steps(2000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        steps(10_000)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 8192, f"{grown} KiB in 10,000 steps"
