"""Building blocks: the numbers of theory, and every claim over several seeds."""

import math
from pathlib import Path

import pytest
import torch

from tests.lab.experiments.bench import Alone, claims_of
from torchvitals.lab.blocks import losses, mlp, seeded
from torchvitals.lab.catalogue import entry
from torchvitals.lab.doctor import diagnosed
from torchvitals.lab.experiments.building_blocks import EXPERIMENT, Knobs
from torchvitals.lab.norm_growth import (
    BATCHNORM_FACTOR,
    factor,
    residual_factor,
    squared_gradients,
)

QUICK = Knobs(epochs=6, depth=10, width=128)


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    claims = claims_of(EXPERIMENT, QUICK, seed)
    assert [claim for claim in claims if not claim.holds] == []
    assert len(claims) == 24


def test_the_growth_under_batchnorm_is_that_of_theory():
    assert pytest.approx(1.46694, abs=1e-5) == BATCHNORM_FACTOR
    generator = torch.Generator().manual_seed(3)
    found = [factor(squared_gradients("BatchNorm", 256, 16, 256, generator)) for _ in range(3)]
    assert sum(found) / 3 == pytest.approx(BATCHNORM_FACTOR, rel=0.02)


def test_layernorm_and_no_normalisation_keep_the_gradient():
    for way in ("none", "LayerNorm"):
        generator = torch.Generator().manual_seed(4)
        found = [factor(squared_gradients(way, 256, 16, 64, generator)) for _ in range(3)]
        assert sum(found) / 3 == pytest.approx(1.0, abs=0.06)


def test_residual_growth_is_a_power_of_the_depth():
    growth = {depth: residual_factor(depth) ** (depth - 3) for depth in (100, 200, 400)}
    power = math.log2(growth[400] / growth[200])
    # 1 / 2 over (pi - 1) / (2 pi)
    assert power == pytest.approx(math.pi / (math.pi - 1), abs=0.05)


def test_dropout_before_batchnorm_shifts_by_2_467_at_one_half():
    claims = claims_of(EXPERIMENT, Knobs(dropout=0.5, epochs=1, depth=4, width=8), 0)
    shift = next(claim for claim in claims if "shifts the variance" in claim.claim)
    assert shift.holds
    assert shift.expected.startswith("2.467")


def test_the_modes_differ_only_where_a_block_has_two():
    data = torch.randn(20, 2), torch.ones(20, 1)
    with seeded(1):
        plain = losses(mlp(0.3, batchnorm=False, dropout=False), data, 3)
        dropped = losses(mlp(0.3, batchnorm=False), data, 3)
    assert set(plain.train) == {plain.evaluated}
    assert len(set(dropped.train)) == 3


@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(dropout=0.0, epochs=1, depth=4, width=8),
        Knobs(dropout=0.95, batch=2, epochs=1, depth=9, width=16),
        Knobs(batch=640, epochs=1, depth=4, width=200),
    ],
)
def test_odd_parameters_leave_out_what_they_can_not_say(knobs: Knobs):
    assert [claim for claim in claims_of(EXPERIMENT, knobs, 0) if not claim.holds] == []


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        (Knobs(dropout=1.0), "Expected dropout to be at most 0.99 but got 1."),
        (Knobs(batch=641), "Expected batch to be at most 640 but got 641."),
    ],
)
def test_bad_parameters_are_refused(knobs: Knobs, message: str):
    with pytest.raises(ValueError, match=message):
        claims_of(EXPERIMENT, knobs, 0)


def test_the_global_random_state_is_left_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    for _ in EXPERIMENT.run(Knobs(epochs=1, depth=4, width=8), Alone(0)):
        assert torch.equal(before, torch.get_rng_state())


@pytest.mark.slow
def test_the_broken_script_is_diagnosed(tmp_path: Path):
    claim = diagnosed(entry("building-blocks"), tmp_path)
    assert claim is not None
    assert claim.holds, claim.observed
