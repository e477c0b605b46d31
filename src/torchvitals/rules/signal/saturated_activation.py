"""The rule saturated-activation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import ClassVar, final

from torchvitals.record.look import Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.code import initialise
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_LARGEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0, "hardtanh": 1.0}
_SATURATED = Threshold(
    0.0531,
    "mean squared slope, relative to the largest",
    "theorem",
    "E[tanh'(s z)^2] at a standard deviation s = 10 of the input: 83 % of values beyond 0.97",
)

_SHUT = Threshold(
    0.00532,
    "mean squared slope, relative to the largest",
    "theorem",
    "E[tanh'(s z)^2] at s = 100: 99 % of values beyond 0.97, and no training opens them",
)
_SOLVED = Threshold(
    0.1, "share of the loss that a constant costs", "convention", "a run that gets there is well"
)


@final
@dataclass(frozen=True)
class SaturatedActivation(Rule):
    """Hidden sigmoid or tanh units sit at the ends of their range, where the slope is nearly zero.

    What it detects:
        A hidden sigmoid or tanh layer nearly all of whose values are at its bounds, from the start
        and to the end: in a net that does not learn, or so many that what lies before the layer
        can't learn whatever the loss does.

    Why it is bad:
        The gradient through a unit is multiplied by its slope. At the bounds the slope vanishes,
        and with it all learning in the layers before.

    Evidence:
        The mean squared slope over all values of the layer, in the earlier looks and the later; the
        first look at which it is below the threshold.

    Threshold:
        0.0531 of the largest: what an input of standard deviation 10 gives, where 1 to 2 is
        healthy. Where the loss falls all the same, 0.00532: standard deviation 100.

    Remedy:
        Scale the inputs, or the weights before the layer; a smaller rate, if the units saturated in
        training; or an activation that does not saturate.

    When it is not a fault:
        Gates of a recurrence or of an attention, which open and close on purpose; outputs under a
        cross-entropy; a net that learns all the same, unless nothing gets through the layer.

    References:
        Glorot and Bengio 2010, section 3; Rakitianskaia and Engelbrecht 2015.
    """

    name: ClassVar[str] = "saturated-activation"
    family: ClassVar[str] = "signal"
    reads_values: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "rank-collapse", "vanishing-gradient", "no-update"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short or course.solved(_SOLVED.value):
            return
        limit = (_SHUT if course.learning else _SATURATED).value
        heads = {loss.head for look in segment.looks for loss in look.losses}
        seen: dict[str, list[tuple[int, Operation]]] = {}
        for step, operation in segment.operations():
            if (
                operation.kind in _LARGEST_SLOPE
                and operation.slope is not None
                and operation.index not in heads
                and operation.calls == 1
            ):
                seen.setdefault(operation.name, []).append((step, operation))
        stuck = [
            rows for rows in seen.values() if _shut(rows, limit) and not _gates(segment, rows[0][1])
        ]
        if stuck:
            severity = Severity.WARNING if course.learning else Severity.ERROR
            yield _finding(segment, stuck, severity, limit)


def _shut(rows: list[tuple[int, Operation]], limit: float) -> bool:
    """Below the limit in the earlier looks and in the later ones; one batch says little."""
    slopes = [_relative_slope(o) for _, o in rows]
    half = (len(slopes) + 1) // 2
    return max(fmean(slopes[:half]), fmean(slopes[-half:])) < limit


def _relative_slope(operation: Operation) -> float:
    return (operation.slope or 0.0) / _LARGEST_SLOPE[operation.kind] ** 2


def _gates(segment: Segment, operation: Operation) -> bool:
    """Whether the activation only multiplies another signal, as a gate does."""
    return any(
        o.kind == "mul" and operation.index in o.inputs and len(o.inputs) > 1
        for look in segment.looks
        for o in look.operations
    )


def _finding(
    segment: Segment,
    stuck: list[list[tuple[int, Operation]]],
    severity: Severity,
    limit: float,
) -> Finding:
    stuck = sorted(stuck, key=lambda rows: _onset(rows, limit)[0])
    step, operation = _onset(stuck[0], limit)
    born = step == stuck[0][0][0]
    return Finding(
        rule="saturated-activation",
        severity=severity,
        headline=say(
            "{name} is saturated: its mean squared slope is {relative_slope:.1e} of the largest",
            name=operation.name,
            relative_slope=_relative_slope(operation),
        ),
        because=_because(operation.kind, step, born=born),
        confidence=0.9,
        first_step=step,
        last_step=stuck[0][-1][0],
        where=named(*(name for rows in stuck for name in (rows[0][1].name, rows[0][1].layer))),
        source=source_of(segment, operation),
        observed={"relative_squared_slope": _relative_slope(operation)},
        expected={"relative_squared_slope_at_least": limit},
        remedies=_remedies(operation.layer, born=born),
        segment=segment.record.number,
    )


def _onset(rows: list[tuple[int, Operation]], limit: float) -> tuple[int, Operation]:
    """The first look that saw the layer saturated; their mean is, so one of them was."""
    return next(row for row in rows if _relative_slope(row[1]) < limit)


def _because(kind: str, step: int, *, born: bool) -> str:
    text = say(
        "Nearly all values of this {kind} lie at its bounds, where it is flat: next to "
        "no gradient passes to the layers before it.",
        kind=kind,
    )
    if born:
        return text
    return text + say(
        " At first they did not: the steps drove them there, by step {step}.", step=step
    )


def _remedies(layer: str, *, born: bool) -> tuple[Remedy, ...]:
    slower = Remedy(
        "lower-rate",
        "trial",
        say("Take steps that leave the units where they learn."),
        "lr = lr / 10",
    )
    return (
        *(() if born else (slower,)),
        Remedy(
            "standardise-inputs",
            "judgement",
            say("Give every feature mean 0 and standard deviation 1."),
            "x = (x - x.mean(0)) / x.std(0)",
        ),
        Remedy(
            "smaller-weights",
            "judgement",
            say("Or draw the weights of {layer} smaller.", layer=layer),
            initialise([layer], "xavier_uniform_"),
        ),
    )
