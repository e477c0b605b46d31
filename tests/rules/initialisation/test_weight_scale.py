from __future__ import annotations

import math

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, learning, level, rising, weight_scale
from tests.worlds import (
    SAMPLES,
    a_loss,
    a_parameter,
    a_recording,
    an_operation,
    operations,
    parameters,
    statistics,
)
from torchvitals.record.look import Operation
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look at step 0", "operations", "parameters", "readable operations"}
FAN_INS = (2, 8, 8)
CRITICAL = (2.0**0.5, 2.0**0.5, 1.0)


def rms_of_growth(growth: float) -> float:
    """The RMS of all weights that makes the 2-8-8-1 net let a signal grow this many times."""
    each = [math.sqrt(fan_in) / gain for fan_in, gain in zip(FAN_INS, CRITICAL, strict=True)]
    return (growth / math.prod(each)) ** (1 / 3)


def scaled(
    rms: float,
    course: list[float] | None = None,
    chain: tuple[Operation, ...] | None = None,
) -> Recording:
    chain = operations() if chain is None else chain
    course = level() if course is None else course
    return a_recording(
        a_run(course, operations=chain, parameters=parameters(weight=statistics(rms)))
    )


def normalised() -> tuple[Operation, ...]:
    """The chain with a batch normalisation after each layer."""
    found: list[Operation] = []
    for operation in operations():
        before = (found[-1].index,) if found else ()
        found.append(operation._replace(index=len(found), inputs=before))
        if operation.kind == "linear":
            norm = an_operation(
                len(found), "batch_norm", "bn", (found[-1].index,), shape=(SAMPLES, 8)
            )
            found.append(norm)
    return tuple(found)


def test_weight_scale_names_the_layers_and_what_their_scale_should_be():
    found = the_finding("weight-scale", weight_scale())
    assert found.where == ("fc1", "fc2", "fc3")
    assert found.observed["weight_rms"] == 10.0
    # The worst excess is that of the last layer, which no activation follows: 10 sqrt(8).
    assert found.expected["weight_rms"] == pytest.approx(1 / math.sqrt(8))


@pytest.mark.parametrize(("side", "fires"), [(0.99, False), (1.01, True)])
def test_weight_scale_begins_at_three_powers_of_e_over_the_net(side: float, fires: bool):
    rms = rms_of_growth(side * math.exp(3.0))
    assert bool(findings("weight-scale", scaled(rms))) is fires


def test_weight_scale_is_silent_on_a_net_that_learns():
    assert findings("weight-scale", scaled(10.0, learning())) == []


@pytest.mark.parametrize(("times_chance", "fires"), [(2.9, False), (3.1, True)])
def test_weight_scale_only_warns_of_a_bad_start_from_which_the_net_learns(
    times_chance: float, fires: bool
):
    start = times_chance * math.log(2)
    found = findings("weight-scale", scaled(10.0, [start, *learning(60)]))
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING


def test_weight_scale_fires_on_a_loss_that_blows_up():
    assert findings("weight-scale", scaled(10.0, rising()))


def test_weight_scale_is_silent_where_a_normalisation_undoes_the_scale():
    assert findings("weight-scale", scaled(10.0, chain=normalised())) == []


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_weight_scale_is_silent_on_the_gain_that_each_activation_needs(activation: str):
    gain = {"relu": 2.0**0.5, "tanh": 5 / 3, "sigmoid": 4.0}[activation]
    critical = tuple(
        p._replace(weight=statistics(gain / math.sqrt(math.prod(p.shape[1:]))))
        for p in parameters()
    )
    recording = a_recording(a_run(level(), operations=operations(activation), parameters=critical))
    assert findings("weight-scale", recording) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_weight_scale_is_silent_without_what_it_needs(missing: str):
    said = ask("weight-scale", without(missing, weight_scale()))
    assert not (said and missing in NEEDS)


def small(share: float, course: list[float] | None = None) -> Recording:
    """Three layers that together pass on this share of what default weights would."""
    factor = share ** (1 / 3)
    usual = {f"fc{k}.weight": 1.0 / math.sqrt(3.0 * n) for k, n in enumerate(FAN_INS, 1)}
    weights = tuple(
        p._replace(weight=statistics(factor * usual.get(p.name, 1.0))) for p in parameters()
    )
    return a_recording(a_run(level() if course is None else course, parameters=weights))


@pytest.mark.parametrize(("side", "fires"), [(0.99, True), (1.01, False)])
def test_weight_scale_begins_at_three_powers_of_e_below_the_default(side: float, fires: bool):
    assert bool(findings("weight-scale", small(side * math.exp(-3.0)))) is fires


def test_weight_scale_says_that_weights_are_too_small():
    found = the_finding("weight-scale", small(1e-6))
    assert found.headline.startswith("the initial weights are too small: 3 layers pass on 1.0e-06")
    assert found.where == ("fc1", "fc2", "fc3")


def test_weight_scale_lets_small_weights_be_in_a_net_that_learns():
    assert findings("weight-scale", small(1e-6, learning())) == []


def test_weight_scale_has_no_say_on_weights_that_are_all_zero():
    assert findings("weight-scale", small(0.0)) == []


TARGETS = statistics(3.6, 3.464, count=SAMPLES, minimum=1.0, maximum=5.0)
"""Ratings about 3.5, of a standard deviation of 0.98."""


def factorised(rms: float, course: list[float]) -> Recording:
    """Ratings told by the product of 64 entries of a user with those of an item."""
    chain = (
        an_operation(0, "embedding", "user", parameters=("user.weight",), shape=(SAMPLES, 64)),
        an_operation(1, "embedding", "item", parameters=("item.weight",), shape=(SAMPLES, 64)),
        an_operation(2, "mul", "item", (0, 1), shape=(SAMPLES, 64)),
        an_operation(3, "mse_loss", "item", (2,), shape=()),
    )
    tables = tuple(
        a_parameter(f"{name}.weight", (100, 64), weight=statistics(rms, count=6400))
        for name in ("user", "item")
    )
    loss = a_loss("mse_loss", operation=3, head=2, target=TARGETS)
    return a_recording(a_run(course, operations=chain, parameters=tables, losses=(loss,)))


def falling(last: float) -> list[float]:
    return [last + 60 * math.exp(-step / 20) for step in range(100)]


def test_weight_scale_tells_of_embeddings_whose_products_drown_the_targets():
    found = the_finding("weight-scale", factorised(1.0, falling(13.0)))
    assert found.where == ("user", "item")
    assert found.observed["product_std"] == pytest.approx(8.0)
    assert found.expected["product_std"] == pytest.approx(TARGETS.std, rel=0.01)
    assert "nn.init.normal_(model.user.weight, std=0.11)" in found.remedies[0].code


@pytest.mark.parametrize(
    ("rms", "last"),
    [(1.0, 0.1), (0.4, 13.0)],
    ids=["they are unlearned in time", "their products are no larger than the targets"],
)
def test_weight_scale_is_silent_on_embeddings(rms: float, last: float):
    assert findings("weight-scale", factorised(rms, falling(last))) == []
