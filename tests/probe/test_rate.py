"""The rate that a look tells is that of its own step, whatever a scheduler made of it since."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import torchvitals


def test_the_rate_of_a_look_is_that_of_its_step(tmp_path: Path):
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    with torchvitals.watch(directory=tmp_path, every=1) as vitals:
        for _ in range(6):
            loss = model(torch.randn(8, 3)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
    looks = vitals.recording().segments[0].looks
    rates = [look.optimizers[0].groups[0].lr for look in looks]
    assert rates == pytest.approx([0.1 * 0.5**k for k in range(6)])
