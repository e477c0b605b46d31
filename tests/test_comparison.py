"""What changed in health from one run to another."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.planted import PLANTED, dead_relu
from tests.worlds import STEPS, a_recording, a_segment, loss_at
from torchvitals.comparison import Comparison, SameRunError, compare
from torchvitals.record.recording import Recording


def named(recording: Recording, run: str) -> Recording:
    return replace(recording, run=run)


def compared(before: Recording, after: Recording, **options) -> Comparison:
    return compare(named(before, "a"), named(after, "b"), **options)


def changes(comparison: Comparison) -> list[tuple[str, str]]:
    return [(entry.change, entry.rule) for entry in comparison.findings]


def test_a_fault_that_went_makes_a_run_better():
    found = compared(dead_relu(), a_recording(), select=["dead-relu"])
    assert (found.health, changes(found)) == ("better", [("gone", "dead-relu")])


def test_a_fault_that_came_makes_a_run_worse():
    found = compared(a_recording(), dead_relu(), select=["dead-relu"])
    assert (found.health, changes(found)) == ("worse", [("new", "dead-relu")])


def test_the_same_fault_in_both_is_neither():
    found = compared(dead_relu(), dead_relu(), select=["dead-relu"])
    assert (found.health, changes(found)) == ("same", [("same", "dead-relu")])


def test_one_fault_for_another_is_different():
    rules = ["dead-relu", "optimizer-recreated"]
    found = compared(dead_relu(), PLANTED["optimizer-recreated"](), select=rules)
    assert set(changes(found)) >= {("gone", "dead-relu"), ("new", "optimizer-recreated")}
    assert found.before.verdict == found.after.verdict
    assert found.health == "different"


def test_two_healthy_runs_are_the_same():
    found = compared(a_recording(), a_recording())
    assert found.health == "same"
    assert found.findings == ()
    assert found.models[0].settings == ()
    assert found.models[0].layers == ()
    assert found.models[0].layers_compared == 3


def test_the_same_finding_with_another_severity_or_role_is_changed():
    one, other = dead_relu(), dead_relu()
    found = compared(one, other, select=["dead-relu"])
    before = found.findings[0].before
    assert before is not None
    role = "consequence" if before.role != "consequence" else "cause"
    from torchvitals.comparison import _findings

    (entry,) = _findings([before], [replace(before, role=role)])
    assert entry.change == "changed"


def test_findings_of_one_rule_are_paired_by_place():
    from torchvitals.comparison import _findings

    (ranked,) = compared(dead_relu(), a_recording(), select=["dead-relu"]).before.findings
    here = replace(ranked, finding=replace(ranked.finding, where=("fc1",)))
    there = replace(ranked, finding=replace(ranked.finding, where=("fc2",)))
    pairs = list(_findings([here, there], [there]))
    assert [(p.change, p.before) for p in pairs] == [("gone", here), ("same", there)]


@pytest.mark.parametrize(
    ("values", "course"),
    [
        ([loss_at(step) for step in range(STEPS)], "learning"),
        ([0.7] * STEPS, "stood still"),
        ([0.7 * 1.2**step for step in range(STEPS)], "blew up"),
        ([0.7] * 40 + [math.nan] * 60, "not finite from step 40 on"),
        ([0.7] * 5, "too short to tell"),
        ([], "no loss seen"),
    ],
)
def test_the_course_of_the_loss_is_told(values: list[float], course: str):
    after = a_recording(a_segment(losses=values) if values else a_segment([], losses=[]))
    ending = compared(a_recording(), after).models[0].after
    assert ending.course == course
    assert (ending.last is None) is (not values)


def test_the_best_constant_prediction_stands_beside_the_end():
    ending = compared(a_recording(), a_recording()).models[0].before
    assert ending.chance == pytest.approx(math.log(2), rel=1e-3)
    assert ending.last == pytest.approx(loss_at(STEPS - 5), rel=0.1)


def test_a_model_that_only_one_run_trains_is_counted():
    second = a_segment(number=1, name="model 1")
    found = compared(a_recording(a_segment(), second), a_recording())
    assert (len(found.models), found.only_before, found.only_after) == (1, 1, 0)


def test_a_run_is_not_compared_with_itself():
    with pytest.raises(SameRunError, match="Expected two runs but got train-1 twice"):
        compare(a_recording(), a_recording())
