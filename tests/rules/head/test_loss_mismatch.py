from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.gauntlet import each_look, findings, the_finding, without
from tests.planted import a_run, changed, learning, level, loss_mismatch, with_head
from tests.probe.watched import watched
from tests.worlds import (
    SAMPLES,
    a_group,
    a_look,
    a_loss,
    a_parameter,
    a_recording,
    a_segment,
    an_optimizer,
    operations,
    statistics,
)
from torchvitals.record.look import Loss, Pairs, Statistics
from torchvitals.record.recording import Recording
from torchvitals.rules.base import Severity

RULE = "loss-mismatch"
NUMBERS = statistics(5.0, 4.5, minimum=0.0, maximum=9.0)


def run(course: list[float], function: str, /, chain: Any = None, **fields: Any) -> Recording:
    return a_recording(
        a_run(course, operations=chain or operations(), losses=(a_loss(function, **fields),))
    )


def pairs(straight: float, *, between: float = 300.0, classes: int = 10) -> Pairs:
    """Classes whose means differ, with this share of the scatter along the class number."""
    return Pairs(SAMPLES, 8, 1, classes, between, straight * between, None)


def numbers(straight: float, value: float = 4.0, **fields: Any) -> Recording:
    seen = pairs(straight, **fields)
    return run(level(value), "mse_loss", target=NUMBERS, value=value, pairs=seen)


def test_loss_mismatch_says_that_an_error_is_maximised():
    found = the_finding(RULE, loss_mismatch())
    assert found.headline == "mse_loss is maximised"
    assert found.observed == {"first_error": 1.0, "last_error": 65.0}
    assert found.severity is Severity.ERROR
    assert found.source == "train.py:30"


def test_loss_mismatch_lets_inputs_be_moved_uphill():
    """As an attack does: the loss grows on purpose, and no matrix of weights is moved."""
    run = loss_mismatch()
    (segment,) = run.segments
    delta = (a_parameter("delta", (8, 2), owned=False),)
    looks = [look._replace(parameters=delta) for look in segment.looks]
    attack = replace(run, segments=(replace(segment, looks=tuple(looks)),))
    assert findings(RULE, attack) == []


@pytest.mark.parametrize(("part", "fires"), [(1.0, False), (-1.0, True), (None, True)])
def test_loss_mismatch_believes_the_part_of_a_loss_before_its_gradient(
    part: float | None, fires: bool
):
    """The logarithm of a cross-entropy by hand stands below its minus."""
    reversed_ = loss_mismatch()
    looks = [
        look._replace(losses=tuple(loss._replace(part=part) for loss in look.losses))
        for look in reversed_.segments[0].looks
    ]
    told = replace(reversed_, segments=(replace(reversed_.segments[0], looks=tuple(looks)),))
    assert bool(findings(RULE, told)) is fires


@pytest.mark.parametrize(("part", "fires"), [(1.0, True), (-1.0, False)])
def test_loss_mismatch_knows_an_optimizer_that_climbs(part: float, fires: bool):
    """Of a loss with a minus sign it makes the error smaller, as it should be."""
    climbing = an_optimizer(kind="Adam", groups=(a_group(1e-3, maximize=True),))
    run = each_look(
        loss_mismatch(),
        lambda look: look._replace(
            optimizers=(climbing,), losses=tuple(x._replace(part=part) for x in look.losses)
        ),
    )
    found = findings(RULE, run)
    assert bool(found) is fires
    assert all("maximize=True" in one.because for one in found)
    assert all(one.remedies[0].code.startswith("optimizer = torch.optim.Adam(") for one in found)


def test_loss_mismatch_is_silent_where_the_gradient_pulls_down():
    assert findings(RULE, run(learning(), "mse_loss", value=0.5)) == []


@pytest.mark.parametrize(("scores", "fires"), [(1, True), (2, False)])
def test_loss_mismatch_wants_more_than_one_class_for_a_cross_entropy(scores: int, fires: bool):
    world = run(level(0.0), "cross_entropy", fed_shape=(SAMPLES, scores), target=None)
    assert bool(findings(RULE, world)) is fires


