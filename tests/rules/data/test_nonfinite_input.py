from __future__ import annotations

import math
from typing import Any

import pytest

from tests.gauntlet import ask, findings, the_finding, without
from tests.planted import nonfinite_input
from tests.worlds import (
    a_look,
    a_loss,
    a_recording,
    a_segment,
    an_input,
    operations,
    parameters,
    statistics,
)
from torchvitals.diagnosis import diagnose
from torchvitals.record.recording import Recording
from torchvitals.rules.base import NotJudged, Severity

RULE = "nonfinite-input"
DIRTY = an_input(overall=statistics(nonfinite=3))


def broken(after: list[float] | None = None, **fields: Any) -> Recording:
    """A run whose loss is not a number at step 8."""
    looks = [a_look(step) for step in (0, 1, 2, 4)]
    losses = [a_look(step).loss for step in range(8)]
    sick = a_look(8, **({"loss": math.nan} | fields))
    return a_recording(a_segment([*looks, sick], [*losses, math.nan, *(after or [math.nan])]))


def test_nonfinite_input_names_the_column_and_explains_what_follows():
    found = the_finding(RULE, nonfinite_input())
    assert "column 1." in found.because
    assert found.first_step == 8
    assert found.observed == {"values_not_finite": 3, "values_read": 512}
    diagnosis = diagnose(nonfinite_input())
    assert [(r.finding.rule, r.role) for r in diagnosis.findings][:2] == [
        (RULE, "cause"),
        ("nonfinite-values", "consequence"),
    ]


def test_nonfinite_input_sees_targets_too():
    loss = a_loss("mse_loss", target=statistics(nonfinite=1))
    assert "targets" in the_finding(RULE, broken(losses=(loss,))).headline


def test_nonfinite_input_is_silent_where_clean_data_broke_the_loss():
    assert ask(RULE, broken()) == []


def test_nonfinite_input_is_silent_where_a_mask_keeps_it_out():
    looks = [a_look(step, data=(DIRTY,)) for step in (0, 1, 2, 4, 8)]
    assert ask(RULE, a_recording(a_segment(looks))) == []


def test_nonfinite_input_does_not_blame_what_the_net_gave_out_before():
    """An output that overflowed, and is fed to the net once more without its graph."""
    late = DIRTY._replace(operation=2)
    assert the_finding(RULE, broken(data=(late,)))
    chain = list(operations())
    chain[0] = chain[0]._replace(output=statistics(nonfinite=1))
    assert ask(RULE, broken(data=(late,), operations=tuple(chain))) == []


def test_nonfinite_input_does_not_judge_what_weights_had_broken_before():
    sick = parameters(weight=statistics(nonfinite=2))
    (said,) = ask(RULE, broken(data=(DIRTY,), parameters=sick))
    assert isinstance(said, NotJudged)


def test_nonfinite_input_warns_where_the_run_got_over_it():
    run = broken([0.5] * 30, data=(DIRTY,))
    assert the_finding(RULE, run).severity is Severity.WARNING


@pytest.mark.parametrize("missing", ["looks", "data"])
def test_nonfinite_input_says_nothing_of_data_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, nonfinite_input())) == []
