from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import learning, level, looks_at, overfitting
from tests.worlds import a_loss, a_recording, a_segment, an_optimizer, some_evaluations
from torchvitals.record.recording import Recording
from torchvitals.rules.base import NotJudged, Severity

BASELINE = math.log(2) + 0.0
NEEDS = {"loss series", "losses", "finite losses", "loss functions", "evaluations", "looks"}


def valley(end: float, best: float = 0.2, at: int = 4, passes: int = 20) -> list[float]:
    """A loss on other data that falls to its best and rises from there in a straight line."""
    down = np.linspace(BASELINE, best, at + 1)
    return [*down, *np.linspace(best, end, passes - at)[1:]]


def run(
    other: list[float], course: list[float] | None = None, /, losses: Any = None, **fields: Any
) -> Recording:
    """A run that learns, and was evaluated with these losses, evenly over its length."""
    course = learning(400) if course is None else course
    every = len(course) // len(other)
    looks = looks_at(course, losses=(a_loss(),) if losses is None else losses)
    evaluations = some_evaluations(other, every=every, **fields)
    return a_recording(a_segment(looks, course, evaluations=evaluations))


def test_overfitting_says_since_when_and_by_how_much():
    found = the_finding("overfitting", overfitting())
    assert found.headline == (
        "Since step 20 the net gets better on its training data and worse on other data"
    )
    assert found.severity is Severity.WARNING
    assert found.source == "train.py:50"
    assert (found.first_step, found.last_step) == (20, 100)
    assert found.observed["best_loss_on_other_data"] == pytest.approx(0.4)
    assert found.observed["last_loss_on_other_data"] == pytest.approx(1.1)
    remedies = [remedy.name for remedy in found.remedies]
    assert remedies == ["keep-the-best", "regularise", "more-data"]
    assert "step 20" in found.remedies[0].summary
    assert "lr=0.1, weight_decay=0.01" in found.remedies[1].code


@pytest.mark.parametrize(
    ("lost", "severity"),
    [
        (0.0, None),
        (0.08, None),
        (0.2, Severity.NOTE),
        (0.3, Severity.WARNING),
        (1.5, Severity.WARNING),
    ],
)
def test_overfitting_goes_by_the_share_of_the_gain_that_is_lost(
    lost: float, severity: Severity | None
):
    # The levels are medians of three, which end half a step of the line before its last value.
    said = findings("overfitting", run(valley(0.2 + lost * (BASELINE - 0.2) * 15 / 14)))
    assert [found.severity for found in said] == ([] if severity is None else [severity])


def test_overfitting_is_never_more_than_a_warning():
    assert the_finding("overfitting", run(valley(50.0))).severity is Severity.WARNING


@pytest.mark.parametrize("at", [12, 16])
def test_overfitting_is_a_note_where_the_run_stopped_soon_after_its_best(at: int):
    assert the_finding("overfitting", run(valley(0.6, at=at))).severity is Severity.NOTE


def test_overfitting_is_a_note_where_few_evaluations_came_after_the_best():
    said = run(valley(0.9, at=2, passes=7))
    assert the_finding("overfitting", said).severity is Severity.NOTE


def with_last(value: float) -> Recording:
    """An overfitted run whose last act is one more evaluation, from another line."""
    course, other = learning(400), valley(0.9)
    first = some_evaluations(other, every=20)
    last = first[-1]._replace(place=1, loss=value)
    return a_recording(a_segment(looks_at(course), course, evaluations=(*first, last)))


@pytest.mark.parametrize(
    ("value", "severity"),
    [(0.22, Severity.NOTE), (0.9, Severity.WARNING), (1e-8, Severity.WARNING)],
)
def test_overfitting_is_a_note_where_the_best_weights_were_put_back(
    value: float, severity: Severity
):
    assert the_finding("overfitting", with_last(value)).severity is severity


