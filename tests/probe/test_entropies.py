"""Cross-entropies as people write them, against those of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.probe.watched import only, watched
from torchvitals.record.look import Look, Loss

ROWS, CLASSES = 30, 5
Written = Callable[[Tensor], Tensor]
"""Of scores (rows, classes) a loss."""


def data() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    classes = torch.arange(ROWS) % CLASSES
    inputs = torch.randn(ROWS, 8, generator=generator) + F.one_hot(classes, 8)
    return inputs, classes


X, CLASS = data()
ONE_HOT = F.one_hot(CLASS, CLASSES).float()
MARKS = (torch.arange(ROWS * CLASSES).reshape(ROWS, CLASSES) % 3 == 0).float()


def losses_of(written: Written, folder: Path) -> tuple[Loss, ...]:
    """What is recorded of a loss at the first of two steps."""
    return look_at(written, folder).losses


def look_at(written: Written, folder: Path, scores: int = CLASSES) -> Look:
    torch.manual_seed(1)
    layer = nn.Linear(8, scores)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)

    def train() -> None:
        for _ in range(2):
            optimizer.zero_grad()
            written(layer(X)).backward()
            optimizer.step()

    return only(watched(train, folder)).looks[0]


def exponentials(scores: Tensor) -> Tensor:
    above = torch.exp(scores)
    return above / above.sum(1, keepdim=True)


def shares(table: Tensor) -> Tensor:
    return table / table.sum(dim=-1, keepdim=True)


ROW = torch.arange(ROWS)
CROSS_ENTROPIES: dict[str, Written] = {
    "one-hot": lambda z: -(ONE_HOT * torch.log(z.softmax(1))).sum(1).mean(),
    "whole numbers": lambda z: -(ONE_HOT.long() * torch.log(z.softmax(1))).sum(1).mean(),
    "a mask": lambda z: -(torch.log(z.softmax(1)) * ONE_HOT.bool()).sum(1).mean(),
    "minus first": lambda z: (-ONE_HOT * z.softmax(1).log()).sum(1).mean(),
    "guarded by a number": lambda z: -(torch.log(z.softmax(1) + 1e-9) * ONE_HOT).sum() / ROWS,
    "guarded by a clamp": lambda z: torch.mean(
        -torch.sum(ONE_HOT * z.softmax(-1).clamp(1e-9, 1.0).log(), 1)
    ),
    "summed": lambda z: -(ONE_HOT * torch.log(z.softmax(1))).sum(),
    "mean of all": lambda z: -(ONE_HOT * torch.log(z.softmax(1))).mean(),
    "with a penalty": lambda z: (
        -(ONE_HOT * torch.log(z.softmax(1))).sum(1).mean() + 1e-4 * z.pow(2).mean()
    ),
    "softmax by hand": lambda z: -(ONE_HOT * torch.log(exponentials(z))).sum(1).mean(),
    "divided by its sum": lambda z: -(ONE_HOT * torch.log(shares(z.softmax(1)))).sum(1).mean(),
    "divided, guarded, picked": lambda z: (
        -torch.log(shares(z.softmax(-1)).clamp(1e-7, 1 - 1e-7)[ROW, CLASS]).mean()
    ),
    "picked, then log": lambda z: -torch.log(z.softmax(1)[range(ROWS), CLASS]).mean(),
    "log, then picked": lambda z: -torch.log(z.softmax(1))[ROW, CLASS].mean(),
    "gathered": lambda z: -torch.log(z.softmax(1).gather(1, CLASS[:, None]) + 1e-9).mean(),
    "log-softmax, picked": lambda z: -F.log_softmax(z, 1)[ROW, CLASS].mean(),
    "log-softmax, one-hot": lambda z: -(ONE_HOT * F.log_softmax(z, 1)).sum(1).mean(),
    "nll of a logarithm": lambda z: F.nll_loss(torch.log(z.softmax(1)), CLASS),
}


@pytest.mark.parametrize("written", CROSS_ENTROPIES.values(), ids=CROSS_ENTROPIES.keys())
def test_cross_entropy_by_hand_is_told_as_such(written: Written, tmp_path: Path):
    loss = losses_of(written, tmp_path)[0]
    pytorch = losses_of(lambda z: F.cross_entropy(z, CLASS), tmp_path)[0]
    assert loss.function == "cross_entropy"
    assert loss.fed == pytorch.fed
    assert loss.fed_shape == (ROWS, CLASSES)
    assert loss.target is not None
    assert loss.value == pytest.approx(pytorch.value, rel=1e-5)


BINARY: dict[str, Written] = {
    "plain": lambda p: -(MARKS * torch.log(p) + (1 - MARKS) * torch.log(1 - p)).mean(),
    "guarded": lambda p: (
        -(MARKS * torch.log(p + 1e-7) + (1 - MARKS) * torch.log(1 - p + 1e-7)).mean()
    ),
    "a mask": lambda p: -(MARKS.bool() * p.log() + ~MARKS.bool() * (1 - p).log()).mean(),
    "two terms": lambda p: (-MARKS * p.log() - (1 - MARKS) * (1 - p).log()).sum(),
    "two means": lambda p: -(MARKS * p.log()).mean() - ((1 - MARKS) * (1.0 - p).log()).mean(),
}


@pytest.mark.parametrize("clamped", [False, True])
@pytest.mark.parametrize("written", BINARY.values(), ids=BINARY.keys())
def test_binary_cross_entropy_by_hand_is_told_as_such(
    written: Written, clamped: bool, tmp_path: Path
):
    def of_scores(z: Tensor) -> Tensor:
        p = torch.sigmoid(z)
        return written(p.clamp(1e-7, 1 - 1e-7) if clamped else p)

    (loss,) = losses_of(of_scores, tmp_path)
    (pytorch,) = losses_of(lambda z: F.binary_cross_entropy(z.sigmoid(), MARKS), tmp_path)
    assert loss.function == "binary_cross_entropy"
    assert loss.target == pytorch.target
    assert loss.value == pytest.approx(pytorch.value, rel=1e-4)


def test_half_a_binary_cross_entropy_is_a_likelihood_of_no_distribution(tmp_path: Path):
    (loss,) = losses_of(lambda z: -(ONE_HOT * z.sigmoid().log()).sum(1).mean(), tmp_path)
    assert loss.function == "nll_loss"
    assert loss.row_logsumexp is not None
    assert abs(loss.row_logsumexp[0]) > 0.1


def test_logarithms_of_numbers_below_zero_are_told_by_those_numbers(tmp_path: Path):
    (loss,) = losses_of(lambda z: -(ONE_HOT * torch.log(z)).sum(1).mean(), tmp_path)
    assert loss.function == "nll_loss"
    assert loss.fed is not None
    assert loss.fed.minimum < 0
    assert loss.fed.nonfinite == 0


PLAIN: dict[str, Written] = {
    "mean": lambda z: F.mse_loss(z, ONE_HOT),
    "sum": lambda z: F.mse_loss(z, ONE_HOT, reduction="sum") / ROWS,
    "none": lambda z: F.mse_loss(z, ONE_HOT, reduction="none").sum(1).mean(),
    "squares": lambda z: ((z - ONE_HOT) ** 2).sum() / 2,
    "reversed": lambda z: 1 - 0.5 * (ONE_HOT - z).pow(2).mean() - 1,
    "absolute": lambda z: 3 * (z - ONE_HOT).abs().mean(1).mean(),
    "rows left out": lambda z: F.cross_entropy(z, CLASS.masked_fill(CLASS == 0, -100)),
    "summed": lambda z: F.cross_entropy(z, CLASS, reduction="sum"),
    "shares of the classes": lambda z: F.cross_entropy(z, ONE_HOT, label_smoothing=0.1),
    "with logits": lambda z: 0.1 * F.binary_cross_entropy_with_logits(z, MARKS),
}


@pytest.mark.parametrize("written", PLAIN.values(), ids=PLAIN.keys())
def test_part_of_a_loss_in_that_of_the_step(written: Written, tmp_path: Path):
    assert_whole(look_at(written, tmp_path))


def assert_whole(look: Look) -> None:
    """The loss of the step is the part times the value of its one loss function."""
    (loss,) = look.losses
    assert loss.part is not None
    assert loss.value is not None
    assert loss.part * loss.value == pytest.approx(look.loss, rel=1e-4)


@pytest.mark.parametrize("name", sorted(CROSS_ENTROPIES.keys() - {"with a penalty"}))
def test_part_of_a_cross_entropy_by_hand(name: str, tmp_path: Path):
    assert_whole(look_at(CROSS_ENTROPIES[name], tmp_path))


@pytest.mark.parametrize("name", BINARY)
def test_part_of_a_binary_cross_entropy_by_hand(name: str, tmp_path: Path):
    assert_whole(look_at(lambda z: BINARY[name](z.sigmoid()), tmp_path))


def test_part_is_what_a_loss_has_beside_others(tmp_path: Path):
    (loss,) = losses_of(CROSS_ENTROPIES["with a penalty"], tmp_path)
    assert loss.part == pytest.approx(1.0)
    assert not loss.whole


def test_part_is_unknown_where_entries_are_weighed(tmp_path: Path):
    weights = torch.linspace(0.5, 2, CLASSES)
    (loss,) = losses_of(lambda z: F.cross_entropy(z, CLASS, weight=weights), tmp_path)
    assert loss.part is None


WEIGHTS = torch.linspace(-1, 1, ROWS)
OTHERS: dict[str, Written] = {
    "choices weighed by rewards": lambda z: -(z.softmax(1).log()[ROW, CLASS] * WEIGHTS).mean(),
    "focal": lambda z: -(ONE_HOT * (1 - z.softmax(1)) ** 2 * z.softmax(1).log()).sum(1).mean(),
    "a rate of counts": lambda z: (z.exp() - CLASS[:, None] * z.exp().log()).mean(),
    "log-sigmoid beside it": lambda z: (
        -(ONE_HOT * z.sigmoid().log() + (1 - ONE_HOT) * F.logsigmoid(-z)).sum(1).mean()
    ),
    "weighed labels": lambda z: (
        -(3 * MARKS * z.sigmoid().log() + (1 - MARKS) * (1 - z.sigmoid()).log()).mean()
    ),
    "both sides of a matrix": lambda z: (
        -(
            z[:CLASSES].softmax(0)[ROW[:CLASSES], CLASS[:CLASSES]].log().mean()
            + z[:CLASSES].softmax(1).max(1).values.mean()
        )
    ),
    "other rows picked": lambda z: -z.softmax(1).log()[ROW.flip(0), CLASS].mean(),
}


@pytest.mark.parametrize("written", OTHERS.values(), ids=OTHERS.keys())
def test_what_is_weighed_otherwise_is_no_cross_entropy(written: Written, tmp_path: Path):
    assert losses_of(written, tmp_path) == ()


ACROSS: dict[str, Written] = {
    "PyTorch's": lambda z: -z.softmax(0)[ROW, CLASS].log().mean(),
    "by hand": lambda z: -(z.exp() / z.exp().sum(0))[ROW, CLASS].log().mean(),
    "gathered, summed": lambda z: -z.softmax(0).gather(1, CLASS[:, None]).log().sum(),
}


@pytest.mark.parametrize("written", ACROSS.values(), ids=ACROSS.keys())
def test_probabilities_over_the_rows_that_are_picked_by_class(written: Written, tmp_path: Path):
    """They compete with one another: the sum of each class's, which two rows share, is 1."""
    look = look_at(written, tmp_path)
    assert look.losses[0].function == "nll_loss"
    assert look.losses[0].prediction_shape == (ROWS, CLASSES)
    assert_whole(look)


