"""The rule nonfinite-input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import DataInput, Look, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.data.unscaled_input import entrance
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import Words, say


@final
@dataclass(frozen=True)
class NonfiniteInput(Rule):
    """The data itself holds values that are not finite numbers.

    What it detects:
        NaN or infinity in the inputs or in the targets, at a step whose loss or gradients are not
        finite while the weights still are.

    Why it is bad:
        A single NaN in a batch makes its loss NaN, and the step after it every weight: nothing
        recovers from there. The model and the rate are not to blame.

    Evidence:
        The data that enters the first operations, and the targets, at the step where the loss left
        the finite numbers. At such a step all of it is read.

    Threshold:
        None: a number is finite or not.

    Remedy:
        Find where the data gets it: missing values, a column without spread that is divided by its
        deviation, the logarithm of zero. Drop or fill those rows.

    When it is not a fault:
        Values that a mask keeps out, so that loss and gradients stay finite.

    References:
        PyTorch documentation of torch.isfinite and torch.nan_to_num.
    """

    name: ClassVar[str] = "nonfinite-input"
    family: ClassVar[str] = "data"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "no-update",
            "nonfinite-values",
            "not-learning",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        broken = [look for look in segment.looks if _broken(look)]
        for look in broken[:1]:
            if any(p.weight.nonfinite for p in look.parameters):
                if _dirty(look):
                    yield NotJudged(
                        self.name, say("the step at which the loss broke was not looked at")
                    )
                return
            dirty = _dirty(look)
            if dirty is not None:
                yield _finding(segment, look, *dirty)


def _broken(look: Look) -> bool:
    return not math.isfinite(look.loss) or any(
        p.gradient is not None and p.gradient.nonfinite and look.loss_scale == 1.0
        for p in look.parameters
    )


def _dirty(look: Look) -> tuple[Statistics, DataInput | None] | None:
    """What holds values that are not finite: data that enters, else the targets."""
    for data in look.data:
        if data.overall.nonfinite and not _came_before(look, data):
            return data.overall, data
    for loss in look.losses:
        if loss.target is not None and loss.target.nonfinite:
            return loss.target, None
    return None


def _came_before(look: Look, data: DataInput) -> bool:
    """Whether the step itself had left the finite numbers before the data entered: what a net is
    fed of its own outputs, without their graph, is no data.
    """
    return any(
        o.index < data.operation
        and o.kind != "where"
        and o.output is not None
        and o.output.nonfinite > 0
        for o in look.operations
    )


def _finding(segment: Segment, look: Look, seen: Statistics, data: DataInput | None) -> Finding:
    operation = entrance(look, data) if data is not None else None
    recovered = course_of(segment).first_nonfinite is None and not any(
        p.weight.nonfinite for p in segment.looks[-1].parameters
    )
    columns = [] if data is None else _columns(data)
    return Finding(
        rule="nonfinite-input",
        severity=Severity.WARNING if recovered else Severity.ERROR,
        headline=say(
            "{count} values of the inputs are not finite numbers"
            if data is not None
            else "{count} values of the targets are not finite numbers",
            count=seen.nonfinite,
        ),
        because=_because(look, seen, columns),
        confidence=1.0,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(operation.name, operation.layer) if operation is not None else (),
        source=source_of(segment, operation)
        or next((x.source for k in segment.looks for x in k.losses if x.source), None),
        observed={"values_not_finite": seen.nonfinite, "values_read": seen.count},
        expected={"values_not_finite": 0},
        remedies=_remedies("x" if data is not None else "y"),
        segment=segment.record.number,
    )


def _columns(data: DataInput) -> list[int]:
    """The features that hold such values, where each is followed."""
    if len(data.means) != data.features:
        return []
    return [number for number, mean in enumerate(data.means) if not math.isfinite(mean)]


def _because(look: Look, seen: Statistics, columns: list[int]) -> Words:
    text = say(
        "The weights were still finite at step {step}, and {count} of the {read} values that were "
        "read of the batch were not: what is computed from them can't be either.",
        step=look.step,
        count=seen.nonfinite,
        read=seen.count,
    )
    if columns:
        text += say(" They lie in column {columns}.", columns=", ".join(map(str, columns[:8])))
    return text


def _remedies(name: str) -> tuple[Remedy, ...]:
    return (
        Remedy(
            "find-nonfinite",
            "judgement",
            say("Look for the rows, and for the step of the preparation that makes them."),
            f"bad = ~torch.isfinite({name}).reshape(len({name}), -1).all(1)\n"
            "print(bad.sum(), bad.nonzero().flatten()[:10])",
        ),
        Remedy(
            "fill-missing",
            "judgement",
            say("Leave those rows out, or fill what is missing; guard divisions by a deviation."),
            say(
                "{name} = torch.nan_to_num({name}, nan=0.0)\n"
                "x = (x - mean) / std.clamp_min(1e-8)   # a constant column has no deviation",
                name=name,
            ),
        ),
    )
