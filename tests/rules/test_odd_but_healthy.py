"""Runs that look odd and are healthy: no rule may raise an alarm above a note."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.planted import STEPS, a_run, changed, graded, learning, level, looks_at, with_head
from tests.worlds import (
    LOOKED_AT,
    SAMPLES,
    a_group,
    a_look,
    a_loss,
    a_recording,
    a_segment,
    a_series,
    an_input,
    an_operation,
    an_optimizer,
    operations,
    parameters,
    statistics,
    units,
)
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Operation
from torchvitals.record.recording import Recording

SEEDS = range(10)
WORLDS: dict[str, Callable[[], Recording]] = {}


def world(make: Callable[[], Recording]) -> Callable[[], Recording]:
    """Let a healthy run be judged, by the name of the function."""
    WORLDS[make.__name__] = make
    return make


def run(course: Any, /, **fields: Any) -> Recording:
    values = [float(value) for value in course]
    return a_recording(a_run(values, **fields))


def floor(end: float, steps: int = 300) -> list[float]:
    """A loss that learns down to what noise leaves."""
    return [end + (math.log(2) - end) * math.exp(-step / 30) for step in range(steps)]


@world
def a_loss_with_a_floor_of_label_noise():
    return run(floor(0.45))


@world
def an_early_plateau_that_ends():
    return run([math.log(2)] * 60 + learning(60))


@world
def a_fine_tuning_that_begins_where_it_ends():
    return run(np.full(200, 0.1))


@world
def zero_biases():
    zero = statistics(0.0, minimum=0.0, maximum=0.0)
    return run(learning(), parameters=[
        p._replace(weight=zero) if p.name.endswith("bias") else p for p in parameters()
    ])  # fmt: skip


@world
def a_zero_last_layer():
    zero = statistics(0.0, minimum=0.0, maximum=0.0)
    looks = looks_at(learning())
    first = [
        p._replace(weight=zero, equal_rows=True) if p.name == "fc3.weight" else p
        for p in parameters()
    ]
    return a_recording(
        a_segment([looks[0]._replace(parameters=tuple(first)), *looks[1:]], learning())
    )


@world
def a_zero_branch_through_which_no_gradient_passes_yet():
    """LoRA's A while B is zero, and all within a residual branch whose gain is zero."""
    none = statistics(0.0, minimum=0.0, maximum=0.0, zero_fraction=1.0)
    looks = looks_at(learning())
    first = [
        p._replace(gradient=none, update_rms=0.0, unchanged=1.0) if p.name.startswith("fc1") else p
        for p in parameters()
    ]
    return a_recording(
        a_segment([looks[0]._replace(parameters=tuple(first)), *looks[1:]], learning())
    )


@world
def frozen_layers():
    frozen = [
        p._replace(gradient=None, optimizer=None, update_rms=0.0, unchanged=1.0)
        if p.name.startswith("fc1")
        else p
        for p in parameters()
    ]
    return run(learning(), parameters=frozen)


@world
def unused_experts():
    idle = an_optimizer(held=10, held_without_gradient=("expert.weight", "expert.bias"))
    return run(learning(), optimizers=(idle,))


@world
def a_warm_up_from_zero():
    looks = [a_look(step, lr=0.1 * step / 64) for step in LOOKED_AT]
    still = tuple(p._replace(update_rms=0.0, unchanged=1.0) for p in looks[0].parameters)
    return a_recording(a_segment([looks[0]._replace(parameters=still), *looks[1:]], learning()))


@world
def accumulation_over_four_backwards():
    looks = [a_look(step, after_step=False, stepped=step % 4 == 3) for step in range(8)]
    stale = [
        look._replace(parameters=tuple(p._replace(stale_gradient=True) for p in look.parameters))
        for look in looks
    ]
    return a_recording(a_segment(stale, learning(), steps=STEPS // 4))


@world
def a_scaler_that_skips_a_step():
    looks = looks_at(learning(), loss_scale=65536.0)
    over = tuple(p._replace(gradient=statistics(nonfinite=4)) for p in parameters())
    skipped = looks[2]._replace(parameters=over, stepped=False)
    return a_recording(a_segment([*looks[:2], skipped, *looks[3:]], learning()))


@world
def focal_loss_that_weighs_by_a_sigmoid_beside_the_scores():
    chain = operations()
    weight = an_operation(6, "sigmoid", "fc3", (4,), shape=(SAMPLES, 1))
    return run(learning(), operations=(*chain, weight), losses=(a_loss(whole=False),))


@world
def a_gan():
    generator = np.random.default_rng(0)
    two = (an_optimizer(0), an_optimizer(1))
    series = [a_series(generator.normal(0.7, 0.2, STEPS).tolist(), stream=k) for k in (0, 1)]
    return a_recording(a_segment(looks_at(level(), optimizers=two), series))


@world
def a_run_of_five_steps():
    return run(learning(5))


@world
def a_deep_net_whose_gradient_fades_by_chance():
    return run(learning(), **graded(0.8))


@world
def adam_on_a_net_whose_gradient_fades():
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-3, beta2=0.999, eps=1e-8),))
    return run(learning(), **graded(0.05), optimizers=(adam,))


