"""The rule gradient-underflow."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import Look, Operation, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.optimizers import main_group
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.theory.rounding import lost_below, smallest_normal
from torchvitals.words import say

_LOST = Threshold(
    0.9,
    "share of entries left bit-identical",
    "convention",
    "an update that rounding drops leaves the entry as it was; a few large ones get through",
)
_TOUCHED = Threshold(
    0.5, "share of zero gradients", "convention", "rows that a batch does not touch rightly stay"
)
_FLUSHED = Threshold(
    0.99,
    "share of zero gradients",
    "theorem",
    "erf(2^-25 / (s sqrt 2)) is 0.99 at s = 1.2e-8; at 0.84 a net with Adam still learns",
)
_USUALLY = Threshold(0.5, "of the looks", "convention", "a passing low is not a fault")
_FEWEST = Threshold(2, "looks", "convention", "a first step alone may be a warm-up's")
_CUTTING = frozenset({"relu", "max_pool", "dropout", "clamp", "softmax", "gather", "index"})
"""Operations that make gradients zero by themselves."""
_HALF = frozenset({"float16", "bfloat16"})


@final
@dataclass(frozen=True)
class GradientUnderflow(Rule):
    """Half precision drops the updates, or the gradients: too small for its numbers.

    What it detects:
        Weights kept in float16 or bfloat16 that steps leave bit-identical, because the update is
        below half of the spacing of its numbers there; and float16 gradients that become zero on
        their way back, without a gradient scaler.

    Why it is bad:
        bfloat16 has 8 bits: next to 1 its numbers lie 0.0078 apart, and an update below 0.002 is
        gone. The sum of a thousand such updates is nothing. A gradient below 3e-8 is zero in
        float16, and all layers before it get none.

    Evidence:
        The share of entries that a step left bit-identical although their gradient is not zero; the
        gradients that arrive at each operation in float16.

    Threshold:
        Nine entries of ten left as they were, over all weights in half precision; or 99
        gradients of a hundred zero below an operation whose own gradient is not, but subnormal.

    Remedy:
        Keep the weights in float32 and compute under autocast; in float16 with a GradScaler.

    When it is not a fault:
        A model that learns all the same; rows that a batch does not touch; weights that an
        optimizer keeps a copy of in float32.

    References:
        Micikevicius et al. 2018, Mixed Precision Training, sections 3.1 and 3.2; IEEE 754.
    """

    name: ClassVar[str] = "gradient-underflow"
    family: ClassVar[str] = "numerics"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"no-update", "not-learning", "learning-rate-too-low", "vanishing-gradient"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        looks = [look for look in segment.looks if look.crash is None]
        if course.short or course.adversarial or course.blown_up:
            return
        updates = [lost for look in looks if (lost := _lost_updates(look)) is not None]
        if _is_habit([lost.share >= _LOST.value for lost in updates]):
            severity = _severity(course, updates)
            if severity is not None:
                yield _updates(segment, updates, severity)
                return
        flushes = [(look, _flush(look)) for look in looks if _has_gradients(look)]
        if _is_habit([flush is not None for _, flush in flushes]) and not course.learning:
            yield _gradients(segment, [(k, flush) for k, flush in flushes if flush is not None])


def _is_habit(seen: list[bool]) -> bool:
    return len(seen) >= _FEWEST.value and sum(seen) > _USUALLY.value * len(seen)


class _Lost(NamedTuple):
    """What a step left of the weights in half precision; the one that lost most, by entries."""

    look: Look
    share: float
    most: ParameterLook


def _lost_updates(look: Look) -> _Lost | None:
    halves = [
        p
        for p in look.parameters
        if p.dtype in _HALF
        and p.unchanged is not None
        and p.gradient is not None
        and p.gradient.rms > 0
        and p.gradient.zero_fraction < _TOUCHED.value
    ]
    entries = sum(p.weight.count for p in halves)
    whole = sum(p.weight.count for p in look.parameters if p.unchanged is not None)
    if not entries or entries < whole / 2:
        return None
    share = sum((p.unchanged or 0.0) * p.weight.count for p in halves) / entries
    return _Lost(look, share, max(halves, key=lambda p: (p.unchanged or 0.0) * p.weight.count))


def _severity(course: Course, updates: list[_Lost]) -> Severity | None:
    """Lost to the last bit at each look: nothing can be learned, whatever the loss does."""
    if course.stuck:
        return Severity.ERROR
    if not course.learning:
        return Severity.WARNING
    return Severity.NOTE if statistics.median(lost.share for lost in updates) < 1 else None


class _Flush(NamedTuple):
    """Where gradients became zero: the operation that got none, and the one after it."""

    operation: Operation
    after: Operation


def _has_gradients(look: Look) -> bool:
    return look.loss_scale == 1 and any(
        o.dtype == "float16" and o.gradient is not None for o in look.operations
    )


def _flush(look: Look) -> _Flush | None:
    """A product of a gradient that is still there with weights that are: zero by rounding alone."""
    by_index = {o.index: o for o in look.operations}
    for after in reversed(look.operations):
        gradient = after.gradient
        if after.kind in _CUTTING or gradient is None:
            continue
        if gradient.zero_fraction > 1 - _FLUSHED.value or gradient.nonfinite or not gradient.rms:
            continue
        if max(-gradient.minimum, gradient.maximum) >= smallest_normal("float16"):
            continue
        for index in after.inputs:
            operation = by_index.get(index)
            arrived = operation.gradient if operation is not None else None
            if operation is None or arrived is None or operation.dtype != "float16":
                continue
            if arrived.zero_fraction >= _FLUSHED.value:
                return _Flush(operation, after)
    return None


def _updates(segment: Segment, updates: list[_Lost], severity: Severity) -> Finding:
    lost = updates[-1]
    p = lost.most
    size = (p.update_rms or 0.0) / p.weight.rms if p.weight.rms else 0.0
    limit = lost_below(p.dtype)
    share = statistics.median(one.share for one in updates)
    group = main_group(lost.look)
    rate = group[1].lr if group else None
    return Finding(
        rule="gradient-underflow",
        severity=severity,
        headline=say(
            "{share:.3g} % of the weights, kept in {dtype}, are too coarse for their updates",
            share=100 * share,
            dtype=p.dtype,
        ),
        because=say(
            "In {dtype} an update below {limit:.2g} of the weight is rounded away. After a "
            "step {share:.3g} % of the entries are bit-identical, although their gradients "
            "are not zero: what is lost never adds up.",
            dtype=p.dtype,
            limit=limit,
            share=100 * share,
        ),
        confidence=0.99,
        first_step=updates[0].look.step,
        last_step=lost.look.step,
        where=named(p.name.rsplit(".", 1)[0]),
        source=group[0].source if group else None,
        observed={
            "share_of_entries_unchanged": share,
            "dtype": p.dtype,
            "learning_rate": rate,
            "weight_rms": p.weight.rms,
            "update_over_weight": size,
        },
        expected={"update_over_weight_at_least": limit},
        remedies=(_float32(p.dtype),),
        segment=segment.record.number,
    )


def _float32(dtype: str) -> Remedy:
    return Remedy(
        "float32-weights",
        "trial",
        say("Keep the weights in float32, and let autocast choose where half precision will do."),
        "model = model.float()\n"
        f"with torch.autocast(x.device.type, dtype=torch.{dtype}):\n"
        "    loss = criterion(model(x), y)",
    )


def _gradients(segment: Segment, flushes: list[tuple[Look, _Flush]]) -> Finding:
    look, flush = flushes[-1]
    gradient = flush.after.gradient
    largest = max(-gradient.minimum, gradient.maximum) if gradient is not None else 0.0
    arrived = flush.operation.gradient
    return Finding(
        rule="gradient-underflow",
        severity=Severity.ERROR,
        headline=say("gradients become zero in float16 below {name}", name=flush.after.name),
        because=say(
            "The largest gradient at {name} is {largest:.2g}. What it passes on lies below "
            "3e-8, which float16 rounds to zero: the layers before it get nothing, and no "
            "gradient scaler lifts it.",
            name=flush.after.name,
            largest=largest,
        ),
        confidence=0.97,
        first_step=flushes[0][0].step,
        last_step=look.step,
        where=named(flush.after.name, flush.operation.name),
        source=source_of(segment, flush.after),
        observed={
            "largest_gradient": largest,
            "share_of_zeros_below": arrived.zero_fraction if arrived is not None else None,
        },
        expected={"largest_gradient_above": smallest_normal("float16")},
        remedies=(
            Remedy(
                "scale-the-loss",
                "trial",
                say("Multiply the loss before backward, and divide the gradients before the step."),
                "scaler = torch.amp.GradScaler(device)\n"
                "scaler.scale(loss).backward()\n"
                "scaler.step(optimizer)\nscaler.update()",
            ),
            Remedy(
                "bfloat16",
                "trial",
                say("Or compute in bfloat16, which reaches as far down as float32."),
                "with torch.autocast(device, dtype=torch.bfloat16):",
            ),
        ),
        segment=segment.record.number,
    )