SHARES: dict[str, Written] = {
    "picked": lambda z: -torch.log(shares(z.sigmoid())[ROW, CLASS]).mean(),
    "guarded, picked": lambda z: (
        -torch.log(shares(z.sigmoid()).clamp(1e-7, 1 - 1e-7))[ROW, CLASS].mean()
    ),
    "one-hot": lambda z: -(ONE_HOT * torch.log(shares(z.sigmoid()))).sum(1).mean(),
}


@pytest.mark.parametrize("written", SHARES.values(), ids=SHARES.keys())
def test_rows_that_were_divided_by_their_sums(written: Written, tmp_path: Path):
    """As Keras' categorical cross-entropy does with whatever activation stands last."""
    look = look_at(written, tmp_path)
    pytorch = losses_of(lambda z: F.nll_loss(torch.log(shares(z.sigmoid())), CLASS), tmp_path)[0]
    (loss,) = look.losses
    assert loss.function == pytorch.function == "nll_loss"
    assert loss.fed == pytorch.fed
    assert_whole(look)


def ctc(log_probabilities: Tensor) -> Tensor:
    """Five sequences of five or six times, each of two labels."""
    lengths = torch.tensor([6, 5, 6, 5, 6])
    table = log_probabilities.reshape(6, 5, CLASSES)
    targets = torch.tensor([1, 2, 3, 4, 2, 1, 4, 3, 1, 3])
    return F.ctc_loss(table, targets, lengths, torch.full((5,), 2))