def test_loss_mismatch_sees_a_softmax_over_single_scores_of_a_batch():
    world = run(level(4.0), "cross_entropy", fed_shape=(SAMPLES,), target=None)
    assert the_finding(RULE, world).headline == "cross-entropy over one single class"


@pytest.mark.parametrize(("straight", "fires"), [(0.11, True), (0.32, True), (0.34, False)])
def test_loss_mismatch_tells_names_from_a_quantity_by_the_line_of_their_means(
    straight: float, fires: bool
):
    assert bool(findings(RULE, numbers(straight))) is fires


def test_loss_mismatch_counts_class_numbers_that_are_told_apart_as_a_note():
    assert the_finding(RULE, numbers(0.1, 0.06)).severity is Severity.NOTE
    assert the_finding(RULE, numbers(0.1, 0.07)).severity is Severity.ERROR


def test_loss_mismatch_does_not_order_classes_that_hardly_differ():
    assert findings(RULE, numbers(0.1, between=5.0)) == []


@pytest.mark.parametrize(("end", "fires"), [(0.5, True), (0.46, True), (0.44, False), (0.1, False)])
def test_loss_mismatch_wants_absolute_errors_on_labels_to_beat_the_majority(
    end: float, fires: bool
):
    labels = statistics(math.sqrt(0.5), 0.5, minimum=0.0, maximum=1.0, zero_fraction=0.5)
    assert bool(findings(RULE, run(level(end), "l1_loss", target=labels))) is fires


def test_loss_mismatch_lets_absolute_errors_be_taken_of_quantities():
    fractions = statistics(0.57, 0.5, minimum=0.0, maximum=1.0)
    assert findings(RULE, run(level(0.5), "l1_loss", target=fractions)) == []


@pytest.mark.parametrize(("least", "zeros", "fires"), [(0.0, 0.5, True), (-1.0, 0.0, False)])
def test_loss_mismatch_wants_signed_labels_for_a_soft_margin(
    least: float, zeros: float, fires: bool
):
    labels = statistics(0.7, 0.5, minimum=least, maximum=1.0, zero_fraction=zeros)
    assert bool(findings(RULE, run(level(), "soft_margin_loss", target=labels))) is fires


@pytest.mark.parametrize("missing", ["loss functions", "operations", "gradients", "a second look"])
def test_loss_mismatch_says_nothing_of_a_sign_that_it_can_not_see(missing: str):
    assert findings(RULE, without(missing, loss_mismatch())) == []


def test_loss_mismatch_lets_one_of_two_losses_be_subtracted():
    chain = changed(
        operations(), "binary_cross_entropy_with_logits", gradient=statistics(1.0, -1.0)
    )
    both = (a_loss("mse_loss", value=1.0), a_loss(value=0.5))
    assert findings(RULE, a_recording(a_run(learning(), operations=chain, losses=both))) == []


ONE_HOT = statistics(0.2**0.5, 0.2, count=SAMPLES, minimum=0.0, maximum=1.0, zero_fraction=0.8)


def squared_softmax(course: list[float], kind: str = "softmax", **loss: Any) -> Recording:
    chain = with_head(kind, dim=1)
    chain = (*chain[:5], chain[5]._replace(shape=(SAMPLES, 5)), *chain[6:])
    told = {"head": 5, "target": ONE_HOT, "fed_shape": (SAMPLES, 5)} | loss
    return run(course, "mse_loss", chain, **told)


def test_loss_mismatch_warns_of_a_squared_error_of_a_softmax_that_does_not_learn():
    found = the_finding(RULE, squared_softmax(level(0.16)))
    assert found.severity is Severity.WARNING
    assert found.headline == "a softmax over 5 classes is trained by a squared error"
    assert findings(RULE, squared_softmax(learning())) == []


@pytest.mark.parametrize(
    "differs",
    [
        {"kind": "sigmoid"},
        {"target": statistics(0.3, 0.2, minimum=0.0, maximum=1.0)},
        {"fed_shape": (SAMPLES,)},
    ],
    ids=["each output for itself", "targets that are shares", "one output a sample"],
)
def test_loss_mismatch_lets_other_squared_errors_be(differs: dict[str, Any]):
    assert findings(RULE, squared_softmax(level(0.16), **differs)) == []


CLASSES = 10


