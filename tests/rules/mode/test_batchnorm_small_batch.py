from __future__ import annotations

import math

import pytest

from tests.gauntlet import WITHOUT, ask, findings, the_finding, without
from tests.planted import a_run, batchnorm_small_batch, learning, level, looks_at, normalised
from tests.worlds import a_look, a_loss, a_recording, a_segment, some_evaluations
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


CHANCE = math.log(2)


def ending(share: float) -> list[float]:
    """A loss that falls to this share of what a constant costs."""
    return [CHANCE * (share + (1 - share) * 0.9**step) for step in range(100)]


def of_one(
    share: float,
    *elsewhere: float,
    samples: int = 1,
    fed: tuple[int, ...] = (1, 1),
    function: str = "binary_cross_entropy_with_logits",
) -> Recording:
    """One image at a time, of 36 positions, in a run that ends at this share of chance; the shares
    that evaluations reach.
    """
    course = ending(share)
    loss = a_loss(fed_shape=fed, prediction_shape=fed)
    looks = looks_at(course, operations=normalised(shape=(samples, 8, 6, 6)), losses=(loss,))
    told = some_evaluations([CHANCE * e for e in elsewhere], function=function)
    return a_recording(a_segment(looks, course, evaluations=told))


def test_batchnorm_small_batch_says_that_one_sample_is_no_batch():
    found = the_finding("batchnorm-small-batch", of_one(0.7))
    assert found.severity is Severity.NOTE
    assert found.observed["samples_a_batch"] == 1
    assert found.observed["last_loss"] == pytest.approx(0.7 * CHANCE, rel=0.01)
    assert found.expected["last_loss_below"] == pytest.approx(0.5 * CHANCE, rel=0.05)
    assert "of 36 positions" in found.because
    assert found.remedies[1].code == "model.bn = nn.Identity()"


@pytest.mark.parametrize(("share", "fires"), [(0.48, False), (0.53, True), (1.0, True)])
def test_batchnorm_small_batch_of_one_sample_counts_where_the_net_gets_not_half_of_the_way(
    share: float, fires: bool
):
    assert bool(findings("batchnorm-small-batch", of_one(share))) is fires


def test_batchnorm_small_batch_is_silent_on_several_samples_of_many_positions():
    assert findings("batchnorm-small-batch", of_one(0.7, samples=2)) == []


def test_batchnorm_small_batch_lets_one_image_be_whose_every_position_is_told():
    assert findings("batchnorm-small-batch", of_one(0.7, fed=(1, 1, 6, 6))) == []


@pytest.mark.parametrize(
    ("elsewhere", "fires"),
    [
        ((1.3, 1.05), True),
        ((1.3, 0.95), False),
        ((1.3,), False),
        ((), False),
        ((0.9, 2.0, 2.5), False),
    ],
    ids=["never below a constant", "below it once", "one evaluation", "none", "first below it"],
)
@pytest.mark.parametrize("fed", [(1, 1), (1, 1, 6, 6)])
def test_batchnorm_small_batch_believes_what_other_data_show(
    elsewhere: tuple[float, ...], fed: tuple[int, ...], fires: bool
):
    found = findings("batchnorm-small-batch", of_one(0.3, *elsewhere, fed=fed))
    assert bool(found) is fires
    assert all(one.observed["best_loss_on_other_data"] >= CHANCE for one in found)


def test_batchnorm_small_batch_hears_only_the_loss_that_is_trained():
    assert findings("batchnorm-small-batch", of_one(0.3, 1.3, 1.3, function="l1_loss")) == []


def test_batchnorm_small_batch_is_silent_on_a_net_that_does_well_on_other_data():
    assert findings("batchnorm-small-batch", of_one(0.7, 0.9, 0.4)) == []


@pytest.mark.parametrize("missing", WITHOUT)
def test_batchnorm_small_batch_is_silent_without_what_it_needs(missing: str):
    said = ask("batchnorm-small-batch", without(missing, batchnorm_small_batch()))
    assert not (said and missing in NEEDS)


def test_batchnorm_small_batch_of_one_sample_is_a_note_while_no_harm_is_seen():
    course = [CHANCE * (1 - 0.3 * step / 100) for step in range(100)]
    looks = looks_at(
        course,
        operations=normalised(shape=(1, 8, 6, 6)),
        losses=(a_loss(fed_shape=(1, 1), prediction_shape=(1, 1)),),
    )
    found = the_finding(
        "batchnorm-small-batch", a_recording(a_segment(looks, course, evaluations=()))
    )
    assert found.severity is Severity.NOTE
