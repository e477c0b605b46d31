"""The rule adam-epsilon."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import GroupLook, Look, OptimizerLook, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.optimizers import is_adaptive
from torchvitals.rules.evidence.pace import HARDLY_MOVED, REACH, crawl, is_held_back
from torchvitals.rules.evidence.travel import Travel, integral, travels
from torchvitals.theory.rounding import rounds_to_zero
from torchvitals.words import say

_STARVED = Threshold(
    1.0,
    "gradient RMS over eps",
    "theorem",
    "a step has r / (1 + r) of its length: at r = 1 half of it is lost to eps",
)
_SHORT_STEP = Threshold(
    0.2294,
    "update over learning rate, RMS",
    "theorem",
    "Adam of pure noise moves by lr sqrt((1 - b1) / (1 + b1)), 0.2294 lr for b1 = 0.9",
)
_DEFAULT = Threshold(
    1e-8, "eps", "published", "Kingma and Ba 2015, and the default of PyTorch's optimizers"
)
_MOST_LOST = Threshold(
    0.5,
    "of the length that pure noise would give a step",
    "convention",
    "so far below it that curvature and the noise of batches have no say in the length",
)
_MOMENTUM = 0.9
"""The default of Adam and its kin."""
_FEWEST = Threshold(3, "looks", "convention", "the first steps alone tell no habit")


@final
@dataclass(frozen=True)
class AdamEpsilon(Rule):
    """eps is larger than the gradients that Adam divides by: the steps shrink with them.

    What it detects:
        An adaptive optimizer whose eps outweighs the root of its second moments for every weight
        matrix, at every look, in a run that does not learn.

    Why it is bad:
        Adam divides by sqrt(v) + eps so that each weight moves by about the learning rate, however
        small its gradient. Where eps is the larger, it is plain descent with the rate lr / eps.

    Evidence:
        RMS of each gradient against eps; the size of each update against the learning rate.

    Threshold:
        A gradient RMS below eps (half of the step is lost) for all matrices, and updates below
        what even pure noise would give; the weights got nowhere. Or steps below half of that, in a
        run that still falls as its slopes promise and has more than half of the way to go, whose
        weights moved by less than a quarter of their size, and would have moved by more.

    Remedy:
        Leave eps at its default of 1e-8.

    When it is not a fault:
        A larger eps on purpose, with a rate to match, in a run that learns; gradients that are
        zero.

    References:
        Kingma and Ba 2015; Wortsman et al. 2023, Small-scale proxies, section 3.4.
    """

    name: ClassVar[str] = "adam-epsilon"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "learning-rate-too-low", "no-update", "nonfinite-values"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        lost = _lost_in_half(segment)
        if lost is not None:
            yield lost
            return
        course = course_of(segment)
        if course.short or course.blown_up or course.adversarial:
            return
        seen = [starved for look in segment.looks if (starved := _starved(look)) is not None]
        if len(seen) < _FEWEST.value or not all(one.ratio < _STARVED.value for one in seen):
            return
        if not all(one.step < _by_noise(one.optimizer.steps) for one in seen):
            return
        ways = travels(segment)
        if ways and (
            _got_nowhere(segment, course, ways) or _cut_short(segment, course, ways, seen)
        ):
            yield _finding(segment, seen, Severity.ERROR if course.stuck else Severity.WARNING)


def _got_nowhere(segment: Segment, course: Course, ways: list[Travel]) -> bool:
    """No layer's output can have changed by as much as itself."""
    slow = course.stuck or crawl(segment, course) is not None
    return slow and max(way.reach for way in ways) < REACH.value


def _cut_short(segment: Segment, course: Course, ways: list[Travel], seen: list[_Starved]) -> bool:
    """The weights hardly moved, would have moved far in whole steps, and it is the steps that the
    run lacks.
    """
    shares = [one.step / _by_noise(one.optimizer.steps) for one in seen]
    furthest = max(ways, key=lambda way: way.relative)
    noise = ((one.look.step, one.group.lr * _SHORT_STEP.value) for one in seen)
    whole = integral(noise, segment.steps) / furthest.size
    hardly = furthest.relative < HARDLY_MOVED.value <= whole
    return hardly and max(shares) < _MOST_LOST.value and is_held_back(segment, course)


def _by_noise(steps: int) -> float:
    """What pure noise gives a step, in units of the rate: the first ones average few gradients.

    The weights of a mean of t of them are b^k (1 - b) / (1 - b^t), for b = 0.9.
    """
    left = _MOMENTUM ** max(steps, 1)
    return _SHORT_STEP.value * math.sqrt((1 + left) / (1 - left))


def _lost_in_half(segment: Segment) -> Finding | None:
    """An eps that the weights' own type rounds to 0, and weights that are not finite since."""
    if not any(p.weight.nonfinite for k in segment.looks for p in k.parameters):
        return None
    for look in segment.looks:
        optimizers = {o.number: o for o in look.optimizers if is_adaptive(o.kind)}
        for p in look.parameters:
            optimizer = optimizers.get(p.optimizer) if p.optimizer is not None else None
            eps = optimizer.groups[0].eps if optimizer is not None and optimizer.groups else None
            if optimizer is None or eps is None or not p.dtype.startswith("float"):
                continue
            if eps <= rounds_to_zero(p.dtype):
                return _vanished(segment, look, p, optimizer, eps)
    return None


