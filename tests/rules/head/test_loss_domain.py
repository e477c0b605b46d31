from __future__ import annotations

from typing import Any

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, learning, level, loss_domain, with_head
from tests.worlds import SAMPLES, a_look, a_loss, a_recording, a_segment, statistics
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "loss functions", "finite numbers", "fed values"}
BINARY = "binary_cross_entropy"
LOGITS = "binary_cross_entropy_with_logits"


def fed(head: str, function: str, course: list[float] | None = None, **fields: Any) -> Recording:
    """A run whose loss is fed by this operation, with these fields of the loss."""
    loss = a_loss(function, head=5, **fields)
    course = level() if course is None else course
    return a_recording(a_run(course, operations=with_head(head), losses=(loss,)))


def between(low: float, high: float) -> Any:
    return statistics(0.4, 0.3, minimum=low, maximum=high)


def test_loss_domain_names_the_output_activation_and_the_loss_that_stands_still():
    found = the_finding("loss-domain", loss_domain())
    assert found.where == ("relu after fc3", "fc3")
    assert found.source == "train.py:15"
    assert found.observed["output_activation"] == "relu"
    assert "stays at 50" in found.because


@pytest.mark.parametrize("head", ["sigmoid", "softmax", "clamp", "opaque"])
def test_loss_domain_is_silent_on_what_stays_in_range(head: str):
    assert findings("loss-domain", fed(head, BINARY, learning(), fed=between(0.0, 1.0))) == []


@pytest.mark.parametrize("head", ["relu", "linear", "tanh", "batch_norm"])
def test_loss_domain_warns_of_an_output_that_can_leave_the_range(head: str):
    found = the_finding("loss-domain", fed(head, BINARY, fed=between(0.1, 0.9)))
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(("low", "high"), [(-1e-3, 0.5), (0.5, 1.001)])
def test_loss_domain_is_an_error_once_a_value_has_left_the_range(low: float, high: float):
    found = the_finding("loss-domain", fed("opaque", BINARY, fed=between(low, high)))
    assert found.severity is Severity.ERROR
    assert found.observed["least_input"] == low


@pytest.mark.parametrize(("loss", "severity"), [(24.9, Severity.WARNING), (25.0, Severity.ERROR)])
def test_loss_domain_sees_the_clamped_logarithm(loss: float, severity: Severity):
    run = fed("relu", BINARY, [loss] * 40, fed=between(0.0, 1.0))
    assert the_finding("loss-domain", run).severity is severity


@pytest.mark.parametrize(("loss", "fires"), [(24.9, False), (25.0, True)])
def test_loss_domain_blames_a_clamp_only_where_the_logarithm_was_clamped(loss: float, fires: bool):
    """Its bounds are in range; but a score that they cut off gets no gradient any more."""
    found = findings("loss-domain", fed("clamp", BINARY, [loss] * 40, fed=between(0.0, 1.0)))
    assert bool(found) is fires
    assert not found or "no gradient at 0 and 1" in found[0].headline


@pytest.mark.parametrize("function", [BINARY, LOGITS])
@pytest.mark.parametrize(
    ("low", "high", "fires"), [(0.0, 1.0, False), (0.0, 2.0, True), (-1.0, 1.0, True)]
)
def test_loss_domain_wants_binary_targets_between_0_and_1(
    function: str, low: float, high: float, fires: bool
):
    run = fed("sigmoid", function, fed=between(0.1, 0.9), target=between(low, high))
    assert bool(findings("loss-domain", run)) is fires


def test_loss_domain_is_silent_on_raw_scores_of_any_size():
    assert findings("loss-domain", fed("linear", LOGITS, fed=between(-40.0, 40.0))) == []


@pytest.mark.parametrize(("rows", "fires"), [((-0.009, 0.009), False), ((-0.011, 0.0), True)])
def test_loss_domain_knows_log_probabilities_by_their_sums(rows: tuple[float, float], fires: bool):
    found = findings("loss-domain", fed("log", "nll_loss", row_logsumexp=rows))
    assert bool(found) is fires
    assert not found or found[0].observed["log-sum-exp_of_a_row"] == -0.011


