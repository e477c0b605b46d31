from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, each_parameter, findings, the_finding, without
from tests.planted import a_run, learning, level, missing_zero_grad
from tests.worlds import a_look, a_recording, a_segment, parameters
from torchvitals.record.look import ParameterLook
from torchvitals.record.recording import Recording

NEEDS = {
    "looks",
    "a look that lived",
    "a second look",
    "parameters",
    "gradients",
    "updates",
}


def stale(steps: int, zeroed: int = 0) -> Recording:
    """So many looks after a step; at all but these the last gradient was still there."""
    looks = [
        a_look(step, parameters=parameters(stale_gradient=step > zeroed))
        for step in range(steps + 1)
    ]
    return a_recording(a_segment(looks, level()))


def partly(count: int) -> Recording:
    """A run in which this many of the six parameters are never zeroed."""
    some = tuple(p._replace(stale_gradient=k < count) for k, p in enumerate(parameters()))
    return a_recording(a_run(level(), parameters=some))


def test_missing_zero_grad_names_the_parameters_and_the_optimizer():
    found = the_finding("missing-zero-grad", missing_zero_grad())
    assert found.where[0] == "fc1.weight"
    assert found.observed["parameters_never_zeroed"] == found.observed["parameters"] == 6
    assert found.source == "train.py:20"


def test_missing_zero_grad_is_an_error_even_in_a_run_whose_loss_falls():
    run = a_recording(a_run(learning(), parameters=parameters(stale_gradient=True)))
    assert findings("missing-zero-grad", run)


@pytest.mark.parametrize(("steps", "fires"), [(1, False), (2, True)])
def test_missing_zero_grad_needs_two_looks_to_call_it_a_habit(steps: int, fires: bool):
    assert bool(findings("missing-zero-grad", stale(steps))) is fires


@pytest.mark.parametrize(("zeroed", "fires"), [(2, True), (3, False)])
def test_missing_zero_grad_lets_one_look_in_five_be_zeroed(zeroed: int, fires: bool):
    """As in a program that zeroes once an epoch; adversaries are zeroed at half of all looks."""
    assert bool(findings("missing-zero-grad", stale(10, zeroed))) is fires


@pytest.mark.parametrize(("count", "fires"), [(2, False), (3, True)])
def test_missing_zero_grad_needs_half_of_the_parameters(count: int, fires: bool):
    assert bool(findings("missing-zero-grad", partly(count))) is fires


def test_missing_zero_grad_is_silent_on_accumulation_before_one_step():
    between = each_look(missing_zero_grad(), lambda look: look._replace(after_step=False))
    assert findings("missing-zero-grad", between) == []


def test_missing_zero_grad_is_silent_on_parameters_that_never_move():
    """Gradients that another loss leaves in a network which waits for its own turn."""

    def still(p: ParameterLook) -> ParameterLook:
        return p._replace(update_rms=0.0)

    waiting = each_look(missing_zero_grad(), each_parameter(still))
    assert findings("missing-zero-grad", waiting) == []


def test_missing_zero_grad_shows_the_call_for_an_update_by_hand():
    by_hand = without("optimizers", missing_zero_grad())
    assert "w.grad = None" in the_finding("missing-zero-grad", by_hand).remedies[0].code


@pytest.mark.parametrize("missing", WITHOUT)
def test_missing_zero_grad_is_silent_without_what_it_needs(missing: str):
    said = ask("missing-zero-grad", without(missing, missing_zero_grad()))
    assert not (said and missing in NEEDS)


def test_missing_zero_grad_counts_a_gradient_that_was_gone_where_no_step_lay_between():
    """Another loss fills a discriminator's gradients, which are zeroed before its own turn."""
    looks = [
        a_look(
            step,
            stream=stream,
            after_step=stream == 1,
            parameters=parameters(stale_gradient=stream == 1),
        )
        for step in range(6)
        for stream in (0, 1)
    ]
    assert findings("missing-zero-grad", a_recording(a_segment(looks, level()))) == []
