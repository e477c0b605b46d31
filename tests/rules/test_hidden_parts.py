"""What no look could read is said, not passed over."""

from __future__ import annotations

import pytest

from tests.gauntlet import ask
from tests.planted import dead_relu, learning
from tests.worlds import a_look, a_recording, a_segment
from torchvitals.rules.base import NotJudged
from torchvitals.rules.catalogue import all_rules

READERS = [rule.name for rule in all_rules() if rule.reads_values]


@pytest.mark.parametrize("rule", READERS)
def test_a_rule_that_reads_values_says_that_it_could_not(rule: str):
    hidden = [a_look(step, operations=(), opaque=("packed",)) for step in (0, 1, 2)]
    (said,) = ask(rule, a_recording(a_segment(hidden, learning())))
    assert isinstance(said, NotJudged)
    assert said.because == (
        "the values of parts that keep their values packed (checkpointing, offloading) "
        "could not be read"
    )


@pytest.mark.parametrize("rule", READERS)
def test_one_readable_look_is_enough_to_judge(rule: str):
    looks = [a_look(0, opaque=("compiled",)), a_look(1), a_look(2)]
    assert ask(rule, a_recording(a_segment(looks, learning()))) == []


def test_a_finding_needs_no_apology():
    (found,) = ask("dead-relu", dead_relu())
    assert found.rule == "dead-relu"
