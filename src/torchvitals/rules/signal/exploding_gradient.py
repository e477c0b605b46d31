"""The rule exploding-gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.chain import (
    WEIGHTED,
    Link,
    feeding,
    is_normalised,
    longest_chain,
    looped,
)
from torchvitals.rules.evidence.course import BLOWN_UP, Course, course_of
from torchvitals.rules.evidence.places import first_sourced, named
from torchvitals.theory.depth import attenuation_limit
from torchvitals.words import say

_DEVIATIONS = Threshold(
    4.0,
    "standard deviations",
    "theorem",
    "Hanin and Nica 2018: chance exceeds it in 1 net of 30,000",
)
_SPIKE = Threshold(
    10.0,
    "times the median of the looks before",
    "published",
    "kaldi and PaLM report spikes of 10 to 100 times before NaN",
)
_REPEATED = 8
"""Calls of one operation that make it a recurrence over a sequence."""
_SHALLOWEST = 3
"""Layers of a chain: over fewer a ratio is the work of a single layer, and no growth."""
_SINGULAR = frozenset({"log", "log1p", "sqrt", "rsqrt", "acos", "asin", "atanh"})
"""Functions that leave the finite numbers at a point of their own."""


@final
@dataclass(frozen=True)
class ExplodingGradient(Rule):
    """The gradient grows layer by layer (or step by step of a recurrence) on its way back.

    What it detects:
        A chain of layers along which the gradient grows beyond what chance and width explain, and
        recurrent nets whose gradient norm spikes by orders of magnitude, together with a loss that
        blew up or does not fall.

    Why it is bad:
        One step moves the first layers by many times their own size; activations overflow, and the
        loss becomes infinite and then not a number.

    Evidence:
        RMS of the gradient that arrives at the output of each layer on the longest path; the norm
        of the whole gradient at each look; the course of the loss.

    Threshold:
        Growth from last to first layer above exp(3), and above what random nets of these widths
        show at four standard deviations. For recurrences, a norm ten times the median of the looks
        before it, or an output above the square of its number of calls at the first look.

    Remedy:
        Initialise to keep the signal's size (Xavier, Kaiming, orthogonal for recurrences),
        normalise, clip the norm.

    When it is not a fault:
        A net that learns all the same, as one with normalisation often does; growth that only came
        after the first step, which too high a rate explains.

    References:
        Pascanu et al. 2013, On the difficulty of training recurrent neural networks; Hanin and Nica
        2018.
    """

    name: ClassVar[str] = "exploding-gradient"
    family: ClassVar[str] = "signal"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "clipping-saturated",
            "nonfinite-values",
            "not-learning",
            "dead-relu",
            "saturated-activation",
            "learning-rate-too-high",
            "no-update",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        first = next((look for look in segment.looks if look.crash is None), None)
        untold = course.short and first is not None and not is_normalised(first)
        if course.learning or not (course.blown_up or course.stuck or untold):
            return
        chain = _grown(first) if first is not None and first.step == 0 else None
        if first is not None and chain is not None:
            yield _finding(segment, first, chain)
            return
        grown = _outgrown(first, course) if first is not None and first.step == 0 else None
        if first is not None and grown is not None:
            yield _outgrowth(segment, first, grown, course)
        elif course.blown_up:
            yield from _recurrent(segment)


def _grown(look: Look) -> list[Link] | None:
    chain = [link for link in longest_chain(look) if _delta(link)]
    if len(chain) < _SHALLOWEST or not math.isfinite(look.loss):
        return None
    limit = attenuation_limit([link.width for link in chain[:-1]], _DEVIATIONS.value)
    first, last = _delta(chain[0]), _delta(chain[-1])
    return chain if first and last and first * limit > last else None


def _delta(link: Link) -> float | None:
    gradient = link.operation.gradient
    if gradient is None or gradient.nonfinite:
        return None
    return gradient.rms * math.sqrt(link.width)


def _finding(segment: Segment, look: Look, chain: list[Link]) -> Finding:
    first, last = chain[0], chain[-1]
    growth = (_delta(first) or 0.0) / (_delta(last) or 1.0)
    return Finding(
        rule="exploding-gradient",
        severity=Severity.ERROR,
        headline=say(
            "the gradient explodes on its way back: {growth:.1e} times from {name} to "
            "{operation_name}",
            growth=growth,
            name=last.operation.name,
            operation_name=first.operation.name,
        ),
        because=say(
            "Over {chain_count} layers each multiplies the gradient by about {growth:.2g}; "
            "the weights of {name} have a gain of {gain:.2g}.",
            chain_count=len(chain),
            growth=growth ** (1 / (len(chain) - 1)),
            name=chain[len(chain) // 2].operation.name,
            gain=chain[len(chain) // 2].gain,
        ),
        confidence=0.97,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(*(link.operation.name for link in chain[: max(len(chain) // 2, 1)])),
        source=first_sourced(segment, first.operation.layer),
        observed={
            "gradient_first_layer": _delta(first),
            "gradient_last_layer": _delta(last),
            "growth": growth,
        },
        expected={
            "growth_at_most": 1
            / attenuation_limit([link.width for link in chain[:-1]], _DEVIATIONS.value)
        },
        remedies=_remedies(),
        segment=segment.record.number,
    )


def _outgrown(look: Look, course: Course) -> Operation | None:
    """What a recurrence repeats and makes larger than its number of calls could add up to.

    A sum of c terms of its inputs' size is c times as large, and c times that where each term is
    itself a sum; what is larger was multiplied.
    """
    if course.chance is None or not course.first > BLOWN_UP.value * course.chance:
        return None
    entered = max([data.overall.rms for data in look.data], default=1.0)
    for o in look.operations:
        if o.calls < _REPEATED or o.output is None:
            continue
        if o.output.nonfinite or o.output.rms > o.calls**2 * max(entered, 1.0):
            return o
    return None


def _outgrowth(segment: Segment, look: Look, grown: Operation, course: Course) -> Finding:
    size = grown.output.rms if grown.output is not None else math.inf
    return Finding(
        rule="exploding-gradient",
        severity=Severity.ERROR,
        headline=say(
            "the signal through the recurrence {layer} grows to {size:.1e} in {calls} calls",
            layer=grown.layer,
            size=size,
            calls=grown.calls,
        ),
        because=say(
            "The same matrix multiplies the signal, and its gradient, once for each step of the "
            "sequence. The first loss is {first:.2g}, where a constant prediction costs "
            "{chance:.2g}; the gradient's norm is {norm:.1e}.",
            first=course.first,
            chance=course.chance or 0.0,
            norm=look.gradient_norm or 0.0,
        ),
        confidence=0.9,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(grown.layer),
        source=grown.source or first_sourced(segment, grown.layer),
        observed={"calls": grown.calls, "output_rms": size, "gradient_norm": look.gradient_norm},
        expected={"output_rms_at_most": float(grown.calls**2)},
        remedies=_remedies(),
        segment=segment.record.number,
    )


def _burst(look: Look) -> Operation | None:
    """An operation that a recurrence runs again and again, and that overflows by itself."""
    if any(p.weight.nonfinite for p in look.parameters):
        return None
    loops = looped(look)
    if not any(o.index in loops and (o.kind in WEIGHTED or o.parameters) for o in look.operations):
        return None  # the two logarithms of a cross-entropy by hand are no recurrence
    left = (o for o in look.operations if o.output is not None and o.output.nonfinite)
    burst = next((o for o in left if o.calls > 1), None)
    if burst is None or burst.kind not in _SINGULAR:
        return burst
    # What such a function makes of finite numbers is no matter of their size.
    sources = feeding(look, burst)
    return burst if any(o.output is not None and o.output.nonfinite for o in sources) else None


def _overflown(segment: Segment, look: Look, burst: Operation) -> Finding:
    return Finding(
        rule="exploding-gradient",
        severity=Severity.ERROR,
        headline=say(
            "the signal through the recurrence {layer} explodes until it overflows",
            layer=burst.layer,
        ),
        because=say(
            "{name} ran {calls} times in one step: the same matrix multiplies the signal, "
            "and its gradient, once for each step of the sequence.",
            name=burst.name,
            calls=burst.calls,
        ),
        confidence=0.9,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=named(burst.layer),
        source=burst.source or first_sourced(segment, burst.layer),
        observed={
            "calls": burst.calls,
            "values_not_finite": burst.output.nonfinite if burst.output else 0,
        },
        expected={"values_not_finite": 0},
        remedies=_remedies(),
        segment=segment.record.number,
    )


def _recurrent(segment: Segment) -> Iterator[Finding]:
    """A recurrence hides its layers in time: its growth shows as a spike of the norm."""
    for look in segment.looks:
        burst = _burst(look)
        if burst is not None:
            yield _overflown(segment, look, burst)
            return
    norms = [(look, look.gradient_norm) for look in segment.looks if look.gradient_norm is not None]
    for position, (look, norm) in enumerate(norms):
        loops = looped(look)
        recurrent = [
            o
            for o in look.operations
            if o.kind == "rnn" or (o.kind == "linear" and o.index in loops)
        ]
        before = sorted(n for _, n in norms[:position])
        if not recurrent or not before or norm <= _SPIKE.value * before[len(before) // 2]:
            continue
        yield Finding(
            rule="exploding-gradient",
            severity=Severity.ERROR,
            headline=say(
                "the gradient through the recurrence {name} explodes", name=recurrent[0].name
            ),
            because=say(
                "The same matrix multiplies the gradient once for each step of the sequence; "
                "where its largest singular value exceeds 1 the product grows with the length."
            ),
            confidence=0.85,
            first_step=look.step,
            last_step=segment.looks[-1].step,
            where=named(recurrent[0].name),
            source=first_sourced(segment, recurrent[0].layer),
            observed={"gradient_norm": norm, "median_before": before[len(before) // 2]},
            expected={"gradient_norm_at_most": _SPIKE.value * before[len(before) // 2]},
            remedies=_remedies(),
            segment=segment.record.number,
        )
        return


def _remedies() -> tuple[Remedy, ...]:
    return (
        Remedy(
            "kaiming-initialisation",
            "judgement",
            say("Draw the weights so that each layer keeps the size of the signal."),
            "for layer in model.modules():\n    if isinstance(layer, "
            "nn.Linear):\n        nn.init.kaiming_normal_(layer.weight, "
            "nonlinearity='relu')",
        ),
        Remedy(
            "clip-gradient",
            "trial",
            say("Bound the norm of the gradient between backward and step."),
            "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
        ),
    )
