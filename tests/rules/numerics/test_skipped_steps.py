from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import skipped_steps
from torchvitals.record.look import Look
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look that lived", "parameters", "gradients"}
RULE = "skipped-steps"


def test_skipped_steps_says_how_many_and_at_what_scale():
    found = the_finding(RULE, skipped_steps())
    assert found.headline == "the gradient scaler skipped 8 of 8 steps looked at"
    assert found.observed["scale_at_last"] == 1024.0
    assert found.severity is Severity.ERROR


# Looks are at steps 0, 1, 2, 4, 8, 16, 32 and 64.
@pytest.mark.parametrize(("until", "fires"), [(4, False), (16, False), (64, True)])
def test_skipped_steps_forgives_a_scaler_that_finds_its_scale(until: int, fires: bool):
    def find(look: Look) -> Look:
        return look if look.step <= until else look._replace(stepped=True)

    assert bool(findings(RULE, each_look(skipped_steps(), find))) is fires


def test_skipped_steps_is_silent_on_gradients_that_are_accumulated():
    def finite(look: Look) -> Look:
        parts = tuple(
            p._replace(gradient=p.gradient and p.gradient._replace(nonfinite=0))
            for p in look.parameters
        )
        return look._replace(parameters=parts)

    assert findings(RULE, each_look(skipped_steps(), finite)) == []


def test_skipped_steps_is_silent_without_a_scaler():
    run = each_look(skipped_steps(), lambda look: look._replace(loss_scale=1.0))
    assert findings(RULE, run) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_skipped_steps_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, skipped_steps()))
    assert not (said and missing in NEEDS)
