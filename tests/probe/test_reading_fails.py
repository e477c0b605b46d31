"""A loss that can't be read takes nothing else with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import torchvitals
from torchvitals.probe import examine
from torchvitals.record.recording import load


def test_a_failure_at_the_losses_leaves_the_rest_of_the_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object) -> None:
        message = "planted"
        raise RuntimeError(message)

    monkeypatch.setattr(examine, "find_losses", fails)
    net, data = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)), torch.randn(8, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with torchvitals.watch(directory=tmp_path, every=1) as vitals:
        for _ in range(20):
            optimizer.zero_grad()
            net(data).square().mean().backward()
            optimizer.step()
    assert vitals.path is not None
    segment = load(vitals.path).segments[0]
    assert len(segment.looks) == 20
    assert all(look.parameters and look.operations for look in segment.looks)
    assert segment.hidden == ("unread",)
    assert "torchvitals itself failed" in str(vitals.diagnose())


def test_a_look_that_fails_keeps_nothing_of_the_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object, **__: object) -> None:
        message = "planted"
        raise RuntimeError(message)

    monkeypatch.setattr(examine, "Snapshot", fails)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    with torchvitals.watch(directory=tmp_path, every=1) as vitals:
        net(torch.randn(8, 3)).square().mean().backward()
    streams = [s for segment in vitals._monitor._streams.segments for s in segment.streams]
    graphs = [graph for s in streams if (graph := s.outline._graph) is not None]
    assert graphs, "the look had begun"
    assert all(node.handle is None and node.leaf is None for g in graphs for node in g.found)
