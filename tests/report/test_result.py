from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from torch import nn

from tests.gauntlet import WITHOUT, without
from tests.planted import PLANTED, a_run, level, nonfinite_values, with_head
from tests.worlds import a_loss, a_recording, a_segment, statistics
from torchvitals import watch
from torchvitals.diagnosis import diagnose
from torchvitals.record.recording import Recording
from torchvitals.report.result import SCHEMA_VERSION, to_json

SCHEMA = json.loads((files("torchvitals.report") / "result.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def result_of(recording: Recording) -> dict[str, Any]:
    """The document as a reader gets it: through JSON text."""
    return json.loads(to_json(diagnose(recording)))


def errors(document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def unnamed_layers(recording: Recording) -> Recording:
    """The recording of a script whose tensors belong to no module."""
    segments = tuple(
        a_segment(
            [
                look._replace(operations=tuple(o._replace(layer="") for o in look.operations))
                for look in segment.looks
            ],
            list(segment.losses),
            number=segment.record.number,
        )
        for segment in recording.segments
    )
    return a_recording(*segments)


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA_VERSION


def test_a_healthy_result_is_valid():
    document = result_of(a_recording())
    assert errors(document) == []
    assert document["verdict"] == "healthy"
    assert document["findings"] == []


def test_the_result_of_a_run_that_never_trained_is_valid():
    document = result_of(Recording("run-1", "train.py", {}, (), ()))
    assert errors(document) == []
    assert document["steps"] == 0


@pytest.mark.parametrize("rule", PLANTED)
def test_the_result_of_every_fault_is_valid(rule: str):
    document = result_of(PLANTED[rule]())
    assert errors(document) == []
    assert document["findings"][0]["rule"] == rule
    severity = document["findings"][0]["severity"]
    assert document["verdict"] == {"error": "unhealthy", "warning": "suspect"}[severity]


@pytest.mark.parametrize("rule", PLANTED)
def test_the_result_is_valid_where_layers_have_no_name(rule: str):
    assert errors(result_of(unnamed_layers(PLANTED[rule]()))) == []


@settings(max_examples=50, deadline=None)
@given(rule=st.sampled_from(sorted(PLANTED)), missing=st.sampled_from(sorted(WITHOUT)))
def test_the_result_is_valid_whatever_is_missing(rule: str, missing: str):
    assert errors(result_of(without(missing, PLANTED[rule]()))) == []


def test_a_warning_makes_a_suspect():
    chain = with_head("relu")
    fed = statistics(0.5, 0.4, minimum=0.1, maximum=0.9)
    loss = a_loss("binary_cross_entropy", head=5, fed=fed)
    document = result_of(a_recording(a_run(level(steps=10), operations=chain, losses=(loss,))))
    assert errors(document) == []
    assert document["verdict"] == "suspect"


def test_numbers_that_json_lacks_are_spelled_out():
    (finding, *_) = result_of(nonfinite_values())["findings"]
    assert finding["observed"]["loss"] == "nan"
    (finding, *_) = result_of(PLANTED["restrictive-head"]())["findings"]
    assert finding["expected"]["greatest_target"] == "inf"
    assert math.isinf(float(finding["expected"]["greatest_target"]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("verdict",), "ill"),
        (("verdict",), "healthy"),
        (("schema",), 2),
        (("steps",), -1),
        (("extra",), 1),
        (("overhead", "looks"), 1.5),
        (("findings",), []),
        (("findings", 0, "role"), "symptom"),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "confidence"), 1.1),
        (("findings", 0, "caused_by"), ["dead-relu"]),
        (("findings", 0, "where"), [""]),
        (("findings", 0, "observed", "nested"), {}),
        (("findings", 0, "remedies", 0, "grade"), "risky"),
        (("findings", 1, "caused_by"), []),
        (("not_judged",), [{"rule": "dead-relu"}]),
    ],
)
def test_a_document_that_breaks_its_word_is_not_valid(path: tuple[str | int, ...], value: object):
    document: Any = result_of(PLANTED["dead-relu"]())
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert errors(document)


@pytest.mark.parametrize("key", SCHEMA["required"])
def test_no_part_of_the_document_can_be_left_out(key: str):
    document = result_of(a_recording())
    del document[key]
    assert errors(document)


def train(*, steps: int, sick: bool = False) -> None:
    """Logistic regression on two clouds; `sick` ends it in a ReLU under binary cross-entropy."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(64.0).remainder(2)[:, None]
    x = torch.randn(64, 2, generator=generator) + 2 * y
    last: nn.Module = nn.ReLU() if sick else nn.Sigmoid()
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), last)
    nn.init.constant_(model[2].bias, -9.0 if sick else 0.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy(model(x), y).backward()
        optimizer.step()


@pytest.mark.parametrize(
    ("steps", "sick", "verdict"),
    [(60, False, "healthy"), (60, True, "unhealthy"), (0, False, "healthy")],
)
def test_the_result_of_a_real_training_is_valid(
    tmp_path: Path, steps: int, sick: bool, verdict: str
):
    with watch(directory=tmp_path) as vitals:
        train(steps=steps, sick=sick)
    document = result_of(vitals.recording())
    assert errors(document) == []
    assert (document["verdict"], document["steps"]) == (verdict, steps)
    assert not sick or document["findings"][0]["rule"] == "loss-domain"
