"""The rule learning-rate-too-low."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity
from torchvitals.rules.evidence.chain import feeding, operation_at
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.optimizers import highest_lr, is_adaptive, main_group
from torchvitals.rules.evidence.pace import Progress, crawl, goal
from torchvitals.rules.evidence.schedule import EARLY, SPENT, faded
from torchvitals.rules.evidence.travel import Travel
from torchvitals.theory.stability import limit_factor
from torchvitals.words import say

_ROOM = 4.0
"""A rate up to twice the stability limit is still caught (Lewkowycz et al. 2020); the bound on the
curvature is rough by as much again."""
_CURVATURE = {"cross_entropy": 0.5, "binary_cross_entropy_with_logits": 0.25}
"""Largest second derivative of a loss by its scores; of squares it is 2."""
_SQUARE = 2.0


@final
@dataclass(frozen=True)
class LearningRateTooLow(Rule):
    """The steps are too short for the run: at this pace it ends before it has got anywhere.

    What it detects:
        A run whose steps, all added up, can't have changed the output of any layer by as much as
        itself, and whose slopes never promised more: the loss stays where it was, or falls as
        evenly at the end as at the start.

    Why it is bad:
        Time is spent and nothing is learned; it looks like a model that can't learn.

    Evidence:
        The size of each update against its weight, and the fall of the loss that slope and step
        predict, both summed over the steps of the run; the course of the loss.

    Threshold:
        No matrix's path, in units of its RMS and times the square root of its fan-in, reaches 1 (a
        bound on the change of its output). The predicted fall of the whole run would not halve the
        loss, which falls steadily as its slopes promise, or steadily and has not come down to a
        constant prediction's yet, by 2 % and by four standard errors. A rate that would reach it
        is still stable at the last layer. Or a loss above half that falls as its slopes promise, no
        slower at the end than before, while no weight moved by a quarter of its size. Or a loss
        that ends above twice what a constant prediction costs and falls evenly, at a pace that
        needs three times the run to get there. Or a schedule that has spent 99 % of the sum of its
        rates in the first quarter of the run.

    Remedy:
        Multiply the rate by the factor that is missing; do not anneal to zero before the end.

    When it is not a fault:
        Fine-tuning, which begins below the loss of a constant; runs of a few steps, unless they
        are stuck and ten times slower than usual ones; a plateau, on which the slope is missing and
        not the rate; losses that need not fall.

    References:
        CS231n, notes on the ratio of updates to weights; Goodfellow et al. 2016, section 11.4.1.
    """

    name: ClassVar[str] = "learning-rate-too-low"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        spent = faded(segment, course)
        if spent is not None:
            yield _scheduled_away(segment, course, *spent)
            return
        slow = crawl(segment, course)
        if slow is None or highest_lr(segment) == 0.0:
            return
        if _has_room(segment, slow.furthest):
            yield _finding(segment, course, slow.furthest, slow.progress)


def _scheduled_away(
    segment: Segment, course: Course, spent: int, highest: float, last: float
) -> Finding:
    group = main_group(segment.looks[-1])
    return Finding(
        rule="learning-rate-too-low",
        severity=Severity.ERROR if course.stuck else Severity.WARNING,
        headline=say(
            "the schedule had spent the learning rate by step {spent:,} of {steps:,}: it goes from "
            "{highest:g} to {last:.1e}",
            highest=highest,
            last=last,
            spent=spent,
            steps=segment.steps,
        ),
        because=say(
            "All later steps together move the weights by less than {rest:.0%} of what the first "
            "{spent:,} did. The loss stands still at {end:.4g}.",
            rest=1 - SPENT.value,
            spent=spent,
            end=course.end,
        ),
        confidence=0.85,
        first_step=spent,
        last_step=segment.looks[-1].step,
        where=(),
        source=group[0].source if group else None,
        observed={"learning_rate": last, "highest_learning_rate": highest, "spent_by_step": spent},
        expected={"spent_by_step_at_least": round(EARLY.value * segment.steps)},
        remedies=(
            Remedy(
                "step-each-epoch",
                "judgement",
                say(
                    "Let the schedule last as long as the run: step it once an epoch, not a batch."
                ),
                say(
                    "for epoch in range(epochs):\n    for batch in loader: ...\n"
                    "    scheduler.step()   # here, outside of the inner loop"
                ),
            ),
        ),
        segment=segment.record.number,
    )


def _has_room(segment: Segment, furthest: Travel) -> bool:
    """Whether the rate that would get somewhere is one that the last layer stands.

    Where it is not, the gradient is what is too small. An adaptive step has no such gradient.
    """
    look = next((k for k in segment.looks if k.losses and k.crash is None), None)
    group = main_group(look) if look is not None else None
    if look is None or group is None or is_adaptive(group[0].kind):
        return True
    curvature = _last_curvature(look)
    if curvature is None:
        return True
    wanted = group[1].lr / furthest.reach
    limit = limit_factor(group[1].momentum or 0.0, nesterov=group[1].nesterov is True)
    return wanted <= _ROOM * limit / curvature


def _last_curvature(look: Look) -> float | None:
    """A bound on the curvature of the loss by the last layer's weights and bias."""
    loss = look.losses[0]
    head = operation_at(look, loss.head)
    seen: set[int] = set()
    while head is not None and not head.parameters and head.index not in seen:
        seen.add(head.index)
        head = next(iter(feeding(look, head)), None)
    if head is None:
        return None
    squares = _squares(look, head)
    return None if squares is None else _CURVATURE.get(loss.function, _SQUARE) * (squares + 1.0)