def marking(a_row: float) -> Statistics:
    """Zeros and ones for ten classes, of which so many a row are ones."""
    share = a_row / CLASSES
    return statistics(
        math.sqrt(share),
        share,
        count=SAMPLES * CLASSES,
        minimum=0.0,
        maximum=1.0,
        zero_fraction=1 - share,
    )


def shares(target: Statistics | None, **fields: Any) -> Loss:
    """A cross-entropy over ten classes, whose targets are a number for each class."""
    shape = {"fed_shape": (SAMPLES, CLASSES), "target_shape": (SAMPLES, CLASSES)}
    return a_loss("cross_entropy", target=target, **(shape | fields))


def worth(value: float, rows: float) -> Loss:
    """Of this mean, over targets that mark so many classes a row."""
    return shares(marking(rows), value=value)


def marked(*rows: float, course: list[float] | None = None) -> Recording:
    """Looks at batches that mark so many classes a row, in turn."""
    course = level(3.0) if course is None else course
    seen = [
        a_look(step, loss=course[step], losses=(worth(course[step], rows[step % len(rows)]),))
        for step in range(8)
    ]
    return a_recording(a_segment(seen, course))


def test_loss_mismatch_lets_a_loss_share_a_row_among_its_marks():
    (segment,) = marked(1.5, 2.5).segments
    shared = tuple(look._replace(loss=look.loss / 2) for look in segment.looks)
    assert findings(RULE, a_recording(replace(segment, looks=shared))) == []


def test_loss_mismatch_says_how_many_classes_a_row_of_a_softmax_is_to_have():
    found = the_finding(RULE, marked(1.5, 2.5))
    assert found.severity is Severity.ERROR
    assert found.headline == (
        "cross-entropy over classes, of which a sample may have several, or none"
    )
    assert "The targets mark 1.5 to 2.5 classes a row" in found.because
    assert found.observed == {"classes_marked_a_row": pytest.approx(2.5)}
    assert found.expected == {"classes_marked_a_row": 1.0}
    assert "F.binary_cross_entropy_with_logits(scores, targets)" in found.remedies[0].code


def test_loss_mismatch_warns_of_rows_of_several_classes_in_a_run_that_learns():
    some = [2.3 * (0.5 + 0.5 * 0.9**step) for step in range(100)]
    assert the_finding(RULE, marked(2.5, 0.5, course=some)).severity is Severity.WARNING


def test_loss_mismatch_only_notes_rows_of_clicks():
    """Each row has some: draws from one softmax, as recommenders are trained on."""
    some = [2.3 * (0.5 + 0.5 * 0.9**step) for step in range(100)]
    assert the_finding(RULE, marked(2.5, 1.5, course=some)).severity is Severity.NOTE


@pytest.mark.parametrize(
    ("rows", "fires"),
    [
        ((1.0,), False),
        ((0.9, 1.0), False),
        ((0.6, 0.9), False),
        ((1.02,), True),
        ((0.9, 1.1), True),
    ],
    ids=["one each", "some masked", "many masked", "a few have two", "none or several"],
)
def test_loss_mismatch_lets_rows_mark_one_class_or_none(rows: tuple[float, ...], fires: bool):
    assert bool(findings(RULE, marked(*rows))) is fires


@pytest.mark.parametrize(("end", "fires"), [(0.22, False), (0.24, True)])
def test_loss_mismatch_is_silent_on_rows_of_several_classes_that_were_found(
    end: float, fires: bool
):
    """A tenth of ln 10, what a constant costs, is 0.23."""
    course = [2.4] * 10 + [end] * 90
    assert bool(findings(RULE, marked(1.02, course=course))) is fires


def test_loss_mismatch_is_silent_on_soft_labels():
    soft = statistics(0.29, 0.1, minimum=0.01, maximum=0.91, count=SAMPLES * CLASSES)
    mixed = statistics(0.27, 0.1, minimum=0.0, maximum=1.0, count=SAMPLES * CLASSES)
    for target in (soft, mixed):
        world = a_recording(a_run(level(2.3), losses=(shares(target),)))
        assert findings(RULE, world) == []