@world
def raw_inputs_in_a_run_that_learns():
    return run(learning(), data=(an_input(means=(100.0, 0.0), stds=(50.0, 1e-3)),))


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_odd_but_healthy_raises_no_alarm(name: str):
    assert diagnose(WORLDS[name]()).verdict == "healthy"


# ------------------------------------------------------------------ known false alarms


def own_loss(draw: Callable[[np.random.Generator], Any]) -> list[str]:
    """The verdicts of runs whose loss is the user's own, and noise alone."""
    return [diagnose(run(draw(np.random.default_rng(seed)), losses=())).verdict for seed in SEEDS]


def test_a_policy_gradient_whose_loss_is_noise_about_zero_is_healthy():
    assert set(own_loss(lambda rng: rng.normal(0, 0.5, 300))) == {"healthy"}


def test_losses_of_single_samples_are_healthy():
    assert set(own_loss(lambda rng: rng.chisquare(1, 500))) == {"healthy"}


@pytest.mark.xfail(reason="only the search for a constant prediction knows that targets move")
def test_bootstrapped_targets_that_grow_are_healthy():
    """A DQN: until the first reward its targets are nearly zero, and so is its loss."""
    grown = [0.01 + 0.5 / (1 + math.exp((100 - step) / 10)) for step in range(200)]
    looks = [
        look._replace(losses=(a_loss("mse_loss", target=statistics(0.05 + 2 * look.loss)),))
        for look in looks_at(grown)
    ]
    assert diagnose(a_recording(a_segment(looks, grown))).verdict == "healthy"


def test_a_trained_transformer_fine_tuned_for_five_steps_is_healthy():
    """Pre-norm blocks: each layer reads a normalised signal, so that its gain is not multiplied."""
    chain: list[Operation] = []
    for number in range(1, 9):
        before = (chain[-1].index,) if chain else ()
        norm = an_operation(len(chain), "layer_norm", f"norm{number}", before)
        layer = an_operation(len(chain) + 1, "linear", f"fc{number}", (len(chain),))
        added = an_operation(len(chain) + 2, "add", f"fc{number}", (len(chain) + 1, *before))
        chain += [norm, layer, added]
    weights = tuple(
        p._replace(weight=statistics(0.14))  # GPT-2's, over 768 inputs
        for p in parameters((768,) * 9)
    )
    calm = [3.0 - 0.01 * step for step in range(5)]
    fields: dict[str, Any] = {"operations": chain, "parameters": weights, "losses": ()}
    assert diagnose(run(calm, **fields)).verdict == "healthy"


def test_a_default_net_that_learns_down_to_noise_with_half_of_a_layer_is_healthy():
    half = changed(operations(), "relu", units=units(8, silent=range(4)))
    assert diagnose(run(floor(0.45), operations=half)).verdict == "healthy"


def test_pixels_that_round_to_just_above_one_are_healthy():
    target = statistics(0.5, 0.4, minimum=0.0, maximum=1.0 + 2**-23)
    loss = a_loss(
        "binary_cross_entropy", head=5, fed=statistics(minimum=0.0, maximum=1.0), target=target
    )
    chain = with_head("sigmoid")
    assert diagnose(run(learning(), operations=chain, losses=(loss,))).verdict == "healthy"


def test_two_units_that_were_silent_on_one_sample_are_healthy():
    quiet = changed(operations(), "relu", units=units(2, silent=range(2), samples=1))
    assert diagnose(run(level(steps=2), operations=quiet)).verdict == "healthy"


def test_a_federated_round_that_learns_with_a_new_optimizer_is_healthy():
    momentum = an_optimizer(groups=(a_group(momentum=0.9),), rebuilt=12)
    assert diagnose(run(learning(), optimizers=(momentum,))).verdict != "unhealthy"
