"""The rule loss-spike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import ClassVar, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.constants import targets_of
from torchvitals.rules.evidence.course import LEARNING, Course, course_of, thrown_at
from torchvitals.rules.evidence.optimizers import highest_lr, main_group
from torchvitals.words import say

_MEMORY = Threshold(
    65,
    "losses",
    "published",
    "ZClip 2025: a moving average of 0.97 holds as many; before and after a spike alike",
)
_TIMES = Threshold(
    2.0, "times the usual loss", "convention", "less is seen in any run with small batches"
)
_HIGH = 0.9
"""Quantile of the losses before: a median of those after it lies above it by no chance."""
_MAD_TO_STD = 1.4826
"""A normal variable's standard deviation over its median absolute deviation."""


@final
@dataclass(frozen=True)
class LossSpike(Rule):
    """The loss jumped far out of its noise, and the run did not get over it.

    What it detects:
        A loss far above those before it, by the noise that the run has shown, after which the loss
        stays higher than it was, to the end.

    Why it is bad:
        One step threw the weights out of the valley that they were in. What was learned before is
        lost.

    Evidence:
        The loss of every step: median and spread of the 65 before, the 65 after, and the end.

    Threshold:
        A z-score that noise alone reaches less than once in a run of this length, at twice the
        usual loss (below zero, a rise by its size); from then on a median above nine in ten of the
        losses before, and higher than theirs by a tenth of the first loss.

    Remedy:
        Clip the gradient; lower the rate, or warm up; go back to the weights before it.

    When it is not a fault:
        A spike that the run recovers from, as most do; batches of one sample, whose losses differ
        as much; losses that need not fall, as those that advantages weigh; a loss whose targets
        have moved since, as those of a value function do; a loss that grew by a factor a step,
        which is a rate past its limit. A tenfold rise out of 65 calm losses is none.

    References:
        Chowdhery et al. 2022, PaLM, section 5.1; Kumar et al. 2025, ZClip.
    """

    name: ClassVar[str] = "loss-spike"
    family: ClassVar[str] = "optimisation"

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short or course.adversarial or course.first_nonfinite is not None:
            return
        thrown = thrown_at(course)
        if course.blown_up and thrown is None:  # it grew: that is a rate past its limit
            return
        spike = _lasting(course, only=thrown)
        if spike is not None and not _targets_moved(segment, _step_of(segment, spike)):
            yield _finding(segment, course, spike)


class _Spike(NamedTuple):
    """One loss, those that were usual before it, and the score of the one among the others."""

    position: int
    loss: float
    usual: float
    score: float


def _lasting(course: Course, only: int | None) -> _Spike | None:
    """The first spike after which the loss never was as low again, in the median."""
    values, window = course.values, int(_MEMORY.value)
    limit = -NormalDist().inv_cdf(1.0 / max(len(values), 2))
    positions = range(window, len(values) - window)
    for index in positions if only is None else {only}.intersection(positions):
        spike = _score(values, index, window)
        if spike is None or spike.score < limit or not _is_high(spike.loss, spike.usual):
            continue
        gained = LEARNING.value * abs(course.start)
        if spike.usual > course.start + gained:  # it had risen before: there was nothing to lose
            continue
        high = float(np.quantile(values[index - window : index], _HIGH))
        floor = max(spike.usual + gained, high)
        lowest = min(
            float(np.median(values[start : start + window]))
            for start in range(index + 1, len(values) - window + 1, window)
        )
        if lowest > floor and course.end > floor:
            return spike
    return None


def _score(values: NDArray[np.float64], index: int, window: int) -> _Spike | None:
    """How far a loss lies above those before it, in units of their robust spread."""
    loss, before = float(values[index]), values[index - window : index]
    if not _is_high(loss, float(before[-1])) or not np.isfinite(before).all():
        return None
    usual = float(np.median(before))
    spread = _MAD_TO_STD * float(np.median(np.abs(before - usual)))
    score = (loss - usual) / max(spread, 1e-30)
    return _Spike(index, loss, usual, score) if loss > float(before.max()) else None


def _is_high(loss: float, usual: float) -> bool:
    """Of a loss below zero the rise counts, in units of its size."""
    return loss - usual > (_TIMES.value - 1) * abs(usual)


def _step_of(segment: Segment, spike: _Spike) -> int:
    series = segment.main_loss
    return int(series.steps[spike.position]) if series is not None else spike.position


def _targets_moved(segment: Segment, step: int) -> bool:
    """Whether the targets' mean left those before the step by more than they were spread: then the
    loss after it answers another question.
    """
    looks = [look for look in segment.looks if look.crash is None and look.losses]
    before = [look for look in looks if look.step <= step]
    for index in range(min((len(look.losses) for look in looks), default=0)):
        function = looks[0].losses[index].function
        usual = targets_of(index, function, before)
        later = [targets_of(index, function, [look]) for look in looks if look.step > step]
        known = [targets for targets in later if targets is not None]
        if usual is not None and any(abs(x.mean - usual.mean) > usual.std for x in known):
            return True
    return False


def _finding(segment: Segment, course: Course, spike: _Spike) -> Finding:
    lr = highest_lr(segment)
    group = main_group(segment.looks[-1]) if segment.looks else None
    step = _step_of(segment, spike)
    return Finding(
        rule="loss-spike",
        severity=Severity.ERROR if course.blown_up and not course.learning else Severity.WARNING,
        headline=say(
            "the loss jumped from {usual:.3g} to {loss:.3g} at step {step:,}, and did not "
            "come back",
            usual=spike.usual,
            loss=spike.loss,
            step=step,
        ),
        because=say(
            "That is {score:.2g} standard deviations above the 65 losses before. The run "
            "ends at {end:.3g}.",
            score=spike.score,
            end=course.end,
        ),
        confidence=0.8,
        first_step=step,
        last_step=max(segment.steps, step),
        source=group[0].source if group else None,
        observed={"loss": spike.loss, "z_score": min(spike.score, 1e9), "learning_rate": lr},
        expected={"loss_about": spike.usual},
        remedies=(
            Remedy(
                "clip-gradient",
                "trial",
                say("Bound the norm of the gradient between backward and step."),
                "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
            ),
        ),
        segment=segment.record.number,
    )
