"""The rule learning-rate-too-high."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, final

from torchvitals.record.look import GroupLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.attention import attention_histories
from torchvitals.rules.evidence.course import BLOWN_UP, Course, course_of, thrown_at
from torchvitals.rules.evidence.deaths import killed_layers
from torchvitals.rules.evidence.fading import SHALLOWEST, fading_chain, signal_fades
from torchvitals.rules.evidence.optimizers import highest_lr, is_adaptive, main_group
from torchvitals.rules.evidence.overshoot import overshoots
from torchvitals.rules.evidence.places import named
from torchvitals.rules.evidence.uprooting import Leaps, uprooting
from torchvitals.theory.stability import limit_factor
from torchvitals.words import say

_UNSTABLE = Threshold(
    1.0,
    "rate times curvature over its limit",
    "theorem",
    "Cohen et al. 2021: a quadratic diverges above 1",
)
_LEAPS = Threshold(
    1.0,
    "update over weight, RMS",
    "theorem",
    "a step longer than the weights replaces what they had learned",
)
_STRONG = Threshold(
    0.1,
    "update over weight, RMS",
    "published",
    "CS231n: healthy updates are near 1e-3 of the weights; this is a hundred times that",
)
_HABIT = Threshold(3, "looks", "convention", "first steps of Adam are long; a habit is not")
_THROWN = Threshold(
    0.5,
    "update over weight, RMS",
    "convention",
    "the first steps of Adam too: two of them and little is left of the initial weights",
)
_TWICE = 2
_SOON = Threshold(
    16, "steps", "convention", "six looks: what closes a net later is no work of its first steps"
)
_TENFOLD = 5.0
"""An excess that the remedy makes a tenth of the rate of."""
_RISEN = Threshold(
    2.0,
    "times the first loss",
    "convention",
    "a loss that breaks without rising first has no rate to blame",
)
_RECOVERED = Threshold(
    0.5,
    "of the loss at the start, or of a constant prediction",
    "convention",
    "a catapult that recovers ends far below; what was thrown away ends a little below chance",
)
_AT_ONCE = 2
"""A loss that breaks within the first two steps has had no time to be seen rising."""


@final
@dataclass(frozen=True)
class LearningRateTooHigh(Rule):
    """The steps are longer than the curvature of the loss allows.

    What it detects:
        A loss that rises although each step goes down its slope: steps overshoot the minimum, by
        the evidence of the run. Also a loss that blew up and lies calm since, updates longer
        than the weights themselves in a run that does not learn, and steps that killed a layer of
        ReLUs in a run that stands still.

    Why it is bad:
        Past the stability limit each step lands higher on the other side of the valley than it
        began: the loss grows by a constant factor a step, to infinity, or until dead units flatten
        it.

    Evidence:
        At each look the change of the loss that the slope predicts, and the change that came; on a
        quadratic their ratio is 1 - rate x curvature / 2. The size of the update against the
        weight. The whole course of the loss.

    Threshold:
        Rate times curvature above 2 (Cohen et al. 2021) together with a loss that blew up; updates
        above a tenth of the weights at three looks (a hundred times the usual 1e-3), with a loss
        that ends less than a tenth below a constant prediction's and is not falling. A run that
        blew up after updates longer than the weights, and ended above half of chance; or whose
        first five steps did that, with attention logits past 1000 and half of chance left. Or
        a run that stands still, in which nine in ten ReLUs of a layer are silent at the last two
        looks and fewer than half were at first, after three looks at steps of its biases by more
        than a tenth of what biases are drawn from; the first steps of Adam, which are long, count
        where the layer died in them. Or two first steps above a tenth of a weight, after which,
        within sixteen steps and for good, no gradient passes a net that it had passed at birth.

    Remedy:
        Divide the rate by the measured excess; warm up; clip; standardise the inputs.

    When it is not a fault:
        A ratio about 1 late in a run (the edge of stability); a rise that the run recovers from;
        losses of adversaries; a loss that was small at first, was never ten times that of a
        constant prediction, and ended below half of it.

    References:
        Cohen et al. 2021; Lewkowycz et al. 2020 (a catapult that recovers).
    """

    name: ClassVar[str] = "learning-rate-too-high"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "nonfinite-values",
            "not-learning",
            "saturated-activation",
            "no-update",
            "vanishing-gradient",
            "attention-collapse",
            "attention-logit-growth",
            "rank-collapse",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.learning and (not course.blown_up or course.solved(_RECOVERED.value)):
            if course.far_from_learned and any(h.has_grown for h in attention_histories(segment)):
                first = uprooting(segment)
                if first:  # its first steps made the logits that now hold it back
                    finding = _finding(segment, course, [], first)
                    yield replace(finding, severity=Severity.ERROR)
            return
        if course.first_nonfinite is None and (thrown_at(course) is not None or _calm(course)):
            return  # one record did it: that is loss-spike
        broke = math.inf if course.first_nonfinite is None else course.first_nonfinite
        unstable = [
            (step, value)
            for step, value in overshoots(segment)
            if value > _UNSTABLE.value and step < broke
        ]
        if course.blown_up:
            leaps = _leaps(segment, _LEAPS.value, broke)
            if course.learning:  # past its limit for a while many a run is, and learns
                unstable = []
            if (unstable or leaps) and _rose(course):
                yield _finding(segment, course, unstable, leaps)
        elif not course.short:
            steps = _too_long(segment, course, _leaps(segment, _STRONG.value, broke))
            if steps:
                yield _finding(segment, course, [], steps)
            elif course.stuck and (blows := _blows(segment)):
                yield _of_killed(_finding(segment, course, [], blows), blows)


def _too_long(segment: Segment, course: Course, strong: Leaps) -> Leaps:
    """The strong steps, where a run got nowhere, or not far and stays there."""
    if course.on_its_way and not course.risen_beyond_noise and not _still_above(course):
        return []
    habits = _habits(segment, strong)
    if len(habits) >= _HABIT.value:
        return habits
    thrown = [leap for leap in strong if leap[2] > _THROWN.value]
    if len(thrown) >= _TWICE:
        return thrown
    return uprooting(segment) or _closing(segment, strong)


def _closing(segment: Segment, strong: Leaps) -> Leaps:
    """The strong steps before a gradient that reached the first layers at birth ceased to."""
    looks = [k for k in segment.looks if k.crash is None and not k.brief and math.isfinite(k.loss)]
    chains = [(look.step, fading_chain(look)) for look in looks]
    if not chains or len(chains[0][1]) < SHALLOWEST or signal_fades(chains[0][1]):
        return []
    since = next((step for step, chain in chains if signal_fades(chain)), None)
    if since is None or not all(signal_fades(chain) for step, chain in chains if step >= since):
        return []
    first = [leap for leap in strong if leap[0].step <= since]
    return first if len(first) >= _TWICE and since <= _SOON.value else []


def _calm(course: Course) -> bool:
    """No loss was ever far above a constant prediction's, and they end far below it: first ones of
    next to nothing, as of a value that is zero as yet, made the others look high.
    """
    if course.chance is None or course.risen or course.leapt:
        return False
    high = course.highest > BLOWN_UP.value * course.chance
    return not high and course.mean_end <= _RECOVERED.value * course.chance


def _still_above(course: Course) -> bool:
    """Whether what falls is what the first steps had thrown up: by its last tenth the loss has not
    come back to where it began, and not to a constant prediction's.
    """
    level = course.first if course.chance is None else max(course.first, course.chance)
    return not course.two_signed and course.end > _RISEN.value * abs(level)


def _rose(course: Course) -> bool:
    """Whether the loss was rising when it broke."""
    if course.first_nonfinite is None or course.first_nonfinite <= _AT_ONCE:
        return True
    before = course.values[: course.first_nonfinite]
    return bool(before.max() > _RISEN.value * abs(course.first))


def _leaps(segment: Segment, limit: float, before: float) -> Leaps:
    """Steps that moved a weight matrix by more than `limit` of its size, or of its usual size."""
    found: Leaps = []
    for look in segment.looks:
        for p in look.parameters:
            matrix = len(p.shape) > 1 and not p.weight.nonfinite
            if not matrix or p.update_rms is None or look.step >= before:
                continue
            usual = 1.0 / math.sqrt(3.0 * p.fan_in)
            ratio = p.update_rms / max(p.weight.rms, usual)
            if ratio > limit:
                found.append((look, p.name, ratio))
                break
    return found


def _blows(segment: Segment) -> Leaps:
    """A habit of long steps of the biases of a layer whose units were alive at first, and died."""
    for killed in killed_layers(segment):
        strong = [step for step in killed.steps if _STRONG.value < step[2] < math.inf]
        if len(habits := _habits(segment, strong)) >= _HABIT.value:
            return habits
        first = [leap for leap in strong if leap[0].step < killed.dead_since]
        if len(first) >= _HABIT.value and _is_at_once(segment, killed.dead_since):
            return first
    return []


def _is_at_once(segment: Segment, step: int) -> bool:
    """Whether the first look after the optimizer's moments have filled comes no sooner."""
    memory = _memory(segment)
    return step <= min((look.step for look in segment.looks if look.step >= memory), default=0)


