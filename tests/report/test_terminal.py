"""The words of each finding lie in tests/golden; TORCHVITALS_GOLDEN=update writes them anew."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.planted import PLANTED, dead_relu
from tests.worlds import a_recording, a_segment
from torchvitals.diagnosis import Diagnosis, Ranked, diagnose
from torchvitals.record.recording import Recording
from torchvitals.record.store import Event
from torchvitals.report.numbers import number
from torchvitals.report.shown import Report
from torchvitals.report.terminal import to_text
from torchvitals.rules.base import Finding, NotJudged, Severity

GOLDEN = Path(__file__).parents[1] / "golden"
UPDATE = os.environ.get("TORCHVITALS_GOLDEN") == "update"


def words_of(rule: str) -> str:
    """What the terminal says of the planted fault, by this rule alone."""
    return to_text(diagnose(PLANTED[rule](), select=[rule]))


def a_note(**fields: object) -> Finding:
    said = Finding("dead-relu", Severity.NOTE, "something is odd", "It may be meant.", 0.8, 0, 9)
    return replace(said, **fields)  # type: ignore[arg-type]


def text_of(*findings: Finding, role: str = "cause") -> str:
    ranked = tuple(Ranked(finding, role) for finding in findings)
    return to_text(Diagnosis(a_recording(), ranked, ()))


@pytest.mark.parametrize("rule", PLANTED)
def test_the_words_of_every_finding_are_those_of_its_golden_file(rule: str):
    path = GOLDEN / f"{rule}.txt"
    if UPDATE:
        path.write_text(words_of(rule))
    assert words_of(rule) == path.read_text()


def test_every_golden_file_belongs_to_a_rule():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(PLANTED)


@pytest.mark.parametrize("rule", PLANTED)
def test_no_line_of_prose_is_wider_than_a_terminal(rule: str):
    lines = words_of(rule).splitlines()
    assert all(len(line) <= 110 for line in lines)


def test_a_healthy_run_takes_three_lines():
    assert to_text(diagnose(a_recording())) == (
        "torchvitals: healthy after 100 steps of train.py\n\n"
        "8 looks: 0.02 s beside 2.00 s of training (1.0 %).\n"
    )


@pytest.mark.parametrize(
    ("kind", "said"), [(None, "never called backward"), ("loss-is-leaf", "but on a loss")]
)
def test_a_run_that_never_trained_says_why(kind: str | None, said: str):
    events = () if kind is None else (Event(kind, -1, 0, "", None),)
    text = to_text(diagnose(Recording("run-1", "train.py", {}, (), events)))
    assert text.startswith("torchvitals: healthy after 0 steps of train.py\nNo step of training")
    assert said in text


def test_one_step_and_one_look_are_singular():
    one = a_recording(a_segment(losses=[0.5], steps=1), facts={"looks": "1"})
    text = to_text(diagnose(one))
    assert "after 1 step of" in text
    assert "1 look:" in text


def test_consequences_stand_under_their_cause():
    lines = to_text(diagnose(dead_relu())).splitlines()
    cause = next(k for k, line in enumerate(lines) if line.startswith("error dead-relu: "))
    below = next(k for k, line in enumerate(lines) if line.startswith("  it explains not-learning"))
    assert cause < below


def test_observations_are_listed_with_their_place():
    text = text_of(a_note(where=("fc1",), source="train.py:3"), role="observation")
    assert "Also seen\n  note dead-relu: something is odd  (fc1  train.py:3  steps 0 to 9)" in text


def test_what_could_not_be_judged_is_said():
    diagnosis = Diagnosis(a_recording(), (), (NotJudged("dead-relu", "no unit was followed"),))
    assert "Could not judge\n            dead-relu: no unit was followed\n" in to_text(diagnosis)


def test_more_than_four_places_are_counted():
    text = text_of(a_note(where=tuple(f"fc{k}" for k in range(6))))
    assert "fc0, fc1, fc2, fc3 and 2 more" in text


def test_one_step_is_not_a_range():
    assert "step 9\n" in text_of(a_note(first_step=9))


def test_the_footer_says_where_the_page_is_made():
    shown = to_text(diagnose(a_recording(facts={"place": "runs/train-1"})))
    assert shown.endswith("torchvitals report runs/train-1\n")


def test_what_looks_like_markup_is_shown_as_it_is():
    finding = a_note(headline="[red]layers[0][/red]", observed={"shape": "[64, 1]"})
    written = io.StringIO()
    report = Report(Diagnosis(a_recording(), (Ranked(finding, "cause"),), ()))
    Console(file=written, width=200).print(report)
    assert "[red]layers[0][/red]" in written.getvalue()
    assert "shape [64, 1]" in written.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1764, "1,764"),
        (0.0, "0"),
        (0.69314, "0.6931"),
        (123.456, "123.5"),
        (1764.4, "1,764"),
        (2.5e-11, "2.5e-11"),
        (-3.2e9, "-3.2e9"),
        (1e6, "1.0e6"),
        (1e-3, "0.001"),
        (float("inf"), "infinite"),
        (float("-inf"), "-infinite"),
        (float("nan"), "not a number"),
        (None, "unknown"),
        ("[64, 1]", "[64, 1]"),
    ],
)
def test_a_number_is_written_with_few_digits(value: float | str | None, text: str):
    assert number(value) == text