def padded(log_probabilities: Tensor) -> Tensor:
    """Zeros stand where a sequence has ended: in none of the rows that count."""
    kept = torch.ones(6, 5, 1)
    kept[5, 1::2] = 0
    return (log_probabilities.reshape(6, 5, CLASSES) * kept).reshape(-1, CLASSES)


@pytest.mark.parametrize(
    ("written", "normed"),
    [
        (ctc, False),
        (lambda z: ctc(z.softmax(1)), False),
        (lambda z: ctc(z.log_softmax(1)), True),
        (lambda z: ctc(padded(z.log_softmax(1))), True),
    ],
    ids=["scores", "softmax", "log-softmax", "padded"],
)
def test_the_rows_of_a_ctc_loss_are_told(written: Written, normed: bool, tmp_path: Path):
    (loss,) = losses_of(written, tmp_path)
    assert loss.function == "ctc_loss"
    assert loss.row_logsumexp is not None
    assert (max(map(abs, loss.row_logsumexp)) < 1e-5) is normed


def test_a_binary_cross_entropy_by_hand_is_told_whatever_its_targets(tmp_path: Path):
    def written(z: Tensor) -> Tensor:
        share, labels = z[:, :1].sigmoid().clamp(1e-7, 1 - 1e-7), CLASS[:, None].float()
        return -(labels * share.log() + (1 - labels) * (1 - share).log()).mean()

    look = look_at(written, tmp_path)
    (loss,) = look.losses
    assert (loss.function, look.opaque) == ("binary_cross_entropy", ())
    assert loss.target is not None
    assert loss.target.maximum == CLASSES - 1
    assert loss.value == pytest.approx(look.loss, rel=1e-5)