def _vanished(
    segment: Segment, look: Look, p: ParameterLook, optimizer: OptimizerLook, eps: float
) -> Finding:
    return Finding(
        rule="adam-epsilon",
        severity=Severity.ERROR,
        headline=say(
            "eps = {eps:g} is 0 in {dtype}, and {kind} divides by it",
            eps=eps,
            dtype=p.dtype,
            kind=optimizer.kind,
        ),
        because=say(
            "The weights are {dtype}, and so are their moments: the square of a small gradient "
            "rounds to 0, eps rounds to 0, and their quotient is not a number.",
            dtype=p.dtype,
        ),
        confidence=0.98,
        first_step=look.step,
        last_step=segment.looks[-1].step,
        where=(p.name.rsplit(".", 1)[0],) if p.name else (),
        source=optimizer.source,
        observed={"eps": eps},
        expected={"eps_above": rounds_to_zero(p.dtype)},
        remedies=(
            Remedy(
                "float32-weights",
                "judgement",
                say("Keep the weights in float32 and compute in half by autocast."),
                "with torch.autocast(device, dtype=torch.bfloat16):",
            ),
            Remedy(
                "larger-eps",
                "trial",
                say("Or give an eps that the type can hold."),
                f"optimizer = torch.optim.{optimizer.kind}(model.parameters(), eps=1e-4)",
            ),
        ),
        segment=segment.record.number,
    )


class _Starved(NamedTuple):
    """One look at a step: the largest gradient over eps, and the longest step over the rate."""

    look: Look
    optimizer: OptimizerLook
    group: GroupLook
    name: str
    ratio: float
    step: float


def _starved(look: Look) -> _Starved | None:
    """What eps leaves of a step, for the weights that it leaves most."""
    adaptive = {o.number: o for o in look.optimizers if is_adaptive(o.kind) and len(o.groups) == 1}
    best: _Starved | None = None
    for p in look.parameters:
        optimizer = adaptive.get(p.optimizer) if p.optimizer is not None else None
        if optimizer is None or p.gradient is None or p.update_rms is None or not p.gradient.rms:
            continue
        group = optimizer.groups[0]
        if not group.eps or not group.lr or optimizer.kind in ("Adadelta", "Adafactor"):
            continue
        gradient = _at_step(p, look)
        if not gradient:
            continue
        one = _Starved(
            look, optimizer, group, p.name, gradient / group.eps, p.update_rms / group.lr
        )
        if best is None or one.ratio > best.ratio:
            best = one
    return best


def _at_step(p: ParameterLook, look: Look) -> float:
    """RMS of the gradient that the optimizer saw; it may have been clipped or unscaled."""
    rms = p.gradient.rms if p.gradient is not None else 0.0
    if look.step_gradient_ratio is not None:
        return rms * look.step_gradient_ratio
    return rms / look.loss_scale


def _finding(segment: Segment, seen: list[_Starved], severity: Severity) -> Finding:
    typical = sorted(seen, key=lambda one: one.ratio)[len(seen) // 2]
    eps, lr = typical.group.eps or 0.0, typical.group.lr
    gradient = statistics.median(one.ratio for one in seen) * eps
    left = typical.ratio / (1 + typical.ratio)
    kind = typical.optimizer.kind
    return Finding(
        rule="adam-epsilon",
        severity=severity,
        headline=say(
            "eps = {eps:g} swallows the gradients that {kind} divides by", eps=eps, kind=kind
        ),
        because=say(
            "The largest gradient has an RMS of {gradient:.2g}, and {kind} divides it by "
            "its running size plus {eps:g}: {left:.1g} of each step of {lr:g} is left.",
            gradient=gradient,
            kind=kind,
            eps=eps,
            left=left,
            lr=lr,
        ),
        confidence=0.98,
        first_step=seen[0].look.step,
        last_step=seen[-1].look.step,
        where=(typical.name.rsplit(".", 1)[0],) if typical.name else (),
        source=typical.optimizer.source,
        observed={
            "eps": eps,
            "gradient_rms": gradient,
            "share_of_step_left": left,
            "update_over_lr": statistics.median(one.step for one in seen),
        },
        expected={"eps_below": gradient / 10, "update_over_lr_at_least": _SHORT_STEP.value},
        remedies=(_lower(kind, lr, gradient),),
        segment=segment.record.number,
    )


def _lower(kind: str, lr: float, gradient: float) -> Remedy:
    eps = min(_DEFAULT.value, 10.0 ** math.floor(math.log10(max(gradient, 1e-30) / 10)))
    return Remedy(
        "lower-eps",
        "trial",
        say("Leave eps far below the gradients."),
        f"optimizer = torch.optim.{kind}(model.parameters(), lr={lr:g}, eps={eps:g})",
    )
