"""Laws that hold for every rule on every recording, whatever it lacks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gauntlet import WITHOUT, ask, without
from tests.planted import PLANTED
from tests.worlds import a_recording
from torchvitals.diagnosis import diagnose
from torchvitals.rules.catalogue import all_rules

NAMES = [rule.name for rule in all_rules()]


def test_every_rule_is_planted():
    assert sorted(PLANTED) == sorted(NAMES)


@pytest.mark.parametrize("rule", NAMES)
def test_every_rule_is_silent_on_a_healthy_run(rule: str):
    assert ask(rule, a_recording()) == []


@pytest.mark.parametrize("rule", NAMES)
def test_each_planted_fault_is_the_primary_cause(rule: str):
    primary = diagnose(PLANTED[rule]()).primary
    assert primary is not None
    assert primary.rule == rule


@pytest.mark.parametrize("rule", NAMES)
def test_no_planted_fault_raises_a_second_alarm_that_it_does_not_explain(rule: str):
    first, *others = diagnose(PLANTED[rule]()).findings
    assert first.role == "cause"
    assert all(other.role == "consequence" for other in others)


@pytest.mark.parametrize("missing", sorted(WITHOUT.keys() - {"finite numbers"}))
def test_a_healthy_run_raises_no_alarm_whatever_is_missing(missing: str):
    assert diagnose(without(missing, a_recording())).verdict == "healthy"


@settings(max_examples=150, deadline=None)
@given(
    fault=st.sampled_from(sorted(PLANTED)),
    missing=st.lists(st.sampled_from(sorted(WITHOUT)), max_size=4, unique=True),
)
def test_no_rule_raises_whatever_is_missing(fault: str, missing: list[str]):
    recording = PLANTED[fault]()
    for what in missing:
        recording = without(what, recording)
    for rule in NAMES:
        ask(rule, recording)


@pytest.mark.parametrize("rule", NAMES)
def test_every_rule_is_pure(rule: str):
    recording = PLANTED[rule]()
    assert repr(ask(rule, recording)) == repr(ask(rule, recording))
