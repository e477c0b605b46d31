"""A comparison in words and as JSON. The words lie in tests/golden/comparison."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from tests.planted import PLANTED, dead_relu
from tests.worlds import LOOKED_AT, a_look, a_recording, a_segment, an_optimizer
from torchvitals.comparison import Comparison, compare
from torchvitals.record.recording import Recording
from torchvitals.record.store import Event
from torchvitals.report.compared import to_text
from torchvitals.report.compared_result import to_json

GOLDEN = Path(__file__).parents[1] / "golden" / "comparison"
SCHEMA = json.loads((files("torchvitals.report") / "comparison.schema.json").read_text())


def compared(before: Recording, after: Recording, *rules: str) -> Comparison:
    return compare(
        replace(before, run="train-1"), replace(after, run="train-2"), select=rules or ["dead-relu"]
    )


def cured() -> Comparison:
    return compared(dead_relu(), a_recording())


def otherwise_ill() -> Comparison:
    after = PLANTED["optimizer-recreated"]()
    return compared(dead_relu(), after, "dead-relu", "optimizer-recreated")


def alike() -> Comparison:
    return compared(a_recording(), a_recording())


def faster() -> Comparison:
    optimizer = an_optimizer(kind="Adam", lr=0.01)
    looks = [a_look(step, lr=100.0)._replace(optimizers=(optimizer,)) for step in LOOKED_AT]
    return compared(a_recording(), a_recording(a_segment(looks)))


def one_model_more() -> Comparison:
    return compared(a_recording(), a_recording(a_segment(), a_segment(number=1, name="model 1")))


def two_models() -> Comparison:
    optimizer = an_optimizer(lr=0.5)
    looks = [a_look(step)._replace(optimizers=(optimizer,)) for step in LOOKED_AT]
    before = a_recording(a_segment(), a_segment(number=1, name="model 1"))
    after = a_recording(a_segment(), a_segment(looks, number=1, name="model 1"))
    return compared(before, after)


CASES: list[Callable[[], Comparison]] = [
    cured,
    otherwise_ill,
    alike,
    faster,
    one_model_more,
    two_models,
]


@pytest.mark.parametrize("case", CASES)
def test_the_words_of_a_comparison_are_those_of_its_golden_file(case: Callable[[], Comparison]):
    path = GOLDEN / f"{case.__name__}.txt"
    if os.environ.get("TORCHVITALS_GOLDEN") == "update":
        path.write_text(to_text(case()))
    assert to_text(case()) == path.read_text()


@pytest.mark.parametrize("case", CASES)
def test_the_json_of_a_comparison_is_by_its_schema(case: Callable[[], Comparison]):
    written = json.loads(to_json(case()))
    jsonschema.Draft202012Validator(SCHEMA).validate(written)
    assert written["health"] == case().health


def test_a_watch_that_stepped_back_is_told():
    broken = a_recording(events=[Event("observer-error", -1, 0, "ValueError: planted", None)])
    assert "the watch stepped back early: ValueError: planted" in to_text(
        compared(broken, a_recording())
    )