def _habits(segment: Segment, leaps: Leaps) -> Leaps:
    """Without those that every adaptive optimizer makes before its moments have filled."""
    memory = _memory(segment) if leaps else 0.0
    return [leap for leap in leaps if leap[0].step >= memory]


def _memory(segment: Segment) -> float:
    """Steps in which the moments of an adaptive optimizer fill; none of any other."""
    group = main_group(segment.looks[0])
    if group is None or not is_adaptive(group[0].kind):
        return 0.0
    return 1.0 / max(1.0 - (group[1].momentum or 0.0), 1e-3)


def _excess(unstable: list[tuple[int, float]], leaps: Leaps) -> float:
    values = sorted(value for _, value in unstable) or sorted(ratio for _, _, ratio in leaps)
    return values[len(values) // 2]


def _finding(
    segment: Segment,
    course: Course,
    unstable: list[tuple[int, float]],
    leaps: Leaps,
) -> Finding:
    lr, excess = highest_lr(segment), _excess(unstable, leaps)
    group = main_group(segment.looks[0])
    return Finding(
        rule="learning-rate-too-high",
        severity=Severity.WARNING if course.learning else Severity.ERROR,
        headline=_headline(lr, excess, unstable=bool(unstable)),
        because=_because(course, excess, unstable=bool(unstable)),
        confidence=0.95 if unstable else 0.85,
        first_step=1 + min([step for step, _ in unstable] + [look.step for look, _, _ in leaps]),
        last_step=segment.looks[-1].step,
        where=named(*(name.rsplit(".", 1)[0] for _, name, _ in leaps[:1])) or _layers(segment),
        source=group[0].source if group else _update_line(segment),
        observed={
            "learning_rate": lr,
            **_measure(excess, unstable=bool(unstable)),
            "peak_loss": course.highest if math.isfinite(course.highest) else None,
        },
        expected={
            **_limits(unstable=bool(unstable)),
            "rate_times_curvature_below": _limit(group[1] if group else None),
        },
        remedies=_remedies(lr, excess),
        segment=segment.record.number,
    )


def _of_killed(finding: Finding, blows: Leaps) -> Finding:
    """The finding with what is to be said of steps that killed a layer."""
    layer, lr = blows[0][1].rsplit(".", 1)[0], finding.observed["learning_rate"]
    known = lr if isinstance(lr, float) else None
    rate = (
        say("the learning rate {lr:g}", lr=known)
        if known is not None
        else say("the rate of the hand-written update")
    )
    return replace(
        finding,
        headline=say("{rate} killed the units of {layer}", rate=rate, layer=layer),
        because=say(
            "Its biases moved by {excess:.2g} times the size of usual initial ones in one step, "
            "again and again: its units, alive at first, are now silent on all samples but a few, "
            "and the loss is where it was.",
            excess=_excess([], blows),
        ),
        remedies=_remedies(known, _TENFOLD),
    )


def _measure(excess: float, *, unstable: bool) -> dict[str, float]:
    return {"overshoot": excess} if unstable else {"update_over_weight": excess}


def _limits(*, unstable: bool) -> dict[str, float]:
    if unstable:
        return {"overshoot_below": _UNSTABLE.value}
    return {"update_over_weight_below": _STRONG.value}


def _headline(lr: float | None, excess: float, *, unstable: bool) -> str:
    rate = (
        say("the learning rate {lr:g}", lr=lr)
        if lr is not None
        else say("the rate of the hand-written update")
    )
    if unstable:
        return say("{rate} is past the stability limit", rate=rate)
    return say(
        "{rate} moves weights by {excess:.2g} times their size in one step",
        rate=rate,
        excess=excess,
    )


def _limit(group: GroupLook | None) -> float:
    """The rate times curvature that descent with this group's momentum stands."""
    if group is None:
        return limit_factor()
    return limit_factor(group.momentum or 0.0, nesterov=group.nesterov is True)


def _because(course: Course, excess: float, *, unstable: bool) -> str:
    text = (
        say(
            "Each step goes down the slope, yet the loss rises: it overshoots the far side "
            "of the valley {excess:.3g} times too far, and every step makes it worse.",
            excess=excess,
        )
        if unstable
        else say(
            "Steps of {excess:.2g} of the weights, one after another, throw away what they had.",
            excess=excess,
        )
    )
    if course.first_nonfinite is not None:
        text += say(
            " The loss left the finite numbers at step {first_nonfinite}.",
            first_nonfinite=course.first_nonfinite,
        )
    elif course.blown_up:
        text += say(
            " The loss peaked at {highest:.1e}, from {first:.3g}; what came after is the "
            "calm of a net that was destroyed.",
            highest=course.highest,
            first=course.first,
        )
    return text


def _layers(segment: Segment) -> tuple[str, ...]:
    return named(*(o.name for o in segment.looks[0].operations if o.parameters))[:1]


def _update_line(segment: Segment) -> str | None:
    return next(
        (loss.source for look in segment.looks for loss in look.losses if loss.source), None
    )


def _remedies(lr: float | None, excess: float) -> tuple[Remedy, ...]:
    if lr is None:
        code = f"learning_rate = learning_rate / {max(2 * excess, 10):.0f}"
    else:
        code = f"lr = {lr / max(2 * excess, 2):.1g}"
    return (
        Remedy("lower-rate", "trial", say("Take steps of half the stable size."), code),
        Remedy(
            "clip-gradient",
            "trial",
            say("Or bound the norm of the gradient between backward and step."),
            "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
        ),
    )
