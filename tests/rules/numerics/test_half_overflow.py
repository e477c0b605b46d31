from __future__ import annotations

import math

import pytest

from tests.gauntlet import WITHOUT, ask, each_look, findings, the_finding, without
from tests.planted import half_overflow, learning
from tests.worlds import a_look, a_recording, a_segment, statistics
from torchvitals.diagnosis import diagnose
from torchvitals.record.look import Look, Operation
from torchvitals.rules.base import Severity

NEEDS = {"looks", "a look that lived", "operations", "readable operations"}
RULE = "half-overflow"


def test_half_overflow_names_the_operation_and_what_it_was_fed():
    found = the_finding(RULE, half_overflow())
    assert found.headline == "the result of pow after fc3 overflows float16"
    assert found.observed["largest_fed"] == 600.0
    assert found.expected["result_at_most"] == 65504.0
    assert found.severity is Severity.ERROR


def test_half_overflow_explains_the_values_that_are_not_finite():
    first, *others = diagnose(half_overflow()).findings
    assert first.finding.rule == RULE
    assert {other.finding.rule for other in others} == {"nonfinite-values"}


@pytest.mark.parametrize(
    ("kind", "dtype", "fires"),
    [("pow", "float32", False), ("pow", "bfloat16", False), ("log", "float16", False),
     ("masked_fill", "float16", False), ("linear", "float16", True), ("exp", "float16", True)],
)  # fmt: skip
def test_half_overflow_judges_float16_that_grows(kind: str, dtype: str, fires: bool):
    def other(look: Look) -> Look:
        chain = (
            o._replace(kind=kind, dtype=dtype) if o.kind == "pow" else o for o in look.operations
        )
        return look._replace(operations=tuple(chain))

    assert bool(findings(RULE, each_look(half_overflow(), other))) is fires


def test_half_overflow_finds_an_operation_whose_result_nothing_kept():
    def hide(o: Operation) -> Operation:
        if o.kind == "pow":
            return o._replace(output=None)
        return o._replace(output=statistics(0.0, nonfinite=64)) if o.index == 6 else o

    def change(look: Look) -> Look:
        return look._replace(operations=tuple(map(hide, look.operations)))

    found = the_finding(RULE, each_look(half_overflow(), change))
    assert found.observed["operation"] == "pow"


def test_half_overflow_only_notes_what_the_run_got_over():
    sick = half_overflow().segments[0].looks[0]._replace(step=1)
    run = a_recording(a_segment([a_look(0), sick, a_look(2), a_look(64)], learning()))
    assert the_finding(RULE, run).severity is Severity.NOTE


def test_half_overflow_leaves_values_that_grew_with_the_loss_to_the_rate():
    sick = half_overflow().segments[0].looks[0]._replace(step=8)
    course = [2.0**step for step in range(8)] + [math.nan] * 20
    assert findings(RULE, a_recording(a_segment([a_look(0), sick], course))) == []


def test_half_overflow_is_silent_on_data_that_are_infinite_themselves():
    def infinite(look: Look) -> Look:
        data = tuple(d._replace(overall=statistics(1.0, nonfinite=1)) for d in look.data)
        return look._replace(data=data)

    assert findings(RULE, each_look(half_overflow(), infinite)) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_half_overflow_is_silent_without_what_it_needs(missing: str):
    said = ask(RULE, without(missing, half_overflow()))
    assert not (said and missing in NEEDS)
