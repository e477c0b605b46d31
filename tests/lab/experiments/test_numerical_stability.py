"""Numerical stability: the numbers of theory, and every claim over several seeds."""

import math
from pathlib import Path

import pytest
import torch

from tests.lab.experiments.bench import Alone, claims_of
from torchvitals.lab.catalogue import entry
from torchvitals.lab.doctor import diagnosed
from torchvitals.lab.experiments.numerical_stability import EXPERIMENT, Knobs
from torchvitals.lab.matrix_products import DTYPES, growth, multiply, overflow_step, typical
from torchvitals.lab.neuron_chain import Ends, chain, ends, measured_ends, trained
from torchvitals.lab.variance import ACTIVATIONS, measured, predicted, starts

QUICK = Knobs(runs=60, products=1500, width=64, depth=12)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", range(3))
def test_every_claim_holds(seed: int):
    claims = claims_of(EXPERIMENT, QUICK, seed)
    assert [claim for claim in claims if not claim.holds] == []
    assert len(claims) >= 15


def test_the_exponent_of_four_by_four_is_exact():
    exact = growth(4)
    assert exact.mean == pytest.approx(0.557966, abs=1e-6)
    assert exact.mean / math.log(10) == pytest.approx(0.242321, abs=1e-6)
    assert math.sqrt(exact.variance) / math.log(10) == pytest.approx(0.174386, abs=1e-6)


@pytest.mark.parametrize(
    ("dtype", "step", "deviation"),
    [("float16", 19.9, 3.2), ("float32", 159.0, 9.1), ("float64", 1272.1, 25.7)],
)
def test_each_precision_has_its_step_of_overflow(dtype: str, step: float, deviation: float):
    assert overflow_step(4, dtype) == pytest.approx((step, deviation), abs=0.06)


@pytest.mark.parametrize("size", [2, 3, 8])
def test_the_norm_of_a_product_grows_by_the_exponent(size: int):
    runs, factors = 400, 51
    column, _ = typical(seeded(size), size, runs, factors - 1)
    error = math.sqrt(growth(size).variance / factors / runs)
    assert float(column.mean()) / factors == pytest.approx(growth(size).mean, abs=4 * error)


def test_a_hundred_more_products_are_near_1e25():
    _, entry = typical(seeded(1), 4, 1000, 100)
    decades = entry / math.log(10)
    assert float(decades.mean()) == pytest.approx(24.77, abs=4 * 1.71 / math.sqrt(1000))
    assert float(decades.std()) == pytest.approx(1.71, abs=0.2)


def test_a_product_that_stays_finite_overflows_nowhere():
    course = multiply(seeded(0), 4, 3, "float64", range(1, 20))
    assert course.overflowed == [None] * 3
    assert len(course.largest) == 19


@pytest.mark.parametrize(("name", "expected"), [("float16", (25, 16)), ("bfloat16", (134, 128))])
def test_a_chain_ends_where_its_bits_do(name: str, expected: tuple[int, int]):
    assert ends(name) == measured_ends(DTYPES[name]) == Ends(*expected)


def test_the_chain_rule_of_four_neurons():
    found = chain(4, 0.5, 0.5, torch.sigmoid)
    values, out = [], 0.5
    for _ in range(4):
        out = 1 / (1 + math.exp(-0.5 * out))
        values.append(out)
    slopes = [value * (1 - value) for value in values]
    assert found.out == pytest.approx(out)
    assert found.gradients[0] == pytest.approx(0.5 * math.prod(slopes) * 0.5**3)


def test_what_vanishes_is_zero_and_what_explodes_becomes_nan():
    assert all(step.gradient == 0 and step.loss == 1 for step in trained(200, 0.5, 3))
    exploded = trained(200, 2.0, 3)
    assert math.isinf(exploded[0].gradient)
    assert math.isnan(exploded[1].weight)


def test_mean_field_knows_the_simple_cases():
    assert predicted(2.0, "relu", 64, 11).course.ends == pytest.approx((math.log(2), 0.0), abs=1e-4)
    assert predicted(1.0, "linear", 64, 11).course.ends == pytest.approx((0.0, 0.0), abs=1e-9)
    # 5 / n a layer for ReLU (Hanin and Nica 2018), 2 / n for the first matrix
    assert predicted(2.0, "relu", 64, 41).deviations[0] ** 2 == pytest.approx(202 / 64, rel=1e-3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_net_follows_mean_field(activation: str):
    for name, start in starts(0.01).items():
        theory = predicted(start.gain(64), activation, 64, 10)
        net = measured(start, activation, 64, 10, seeded(3))
        assert max(theory.distances(net)) < 4, name


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="Expected activation linear, relu, tanh, sigmoid or all"):
        claims_of(EXPERIMENT, Knobs(activation="gelu"), 0)


def test_a_net_too_deep_for_float64_is_refused():
    with pytest.raises(ValueError, match="but got depth=400"):
        claims_of(EXPERIMENT, Knobs(runs=2, products=100, width=64, depth=400), 0)


@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(size=3, runs=2, products=100, width=2, depth=2),
        Knobs(size=7, runs=20, products=200, width=16, depth=40, activation="relu"),
        Knobs(runs=20, products=100, width=16, depth=3, activation="tanh", std=1.0),
    ],
)
def test_odd_parameters_leave_out_what_they_can_not_say(knobs: Knobs):
    assert [claim for claim in claims_of(EXPERIMENT, knobs, 0) if not claim.holds] == []


def test_the_global_random_state_is_left_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    list(EXPERIMENT.run(Knobs(runs=2, products=100, width=8, depth=3), Alone(0)))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.slow
def test_the_broken_script_is_diagnosed(tmp_path: Path):
    claim = diagnosed(entry("numerical-stability"), tmp_path)
    assert claim is not None
    assert claim.holds, claim.observed
