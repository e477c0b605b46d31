from __future__ import annotations

import math

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import a_run, adam_epsilon, learning, level
from tests.worlds import (
    a_group,
    a_look,
    a_recording,
    a_segment,
    an_optimizer,
    parameters,
    statistics,
)
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "losses", "loss series", "gradients", "updates", "optimizers", "parameter groups"}
RULE = "adam-epsilon"


def with_eps(eps: float, kind: str = "Adam", update: float = 5e-6) -> Recording:
    """A run that stands still; gradients have an RMS of 0.005, and the rate is 1e-3."""
    adam = an_optimizer(kind=kind, groups=(a_group(1e-3, eps=eps),))
    parts = parameters(gradient=statistics(5e-3, count=16), update_rms=update)
    return a_recording(a_run(level(steps=512), optimizers=(adam,), parameters=parts))


def test_adam_epsilon_says_what_is_left_of_a_step():
    found = the_finding(RULE, adam_epsilon())
    assert found.headline == "eps = 1 swallows the gradients that Adam divides by"
    assert found.observed["share_of_step_left"] == pytest.approx(0.005 / 1.005)
    assert found.severity is Severity.ERROR
    assert "lr=0.001, eps=1e-08" in found.remedies[0].code


@pytest.mark.parametrize(("eps", "fires"), [(0.0049, False), (0.0051, True), (1e-8, False)])
def test_adam_epsilon_weighs_eps_against_the_gradient(eps: float, fires: bool):
    assert bool(findings(RULE, with_eps(eps))) is fires


@pytest.mark.parametrize(("update", "fires"), [(3e-4, False), (1e-5, True)])
def test_adam_epsilon_needs_steps_shorter_than_noise_would_make(update: float, fires: bool):
    assert bool(findings(RULE, with_eps(1.0, update=update))) is fires


@pytest.mark.parametrize(
    ("kind", "fires"), [("RMSprop", True), ("SGD", False), ("Adadelta", False)]
)
def test_adam_epsilon_judges_those_that_divide_by_the_root(kind: str, fires: bool):
    assert bool(findings(RULE, with_eps(1.0, kind))) is fires


def test_adam_epsilon_sees_the_gradient_that_the_step_used():
    """Scaled by 65536 it looks large; the optimizer gets it divided again."""
    scaled = {"loss_scale": 65536.0, "step_gradient_ratio": 1 / 65536}

    def scale(look: Look) -> Look:
        big = tuple(p._replace(gradient=statistics(5e-3 * 65536)) for p in look.parameters)
        return look._replace(parameters=big, **scaled)

    assert len(findings(RULE, each_look(with_eps(1.0), scale))) == 1


def test_adam_epsilon_is_silent_on_a_run_that_learns():
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-3, eps=1.0),))
    parts = parameters(lr=1e-3, gradient=statistics(5e-3, count=16))
    run = a_recording(a_run(learning(512), optimizers=(adam,), parameters=parts))
    assert findings(RULE, run) == []


def in_type(
    dtype: str = "float16", eps: float = 1e-8, kind: str = "Adam", nonfinite: int = 3
) -> Recording:
    """A run whose weights are of this type, and not finite from step 8 on."""
    adam = an_optimizer(kind=kind, groups=(a_group(1e-3, eps=eps),))
    losses = [0.7 if step <= 8 else math.nan for step in range(40)]
    looks = [
        a_look(
            step,
            loss=losses[step],
            optimizers=(adam,),
            parameters=parameters(
                dtype=dtype, weight=statistics(0.3, nonfinite=nonfinite if step >= 8 else 0)
            ),
        )
        for step in (0, 1, 2, 4, 8, 16)
    ]
    return a_recording(a_segment(looks, losses))


def test_adam_epsilon_says_that_half_precision_rounds_it_to_zero():
    found = the_finding(RULE, in_type())
    assert found.headline == "eps = 1e-08 is 0 in float16, and Adam divides by it"
    assert found.severity is Severity.ERROR
    assert (found.first_step, found.last_step) == (0, 16)
    assert found.where == ("fc1",)
    assert found.source == "train.py:20"
    assert found.observed == {"eps": 1e-8}
    assert found.expected == {"eps_above": 2.0**-25}
    assert "autocast" in found.remedies[0].code
    assert "torch.optim.Adam" in found.remedies[1].code


