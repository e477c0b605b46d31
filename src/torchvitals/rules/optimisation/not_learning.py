"""The rule not-learning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import FAR_ABOVE, LEARNING, Course, course_of
from torchvitals.words import say

_AT_CHANCE = Threshold(
    0.9,
    "of the loss of a constant prediction",
    "convention",
    "a net that starts below it has learned already",
)
_DOUBT = Threshold(
    2.0, "standard errors", "theorem", "a level told from counts lies within them in 95 of 100 runs"
)
_LONG = Threshold(50, "steps", "convention", "the shortest plateau that is not called an early one")

_RULED_OUT = say(
    "equal weights, dead or saturated units, vanishing and exploding gradients, a "
    "loss outside its domain, shapes that broadcast, an optimizer that holds the "
    "wrong parameters or never moves them, gradients that are not zeroed, and a "
    "rate past the stability limit"
)

_OVERFIT = Remedy(
    "overfit-one-batch",
    "trial",
    say(
        "Train on one batch alone: if the loss does not go to zero there, the fault is "
        "in the program, else in data or rate."
    ),
    "batch = next(iter(loader))\nfor _ in range(500):\n    train_step(batch)",
)


@final
@dataclass(frozen=True)
class NotLearning(Rule):
    """The loss does not move, and no cause was found.

    What it detects:
        A loss that begins and ends where the best constant prediction is, or ends far above it.

    Why it is bad:
        The model has learned nothing about its inputs.

    Evidence:
        The loss over the whole run, against the loss of the best constant prediction for the
        targets seen: ln C, the entropy of the base rate, or the variance.

    Threshold:
        An end within 2 % of that level, or above 1.5 times it, after at least 50 steps.

    Remedy:
        Check that inputs and labels belong together, overfit a single batch, raise the rate.

    When it is not a fault:
        Losses that need not fall: adversarial and reinforcement learning, moving targets; a net
        that was trained before.

    References:
        Karpathy 2019, A Recipe for Training Neural Networks: overfit one batch.
    """

    name: ClassVar[str] = "not-learning"
    family: ClassVar[str] = "optimisation"

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.steps < _LONG.value or course.chance is None:
            return
        if course.start < _AT_CHANCE.value * course.chance:
            return
        if _is_in_doubt(course, course.chance):
            return
        if course.stuck or _is_far_above(course, course.chance):
            yield _finding(segment, course, course.chance)


def _is_in_doubt(course: Course, chance: float) -> bool:
    """A loss that fell, to what may be well below a constant's: few of a rare class were seen."""
    fell = course.fall >= LEARNING.value
    return fell and course.end <= (1 - LEARNING.value) * (
        chance + _DOUBT.value * course.chance_error
    )


def _is_far_above(course: Course, chance: float) -> bool:
    """A net that falls and is still worse than no net: it may yet learn, and has not so far."""
    judged = not course.adversarial and not course.blown_up
    return judged and course.end > FAR_ABOVE.value * chance


def _finding(segment: Segment, course: Course, chance: float) -> Finding:
    if course.stuck:
        headline = say("the loss has not moved in {steps:,} steps", steps=course.steps)
    else:
        headline = say(
            "after {steps:,} steps the loss is still above that of a constant prediction",
            steps=course.steps,
        )
    return Finding(
        rule="not-learning",
        severity=Severity.ERROR if course.stuck else Severity.WARNING,
        headline=headline,
        because=say(
            "It ends at {end:.4g}, where a constant prediction costs {chance:.4g}. Ruled "
            "out, unless named above: {ruled_out}.",
            end=course.end,
            chance=chance,
            ruled_out=_RULED_OUT,
        ),
        confidence=0.7,
        first_step=segment.looks[-1].step,
        last_step=segment.looks[-1].step,
        source=next((x.source for look in segment.looks for x in look.losses if x.source), None),
        observed={"first_loss": course.start, "last_loss": course.end},
        expected={"last_loss_below": chance},
        remedies=(_OVERFIT,),
        segment=segment.record.number,
    )
