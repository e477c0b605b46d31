from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from torchvitals.lab.ensemble import Plan, train
from torchvitals.lab.xor_census import (
    DEAD_LOSS,
    ENDINGS,
    TEXT,
    Case,
    Census,
    Share,
    census,
    endings_of,
)

NETWORKS = 100_000


@pytest.fixture(scope="module")
def found() -> Census:
    return census(NETWORKS)


def case(found: Census, hidden: str, output: str) -> Case:
    return next(x for x in found.cases if (x.hidden, x.output) == (hidden, output))


def ending(of: Case | Census, name: str) -> float:
    return of.endings[ENDINGS.index(name)].value


def agrees(share: Share, expected: float, error: float) -> bool:
    return abs(share.value - expected) < 4 * math.hypot(share.error, error)


def test_the_share_dead_at_the_start_is_the_known_one(found: Census):
    assert agrees(found.dead_at_start, 0.42841, 0.00049)
    assert found.dead_at_start.error == pytest.approx(0.00157, rel=0.01)


def test_the_share_that_crashes_at_the_first_loss_is_the_known_one(found: Census):
    assert agrees(found.crashed_at_start, 0.02667, 0.00016)


def test_each_number_of_positive_outputs_is_as_frequent_as_known(found: Census):
    known = {0: 0.4284, 1: 0.0470, 2: 0.0497, 3: 0.0472, 4: 0.4277}
    for count, expected in known.items():
        shares = [x.share.count for x in found.finer if x.outputs_on == count]
        assert agrees(Share(sum(shares), NETWORKS), expected, 0.0005)


def test_every_network_is_in_one_case_and_has_one_ending(found: Census):
    assert len(found.cases) == 8
    for cases in (found.cases, found.finer):
        assert sum(x.share.count for x in cases) == NETWORKS
        for x in cases:
            assert sum(share.count for share in x.endings) == x.share.count
    assert sum(share.count for share in found.endings) == NETWORKS


@pytest.mark.parametrize("hidden", ["all +", "mixed", "all -"])
def test_a_dead_output_moves_nothing_and_stays_at_50(found: Census, hidden: str):
    dead = case(found, hidden, "all -")
    assert [share.count for share in dead.moved] == [0, 0, 0, 0]
    assert ending(dead, "output dead") == 1.0
    assert dead.loss_median == DEAD_LOSS


def test_with_all_on_everything_moves(found: Census):
    assert [x.value for x in case(found, "all +", "all +").moved_first] == [1.0] * 4


def test_with_the_hidden_layer_dead_the_last_bias_alone_moves(found: Census):
    dead = case(found, "all -", "all +")
    assert [x.value for x in dead.moved] == [0.0, 0.0, 0.0, 1.0]
    assert dead.loss_median == pytest.approx(math.log(2), abs=1e-4)


def test_hardly_any_network_is_solved(found: Census):
    assert ending(found, "solved") < 0.002
    assert 0.30 < ending(found, "crashed") < 0.35
    assert 0.45 < ending(found, "output dead") < 0.47


def test_a_sample_of_networks_of_torch_ends_in_the_same_way():
    """Each alone, with torch.nn and torch.optim."""
    outcomes = train(TEXT, 12)
    endings = endings_of(outcomes)
    x, y = torch.from_numpy(TEXT.data.inputs), torch.from_numpy(TEXT.data.targets)
    for k in range(12):
        model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1), nn.ReLU())
        first = torch.from_numpy(outcomes.parameters_start[k].copy())
        nn.utils.vector_to_parameters(first, model.parameters())
        assert _ending_alone(model, x, y) == (ENDINGS[endings[k]] == "crashed", outcomes.solved[k])


def _ending_alone(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> tuple[bool, bool]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    try:
        for _ in range(200):
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy(model(x), y).backward()
            optimizer.step()
        nn.functional.binary_cross_entropy(model(x), y)
    except RuntimeError:
        return True, False
    return False, bool(((model(x) > 0.5) == (y > 0.5)).all())


def test_a_census_is_the_same_in_any_split():
    whole = census(500, steps=20)
    parts = [census(part, steps=20) for part in (range(200), range(200, 500))]
    for k, share in enumerate(whole.endings):
        assert share.count == sum(part.endings[k].count for part in parts)
    assert census(500, steps=20, plan=Plan(details=False)) == whole