@pytest.mark.parametrize(("eps", "fires"), [(2.9e-8, True), (3.0e-8, False), (1e-4, False)])
def test_adam_epsilon_is_lost_below_half_of_the_smallest_number(eps: float, fires: bool):
    assert bool(findings(RULE, in_type(eps=eps))) is fires


def test_adam_epsilon_that_it_proposes_is_one_that_half_holds():
    code = the_finding(RULE, in_type()).remedies[1].code
    eps = float(code.split("eps=")[1].rstrip(")"))
    assert findings(RULE, in_type(eps=eps)) == []


@pytest.mark.parametrize("dtype", ["bfloat16", "float32", "float64"])
def test_adam_epsilon_is_not_lost_in_types_with_more_exponents(dtype: str):
    assert findings(RULE, in_type(dtype)) == []


@pytest.mark.parametrize(
    ("kind", "fires"), [("AdamW", True), ("RMSprop", True), ("SGD", False), ("LBFGS", False)]
)
def test_adam_epsilon_is_lost_only_to_those_that_divide_by_it(kind: str, fires: bool):
    assert bool(findings(RULE, in_type(kind=kind))) is fires


def test_adam_epsilon_is_silent_on_half_weights_that_stay_finite():
    """Gradients that are large enough never meet it."""
    assert findings(RULE, in_type(nonfinite=0)) == []


def test_adam_epsilon_lost_in_half_explains_the_values_that_are_no_numbers():
    first, *others = diagnose(in_type()).findings
    assert first.finding.rule == RULE
    assert "nonfinite-values" in {other.finding.rule for other in others}


@pytest.mark.parametrize("missing", WITHOUT)
def test_adam_epsilon_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, adam_epsilon()))
    assert not (said and missing in NEEDS)


def falling(end: float, *, predicted: float = -2e-4, update: float = 3e-5) -> Recording:
    """A run whose loss falls evenly as its slopes promise, in steps of a thirtieth of the rate."""
    course = [0.69 - (0.69 - end) * step / 511 for step in range(512)]
    adam = an_optimizer(kind="Adam", groups=(a_group(1e-3, eps=1.0),))
    parts = parameters(gradient=statistics(5e-3, count=16), update_rms=update)
    fields = {"optimizers": (adam,), "parameters": parts, "predicted_change": predicted}
    return a_recording(a_run(course, **fields))


@pytest.mark.parametrize(("end", "fires"), [(0.60, True), (0.30, False)])
def test_adam_epsilon_warns_of_a_run_that_it_keeps_far_behind(end: float, fires: bool):
    found = findings(RULE, falling(end))
    assert bool(found) is fires
    assert not found or found[0].severity is Severity.WARNING


@pytest.mark.parametrize(("predicted", "fires"), [(-2e-4, True), (-1e-2, False)])
def test_adam_epsilon_lets_a_run_go_whose_slopes_promise_more_than_it_gains(
    predicted: float, fires: bool
):
    assert bool(findings(RULE, falling(0.60, predicted=predicted))) is fires


@pytest.mark.parametrize(("update", "fires"), [(3e-5, True), (1.5e-4, False)])
def test_adam_epsilon_keeps_a_run_behind_whose_weights_hardly_move(update: float, fires: bool):
    assert bool(findings(RULE, falling(0.60, update=update))) is fires


# At its second step Adam averages two gradients: pure noise gives a step of 0.71 lr, not 0.23.
@pytest.mark.parametrize(("update", "fires"), [(7.0e-4, True), (7.2e-4, False)])
def test_adam_epsilon_allows_longer_first_steps_than_later_ones(update: float, fires: bool):
    def lengthen(look: Look) -> Look:
        if look.step != 1:
            return look
        parts = tuple(p._replace(update_rms=update) for p in look.parameters)
        steps = tuple(o._replace(steps=2) for o in look.optimizers)
        return look._replace(parameters=parts, optimizers=steps)

    assert bool(findings(RULE, each_look(falling(0.60), lengthen))) is fires


def test_adam_epsilon_is_silent_on_gradients_that_are_zero_at_the_step():
    run = each_look(with_eps(1e-8, update=0.0), lambda k: k._replace(step_gradient_ratio=0.0))
    assert findings(RULE, run) == []
