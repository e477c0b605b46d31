from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import STEPS, excessive_weight_decay, learning, level, looks_at, shrinking
from tests.worlds import a_group, a_loss, a_recording, a_segment, an_optimizer, statistics
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "parameters", "optimizers", "parameter groups"}
RULE = "excessive-weight-decay"


def decayed(
    decay: float, kind: str = "SGD", course: list[float] | None = None, **fields: Any
) -> Recording:
    """A run whose weights end at e^-5 of what they were, under this decay at a rate of 0.1."""
    course = level() if course is None else course
    optimizer = an_optimizer(kind=kind, groups=(a_group(0.1, weight_decay=decay, **fields),))
    seen = looks_at(course, optimizers=(optimizer,))
    return a_recording(a_segment([*map(shrinking(len(course)), seen)], course))


def penalised(factor: float, left: float = 1.0) -> Recording:
    """A run with a sum of squares in its loss, of which the data cost `left` at the end."""
    target = statistics(1.0, 0.0)

    def add(look: Look) -> Look:
        data = 1.0 + (left - 1.0) * look.step / STEPS
        squares = sum(p.weight.rms**2 * math.prod(p.shape) for p in look.parameters)
        loss = a_loss("mse_loss", value=data, whole=False, target=target)
        return look._replace(loss=data + factor * squares, losses=(loss,))

    looks = [add(shrinking()(look)) for look in looks_at(level())]
    course = [looks[0].loss] * 40 + [looks[-1].loss] * 60
    return a_recording(a_segment(looks, course))


def test_excessive_weight_decay_shows_the_weight_before_and_after():
    found = the_finding(RULE, excessive_weight_decay())
    assert found.headline.startswith("weight_decay = 0.5 shrinks the weights")
    first, last = found.observed["weight_rms_at_first"], found.observed["weight_rms_at_last"]
    assert isinstance(first, float)
    assert isinstance(last, float)
    assert last == pytest.approx(first * math.exp(-5 * 64 / 100))
    assert found.severity is Severity.ERROR
    assert found.source == "train.py:20"


def test_excessive_weight_decay_proposes_a_hundredth():
    assert "weight_decay=5e-03" in the_finding(RULE, excessive_weight_decay()).remedies[0].code


def ruled(pull: float, left: float, kind: str = "Adam") -> Recording:
    """A run that ends at this share of a constant, under a decay that pulls so many times as
    strongly as the gradient of a batch does, to the end.
    """
    course = [math.log(2) * (1 - (1 - left) * min(step / 50, 1.0)) for step in range(100)]
    optimizer = an_optimizer(kind=kind, groups=(a_group(1e-3, weight_decay=0.5),))

    def shrunk(look: Look) -> Look:
        kept = 1 - 0.3 * look.step / STEPS
        return look._replace(
            parameters=tuple(
                p._replace(
                    weight=statistics(kept * p.weight.rms),
                    gradient=statistics(0.5 * kept * p.weight.rms / pull),
                )
                for p in look.parameters
            )
        )

    seen = looks_at(course, optimizers=(optimizer,))
    return a_recording(a_segment([*map(shrunk, seen)], course))


@pytest.mark.parametrize(
    ("pull", "left", "kind", "fires"),
    [
        (2.1, 0.6, "Adam", True),
        (1.9, 0.6, "Adam", False),
        (2.1, 0.4, "Adam", False),
        (2.1, 0.6, "AdamW", False),
        (2.1, 0.6, "SGD", False),
    ],
    ids=["rules", "nearly at rest", "learned", "decoupled", "a short step"],
)
def test_excessive_weight_decay_rules_where_it_outweighs_each_batch_to_the_end(
    pull: float, left: float, kind: str, fires: bool
):
    assert bool(findings(RULE, ruled(pull, left, kind))) is fires


# A rate of 0.1 over 100 steps: decays of 0.1 and more shrink by e what nothing holds.
@pytest.mark.parametrize(("decay", "fires"), [(0.0, False), (0.09, False), (0.11, True)])
def test_excessive_weight_decay_needs_a_decay_that_can_have_done_it(decay: float, fires: bool):
    assert bool(findings(RULE, decayed(decay))) is fires


def test_excessive_weight_decay_counts_the_momentum_of_a_coupled_decay_only():
    assert findings(RULE, decayed(0.02, momentum=0.9))
    assert findings(RULE, decayed(0.02, "AdamW", momentum=0.9)) == []


# The gradients have an RMS of 0.005 / sqrt(1 + step), the weights of 0.2 to 0.4.
@pytest.mark.parametrize(("decay", "fires"), [(1e-3, False), (1.0, True)])
def test_excessive_weight_decay_weighs_the_pull_under_adam(decay: float, fires: bool):
    assert bool(findings(RULE, decayed(decay, "Adam"))) is fires


def starved(decay: float, largest: float) -> Recording:
    """Under Adam, the head's bias gets a gradient of this RMS at first, the rest next to none."""

    def starve(look: Look) -> Look:
        parts = tuple(
            p._replace(
                gradient=statistics(largest if p.name == "fc3.bias" and not look.step else 1e-9)
            )
            for p in look.parameters
        )
        return look._replace(parameters=parts)

    return each_look(decayed(decay, "Adam"), starve)


