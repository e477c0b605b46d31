"""The rule excessive-weight-decay."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import GroupLook, Look, OptimizerLook, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.constants import constant_prediction
from torchvitals.rules.evidence.course import FAR, Course, course_of
from torchvitals.rules.evidence.decay import Penalty, alone, penalty_of
from torchvitals.rules.evidence.optimizers import all_optimizers, is_adaptive
from torchvitals.rules.evidence.travel import integral
from torchvitals.words import say

_SHRUNK = Threshold(
    math.exp(-1.0),
    "of the RMS at first",
    "convention",
    "training moves the size of weights far less, unless something pulls",
)
_FORGOTTEN = Threshold(
    1.0,
    "decay rate times steps",
    "theorem",
    "what no gradient holds shrinks by exp(-lr wd steps): below 1 that is less than by e",
)
_STRONGER = Threshold(
    1.0, "pull of the decay over the gradient", "theorem", "the stronger one decides the direction"
)
_RULING = Threshold(
    2.0,
    "pull of the decay over the gradient",
    "convention",
    "at rest the two are equal, and a batch adds its noise to the gradient",
)
_STARVED = Threshold(
    0.01,
    "pull of the decay over the largest gradient at first",
    "convention",
    "two orders below the gradient where it arrives: it rules only where none arrives",
)
_HARMED = Threshold(
    0.8,
    "of the loss of a constant prediction",
    "convention",
    "what is left of the net explains less than a fifth",
)
_DECOUPLED = frozenset({"AdamW"})


@final
@dataclass(frozen=True)
class ExcessiveWeightDecay(Rule):
    """Weight decay pulls harder than the data: the weights shrink until nothing is left to learn.

    What it detects:
        Weights that shrank by more than e over the run, under a decay strong enough to do it, while
        the loss on the data is about what a constant prediction costs; or weights that shrink to
        the end, against the gradient, in a net that learned less than half. The decay may be an
        optimizer's weight_decay or a penalty that was added to the loss.

    Why it is bad:
        Each step takes lr times wd of every weight. Where the gradient of the data gives less
        back, the output shrinks toward a constant; in a deep net each layer shrinks the gradient
        of the others, and the collapse speeds up.

    Evidence:
        The size of each weight over the run; weight_decay against the gradients, or the part of the
        loss that is a sum over weights; the loss without that part.

    Threshold:
        Half of the matrices below 1/e of their first RMS; lr times wd times steps above 1, or a
        pull above the gradient; a loss on the data above 0.8 of that of a constant. Above half of
        that, where the pull is twice the gradient of a batch to the end.

    Remedy:
        Divide the decay by ten until the weights hold; 1e-4 to 1e-2 is usual.

    When it is not a fault:
        Weights that shrink in a net that learns, as under normalisation layers, where their size
        does not matter; labels of which little can be learned, without decay.

    References:
        Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization; Krogh and Hertz 1992.
    """

    name: ClassVar[str] = "excessive-weight-decay"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "learning-rate-too-high",  # a decay of a tenth a step moves weights by a tenth
            "learning-rate-too-low",
            "no-update",
            "not-learning",
            "vanishing-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short or course.adversarial or course.first_nonfinite is not None:
            return
        shrunk = _shrunk(segment)
        if shrunk is None or not shrunk.ratio < 1:
            return
        pull, least = _ruling_pull(segment), FAR.value
        if pull is None and shrunk.ratio < _SHRUNK.value:
            pull, least = _optimizer_pull(segment) or _penalty_pull(segment), _HARMED.value
        left = None if pull is None else _left(segment, course, pull.penalty)
        if pull is not None and left is not None and left.share >= least:
            yield _finding(segment, shrunk, pull, left)


class _Shrunk(NamedTuple):
    """What the weight in the middle kept of its RMS, and the one that kept least."""

    ratio: float
    name: str
    first: float
    last: float


def _shrunk(segment: Segment) -> _Shrunk | None:
    seen: dict[str, list[ParameterLook]] = {}
    for look in segment.looks:
        for p in look.parameters:
            if look.crash is None and p.gradient is not None and len(p.shape) > 1:
                seen.setdefault(p.name, []).append(p)
    kept = [
        (rows[-1].weight.rms / rows[0].weight.rms, rows)
        for rows in seen.values()
        if rows[0].weight.rms > 0 and not rows[-1].weight.nonfinite
    ]
    if not kept:
        return None
    least, rows = min(kept, key=lambda entry: entry[0])
    middle = statistics.median_low([ratio for ratio, _ in kept])
    return _Shrunk(max(middle, least), rows[0].name, rows[0].weight.rms, rows[-1].weight.rms)


class _Pull(NamedTuple):
    """What pulls the weights to zero, and how strongly."""

    optimizer: OptimizerLook | None
    penalty: Penalty | None
    decay: float
    over_gradient: float | None


def _optimizer_pull(segment: Segment) -> _Pull | None:
    for optimizer in all_optimizers(segment):
        for group in optimizer.groups:
            if not group.weight_decay:
                continue
            first = segment.looks[: max(len(segment.looks) // 2, 1)]
            ratio = _over_gradient(first, optimizer.number, group.weight_decay)
            if _is_strong(segment, optimizer, group, ratio):
                return _Pull(optimizer, None, group.weight_decay, ratio)
    return None


def _ruling_pull(segment: Segment) -> _Pull | None:
    """A decay that to the end decides where most weights go, whatever the data say, under an
    optimizer that makes as long a step of it as of a gradient.

    At rest it and the gradient are equal; what outweighs even the gradient of a single batch, of
    which most is noise, still shrinks them.
    """
    for optimizer in all_optimizers(segment):
        for group in optimizer.groups:
            decay = group.weight_decay
            coupled = is_adaptive(optimizer.kind) and optimizer.kind not in _DECOUPLED
            if not decay or not coupled:
                continue
            late = segment.looks[len(segment.looks) // 2 :]
            ratio = _over_gradient(late, optimizer.number, decay) or 0.0
            if ratio > _RULING.value and not _starved(segment, optimizer.number, decay):
                return _Pull(optimizer, None, decay, ratio)
    return None


def _is_strong(
    segment: Segment, optimizer: OptimizerLook, group: GroupLook, ratio: float | None
) -> bool:
    """Whether this decay can have shrunk the weights by e within the run."""
    if is_adaptive(optimizer.kind) and optimizer.kind not in _DECOUPLED:  # its step is lr's alone
        strong = ratio is not None and ratio > _STRONGER.value
        return strong and not _starved(segment, optimizer.number, group.weight_decay or 0.0)
    momentum = 0.0 if optimizer.kind in _DECOUPLED else group.momentum or 0.0
    rates = [
        (look.step, max(g.lr for g in o.groups))
        for look in segment.looks
        for o in look.optimizers
        if o.number == optimizer.number and o.groups
    ]
    spent = integral(rates, segment.steps) * (group.weight_decay or 0.0) / max(1 - momentum, 1e-3)
    return spent > _FORGOTTEN.value


def _starved(segment: Segment, number: int, decay: float) -> bool:
    """At first the decay was nothing beside the gradient of those that get one: the others shrink
    under any decay, as Adam divides what little reaches them by itself.
    """
    held = [
        p for p in segment.looks[0].parameters if p.optimizer == number and p.gradient is not None
    ]
    matrices = [p.weight.rms for p in held if len(p.shape) > 1]
    largest = max((p.gradient.rms for p in held if p.gradient is not None), default=0.0)
    return bool(matrices) and decay * statistics.median(matrices) < _STARVED.value * largest


def _over_gradient(looks: tuple[Look, ...], number: int, decay: float) -> float | None:
    """Decay times weight over gradient, of the weight in the middle, over some looks."""
    ratios = [
        decay * p.weight.rms / p.gradient.rms
        for look in looks
        for p in look.parameters
        if p.optimizer == number
        and len(p.shape) > 1
        and p.gradient is not None
        and p.gradient.rms > 0
    ]
    return statistics.median(ratios) if ratios else None


def _penalty_pull(segment: Segment) -> _Pull | None:
    """A penalty that is most of the loss at first."""
    penalty = penalty_of(segment)
    if penalty is None:
        return None
    first = segment.looks[0]
    if penalty.factor * penalty.of(first) < first.loss / 2:
        return None
    return _Pull(None, penalty, penalty.factor, None)


class _Left(NamedTuple):
    """The loss on the data at the end, and that of a constant prediction."""

    loss: float
    constant: float

    @property
    def share(self) -> float:
        return self.loss / self.constant if self.constant > 0 else 0.0


def _left(segment: Segment, course: Course, penalty: Penalty | None) -> _Left | None:
    if penalty is None:
        constant = course.start if course.chance is None else min(course.start, course.chance)
        return _Left(course.end, constant)
    levels = [level for _, loss in alone(segment) if (level := constant_prediction(loss))]
    late = [
        loss.value
        for look, loss in alone(segment)
        if look.step >= segment.steps / 2 and loss.value is not None
    ]
    return _Left(statistics.median(late), statistics.fmean(levels)) if levels and late else None


def _finding(segment: Segment, shrunk: _Shrunk, pull: _Pull, left: _Left) -> Finding:
    source = None
    if pull.optimizer is not None:
        source = pull.optimizer.source
    else:
        source = next((x.source for k in segment.looks for x in k.losses if x.source), None)
    return Finding(
        rule="excessive-weight-decay",
        severity=Severity.ERROR,
        headline=_headline(pull),
        because=_because(shrunk, pull, left),
        confidence=0.95,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=(shrunk.name.rsplit(".", 1)[0],) if shrunk.name else (),
        source=source,
        observed={
            "decay": pull.decay,
            "weight_rms_at_first": shrunk.first,
            "weight_rms_at_last": shrunk.last,
            "pull_over_gradient": pull.over_gradient,
            "loss_on_the_data": left.loss,
        },
        expected={
            "pull_over_gradient_below": _STRONGER.value,
            "loss_on_the_data_below": left.constant,
        },
        remedies=(_remedy(pull),),
        segment=segment.record.number,
    )


def _headline(pull: _Pull) -> str:
    if pull.optimizer is not None:
        return say(
            "weight_decay = {decay:g} shrinks the weights faster than the data can hold them",
            decay=pull.decay,
        )
    squares = pull.penalty is None or pull.penalty.squares
    absolute = pull.penalty is not None and pull.penalty.absolute
    what = say("squares") if squares else say("norms")
    what = say("absolute values") if absolute else what
    return say(
        "the penalty of {decay:.3g} times the {what} of the weights outweighs the data",
        decay=pull.decay,
        what=what,
    )


def _because(shrunk: _Shrunk, pull: _Pull, left: _Left) -> str:
    text = say(
        "{name} went from an RMS of {first:.2g} to {last:.2g}, and half of the weights "
        "below {ratio:.2g} of what they were.",
        name=shrunk.name or say("The weights"),
        first=shrunk.first,
        last=shrunk.last,
        ratio=shrunk.ratio,
    )
    if pull.over_gradient is not None:
        text += say(
            " The decay pulls {over_gradient:.2g} times as strongly as the gradient does.",
            over_gradient=pull.over_gradient,
        )
    return say(
        "{text} What is left of the net costs {loss:.3g} on the data, where a constant "
        "prediction costs {constant:.3g}.",
        text=text,
        loss=left.loss,
        constant=left.constant,
    )


def _remedy(pull: _Pull) -> Remedy:
    lower = min(pull.decay / 100, 1e-2)
    if pull.optimizer is not None:
        rate = pull.optimizer.groups[0].lr if pull.optimizer.groups else 1e-3
        code = (
            f"optimizer = torch.optim.{pull.optimizer.kind}(model.parameters(), lr={rate:g}, "
            f"weight_decay={lower:.0e})"
        )
    else:
        code = say(
            "loss = data_loss + {lower:.0e} * penalty   # was {decay:.3g}",
            lower=lower,
            decay=pull.decay,
        )
    return Remedy("lower-decay", "trial", say("Decay the weights a hundred times less."), code)