@pytest.mark.parametrize(("high", "fires"), [(0.009, False), (0.011, True)])
def test_loss_domain_wants_log_probabilities_for_the_kl_divergence(high: float, fires: bool):
    run = fed("linear", "kl_div", fed=between(-5.0, high))
    assert bool(findings("loss-domain", run)) is fires


def test_loss_domain_explains_a_class_index_that_raised():
    target = between(0.0, 10.0)
    loss = a_loss("cross_entropy", head=4, fed_shape=(SAMPLES, 10), target=target)
    look = a_look(0, losses=(loss,), crash="IndexError: Target 10 is out of bounds.")
    found = the_finding("loss-domain", a_recording(a_segment([look], [])))
    assert found.observed["greatest_target"] == 10.0
    assert found.expected["greatest_target"] == 9


def test_loss_domain_explains_a_value_that_raised():
    loss = a_loss(BINARY, head=4, fed=between(-0.2, 1.3))
    crash = "RuntimeError: all elements of input should be between 0 and 1"
    look = a_look(3, losses=(loss,), crash=crash)
    found = the_finding("loss-domain", a_recording(a_segment([a_look(0), look], level())))
    assert "At step 3 an output of 1.3" in found.because


def test_loss_domain_leaves_values_that_are_not_finite_to_their_own_rule():
    broken = statistics(1.0, minimum=-5.0, maximum=5.0, nonfinite=1)
    assert findings("loss-domain", fed("linear", BINARY, fed=broken)) == []


def test_loss_domain_is_told_once_for_each_loss():
    assert len(findings("loss-domain", loss_domain())) == 1


@pytest.mark.parametrize("missing", WITHOUT)
def test_loss_domain_is_silent_without_what_it_needs(missing: str):
    said = ask("loss-domain", without(missing, loss_domain()))
    assert not (said and missing in NEEDS)


@pytest.mark.parametrize(
    ("rows", "course", "severity"),
    [
        ((1.9, 2.1), level(), Severity.ERROR),
        ((1.9, 2.1), learning(), Severity.NOTE),
        ((-0.001, 0.001), level(), None),
    ],
    ids=["scores", "scores that came down all the same", "log-probabilities"],
)
def test_loss_domain_wants_log_probabilities_for_the_ctc_loss(
    rows: tuple[float, float], course: list[float], severity: Severity | None
):
    found = findings("loss-domain", fed("linear", "ctc_loss", course, row_logsumexp=rows))
    assert [one.severity for one in found] == ([] if severity is None else [severity])
    assert not found or "log_softmax(-1)" in found[0].remedies[0].code


@pytest.mark.parametrize(
    ("low", "high", "remedies", "code"),
    [
        (-1.0, 1.0, ["binary-targets"], "y > 0)"),
        (1.0, 2.0, ["binary-targets"], "y > 1.5)"),
        (0.0, 255.0, ["binary-targets"], "y > 127.5)"),
        (0.0, 4.0, ["class-scores", "binary-targets"], "F.cross_entropy(scores, y.long())"),
    ],
)
def test_loss_domain_maps_labels_by_what_they_are(
    low: float, high: float, remedies: list[str], code: str
):
    found = the_finding("loss-domain", fed("sigmoid", BINARY, target=between(low, high)))
    assert [remedy.name for remedy in found.remedies] == remedies
    assert code in found.remedies[0].code


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(-7.0, -0.1, "the logarithm of softmax"), (0.0, 0.9, "fed by softmax")],
)
def test_loss_domain_tells_shares_from_their_logarithms(low: float, high: float, words: str):
    run = fed("softmax", "nll_loss", fed=between(low, high), row_logsumexp=(-2.0, -1.0))
    assert words in the_finding("loss-domain", run).headline