# The weights of the matrices have RMS 0.41, 0.20 and 0.20, the middle one 0.20.
@pytest.mark.parametrize(("largest", "fires"), [(0.021, False), (0.0203, True)])
def test_excessive_weight_decay_does_not_blame_a_decay_that_is_nothing_beside_the_largest_gradient(
    largest: float, fires: bool
):
    """At 1e-3 the decay pulls by 2.04e-4: a hundredth of a gradient of 0.0204."""
    assert bool(findings(RULE, starved(1e-3, largest))) is fires


def test_excessive_weight_decay_of_starved_layers_shows_how_much_stronger_it_pulls():
    found = the_finding(RULE, starved(1e-3, 1e-3))
    assert found.severity is Severity.ERROR
    assert found.observed["decay"] == 1e-3
    pull = found.observed["pull_over_gradient"]
    assert isinstance(pull, float)
    assert pull > 1e4


def test_excessive_weight_decay_asks_for_the_largest_gradient_under_adam_alone():
    """AdamW takes lr times wd of each weight, whatever the gradients are."""
    world = starved(0.5, 100.0)
    decoupled = each_look(
        world,
        lambda look: look._replace(
            optimizers=tuple(o._replace(kind="AdamW") for o in look.optimizers)
        ),
    )
    assert findings(RULE, world) == []
    assert findings(RULE, decoupled)


def test_excessive_weight_decay_is_silent_on_a_run_that_learns():
    assert findings(RULE, decayed(0.5, course=learning())) == []


def test_excessive_weight_decay_is_silent_where_the_weights_hold():
    held = each_look(
        excessive_weight_decay(),
        lambda look: look._replace(
            parameters=tuple(p._replace(weight=p.weight._replace(rms=0.3)) for p in look.parameters)
        ),
    )
    assert findings(RULE, held) == []


def test_excessive_weight_decay_finds_a_penalty_in_the_loss():
    found = the_finding(RULE, penalised(1.0))
    assert "times the squares of the weights outweighs the data" in found.headline
    assert found.observed["loss_on_the_data"] == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize(("left", "fires"), [(0.9, True), (0.2, False)])
def test_excessive_weight_decay_judges_the_loss_without_the_penalty(left: float, fires: bool):
    assert bool(findings(RULE, penalised(1.0, left))) is fires


def test_excessive_weight_decay_is_silent_on_a_penalty_that_was_never_half_of_the_loss():
    assert findings(RULE, penalised(0.01)) == []


def test_excessive_weight_decay_is_silent_on_a_loss_that_blew_up():
    run = excessive_weight_decay()
    segment = run.segments[0]
    broken = a_segment(segment.looks, [*level(60), *[math.nan] * 40])
    assert findings(RULE, replace(run, segments=(broken,))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_excessive_weight_decay_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, excessive_weight_decay()))
    assert not (said and missing in NEEDS)


def absolute(
    factor: float, gradients: float = 0.1, left: float = 1.0, free: tuple[str, ...] = ()
) -> Recording:
    """A run with a sum of absolute values in its loss, and gradients of this size at fc1; of the
    other matrices it is a tenth, and of those left out a thousandth. Some of the weights shrink
    sooner.
    """
    target = statistics(1.0, 0.0)
    sooner = {"fc1": 1.0, "fc2": 0.95, "fc3": 1.0}

    def add(look: Look) -> Look:
        data = 1.0 + (left - 1.0) * look.step / STEPS
        parts = tuple(
            p._replace(
                gradient=statistics(
                    0.001 if p.name[:3] in free else gradients if p.name == "fc1.weight" else 0.1
                ),
                weight=p.weight._replace(rms=p.weight.rms * sooner[p.name[:3]] ** look.step),
            )
            for p in look.parameters
        )
        pulled = (p for p in parts if p.name[:3] not in free)
        sizes = sum(0.8 * p.weight.rms * math.prod(p.shape) for p in pulled)
        loss = a_loss("mse_loss", value=data, whole=False, target=target)
        return look._replace(loss=data + factor * sizes, losses=(loss,), parameters=parts)

    looks = [add(shrinking()(look)) for look in looks_at(level())]
    course = [looks[0].loss] * 40 + [looks[-1].loss] * 60
    return a_recording(a_segment(looks, course))


def test_excessive_weight_decay_knows_a_sum_of_absolute_values_by_its_gradient():
    found = the_finding(RULE, absolute(0.1))
    assert found.headline == (
        "the penalty of 0.1 times the absolute values of the weights outweighs the data"
    )


@pytest.mark.parametrize(
    ("factor", "gradients", "left", "fires"),
    [
        (0.1, 0.14, 1.0, True),
        (0.1, 0.16, 1.0, False),
        (0.03, 0.1, 1.0, False),
        (0.2, 0.1, 1.0, False),
        (0.1, 0.1, 0.3, False),
    ],
    ids=["alike", "not alike", "too little", "more than the weights hold", "the data are learned"],
)
def test_excessive_weight_decay_takes_no_other_sum_for_absolute_values(
    factor: float, gradients: float, left: float, fires: bool
):
    assert bool(findings(RULE, absolute(factor, gradients, left))) is fires


@pytest.mark.parametrize(
    ("free", "fires"), [(("fc3",), True), (("fc2",), False), (("fc1", "fc3"), False)], ids=str
)
def test_excessive_weight_decay_knows_a_sum_over_most_of_the_weights(
    free: tuple[str, ...], fires: bool
):
    """Layers left out have gradients of the data alone; one matrix is no proof."""
    assert bool(findings(RULE, absolute(0.1, free=free))) is fires