def _squares(look: Look, head: Operation) -> float | None:
    """Mean squared length of what the last layer reads."""
    inner = next((o for o in feeding(look, head) if o.output is not None and o.shape), None)
    if inner is not None and inner.output is not None:
        return inner.shape[-1] * inner.output.rms**2
    data = next((d for d in look.data if d.operation == head.index), None)
    return None if data is None else data.features * data.overall.rms**2


def _finding(segment: Segment, course: Course, furthest: Travel, progress: Progress) -> Finding:
    lr = highest_lr(segment)
    group = main_group(segment.looks[-1])
    rate = (
        say("the learning rate {lr:g}", lr=lr)
        if lr is not None
        else say("the rate of the hand-written update")
    )
    share = progress.promised / max(abs(course.start), 1e-30)
    return Finding(
        rule="learning-rate-too-low",
        severity=Severity.WARNING if course.learning else Severity.ERROR,
        headline=say(
            "{rate} is too low for a run of {steps:,} steps", rate=rate, steps=segment.steps
        ),
        because=say(
            "Step by step the slope promises a fall of {promised:.2g} over the whole run, "
            "{share} of the loss of {start:.4g}. All steps of {name}, which moves "
            "furthest, add up to {path} of its size.",
            promised=progress.promised,
            share=_percent(share),
            start=course.start,
            name=furthest.name or say("the weights"),
            path=_percent(furthest.relative),
        ),
        confidence=0.9 if progress.visible else 0.85,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=(furthest.name.rsplit(".", 1)[0],) if furthest.name else (),
        source=group[0].source if group else None,
        observed={
            "learning_rate": lr,
            "predicted_fall": progress.promised,
            "path_over_weight": furthest.relative,
            "change_of_output_at_most": furthest.reach,
            "last_loss": course.end,
        },
        expected={
            "predicted_fall_at_least": course.start - goal(course),
            "change_of_output_at_most": say("above 1"),
        },
        remedies=_remedies(lr, _missing_factor(course, furthest, progress)),
        segment=segment.record.number,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def _missing_factor(course: Course, furthest: Travel, progress: Progress) -> float:
    """How much longer the steps must be, to a power of ten: for the slope, and for the output."""
    by_slope = 2 * (course.start - goal(course)) / max(progress.promised, 1e-30)
    factor = min(by_slope, 10.0 / furthest.reach)
    return float(10.0 ** max(round(math.log10(max(factor, 1.0))), 1))


def _remedies(lr: float | None, factor: float) -> tuple[Remedy, ...]:
    code = (
        f"learning_rate = learning_rate * {factor:g}"
        if lr is None
        else say("lr = {new:g}   # was {old:g}", new=lr * factor, old=lr)
    )
    return (
        Remedy(
            "raise-rate", "trial", say("Take steps {factor:g} times as long.", factor=factor), code
        ),
    )