def test_loss_mismatch_wants_to_see_the_rows_of_every_look():
    world = marked(2.5)
    (segment,) = world.segments
    *looks, last = segment.looks
    blind = last._replace(losses=(shares(None),))
    assert findings(RULE, a_recording(a_segment([*looks, blind], level(3.0)))) == []


Loss_of = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def by_hand(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return -(targets * F.log_softmax(scores, -1)).sum() / targets[..., 0].numel()


def trained(
    folder: Path, x: torch.Tensor, targets: torch.Tensor, loss_of: Loss_of = F.cross_entropy
) -> Recording:
    """A net that learns to give ten scores."""
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, CLASSES))

    def train() -> None:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
        for _ in range(40):
            optimizer.zero_grad()
            loss_of(net(x), targets).backward()
            optimizer.step()

    return watched(train, folder)


@pytest.fixture
def inputs() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(SAMPLES, 8)


def one_hot(x: torch.Tensor) -> torch.Tensor:
    """Of eight classes by the signs of three features, two that never come."""
    return F.one_hot((x[..., :3] > 0).long() @ torch.tensor([1, 2, 4]), CLASSES).float()


@pytest.mark.parametrize("loss_of", [F.cross_entropy, by_hand], ids=["built in", "by hand"])
def test_loss_mismatch_reads_the_rows_of_several_classes_of_a_real_net(
    loss_of: Loss_of, inputs: torch.Tensor, tmp_path: Path
):
    targets = (torch.randn(SAMPLES, CLASSES) + inputs[:, :1] > 0.3).float()
    recording = trained(tmp_path, inputs, targets, loss_of)
    (look, *_) = recording.segments[0].looks
    (loss,) = look.losses
    assert loss.target is not None
    assert loss.target.mean == pytest.approx(targets.mean().item())
    assert loss.target.rms == pytest.approx(targets.square().mean().sqrt().item())
    assert (loss.target.minimum, loss.target.maximum) == (0.0, 1.0)
    assert loss.target_shape == (SAMPLES, CLASSES)
    assert loss.value == pytest.approx(look.loss, rel=1e-5)
    found = the_finding(RULE, recording)
    assert found.observed["classes_marked_a_row"] == pytest.approx(targets.sum(1).mean().item())
    assert found.source is not None
    assert found.source.startswith("test_loss_mismatch.py")


@pytest.mark.parametrize(
    "soften",
    [
        lambda hot: hot,
        lambda hot: 0.9 * hot + 0.1 / CLASSES,
        lambda hot: 0.3 * hot + 0.7 * hot.flip(0),
        lambda hot: hot * (torch.arange(SAMPLES) % 4 > 0)[:, None],
    ],
    ids=["one-hot", "label smoothing", "mixup", "masked rows"],
)
def test_loss_mismatch_is_silent_on_shares_of_one_whole_in_a_real_net(
    soften: Callable[[torch.Tensor], torch.Tensor], inputs: torch.Tensor, tmp_path: Path
):
    targets = soften(one_hot(inputs))
    recording = trained(tmp_path, inputs, targets)
    (loss,) = recording.segments[0].looks[0].losses
    assert loss.target is not None
    assert loss.target.mean == pytest.approx(targets.mean().item(), rel=1e-5)
    assert findings(RULE, recording) == []


def test_loss_mismatch_is_silent_on_classes_that_come_last_in_a_sequence(
    inputs: torch.Tensor, tmp_path: Path
):
    """Each of 16 steps has one of ten classes: the second dimension holds no classes."""
    x = inputs.reshape(4, 16, 8)
    recording = trained(tmp_path, x, one_hot(x), by_hand)
    assert recording.segments[0].looks[0].losses[0].function == "cross_entropy"
    assert findings(RULE, recording) == []


@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_loss_mismatch_is_silent_on_a_supervised_contrast(
    temperature: float, inputs: torch.Tensor, tmp_path: Path
):
    """Each row is shared among all that are of its class, and divided by how many they are."""
    same = one_hot(inputs) @ one_hot(inputs).T

    def contrast(z: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        z = F.normalize(z, dim=1)
        alike = z @ z.T if temperature == 1.0 else z @ z.T / temperature
        return -((mask * F.log_softmax(alike, 1)).sum(1) / mask.sum(1)).mean()

    assert findings(RULE, trained(tmp_path, inputs, same, contrast)) == []
