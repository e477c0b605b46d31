"""The rule nonfinite-values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence.chain import feeding, operation_at
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_SINGULAR = {
    "sqrt": say(
        "The square root has an infinite slope at 0: a gradient of 0 there becomes 0 "
        "times infinity."
    ),
    "log": say("The logarithm of 0 is minus infinity, of a negative number not a number."),
    "div": say("A division by 0."),
    "rsqrt": say("A reciprocal root at 0 is infinite."),
    "reciprocal": say("A reciprocal at 0 is infinite."),
    "pow": say(
        "A power of a negative number to a fraction, or of 0 to less than 1, has no "
        "finite value or slope."
    ),
    "norm": say("The norm of a zero vector has no slope."),
    "exp": say("The exponential overflows float32 above 88.7."),
    "acos": say("Acos has an infinite slope at 1."),
    "asin": say("Asin has an infinite slope at 1."),
    "std": say("The standard deviation of equal values has no slope."),
    "softmax": say("A softmax over a row that is all minus infinity is 0 / 0."),
    "log1p": say("Ln(1 + x) is not finite at or below -1."),
}
_GUARDED = {
    "sqrt": "torch.sqrt(x + 1e-8)",
    "log": say("torch.log(x.clamp_min(1e-8))   # or the logarithm of a softmax: log_softmax"),
    "div": "x / (y + 1e-8)",
    "norm": "(x.square().sum(-1) + 1e-8).sqrt()",
    "exp": say("torch.exp(x.clamp_max(80.0))   # or work with logarithms"),
    "std": "(x.var(0) + 1e-8).sqrt()",
}
"""Code that stays away from the singular point."""


@final
@dataclass(frozen=True)
class NonfiniteValues(Rule):
    """Infinite or undefined numbers appeared in the forward or the backward pass.

    What it detects:
        The first operation whose output is not finite although what it was fed is; or through which
        a finite gradient comes out not finite.

    Why it is bad:
        One NaN in a gradient reaches every parameter at the next step, and nothing recovers from
        there.

    Evidence:
        The live graph of the very step at which the loss left the finite numbers: forward values in
        order, and the gradient that arrived at each operation.

    Threshold:
        None: a number is finite or not.

    Remedy:
        Move the argument away from the singular point (a small epsilon inside the root or
        logarithm), use the stable form of the loss, or cure what made the values grow.

    When it is not a fault:
        Infinities that mask attention scores, and that no gradient or output inherits.

    References:
        PyTorch documentation, Autograd mechanics: gradients for non-differentiable functions.
    """

    name: ClassVar[str] = "nonfinite-values"
    family: ClassVar[str] = "numerics"
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning", "no-update"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        for position, look in enumerate(segment.looks):
            if look.crash is None and not _broken(look):
                continue
            if look.crash is not None and not any(x.fed and x.fed.nonfinite for x in look.losses):
                continue
            before = segment.looks[:position]
            yield _finding(segment, look, _birth(look, before), before, harmless=_got_over(segment))
            return
        course = course_of(segment)
        broke, looks = course.first_nonfinite, segment.looks
        if broke is None:
            return
        if course.steps > broke + 1 and looks and looks[-1].step < broke:
            yield _unseen(segment, broke)
        else:
            yield NotJudged(self.name, say("the step at which the loss broke was not looked at"))


def _got_over(segment: Segment) -> bool:
    """Whether loss and parameters were finite again at the end: a skipped step does no harm."""
    last = segment.looks[-1]
    return (
        last.crash is None
        and not _broken(last)
        and not any(p.weight.nonfinite for p in last.parameters)
        and course_of(segment).first_nonfinite is None
    )


def _unseen(segment: Segment, step: int) -> Finding:
    """The loss left the finite numbers at a step whose graph was not looked at."""
    return Finding(
        rule="nonfinite-values",
        severity=Severity.ERROR,
        headline=say("the loss left the finite numbers"),
        because=say(
            "The step at which it did was not looked at, so that no operation can be named."
        ),
        confidence=0.8,
        first_step=step,
        last_step=max(segment.steps, step),
        observed={"loss": say("not finite")},
        expected={"loss": say("a finite number")},
        remedies=_remedies(None),
        segment=segment.record.number,
    )


def _broken(look: Look) -> bool:
    return not math.isfinite(look.loss) or any(
        p.gradient is not None and p.gradient.nonfinite and look.loss_scale == 1.0
        for p in look.parameters
    )


@dataclass(frozen=True)
class _Birth:
    operation: Operation | None
    how: str


def _birth(look: Look, before: tuple[Look, ...]) -> _Birth:
    sick = next((d for d in look.data if d.overall.nonfinite), None)
    if sick is not None:
        how = say("The data that enters it is not finite.")
        return _Birth(operation_at(look, sick.operation), how)
    if any(p.weight.nonfinite for p in look.parameters):
        return _earlier(before)
    for operation in look.operations:
        if not _left(operation):
            continue
        if not any(_left(source) for source in feeding(look, operation)):
            return _Birth(operation, _SINGULAR.get(operation.kind, say("Its result overflows.")))
    return _backward_birth(look) or _Birth(
        None, say("No single operation is to blame: finite values grew until they overflowed.")
    )


def _left(operation: Operation) -> bool:
    """Whether an output is not finite, other than by a mask, which means to make it so."""
    return (
        operation.kind != "where"
        and operation.output is not None
        and operation.output.nonfinite > 0
    )


def _backward_birth(look: Look) -> _Birth | None:
    """The operation that got a finite gradient and passed on one that is not."""
    consumers: dict[int, list[Operation]] = {}
    for operation in look.operations:
        for index in operation.inputs:
            consumers.setdefault(index, []).append(operation)
    for operation in reversed(look.operations):
        if operation.gradient is None or not operation.gradient.nonfinite:
            continue
        after = [
            o
            for o in consumers.get(operation.index, [])
            if o.gradient is not None and not o.gradient.nonfinite
        ]
        blamed = next((o for o in after if o.kind in _SINGULAR), after[0] if after else None)
        if blamed is not None:
            return _Birth(
                blamed, _SINGULAR.get(blamed.kind, say("Its derivative is not finite here."))
            )
    return None


def _earlier(before: tuple[Look, ...]) -> _Birth:
    """The step before broke the parameters: an operation at its singular point, in those looks."""
    for look in reversed(before):
        found = _backward_birth(look)
        if found is not None:
            return found
    for look in reversed(before):
        for operation in look.operations:
            if (
                operation.kind in ("sqrt", "norm", "std")
                and operation.output is not None
                and operation.output.minimum == 0.0
            ):
                return _Birth(operation, _SINGULAR[operation.kind])
    return _Birth(None, say("An update made parameters infinite or undefined in the step before."))


def _finding(
    segment: Segment, look: Look, birth: _Birth, before: tuple[Look, ...], *, harmless: bool
) -> Finding:
    operation = birth.operation
    place = operation.name if operation is not None else ""
    last = before[-1] if before else None
    return Finding(
        rule="nonfinite-values",
        severity=Severity.NOTE if harmless else Severity.ERROR,
        headline=say("values that are not finite were born in {place}", place=place)
        if place
        else say("the values grew until they were not finite"),
        because=birth.how,
        confidence=0.95 if operation is not None and operation.kind in _SINGULAR else 0.8,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(place, operation.layer if operation is not None else ""),
        source=source_of(segment, operation),
        observed={
            "loss": look.loss,
            "loss_at_look_before": last.loss if last is not None else None,
        },
        expected={"loss": say("a finite number")},
        remedies=_remedies(operation),
        segment=segment.record.number,
    )


def _remedies(operation: Operation | None) -> tuple[Remedy, ...]:
    kind = operation.kind if operation is not None else ""
    if kind in _GUARDED:
        return (
            Remedy(
                "guard",
                "judgement",
                say("Keep the argument of {kind} away from its singular point.", kind=kind),
                _GUARDED[kind],
            ),
        )
    return (
        Remedy(
            "lower-rate",
            "trial",
            say("Find what made the values grow: first take smaller steps."),
            "lr = lr / 10",
        ),
    )
