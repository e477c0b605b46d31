"""The rule unscaled-target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np

from torchvitals.record.look import Look, Loss, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.data.unscaled_input import relief
from torchvitals.rules.evidence.chain import longest_chain, operation_at
from torchvitals.rules.evidence.course import FAR_ABOVE, Course, course_of
from torchvitals.rules.evidence.optimizers import is_adaptive, main_group
from torchvitals.rules.evidence.overshoot import overshoots
from torchvitals.rules.evidence.places import named, source_of_loss
from torchvitals.theory.stability import limit_factor
from torchvitals.words import Words, say

_REGRESSIONS = frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"})
_BOUNDED = frozenset({"relu", "sigmoid", "softmax", "tanh", "hardtanh", "hardsigmoid"})
_FAR = Threshold(
    10.0,
    "times the size of the first predictions",
    "theorem",
    "default weights on standardised inputs give outputs whose RMS lies below 1",
)
_HALF_WAY = Threshold(
    0.5,
    "share of the targets' size",
    "convention",
    "predictions that have come half the way are held back by something else",
)
_GROWN = Threshold(
    2.0, "times the first predictions", "convention", "outputs that grow all along are on the way"
)
_THERE = Threshold(
    2.0,
    "times the loss of a constant prediction",
    "convention",
    "what is left of the way is less than the spread of the targets",
)
_SPENT = Threshold(
    0.1, "of the run", "convention", "on the way to the mean; a last bias begun there has none"
)
_LEAP = Threshold(
    1.0,
    "update over weight, RMS",
    "theorem",
    "a step longer than the weights replaces them",
)
_SANE = Threshold(
    0.1,
    "of the stable rate",
    "convention",
    "a rate that targets of unit size would stand ten times over is no high one",
)
_FIRST_STEPS = 2
_HIDDEN = 2
"""Layers from which the curvature depends on the targets: of one linear layer it does not."""
_INPUTS = 10.0
"""Relief by standardised inputs from which these are to blame, as the rule unscaled-input says."""


@final
@dataclass(frozen=True)
class UnscaledTarget(Rule):
    """The targets lie so far from where the output starts that the run does not get there.

    What it detects:
        Targets more than ten times as large as the first predictions, in a run that ends before its
        predictions have come half the way to them, or whose first steps, driven by errors of that
        size, threw the weights away.

    Why it is bad:
        A fresh net predicts numbers near 0, of size 1. To predict 50,000 its weights have to grow
        that far: with Adam each step moves a weight by the rate, whatever the error; with plain
        descent the first gradients are as many times too large, and the run blows up.

    Evidence:
        Mean and spread of targets and predictions, at the first look and the last; the loss against
        that of the best constant prediction; the length of the first steps.

    Threshold:
        Targets of an RMS above 10 and above ten times that of the first predictions, and harm: a
        loss no better than a constant's, with predictions not half way there, or 1.5 times a
        constant's with what is left of the way above the targets' deviation; a mean above ten
        standard deviations, a tenth of the run spent on the way to it, and half of a constant's
        loss left; or a loss that blew up after first steps longer than the weights, which steps as
        many times shorter as the targets are large would not be. Or one that blew up at a rate that
        is below a tenth of the stable one for targets of unit size, and above it for these.

    Remedy:
        Standardise the targets with the training set's mean and deviation, and undo it on the
        predictions; or start the last bias at the mean of the targets.

    When it is not a fault:
        Targets of any size in a run that learns; targets that move, as those of a value function.

    References:
        Bishop 1995, Neural Networks for Pattern Recognition, section 8.2; LeCun et al. 1998,
        section 4.5 (choosing target values); Mulayoff and Michaeli 2020 (the flattest minima of
        deep linear networks).
    """

    name: ClassVar[str] = "unscaled-target"
    family: ClassVar[str] = "data"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "learning-rate-too-low",
            "nonfinite-values",
            "not-learning",
            "saturated-activation",
            "vanishing-gradient",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.adversarial or not (course.blown_up or course.far_from_learned):
            return
        for compared in _comparisons(segment):
            finding = _judge(segment, course, compared[0], compared[-1])
            if finding is not None:
                yield finding
                return


def _judge(
    segment: Segment, course: Course, first: _Comparison, last: _Comparison
) -> Finding | None:
    size = first.target.rms
    if size <= _FAR.value * max(first.fed.rms, 1.0):
        return None
    if course.learning and not course.blown_up:
        late = _late(segment, course, first)
        return None if late is None else _finding(segment, first, last, course, late=late)
    if course.blown_up:
        leap = _first_leap(segment)
        if leap is not None and leap > _LEAP.value >= leap / size and _depends(first.look):
            return _finding(segment, first, last, course, leap=leap)
        sharper = None if course.learning else _sharper(segment, first)
        if sharper is not None:
            return _finding(segment, first, last, course, sharper=sharper)
    elif not course.short and (_on_the_way(first, last) or _never_came(course, last)):
        return _finding(segment, first, last, course)
    return None


def _never_came(course: Course, last: _Comparison) -> bool:
    """Whether the run ends before a constant prediction is reached, and its last predictions lie
    below the targets by more than these differ: so much alone costs what a constant does.
    """
    if course.chance is None or course.end <= FAR_ABOVE.value * course.chance:
        return False
    left = abs(last.target.mean) - last.fed.mean * math.copysign(1.0, last.target.mean)
    return left > last.target.std


def _sharper(segment: Segment, first: _Comparison) -> float | None:
    """How many times sharper targets of this size make the flattest minimum, where this takes a
    rate that is no high one past the stability limit; None where it does not.

    L layers that multiply their input by s share it best as its L-th root each, and the curvature
    is then L s^(2 - 2/L), in units of the input's: twice that of a mean of squares. It must explain
    by how much the steps were seen to overshoot first.
    """
    group, layers = main_group(first.look), len(longest_chain(first.look))
    if group is None or is_adaptive(group[0].kind) or not _depends(first.look):
        return None
    unstable = next((over for _, over in overshoots(segment) if over > 1), None)
    limit = limit_factor(group[1].momentum or 0.0, nesterov=group[1].nesterov is True)
    at_unit_size = 2 * layers * group[1].lr / limit
    times = first.target.rms ** (2 - 2 / layers)
    if unstable is None or not at_unit_size <= _SANE.value or at_unit_size * times <= 1:
        return None
    return times if unstable < times else None


def _late(segment: Segment, course: Course, first: _Comparison) -> int | None:
    """The step at which a net that had to travel to far targets came to where a constant would be,
    if that was late in the run.
    """
    series, target = segment.main_loss, first.target
    far = abs(target.mean) > _FAR.value * target.std
    if series is None or course.chance is None or not far:
        return None
    there = np.flatnonzero(series.values < _THERE.value * course.chance)
    step = int(series.steps[there[0]]) if len(there) else None
    return step if step is not None and step > _SPENT.value * segment.steps else None


class _Comparison(NamedTuple):
    look: Look
    loss: Loss
    fed: Statistics
    target: Statistics


def _comparisons(segment: Segment) -> list[list[_Comparison]]:
    """Of each loss that a step sums, its comparisons in the order of the looks."""
    found: dict[int, list[_Comparison]] = {}
    for look in segment.looks:
        for k, loss in enumerate(look.losses if look.crash is None else ()):
            if (compared := _compare(look, loss)) is not None:
                found.setdefault(k, []).append(compared)
    return list(found.values())


def _compare(look: Look, loss: Loss) -> _Comparison | None:
    """Predictions beside targets, where both are known and nothing else keeps them apart."""
    head = operation_at(look, loss.head)
    if loss.function not in _REGRESSIONS or loss.outer or loss.fed is None or loss.target is None:
        return None
    if loss.fed.nonfinite or loss.target.nonfinite:
        return None
    if head is not None and head.kind in _BOUNDED:
        return None
    return _Comparison(look, loss, loss.fed, loss.target)


def _on_the_way(first: _Comparison, last: _Comparison) -> bool:
    """Whether the predictions move towards the targets, and are not half way there."""
    fed, target = last.fed, last.target
    if abs(target.mean) > target.std:
        return fed.mean / target.mean < _HALF_WAY.value
    grown = fed.rms > _GROWN.value * first.fed.rms
    return grown and fed.rms < _HALF_WAY.value * target.rms


def _first_leap(segment: Segment) -> float | None:
    """Largest update over weight among the matrices, at the first step of a plain descent.

    Later steps begin where that one has thrown the weights.
    """
    for look in segment.looks:
        ratios: list[float] = []
        group = main_group(look)
        if look.step > _FIRST_STEPS or group is None or is_adaptive(group[0].kind):
            continue
        for p in look.parameters:
            if len(p.shape) > 1 and p.update_rms is not None and math.isfinite(p.update_rms):
                usual = 1.0 / math.sqrt(3.0 * p.fan_in)
                ratios.append(p.update_rms / max(p.weight.rms, usual))
        if ratios:
            return max(ratios)
    return None


def _depends(look: Look) -> bool:
    """Whether larger targets can make the run unstable where the inputs alone do not."""
    return len(longest_chain(look)) >= _HIDDEN and all(relief(d) < _INPUTS for d in look.data)


def _finding(  # noqa: PLR0913  the last three tell which harm it is
    segment: Segment,
    first: _Comparison,
    last: _Comparison,
    course: Course,
    *,
    leap: float | None = None,
    late: int | None = None,
    sharper: float | None = None,
) -> Finding:
    target = first.target
    head = operation_at(first.look, first.loss.head)
    return Finding(
        rule="unscaled-target",
        severity=Severity.ERROR if late is None else Severity.WARNING,
        headline=say(
            "the targets are out of scale: mean {mean:.3g}, RMS {rms:.3g}, while predictions "
            "start at {start:.3g}",
            mean=target.mean,
            rms=target.rms,
            start=first.fed.rms,
        ),
        because=_why_late(course, late)
        if late is not None
        else _because(last, leap)
        if sharper is None
        else _why_sharper(sharper),
        confidence=0.9,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=named(head.name, head.layer) if head is not None else (),
        source=source_of_loss(segment, first.loss),
        observed={
            "target_mean": target.mean,
            "target_std": target.std,
            "first_prediction_rms": first.fed.rms,
            "last_prediction_mean": last.fed.mean,
            "last_prediction_std": last.fed.std,
        },
        expected={"target_mean": 0.0, "target_std": 1.0},
        remedies=_remedies(),
        segment=segment.record.number,
    )


def _why_late(course: Course, late: int) -> Words:
    return say(
        "It took {late} of {steps} steps to come to where a constant would be, and the weights had "
        "to grow for it. At the end {share:.0%} of a constant's loss is left.",
        late=late,
        steps=course.steps,
        share=course.end / (course.chance or math.inf),
    )


def _why_sharper(sharper: float) -> Words:
    return say(
        "Weights that reach targets of that size make the loss {sharper:,.0f} times sharper than "
        "targets of unit size need, and the stable rate that many times lower: at the rate in use, "
        "which is no high one, the steps overshot at once, and the loss blew up.",
        sharper=sharper,
    )


def _because(last: _Comparison, leap: float | None) -> Words:
    if leap is not None:
        return say(
            "Errors of that size make gradients of that size: the first steps moved weights by "
            "{leap:.3g} times their own size, and the loss blew up. With standardised targets the "
            "same rate takes steps {rms:.3g} times shorter.",
            leap=leap,
            rms=last.target.rms,
        )
    return say(
        "After {steps} steps the predictions have mean {fed_mean:.3g} and deviation {fed_std:.3g}, "
        "the targets {mean:.3g} and {std:.3g}: the weights have to grow that far first, and the "
        "run ends before. The loss is still no better than that of a constant.",
        steps=last.look.step,
        fed_mean=last.fed.mean,
        fed_std=last.fed.std,
        mean=last.target.mean,
        std=last.target.std,
    )


def _remedies() -> tuple[Remedy, ...]:
    return (
        Remedy(
            "standardise-targets",
            "judgement",
            say(
                "Give the targets mean 0 and standard deviation 1, by the statistics of the "
                "training set; undo it on the predictions."
            ),
            "mean, std = y_train.mean(0), y_train.std(0)\ny = (y - mean) / std\n"
            "prediction = model(x) * std + mean",
        ),
    )
