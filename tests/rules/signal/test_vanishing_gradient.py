from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import DEEP, a_run, graded, learning, level, vanishing_gradient
from tests.worlds import a_group, a_recording, an_optimizer, statistics
from torchvitals.record.look import Look, ParameterLook
from torchvitals.record.recording import Recording
from torchvitals.theory.depth import attenuation_limit

NEEDS = {"looks", "operations", "parameters", "gradients", "readable operations", "finite numbers"}
LAYERS = len(DEEP) - 1
LIMIT = attenuation_limit(DEEP[1:-1], 4.0)


def decaying(factor: float, course: list[float] | None = None, **fields: Any) -> Recording:
    """A run of the deep net whose gradient changes by this factor a layer on its way back."""
    return a_recording(a_run(level() if course is None else course, **graded(factor), **fields))


def with_updates(recording: Recording, relative: float) -> Recording:
    """The recording in which each step moves each parameter by this share of itself."""

    def moved(p: ParameterLook) -> ParameterLook:
        return p._replace(update_rms=relative * p.weight.rms)

    def change(look: Look) -> Look:
        return look._replace(parameters=tuple(map(moved, look.parameters)))

    return each_look(recording, change)


def test_vanishing_gradient_names_the_first_layers():
    found = the_finding("vanishing-gradient", vanishing_gradient())
    assert found.where == ("fc1", "fc2", "fc3")
    assert found.source == "train.py:10"
    assert found.observed["factor_per_layer"] == pytest.approx(0.05)
    assert found.observed["ratio"] == pytest.approx(0.05 ** (LAYERS - 1))


def test_vanishing_gradient_is_silent_on_a_net_that_learns():
    assert findings("vanishing-gradient", decaying(0.05, learning())) == []


@pytest.mark.parametrize(("side", "fires"), [(0.9, True), (1.1, False)])
def test_vanishing_gradient_begins_below_what_chance_and_depth_explain(side: float, fires: bool):
    factor = (side * LIMIT) ** (1 / (LAYERS - 1))
    still = with_updates(decaying(factor), 1e-6)
    assert bool(findings("vanishing-gradient", still)) is fires


NARROW = (2, 4, 4, 4, 4, 4, 4, 1)
"""By chance alone their gradients differ by far more than six scales of depth explain."""


@pytest.mark.parametrize(("times", "fires"), [(20.0, True), (2e7, False)])
def test_vanishing_gradient_looks_through_large_inputs(times: float, fires: bool):
    """What arrives at a first layer is multiplied by its inputs before its weights get it."""
    limit = attenuation_limit(NARROW[1:-1], 4.0)
    factor = (0.5 * limit) ** (1 / (LAYERS - 1))

    def fed(look: Look) -> Look:
        told = [
            p._replace(gradient=statistics(times * p.gradient.rms))
            if p.name == "fc1.weight" and p.gradient
            else p
            for p in look.parameters
        ]
        return look._replace(parameters=tuple(told))

    narrow = a_recording(a_run(level(), **graded(factor, NARROW)))
    assert 20 * 0.5 * limit < math.exp(-3) < 2e7 * 0.5 * limit
    assert bool(findings("vanishing-gradient", each_look(narrow, fed))) is fires


WANDERING = [math.log(2) - 0.0003 * step for step in range(100)]
"""A loss that is neither at chance nor falls well below it."""


@pytest.mark.parametrize(("relative", "fires"), [(0.9e-5, True), (1.1e-5, False)])
def test_vanishing_gradient_is_harmful_where_the_first_layer_stands_still(
    relative: float, fires: bool
):
    run = with_updates(decaying(0.05, WANDERING), relative)
    assert bool(findings("vanishing-gradient", run)) is fires


def test_vanishing_gradient_is_harmful_where_the_loss_stays_at_chance():
    assert findings("vanishing-gradient", with_updates(decaying(0.05), 1e-3))


@pytest.mark.parametrize(("left_at", "fires"), [(80, True), (45, False)])
def test_vanishing_gradient_is_harmful_where_most_of_the_run_was_lost(left_at: int, fires: bool):
    course = [math.log(2) * (1 - 0.0018 * max(step - left_at, 0)) for step in range(100)]
    assert bool(findings("vanishing-gradient", with_updates(decaying(0.05, course), 1e-3))) is fires


@pytest.mark.parametrize(("times_epsilon", "fires"), [(9.0, True), (11.0, False)])
def test_vanishing_gradient_spares_adam_until_epsilon_starves_it(times_epsilon: float, fires: bool):
    factor = 0.05
    first = 1e-2 * factor ** (LAYERS - 1)
    group = a_group(1e-3, beta2=0.999, eps=first / times_epsilon)
    adam = an_optimizer(kind="Adam", groups=(group,))
    run = decaying(factor, WANDERING, optimizers=(adam,))
    assert bool(findings("vanishing-gradient", run)) is fires


def test_vanishing_gradient_is_silent_where_it_passed():
    faded, sound = (decaying(f).segments[0].looks for f in (0.05, 1.0))
    looks = (*faded[:4], *sound[4:])
    recording = a_recording(a_run(level()))
    kept = each_look(recording, lambda look: next(x for x in looks if x.step == look.step))
    assert findings("vanishing-gradient", kept) == []


def test_vanishing_gradient_is_silent_on_frozen_layers():
    def frozen(look: Look) -> Look:
        return look._replace(
            parameters=tuple(
                p._replace(gradient=None) if p.name.startswith("fc1") else p
                for p in look.parameters
            )
        )

    found = the_finding("vanishing-gradient", each_look(vanishing_gradient(), frozen))
    assert "fc1" not in found.where


def test_vanishing_gradient_tells_an_underflow_from_a_layer_that_is_cut_off():
    def zero_at(first_rms: float, layer: str) -> Recording:
        def change(look: Look) -> Look:
            def one(p: ParameterLook) -> ParameterLook:
                if p.name.startswith("fc1"):
                    return p._replace(gradient=statistics(0.0, count=4))
                scale = first_rms if p.name.startswith(layer) else None
                return p if scale is None else p._replace(gradient=statistics(scale))

            return look._replace(parameters=tuple(map(one, look.parameters)))

        return each_look(with_updates(vanishing_gradient(), 0.0), change)

    assert findings("vanishing-gradient", zero_at(1e-35, "fc2"))
    assert findings("vanishing-gradient", zero_at(1e-6, "fc2")) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_vanishing_gradient_is_silent_without_what_it_needs(missing: str):
    said = ask("vanishing-gradient", without(missing, vanishing_gradient()))
    assert not (said and missing in NEEDS)
