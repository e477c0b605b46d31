"""The rule batchnorm-small-batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.code import expression
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.evaluations import evaluations_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_FEW = Threshold(
    4,
    "values per channel",
    "theorem",
    "E[1/variance] of B normal values is B/(B - 3) times the true one: infinite up to 3, 4 at 4",
)
_TWO = Threshold(
    2,
    "values per channel",
    "theorem",
    "two values are normalised to -1 and 1 whatever they are: the slope is zero",
)
_FAR = Threshold(
    0.5, "share of chance level", "convention", "a net that learns halves the loss of a constant"
)
_FEWEST_EVALUATIONS = 2
"""One may have come before any training."""
_FLAT = 2
"""Dimensions of predictions that are one row a sample, and none a position."""
_ONE = "Expected more than 1 value per channel"
"""What PyTorch raises where there is one."""


@final
@dataclass(frozen=True)
class BatchnormSmallBatch(Rule):
    """Batch normalisation takes its mean and variance from next to no values.

    What it detects:
        Batch normalisation in training mode over four values per channel or fewer, in a run that
        does not learn; or over a single one, where PyTorch gives up. Or over many positions of one
        sample, at every look: where that sample is to be told from others, in a run that does not
        get half of the way; or where the loss on other data never gets below that of a constant.

    Why it is bad:
        Of two values it makes -1 and 1, whatever they were: no gradient passes to the layers
        before. Of three or four the estimated variance is so uncertain that its reciprocal has no
        mean, or four times the right one. Of one sample it takes the level and the contrast, by
        which samples may differ. At evaluation other statistics are used altogether.

    Evidence:
        The shape of what each batch normalisation was given: its size over its channels, and its
        samples; the loss, and what the loss function computed without gradients.

    Threshold:
        Four values per channel, at half of the looks or more; or one sample at all of them.

    Remedy:
        Larger batches, or a normalisation that does not look at the batch.

    When it is not a fault:
        A small last batch of each epoch; a convolution over several samples, whose maps hold many
        values per channel; one image at a time, where a value of each position is told; a net that
        learns all the same.

    References:
        Ioffe and Szegedy 2015, section 3; Wu and He 2018 (group normalisation), figure 1.
    """

    name: ClassVar[str] = "batchnorm-small-batch"
    family: ClassVar[str] = "mode"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "not-learning",
            "vanishing-gradient",
            "learning-rate-too-high",
            "learning-rate-too-low",
            "no-update",
            "loss-spike",
            "rank-collapse",
            "overfitting",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        crash = next((look for look in segment.looks if _ONE in (look.crash or "")), None)
        if crash is not None:
            yield _crashed(segment, crash)
            return
        course = course_of(segment)
        counts: dict[str, list[tuple[int, int, Operation]]] = {}
        for look in segment.looks:
            for operation in look.operations:
                if look.crash is None and _counts(operation):
                    row = (look.step, values_per_channel(operation), operation)
                    counts.setdefault(operation.name, []).append(row)
        few = [rows for rows in counts.values() if median(n for _, n, _ in rows) <= _FEW.value]
        least = min((median(n for _, n, _ in rows) for rows in few), default=0)
        if few and not course.short and _harmed(course, least):
            yield _finding(segment, course, few)
        elif not few and counts and not course.short and not course.adversarial:
            yield from _alone(segment, course, list(counts.values()))


def _counts(operation: Operation) -> bool:
    return operation.kind == "batch_norm" and bool(operation.training) and len(operation.shape) > 1


def values_per_channel(operation: Operation) -> int:
    """How many values each channel's mean is taken of."""
    shape = operation.shape
    return math.prod(shape) // max(shape[1], 1)


def _harmed(course: Course, values: float) -> bool:
    """The net does not learn; or little, and what the layers before know is lost for certain."""
    if course.adversarial:
        return False
    if not course.learning:
        return True
    near = course.chance is not None and course.end > _FAR.value * course.chance
    return near and values <= _TWO.value


def _alone(
    segment: Segment, course: Course, norms: list[list[tuple[int, int, Operation]]]
) -> Iterator[Finding]:
    """One sample at every look, in a run that is harmed by it."""
    if course.chance is None or any(o.shape[0] > 1 for rows in norms for _, _, o in rows):
        return
    best = _best_elsewhere(segment)
    limit = _FAR.value * course.chance
    well = best is not None and best <= limit
    if best is not None and best >= course.chance and course.learning:
        observed = {"best_loss_on_other_data": best}
        expected = {"best_loss_on_other_data_below": course.chance}
        yield _of_one(segment, norms, observed, expected, Severity.WARNING)
    elif _tells_samples_apart(segment) and course.far_from_learned and not well:
        observed = {"last_loss": course.end}  # its labels may be noise: no harm is seen
        yield _of_one(segment, norms, observed, {"last_loss_below": limit}, Severity.NOTE)


def _tells_samples_apart(segment: Segment) -> bool:
    """Whether each loss is fed one row, for the sample as a whole."""
    shapes = [loss.fed_shape for look in segment.looks if not look.crash for loss in look.losses]
    return bool(shapes) and all(len(s) <= _FLAT and s[:1] in ((), (1,)) for s in shapes)


