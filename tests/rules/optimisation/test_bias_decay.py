from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, bias_decay, excessive_weight_decay, learning
from tests.worlds import a_group, a_recording, an_optimizer
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
