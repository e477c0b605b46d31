"""Born dead: the counts of theory, and every claim over several seeds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.experiments.bench import claims_of
from torchvitals.lab.experiments.born_dead import EXPERIMENT, Knobs
from torchvitals.lab.stillbirth import dead_by_depth, deaths
from torchvitals.theory.born_dead import lower_bound, single_input


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    claims = claims_of(EXPERIMENT, Knobs(networks=3000), seed)
    assert [claim for claim in claims if not claim.holds] == []
    assert len(claims) == 12


@pytest.mark.parametrize("knobs", [Knobs(3, 1, 200), Knobs(4, 12, 100), Knobs(30, 2, 200)])
def test_odd_parameters_leave_out_what_no_table_holds(knobs: Knobs):
    claims = claims_of(EXPERIMENT, knobs, 0)
    assert [claim for claim in claims if not claim.holds] == []
    assert len(claims) == 5


def test_a_network_dies_in_the_layer_that_is_off_for_every_input():
    one = np.ones((1, 1), dtype=np.float32)
    counts = sum(deaths(1, 3, 4000, 7, one))
    assert sum(counts) == 4000  # type: ignore[arg-type]
    assert counts / 4000 == pytest.approx([1 / 2, 1 / 4, 1 / 8, 1 / 8], abs=0.03)  # type: ignore[operator]


def test_more_networks_begin_with_the_same_batches():
    one = np.ones((1, 1), dtype=np.float32)
    few, many = list(deaths(2, 4, 5000, 3, one)), list(deaths(2, 4, 9000, 3, one))
    assert few[0].tolist() == many[0].tolist()


def test_a_sweep_gets_shares_with_their_errors():
    found = EXPERIMENT.measure(Knobs(depth=5, width=3, networks=2000), 1)
    assert found["one input, exact"] == single_input(3, 5)
    assert found["two inputs, lower bound"] == lower_bound(3, 5)
    assert abs(found["one input"] - single_input(3, 5)) < 4 * found["one input, error"]


def test_shares_add_up_over_depth():
    assert dead_by_depth(np.array([5, 5, 10])) == {2: 0.25, 3: 0.5}
