from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, double_softmax, level, with_head
from tests.worlds import SAMPLES, a_loss, a_recording, statistics
from torchvitals.record.recording import Recording

NEEDS = {"looks", "loss functions"}


def fed(head: str, function: str = "cross_entropy", course: int = 100, **fields: Any) -> Recording:
    """A run whose loss is fed by this operation, with these fields of the loss."""
    loss = a_loss(function, head=5, fed_shape=(SAMPLES, 10), **fields)
    return a_recording(a_run(level(2.0, course), operations=with_head(head), losses=(loss,)))


def probabilities(least_sum: float, minimum: float = 0.0) -> dict[str, Any]:
    return {
        "fed": statistics(0.1, 0.1, minimum=minimum, maximum=0.9),
        "row_sum": (least_sum, 1.0),
    }


def test_double_softmax_says_which_loss_and_how_low_it_can_get():
    found = the_finding("double-softmax", double_softmax())
    assert found.where == ("softmax after fc3", "fc3")
    assert found.source == "train.py:15"
    assert "1.461" in found.because
    assert found.observed["least_row_sum"] == 1.0


def test_double_softmax_fires_on_a_sigmoid_before_the_loss_that_applies_it():
    found = the_finding("double-softmax", fed("sigmoid", "binary_cross_entropy_with_logits"))
    assert found.headline.startswith("sigmoid is applied twice")


@pytest.mark.parametrize(
    ("head", "function"),
    [
        ("log_softmax", "nll_loss"),
        ("log_softmax", "cross_entropy"),
        ("linear", "cross_entropy"),
        ("linear", "binary_cross_entropy_with_logits"),
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "mse_loss"),
        ("softmax", "nll_loss"),
    ],
)
def test_double_softmax_is_silent_on_a_loss_that_gets_what_it_expects(head: str, function: str):
    assert findings("double-softmax", fed(head, function)) == []


@pytest.mark.parametrize(("least_sum", "fires"), [(0.989, False), (0.991, True)])
def test_double_softmax_knows_probabilities_by_their_sums(least_sum: float, fires: bool):
    """Where the softmax is written by hand, and ends in a division."""
    assert bool(findings("double-softmax", fed("div", **probabilities(least_sum)))) is fires


def test_double_softmax_is_silent_on_rows_that_sum_to_one_with_a_negative_entry():
    assert findings("double-softmax", fed("div", **probabilities(1.0, minimum=-0.1))) == []


def test_double_softmax_does_not_judge_the_sums_of_a_single_look():
    assert findings("double-softmax", fed("div", course=1, **probabilities(1.0))) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_double_softmax_is_silent_without_what_it_needs(missing: str):
    said = ask("double-softmax", without(missing, double_softmax()))
    assert not (said and missing in NEEDS)