def across_rows(scores: Tensor) -> Tensor:
    above = torch.exp(scores - scores.max(dim=0, keepdim=True).values)
    return above / above.sum(dim=0, keepdim=True)


@pytest.mark.parametrize("penalty", [0.0, 0.1])
@pytest.mark.parametrize("softmax", [across_rows, lambda scores: F.softmax(scores, 0)])
def test_marks_of_classes_tell_of_a_softmax_over_the_rows(
    softmax: Written, penalty: float, tmp_path: Path
):
    def written(scores: Tensor) -> Tensor:
        shared = softmax(scores).clamp(1e-32, 1.0)
        return -(ONE_HOT * shared.log()).sum(1).mean() + penalty * scores.square().mean()

    look = look_at(written, tmp_path)
    (loss,) = (found for found in look.losses if found.function == "nll_loss")
    head = next(o for o in look.operations if o.index == loss.head)
    assert (head.kind, head.dim) == ("softmax", 0)


def test_what_contrasts_both_sides_of_a_square_is_no_loss_of_classes(tmp_path: Path):
    def written(scores: Tensor) -> Tensor:
        same = torch.eye(ROWS)
        table = scores @ scores.T
        rows, columns = F.softmax(table, 1), F.softmax(table, 0)
        return -((same * rows.log()).sum(1).mean() + (same * columns.log()).sum(1).mean()) / 2

    functions = [loss.function for loss in losses_of(written, tmp_path)]
    assert functions == ["cross_entropy"]
