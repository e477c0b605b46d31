from __future__ import annotations

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, batchnorm_small_batch, learning, level, normalised
from tests.worlds import a_look, a_recording, a_segment
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

NEEDS = {"looks", "operations", "readable operations", "losses", "loss series"}


def run(*shape: int, course: list[float] | None = None) -> Recording:
    chain = normalised(shape=shape)
    return a_recording(a_run(level() if course is None else course, operations=chain))


def test_batchnorm_small_batch_says_how_many_values():
    found = the_finding("batchnorm-small-batch", batchnorm_small_batch())
    assert found.severity is Severity.ERROR
    assert found.headline == "Batch normalisation over 2 values per channel"
    assert found.where == ("bn",)
    assert found.remedies[1].code == "model.bn = nn.LayerNorm(8)"


@pytest.mark.parametrize(
    ("shape", "fires"),
    [((4, 8), True), ((5, 8), False), ((1, 8, 2, 2), True), ((1, 8, 3, 3), False)],
)
def test_batchnorm_small_batch_counts_the_values_of_a_channel(shape: tuple[int, ...], fires: bool):
    assert bool(findings("batchnorm-small-batch", run(*shape))) is fires


def test_batchnorm_small_batch_is_silent_on_a_net_that_learns():
    assert findings("batchnorm-small-batch", run(2, 8, course=learning())) == []


def test_batchnorm_small_batch_is_silent_on_a_small_last_batch():
    looks = [
        a_look(step, operations=normalised(shape=(2 if step in (4, 16) else 64, 8)))
        for step in (0, 1, 2, 4, 8, 16, 32, 64)
    ]
    assert findings("batchnorm-small-batch", a_recording(a_segment(looks, level()))) == []


def test_batchnorm_small_batch_is_silent_in_evaluation_mode():
    chain = normalised(shape=(2, 8), training=False)
    assert findings("batchnorm-small-batch", a_recording(a_run(level(), operations=chain))) == []


def test_batchnorm_small_batch_explains_the_crash_on_a_single_value():
    message = "ValueError: Expected more than 1 value per channel when training, got [1, 8]"
    looks = [a_look(0), a_look(3, crash=message, stepped=False)]
    found = the_finding("batchnorm-small-batch", a_recording(a_segment(looks, learning(3))))
    assert found.severity is Severity.ERROR
    assert found.first_step == 3
    assert "drop_last=True" in found.remedies[0].code


@pytest.mark.parametrize("missing", WITHOUT)
def test_batchnorm_small_batch_is_silent_without_what_it_needs(missing: str):
    said = ask("batchnorm-small-batch", without(missing, batchnorm_small_batch()))
    assert not (said and missing in NEEDS)