def _best_elsewhere(segment: Segment) -> float | None:
    """The lowest loss that was computed without gradients, of the kind that is trained; None where
    there were fewer than two, or the losses are not comparable.
    """
    losses = [x for look in segment.looks if not look.crash for x in look.losses]
    functions = {loss.function for loss in losses}
    if len(functions) != 1 or not all(loss.whole for loss in losses):
        return None
    told = [
        min(one.loss for one in place)
        for place in evaluations_of(segment, functions.pop())
        if len(place) >= _FEWEST_EVALUATIONS
    ]
    return min(told, default=None)


def _of_one(
    segment: Segment,
    norms: list[list[tuple[int, int, Operation]]],
    observed: dict[str, float],
    expected: dict[str, float],
    severity: Severity,
) -> Finding:
    first, last = norms[0][0], norms[0][-1]
    return Finding(
        rule="batchnorm-small-batch",
        severity=severity,
        headline=say("Batch normalisation over a single sample at a time"),
        because=say(
            "Each sample is normalised by its own mean and variance, of {values:,} positions: what "
            "tells it from others by level or contrast is taken away. At evaluation other "
            "statistics stand in their place, with which the net was never trained.",
            values=first[1],
        ),
        confidence=0.85,
        first_step=first[0],
        last_step=last[0],
        where=named(*(rows[0][2].name for rows in norms)),
        source=source_of(segment, first[2]),
        observed={"samples_a_batch": 1, **observed},
        expected={"samples_a_batch_at_least": 2, **expected},
        remedies=(
            _larger_batches(),
            Remedy(
                "drop-norm",
                "judgement",
                say("Or leave it out: one sample is no batch."),
                f"{expression(first[2].layer)} = nn.Identity()",
            ),
        ),
        segment=segment.record.number,
    )


def _finding(
    segment: Segment, course: Course, few: list[list[tuple[int, int, Operation]]]
) -> Finding:
    least = min(few, key=lambda rows: median(n for _, n, _ in rows))
    values = int(median(n for _, n, _ in least))
    first = least[0][2]
    return Finding(
        rule="batchnorm-small-batch",
        severity=Severity.WARNING if course.learning else Severity.ERROR,
        headline=say("Batch normalisation over {values} values per channel", values=values),
        because=_because(values),
        confidence=1.0 if values <= _TWO.value else 0.9,
        first_step=least[0][0],
        last_step=least[-1][0],
        where=named(*(rows[0][2].name for rows in few)),
        source=source_of(segment, first),
        observed={"values_per_channel": values},
        expected={"values_per_channel_above": _FEW.value},
        remedies=_remedies(first),
        segment=segment.record.number,
    )


def _because(values: int) -> str:
    if values <= _TWO.value:
        return say(
            "Two values less their mean, over their standard deviation, are -1 and 1 "
            "whatever they were: next to no gradient passes to the layers before, and what "
            "they tell is lost."
        )
    return say(
        "The variance of {values} values is off by {deviation:.0%} from one batch to the "
        "next, and its reciprocal by far more: what a sample becomes depends more on "
        "the others than on itself.",
        values=values,
        deviation=1 / math.sqrt(2 * (values - 1)),
    )


def _remedies(norm: Operation) -> tuple[Remedy, ...]:
    _, channels, *maps = norm.shape
    kind = f"nn.LayerNorm({channels})" if not maps else f"nn.GroupNorm(1, {channels})"
    return (
        _larger_batches(),
        Remedy(
            "batch-free-norm",
            "judgement",
            say("Or normalise each sample by itself."),
            f"{expression(norm.layer)} = {kind}",
        ),
    )


def _larger_batches() -> Remedy:
    return Remedy(
        "larger-batches",
        "judgement",
        say("Give each step 16 samples or more."),
        "loader = DataLoader(dataset, batch_size=32, shuffle=True, drop_last=True)",
    )


def _crashed(segment: Segment, look: Look) -> Finding:
    norm = next((o for o in look.operations if o.kind == "batch_norm"), None)
    loss = look.losses[0] if look.losses else None
    return Finding(
        rule="batchnorm-small-batch",
        severity=Severity.ERROR,
        headline=say("Batch normalisation was given a single value per channel"),
        because=say(
            "A mean of one value leaves nothing of it, so PyTorch raised: {crash}. The "
            "last batch of an epoch holds what is left over.",
            crash=look.crash,
        ),
        confidence=1.0,
        first_step=look.step,
        last_step=look.step,
        where=named(norm.name) if norm else (),
        source=loss.source if loss else None,
        observed={"values_per_channel": 1},
        expected={"values_per_channel_above": 1},
        remedies=(
            Remedy(
                "drop-last",
                "judgement",
                say("Leave out the last batch where it is not full."),
                "loader = DataLoader(dataset, batch_size=32, shuffle=True, drop_last=True)",
            ),
        ),
        segment=segment.record.number,
    )
