from __future__ import annotations

import numpy as np
import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, bias_decay, excessive_weight_decay, learning, looks_at
from tests.worlds import (
    a_group,
    a_parameter,
    a_recording,
    a_segment,
    an_optimizer,
    statistics,
)
from torchvitals.record.look import Look
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look that lived", "parameters", "optimizers", "parameter groups"}
RULE = "bias-decay"


def decayed(decay: float, groups: int = 1) -> Recording:
    optimizer = an_optimizer(groups=(a_group(0.1, weight_decay=decay),) * groups)
    return a_recording(a_run(learning(), optimizers=(optimizer,)))


def test_bias_decay_counts_the_vectors_and_shows_two_groups():
    found = the_finding(RULE, bias_decay())
    assert found.observed["vectors_decayed"] == 3
    assert '"weight_decay": 0.0' in found.remedies[0].code


def test_bias_decay_is_a_note_in_a_run_that_learns():
    assert the_finding(RULE, decayed(0.5)).severity is Severity.NOTE


def test_bias_decay_is_an_error_where_gains_fell_and_nothing_is_learned():
    assert the_finding(RULE, bias_decay()).severity is Severity.ERROR


def test_bias_decay_leaves_matrices_that_fell_to_their_own_rule():
    assert findings(RULE, excessive_weight_decay()) == []


# A rate of 0.1 over 100 steps.
@pytest.mark.parametrize(("decay", "fires"), [(0.0, False), (0.01, False), (0.11, True)])
def test_bias_decay_is_silent_on_a_decay_too_weak_to_be_seen(decay: float, fires: bool):
    assert bool(findings(RULE, decayed(decay))) is fires


def test_bias_decay_is_silent_where_there_are_groups():
    assert findings(RULE, decayed(0.5, groups=2)) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_bias_decay_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, bias_decay()))
    assert not (said and missing in NEEDS)


def scaled(end: float, pull: float) -> Recording:
    """A run whose loss ends there, and whose one scale is shrunk while its gradient is `pull`."""

    def with_scale(look: Look) -> Look:
        size = 10.0 - 0.04 * look.step
        scale = a_parameter(
            "scale",
            (1,),
            weight=statistics(size, size, count=1, minimum=size, maximum=size),
            gradient=statistics(abs(pull), pull, count=1, minimum=pull, maximum=pull),
        )
        decayed = an_optimizer(groups=(a_group(0.1, weight_decay=0.5),))
        return look._replace(parameters=(*look.parameters, scale), optimizers=(decayed,))

    course = [*np.linspace(2.0, 0.1, 20).tolist(), *np.linspace(0.1, end, 80).tolist()]
    return a_recording(a_segment([*map(with_scale, looks_at(course))], course))


@pytest.mark.parametrize(
    ("end", "pull", "severity"),
    [
        (0.4, -0.1, Severity.WARNING),
        (0.4, 0.1, Severity.NOTE),  # its gradient would have it shrink too
        (0.1, -0.1, Severity.NOTE),  # the loss has not risen
        (0.4, -1e-3, Severity.NOTE),  # what it costs is far less than that
    ],
)
def test_bias_decay_warns_of_a_scale_that_the_loss_wants_back(
    end: float, pull: float, severity: Severity
):
    found = the_finding(RULE, scaled(end, pull))
    assert found.severity is severity
    if severity is Severity.WARNING:
        assert found.where == ("scale",)
        assert "the loss has risen since step" in found.because
