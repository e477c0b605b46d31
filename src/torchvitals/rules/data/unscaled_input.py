"""The rule unscaled-input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, final

from torchvitals.record.look import DataInput, Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import NORMS, is_normalised, longest_chain, operation_at
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.leftover import leftover
from torchvitals.rules.evidence.optimizers import is_adaptive, main_group
from torchvitals.rules.evidence.overshoot import worst_overshoot
from torchvitals.rules.evidence.places import source_of
from torchvitals.rules.evidence.uprooting import uprooting
from torchvitals.words import say

_RELAXES = Threshold(
    10.0,
    "times",
    "convention",
    "scaling that would allow a rate ten times higher is worth more than tuning the rate",
)
_OUT_OF_SCALE = Threshold(
    100.0,
    "times",
    "convention",
    "the square of the RMS from which inputs are large; below it a rate that diverges is too high "
    "for usual inputs, and a tenth of the rate is the smaller change",
)
_ABOVE = Threshold(
    1.5,
    "times the loss of a constant prediction",
    "convention",
    "a run that ends this far above it is worse than no net, falling or not",
)
_LARGE = Threshold(
    10.0,
    "RMS of the input",
    "theorem",
    "a unit of default weights then has a pre-activation near 6, where sigmoid and tanh are flat",
)
_FAINT = Threshold(
    0.01,
    "mean squared length of what one unit reads",
    "theorem",
    "a bias is a weight whose input is 1: such data move a unit by less than a tenth as much",
)
_UNITS = ("linear", "conv")
_BEHIND = 2
"""Matrices behind the first layer: of one alone, the head, long steps are soon forgotten."""

_STANDARDISE = Remedy(
    "standardise-inputs",
    "judgement",
    say(
        "Give every feature mean 0 and standard deviation 1, by the statistics of the training set."
    ),
    "mean, std = x_train.mean(0), x_train.std(0)\nx = (x - mean) / std",
)


@final
@dataclass(frozen=True)
class UnscaledInput(Rule):
    """The features enter far from zero mean and unit size, or far apart from one another in scale.

    What it detects:
        Data whose largest second moment is many times what it would be after standardising, in a
        run that diverges at a rate that standardised data would stand, or that saturates, stands
        still, or ends far above what a constant prediction costs. Or data so small that no unit can
        tell samples apart, in a run that stands still.

    Why it is bad:
        The curvature of the loss grows with the square of the inputs, and the largest rate that is
        stable falls with it. With features of different scale no single rate suits all weights:
        what is stable for one is a standstill for another.

    Evidence:
        Mean and spread of each feature at the first operation that reads data, alone or joined to
        what is learned, as the rows of an embedding are; the largest
        eigenvalue of the second moment (with the bias's constant column) as it is and after
        standardising; how far the steps overshoot.

    Threshold:
        Standardising would lower the largest curvature by more than a hundred times, the square of
        an RMS of ten, and in a run that diverges by enough to make the rate in use stable (rate
        times curvature below 2, Cohen et al. 2021, measured along the step). Ten times are enough
        where inputs of an RMS above ten enter a sigmoid or tanh. A run that ends above 1.5 times
        what a constant prediction costs is harmed, whether or not it still falls. So is, at a
        hundred times, descent on squares that lies still while a bias added to all predictions
        would take away half of what is left, a thousandth of a constant prediction's loss or more.
        And so is one that stands still on data of which a unit reads a squared length below 0.01.

    Remedy:
        Standardise each feature with the statistics of the training set.

    When it is not a fault:
        Inputs of any size in a run that learns; inputs of usual size, below ten, at a rate that
        they do not stand; adaptive steps, whose length no input changes, that replace the weights
        of the layers behind within five steps: there the rate is the cause; a normalisation layer
        right after the input; a loss that goes below zero, as that of a policy: where it stands
        tells nothing.

    References:
        LeCun et al. 1998, Efficient BackProp, section 4.3.
    """

    name: ClassVar[str] = "unscaled-input"
    family: ClassVar[str] = "data"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "no-update",
            "nonfinite-values",
            "not-learning",
            "rank-collapse",
            "saturated-activation",
            "vanishing-gradient",
            "weight-scale",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        left = leftover(segment, course)
        if course.learning and not course.blown_up and left is None:
            return
        look = next((look for look in segment.looks if look.data), None)
        if look is None:
            return
        if _normalised_at_once(look) or _has_no_level(course):
            return
        faint = _faint(segment, look) if course.stood_still and not course.learning else None
        if faint is not None:
            yield faint
            return
        overshoot = worst_overshoot(segment)
        for data in look.data:
            if _is_normalised(look, data):
                continue
            if left is not None and relief(data) > _OUT_OF_SCALE.value:
                finding = _of_leftover(segment, look, data, course, left)
            else:
                finding = _judge(segment, look, data, course, overshoot)
            if finding is not None:
                yield finding
                return


def _faint(segment: Segment, look: Look) -> Finding | None:
    """All data are so small that no unit tells one sample from another."""
    lengths = [_squared_length(look, data) for data in look.data]
    known = [length for length in lengths if length is not None and 0 < length < _FAINT.value]
    if not known or len(known) < len(lengths):
        return None
    length = max(known)
    data = look.data[lengths.index(length)]
    return replace(
        _finding(segment, look, data, relief(data), None),
        because=say(
            "What a unit of the first layer reads has a length of {length:.2g}, where its bias "
            "counts as an input of 1: behind it all samples are nearly alike, and its weights get "
            "a gradient as much smaller.",
            length=math.sqrt(length),
        ),
        observed={"mean_squared_length": length},
        expected={"mean_squared_length_at_least": _FAINT.value},
    )


def _squared_length(look: Look, data: DataInput) -> float | None:
    """The mean squared length of what one unit of the first layer reads."""
    reader = entrance(look, data)
    names = () if reader is None or reader.kind not in _UNITS else reader.parameters
    shapes = [p.shape for p in look.parameters if p.name in names and len(p.shape) > 1]
    if len(shapes) != 1 or _is_normalised(look, data):
        return None
    return math.prod(shapes[0][1:]) * data.overall.rms**2


def _has_no_level(course: Course) -> bool:
    """Whether the loss may stand still in a run that learns, as that of a policy: it goes below
    zero, where no share of it is left to lose, and no constant prediction tells where it should go.
    """
    below = bool(len(course.finite)) and float(course.finite.min()) < 0
    return below and course.chance is None and not course.blown_up


def entrance(look: Look, data: DataInput) -> Operation | None:
    """The operation that reads this data; of what is joined to something learned, the one that
    reads both.
    """
    operation = operation_at(look, data.operation)
    if operation is None or operation.kind != "cat":
        return operation
    readers = (o for o in look.operations if data.operation in o.inputs and o.parameters)
    return next(readers, operation)


def _is_normalised(look: Look, data: DataInput) -> bool:
    """Whether a layer normalises what is joined to something learned, or what the next makes."""
    if data.operation not in {o.index for o in look.operations if o.kind == "cat"}:
        return False
    reader = entrance(look, data)
    if reader is None or reader.kind in NORMS:
        return True
    return any(o.kind in NORMS and reader.index in o.inputs for o in look.operations)


def _normalised_at_once(look: Look) -> bool:
    first = operation_at(look, look.data[0].operation)
    return (first is not None and first.kind in ("batch_norm", "layer_norm")) or (
        is_normalised(look) and _after_first(look)
    )


def _after_first(look: Look) -> bool:
    return any(
        o.kind in ("batch_norm", "layer_norm", "group_norm") and look.data[0].operation in o.inputs
        for o in look.operations
    )


def relief(data: DataInput) -> float:
    """How many times standardising would lower the largest curvature."""
    if data.largest is not None and data.scaled_largest is not None:
        return data.largest / data.scaled_largest
    return data.overall.rms**2


def _judge(
    segment: Segment, look: Look, data: DataInput, course: Course, overshoot: float | None
) -> Finding | None:
    gain = relief(data)
    if gain < _RELAXES.value or (course.learning and not course.blown_up):
        return None
    cures = overshoot is not None and _cures(gain, overshoot, len(longest_chain(look)))
    if cures and _is_uprooted_behind(segment, look, data):
        cures = False
    saturates = data.overall.rms > _LARGE.value and _squashes(look, data)
    if course.blown_up:
        harmful = saturates or (cures and gain > _OUT_OF_SCALE.value)
    else:
        stands = course.stuck or course.flat_at_end or _ends_above(course)
        harmful = stands and (saturates or gain > _OUT_OF_SCALE.value)
    if not harmful:
        return None
    return _finding(segment, look, data, gain, overshoot if course.blown_up else None)


def _ends_above(course: Course) -> bool:
    """The run ends far above what a constant prediction costs, whether or not it still falls."""
    if course.short or course.adversarial or course.chance is None:
        return False
    return course.end > _ABOVE.value * course.chance > 0


def _cures(gain: float, overshoot: float, layers: int) -> bool:
    """Whether the rate in use would be stable on standardised inputs.

    Far past the limit the loss is no quadratic: inputs s times too large make the first step of L
    layers about s^2 times too long in each, and the loss grows by the power 2L - 1 of that.
    """
    if overshoot < gain:
        return True
    return overshoot ** (1 / max(2 * layers - 1, 1)) < gain / _LARGE.value**2


def _is_uprooted_behind(segment: Segment, look: Look, data: DataInput) -> bool:
    """Whether adaptive steps, which are as long at any scale of the inputs, replace at once the
    weights of the layers behind the first: they would on standardised inputs too.
    """
    group, reader = main_group(look), entrance(look, data)
    if group is None or reader is None or not is_adaptive(group[0].kind):
        return False
    return bool(uprooting(segment, but=reader.parameters, fewest=_BEHIND))


def _squashes(look: Look, data: DataInput) -> bool:
    reader = entrance(look, data)
    return reader is not None and any(
        o.kind in ("sigmoid", "tanh") and reader.index in o.inputs for o in look.operations
    )


def _finding(
    segment: Segment, look: Look, data: DataInput, gain: float, overshoot: float | None
) -> Finding:
    operation = entrance(look, data)
    layer = operation.layer if operation is not None else ""
    return Finding(
        rule="unscaled-input",
        severity=Severity.ERROR,
        headline=say(
            "the inputs are out of scale: RMS {rms:.3g}, values from {minimum:.3g} to "
            "{maximum:.3g}",
            rms=data.overall.rms,
            minimum=data.overall.minimum,
            maximum=data.overall.maximum,
        ),
        because=_because(gain, overshoot),
        confidence=0.95 if overshoot is not None else 0.8,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=(layer,) if layer else (),
        source=source_of(segment, operation),
        observed=_observed(data, gain),
        expected={
            "feature_mean": 0.0,
            "feature_std": 1.0,
            "curvature_relief_below": _RELAXES.value,
        },
        remedies=(_STANDARDISE,),
        segment=segment.record.number,
    )


def _of_leftover(
    segment: Segment, look: Look, data: DataInput, course: Course, left: float
) -> Finding:
    """The finding where a rate that the inputs stand is too low for what does not depend on them:
    a warning, as the run has learned the rest.
    """
    finding = _finding(segment, look, data, relief(data), None)
    text = say(
        "{text} At the rate that it stands as it is, the loss lies still at {end:.4g}: {left:.0%} "
        "of it would go with the last bias alone, which such a rate hardly moves.",
        text=finding.because,
        end=course.end,
        left=left,
    )
    severity = Severity.WARNING if course.learning else Severity.ERROR
    return replace(finding, because=text, severity=severity, confidence=0.9)


def _because(gain: float, overshoot: float | None) -> str:
    text = say(
        "The curvature grows with the square of the inputs: standardised, the loss "
        "would be {gain:,.0f} times less curved along its steepest direction, and "
        "stand a rate that many times higher.",
        gain=gain,
    )
    if overshoot is None:
        return text
    return say(
        "{text} The steps overshoot the stable size {overshoot:.3g} times; "
        "standardising cures that at the rate in use.",
        text=text,
        overshoot=overshoot,
    )


def _observed(data: DataInput, gain: float) -> dict[str, float | int | str | None]:
    sizes = [abs(mean) + std for mean, std in zip(data.means, data.stds, strict=True)]
    largest, smallest = sizes.index(max(sizes)), sizes.index(min(sizes))
    return {
        "largest_feature_mean": data.means[largest],
        "largest_feature_std": data.stds[largest],
        "smallest_feature_std": data.stds[smallest],
        "curvature_relief": gain,
    }
