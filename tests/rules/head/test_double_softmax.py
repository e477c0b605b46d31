from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, changed, double_softmax, level, with_head
from tests.worlds import SAMPLES, a_loss, a_recording, an_operation, statistics
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

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


def by_distribution(*kinds: str, **fields: Any) -> Recording:
    """A run whose scores pass these operations on their way to a loss that is none of PyTorch's."""
    head, *others = kinds
    chain = list(changed(with_head(head)[:-1], head, shape=(SAMPLES, 10)))
    for kind in others:
        chain.append(an_operation(len(chain), kind, "fc3", (len(chain) - 1,), shape=(SAMPLES, 1)))
    return a_recording(a_run(level(2.0), **({"operations": chain, "losses": ()} | fields)))


def test_double_softmax_says_that_a_distribution_took_probabilities_for_logits():
    found = the_finding("double-softmax", by_distribution("softmax", "logsumexp"))
    assert "taken for logits" in found.headline
    assert found.severity is Severity.ERROR
    assert found.where == ("softmax after fc3", "fc3")
    assert found.source == "train.py:15"
    assert found.observed == {"greatest_ratio_of_two_choices": math.e, "choices": 10}
    assert "Categorical(logits=scores)" in found.remedies[0].code


@pytest.mark.parametrize(
    "kinds",
    [
        ("linear", "logsumexp"),  # Categorical(logits=scores)
        ("softmax", "div", "clamp", "log"),  # Categorical(probs=scores.softmax(-1))
        ("log_softmax", "logsumexp"),
        ("softmax", "log", "logsumexp"),  # a mixture
        ("softmax", "sum"),
    ],
)
def test_double_softmax_is_silent_on_a_distribution_that_gets_what_it_expects(kinds: tuple[str]):
    assert findings("double-softmax", by_distribution(*kinds)) == []


def test_double_softmax_is_told_once_where_both_the_loss_and_a_distribution_apply_it():
    """The rest of the graph says no more than the loss function does."""
    loss = a_loss("cross_entropy", head=5, fed_shape=(SAMPLES, 10))
    found = the_finding("double-softmax", by_distribution("softmax", "logsumexp", losses=(loss,)))
    assert found.headline == "softmax is applied twice: by the model and again inside cross_entropy"


@pytest.mark.parametrize("missing", WITHOUT)
def test_double_softmax_is_silent_without_what_it_needs(missing: str):
    said = ask("double-softmax", without(missing, double_softmax()))
    assert not (said and missing in NEEDS)
