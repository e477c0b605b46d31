"""Data that is joined to something learned before a layer reads both."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.probe.watched import only, operation, watched
from torchvitals.record.look import Look

ROWS = 32


class Table(nn.Module):
    """An embedding beside numbers, as nets for tables have it."""

    def __init__(self, first: nn.Module) -> None:
        super().__init__()
        self.table, self.first, self.head = nn.Embedding(5, 3), first, nn.LazyLinear(1)

    def forward(self, codes: torch.Tensor, *numbers: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.first(torch.cat([self.table(codes), *numbers], -1))))


def looked_at(model: nn.Module, *entering: torch.Tensor, folder: Path) -> Look:
    model(*entering)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def train() -> None:
        optimizer.zero_grad()
        model(*entering).square().mean().backward()
        optimizer.step()

    return only(watched(train, folder)).looks[0]


@pytest.mark.parametrize("between", [(), (4,)], ids=["rows", "sequences"])
def test_numbers_beside_an_embedding_are_data(between: tuple[int, ...], tmp_path: Path):
    torch.manual_seed(0)
    numbers = torch.randn(ROWS, *between, 2) * torch.tensor([1.0, 100.0]) + 7.0
    codes = torch.randint(5, (ROWS, *between))
    look = looked_at(Table(nn.Linear(5, 8)), codes, numbers, folder=tmp_path)
    (data,) = look.data
    flat = numbers.reshape(-1, 2)
    assert data.operation == operation(look, "cat after table").index
    assert data.features == 2
    assert data.means == pytest.approx(flat.mean(0).tolist(), rel=1e-4)
    assert data.stds == pytest.approx(flat.std(0, correction=0).tolist(), rel=1e-4)


def test_numbers_that_stand_together_are_told_apart_from_the_learned(tmp_path: Path):
    torch.manual_seed(0)
    one, two = torch.full((ROWS, 1), 3.0), torch.full((ROWS, 1), 5.0)
    look = looked_at(Table(nn.Linear(5, 8)), torch.randint(5, (ROWS,)), one, two, folder=tmp_path)
    assert look.data[0].means == pytest.approx((3.0, 5.0))


def test_what_is_joined_of_learned_parts_alone_is_no_data(tmp_path: Path):
    torch.manual_seed(0)
    look = looked_at(Table(nn.Linear(3, 8)), torch.randint(5, (ROWS,)), folder=tmp_path)
    assert look.data == ()