def test_overfitting_is_silent_where_a_gap_stays():
    assert ask("overfitting", run([max(0.25, 0.7 - 0.1 * k) for k in range(20)])) == []


def test_overfitting_is_silent_where_the_loss_on_other_data_comes_down_again():
    assert ask("overfitting", run([*valley(0.9), *np.linspace(0.9, 0.1, 15)])) == []


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("passes", [6, 10, 40, 400])
def test_overfitting_is_silent_about_noise(seed: int, passes: int):
    noise = 0.1 * np.random.default_rng(seed).standard_normal(passes)
    other = 0.3 + 0.4 * np.exp(-np.arange(passes) / max(passes / 20, 1)) + noise
    assert ask("overfitting", run([*other], learning(max(4 * passes, 100)))) == []


@pytest.mark.parametrize("seed", range(10))
def test_overfitting_is_seen_through_noise(seed: int):
    noise = 0.05 * np.random.default_rng(seed).standard_normal(40)
    other = np.asarray(valley(0.9, at=8, passes=40)) + noise
    assert the_finding("overfitting", run([*other])).severity is Severity.WARNING


def test_overfitting_is_silent_where_the_training_loss_rises_too():
    course = [0.7 * math.exp(-step / 20) for step in range(80)] + [0.3] * 320
    assert ask("overfitting", run(valley(0.9), course)) == []


def test_overfitting_is_silent_where_training_data_is_evaluated():
    assert ask("overfitting", run([0.7 * math.exp(-k) for k in range(20)])) == []


def test_overfitting_is_silent_in_a_run_that_does_not_learn():
    assert ask("overfitting", run(valley(0.9), level(steps=400))) == []


def test_overfitting_is_silent_in_a_game():
    looks = [
        look._replace(optimizers=(an_optimizer(0), an_optimizer(1)))
        for look in looks_at(learning())
    ]
    segment = overfitting().segments[0]
    main = segment.losses[0]
    game = a_recording(
        a_segment(
            looks, [main, type(main)(1, main.steps, main.values)], evaluations=segment.evaluations
        )
    )
    assert ask("overfitting", game) == []


def test_overfitting_knows_net_losses_by_their_function():
    loss = a_loss("cross_entropy", fed_shape=(64, 2))
    found = findings("overfitting", run(valley(0.9), losses=(loss,), function="nll_loss"))
    assert len(found) == 1


@pytest.mark.parametrize(
    "fields", [{"function": "mse_loss"}, {"reduction": "sum"}, {"function": "triplet_margin_loss"}]
)
def test_overfitting_is_not_judged_by_another_loss(fields: dict[str, str]):
    (said,) = ask("overfitting", run(valley(0.9), **fields))
    assert isinstance(said, NotJudged)
    assert "no loss function measured other data" in said.because


@pytest.mark.parametrize("passes", [0, 1, 5])
def test_overfitting_is_not_judged_by_few_evaluations(passes: int):
    course = learning(400)
    evaluations = some_evaluations(valley(0.9)[:passes])
    said = ask(
        "overfitting", a_recording(a_segment(looks_at(course), course, evaluations=evaluations))
    )
    assert [type(entry) for entry in said] == [NotJudged]


@pytest.mark.parametrize("missing", WITHOUT)
def test_overfitting_is_silent_without_what_it_needs(missing: str):
    said = findings("overfitting", without(missing, overfitting()))
    assert not (said and missing in NEEDS)


@pytest.mark.parametrize(("part", "judged"), [(1.0, True), (None, False)])
def test_overfitting_is_judged_by_the_part_of_a_loss_whose_value_is_not_kept(
    part: float | None, judged: bool
):
    """As a cross-entropy of soft targets is."""
    loss = a_loss("cross_entropy", value=None, whole=False, part=part)
    said = ask("overfitting", run(valley(0.9), losses=(loss,), function="cross_entropy"))
    assert [hasattr(one, "severity") for one in said] == [judged]
