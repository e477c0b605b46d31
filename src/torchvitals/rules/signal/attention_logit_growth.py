"""The rule attention-logit-growth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.attention import (
    GROWTH,
    AttentionHistory,
    attention_histories,
)
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_DIVERGES = Threshold(
    1e4, "largest logit", "published", "Wortsman et al. 2023, section 3.3: all above it diverged"
)
_BACK = Threshold(
    0.1, "share of the fall", "convention", "a loss that gave back a tenth of what it had gained"
)


@final
@dataclass(frozen=True)
class AttentionLogitGrowth(Rule):
    """The attention's logits grow without bound, until the softmax is one-hot and training fails.

    What it detects:
        A largest attention logit that grew at least tenfold to a size at which nets are known to
        fail, in a run whose loss does not fall, or gives back what it had gained.

    Why it is bad:
        Queries and keys both grow along the direction that sharpens the attention. Once one-hot
        the softmax passes no gradient that would bring them back, and in half precision logits of
        this size are too coarse to compare.

    Evidence:
        The largest product of a query and a key, scaled as the net does, at each thorough look.

    Threshold:
        10 times the first, and above 1000 (128 in bfloat16).

    Remedy:
        Normalise queries and keys; a lower rate, or a warm-up.

    When it is not a fault:
        Heads that sharpen as they learn; large logits in a run whose loss keeps falling.

    References:
        Wortsman et al. 2023, section 3.3; Dehghani et al. 2023 (ViT-22B), section 2; Zhai et al.
        2023.
    """

    name: ClassVar[str] = "attention-logit-growth"
    family: ClassVar[str] = "signal"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"attention-collapse", "not-learning", "nonfinite-values", "loss-spike"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short or not _is_harmed(course):
            return
        grown = [h for h in attention_histories(segment) if h.has_grown]
        if grown:
            yield _finding(segment, max(grown, key=lambda history: history.largest))


def _is_harmed(course: Course) -> bool:
    if course.adversarial:
        return False
    if course.blown_up or not course.learning:
        return True
    lowest = min((float(value) for value in course.finite), default=math.nan)
    return course.end - course.start > -(1 - _BACK.value) * (course.start - lowest) and (
        course.end - lowest > 2 * course.noise
    )


def _finding(segment: Segment, history: AttentionHistory) -> Finding:
    seen, limit = history.logits, history.limit
    since = next(step for step, size in seen if size > GROWTH.value * seen[0][1])
    far = course_of(segment).far_from_learned
    return Finding(
        rule="attention-logit-growth",
        severity=Severity.ERROR if far else Severity.WARNING,
        headline=say(
            "The logits of {place} grew from {first:.3g} to {last:.3g}",
            place=history.place,
            first=seen[0][1],
            last=seen[-1][1],
        ),
        because=say(
            "The loss deteriorates from about {limit:g}, and nets above {diverges:g} were all "
            "seen to diverge: {sharp:.0%} of the rows are one-hot now, and pass no "
            "gradient to queries and keys.",
            limit=limit,
            diverges=_DIVERGES.value,
            sharp=history.last.sharp,
        ),
        confidence=0.8,
        first_step=since,
        last_step=seen[-1][0],
        where=named(history.place, history.operation.layer),
        source=source_of(segment, history.operation),
        observed={"largest_logit": seen[-1][1], "largest_logit_at_first": seen[0][1]},
        expected={"largest_logit_below": limit},
        remedies=(
            Remedy(
                "normalise-queries-and-keys",
                "judgement",
                say("Normalise queries and keys, so that logits can't grow beyond their width."),
                "q, k = F.layer_norm(q, q.shape[-1:]), F.layer_norm(k, k.shape[-1:])",
            ),
            Remedy("lower-rate", "judgement", say("Or lower the rate."), "lr = lr / 10"),
        ),
        segment=segment.record.number,
    )
