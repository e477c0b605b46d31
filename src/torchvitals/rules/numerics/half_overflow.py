"""The rule half-overflow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import Look, Operation, Statistics
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import feeding
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.theory.rounding import largest
from torchvitals.words import say

_RISEN = Threshold(
    2.0,
    "times the first loss",
    "convention",
    "values that grew with the loss overflow in any precision: the growth is the fault",
)
_GROWING = frozenset({"linear", "conv", "matmul", "bilinear", "mul", "pow", "exp", "sum", "mean",
                      "norm", "var", "std", "add", "sub", "mse_loss", "cumsum", "prod", "div",
                      "logsumexp", "attention", "huber_loss", "smooth_l1_loss", "l1_loss",
                      "layer_norm", "rms_norm", "batch_norm", "group_norm"})  # fmt: skip
"""Operations that give larger numbers than they get. A mask makes infinity on purpose."""

_SQUARING = frozenset({"pow", "mul", "norm", "var", "std", "mse_loss"})
"""Operations in which a value meets its own like."""
_WHY = {
    "pow": say(" A square overflows above 255.9."),
    "mul": say(" A product of two numbers above 255.9 overflows."),
    "norm": say(" The squares under a norm overflow above 255.9."),
    "var": say(" The squares under a variance overflow above 255.9."),
    "std": say(" The squares under a standard deviation overflow above 255.9."),
    "exp": say(" An exponential overflows above 11.09."),
    "sum": say(" A sum over many entries adds up."),
    "mse_loss": say(" The squares of differences above 255.9 overflow, and their sum sooner."),
}
"""Why an operation of this kind overflows."""


@final
@dataclass(frozen=True)
class HalfOverflow(Rule):
    """A value passes 65504, the largest number of float16, and becomes infinite.

    What it detects:
        An operation in float16 whose result is infinite although what it was fed is finite: squares
        of values above 256, exponentials above 11, sums over many entries, long inner products.

    Why it is bad:
        Infinity turns into NaN at the next subtraction or normalisation, and reaches every weight
        with the next step.

    Evidence:
        The first operation, in forward order, whose output is not finite while its inputs are; its
        precision; the size of what it was fed.

    Threshold:
        65504, where float16 ends.

    Remedy:
        Compute this operation in float32, or all of it in bfloat16, which reaches as far as
        float32.

    When it is not a fault:
        A gradient scaler that skips a step to find its scale; an infinity that masks; a loss that
        grew first, which would overflow in any precision.

    References:
        Micikevicius et al. 2018, Mixed Precision Training; IEEE 754.
    """

    name: ClassVar[str] = "half-overflow"
    family: ClassVar[str] = "numerics"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"nonfinite-values", "not-learning", "no-update", "skipped-steps"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        for look in segment.looks:
            if look.crash is not None or any(p.weight.nonfinite for p in look.parameters):
                return
            birth = _birth(look)
            if birth is not None and not _grew(course, look.step):
                yield _finding(segment, look, birth, harmless=_got_over(segment, course))
                return
            if birth is not None or not math.isfinite(look.loss):
                return


class _Birth(NamedTuple):
    """Where the first infinity came out, and the largest number that went in."""

    operation: Operation
    fed: float | None
    backward: bool = False


def _birth(look: Look) -> _Birth | None:
    if any(d.overall.nonfinite for d in look.data):
        return None
    broken = next((o for o in look.operations if _is_infinite(o.output)), None)
    if broken is None and look.operations and not math.isfinite(look.loss):
        broken = look.operations[-1]
    if broken is None:
        return _backward(look) if look.loss_scale == 1 else None
    suspects = _suspects(look, broken)
    proven = [o for o in suspects if _must_overflow(look, o)]
    chosen = proven[:1] or (suspects if len(suspects) == 1 else [])
    return next((_Birth(o, _largest_fed(look, o)) for o in chosen), None)


def _suspects(look: Look, broken: Operation) -> list[Operation]:
    """The operations in float16 that may have made the first infinity that was seen.

    It itself, and those before it whose results nothing kept; in forward order.
    """
    found, stack, seen = list[Operation](), [broken], {broken.index}
    while stack:
        operation = stack.pop()
        found.append(operation)
        for source in feeding(look, operation):
            if source.output is None and source.index not in seen:
                seen.add(source.index)
                stack.append(source)
    return sorted(
        (o for o in found if o.dtype == "float16" and o.kind in _GROWING), key=lambda o: o.index
    )


def _must_overflow(look: Look, operation: Operation) -> bool:
    """Whether what it was fed leaves no doubt: squares above 255.9, exponentials above 11.09."""
    fed, end = _largest_fed(look, operation), largest("float16") or math.inf
    if fed is None:
        return False
    if operation.kind == "exp":
        return fed > math.log(end)
    return operation.kind in _SQUARING and fed**2 > end


def _backward(look: Look) -> _Birth | None:
    """An inner product of finite gradients that is not finite."""
    for operation in reversed(look.operations):
        if operation.gradient is None or operation.gradient.nonfinite:
            continue
        for source in feeding(look, operation):
            if _is_infinite(source.gradient):
                if source.dtype == "float16" and operation.kind in ("linear", "conv", "matmul"):
                    return _Birth(operation, _size(operation.gradient), backward=True)
                return None
    return None


def _is_infinite(seen: Statistics | None) -> bool:
    return seen is not None and seen.nonfinite > 0


def _size(seen: Statistics | None) -> float | None:
    return None if seen is None else max(-seen.minimum, seen.maximum)


def _largest_fed(look: Look, operation: Operation) -> float | None:
    fed = [size for o in feeding(look, operation) if (size := _size(o.output)) is not None]
    fed += [
        size for d in look.data if d.operation == operation.index and (size := _size(d.overall))
    ]
    return max(fed, default=None)


def _grew(course: Course, step: int) -> bool:
    """Whether the loss was rising before the values left the range."""
    end = step if course.first_nonfinite is None else course.first_nonfinite
    before = course.values[:end]
    return bool(len(before)) and bool(before.max() > _RISEN.value * abs(course.first))


def _got_over(segment: Segment, course: Course) -> bool:
    """Whether all was finite again at the end: a step that was skipped does no harm."""
    last = segment.looks[-1]
    return (
        math.isfinite(last.loss)
        and not any(p.weight.nonfinite for p in last.parameters)
        and course.first_nonfinite is None
    )


def _finding(segment: Segment, look: Look, birth: _Birth, *, harmless: bool) -> Finding:
    operation, limit = birth.operation, largest("float16") or 0.0
    what = say("a gradient") if birth.backward else say("the result")
    fed = say(" It was fed values up to {fed:.4g}.", fed=birth.fed) if birth.fed else ""
    return Finding(
        rule="half-overflow",
        severity=Severity.NOTE if harmless else Severity.ERROR,
        headline=say("{what} of {name} overflows float16", what=what, name=operation.name),
        because=say("float16 ends at {limit:g}; what is larger becomes infinite.", limit=limit)
        + fed
        + _WHY.get(operation.kind, ""),
        confidence=0.99,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(operation.name, operation.layer),
        source=source_of(segment, operation),
        observed={"largest_fed": birth.fed, "operation": operation.kind, "dtype": operation.dtype},
        expected={"result_at_most": limit},
        remedies=_remedies(operation),
        segment=segment.record.number,
    )


def _remedies(operation: Operation) -> tuple[Remedy, ...]:
    return (
        Remedy(
            "bfloat16",
            "trial",
            say("Compute in bfloat16: it has fewer digits, and the range of float32."),
            "with torch.autocast(x.device.type, dtype=torch.bfloat16):\n"
            "    loss = criterion(model(x), y)",
        ),
        Remedy(
            "in-float32",
            "safe",
            say("Or compute this {kind} alone in float32.", kind=operation.kind),
            say(
                "with torch.autocast(x.device.type, enabled=False):\n"
                "    y = f(x.float())   # where f is the {kind}",
                kind=operation.kind,
            ),
        ),
    )
