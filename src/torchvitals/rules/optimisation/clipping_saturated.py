"""The rule clipping-saturated."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import Course, course_of
from torchvitals.rules.evidence.optimizers import is_adaptive, main_group
from torchvitals.rules.evidence.pace import REACH, crawl
from torchvitals.rules.evidence.travel import Travel, travels
from torchvitals.words import say

_CUT = Threshold(
    0.99, "of the gradient", "theorem", "float32 and a sample of the entries differ by far less"
)
_NEARLY_ALWAYS = Threshold(
    0.9, "of the steps looked at", "convention", "clipping is meant for the odd step out"
)
_FEWEST = Threshold(5, "looks", "convention", "fewer tell no habit")
_STARK = Threshold(
    0.01,
    "of the gradient",
    "convention",
    "clipping at each step that large models are trained with leaves a tenth or more",
)
_FAR_TO_GO = Threshold(
    0.5, "of the loss at the start, or of a constant prediction", "convention", "half of the way"
)
_NEXT_TO_NONE = Threshold(
    0.1, "of the gradient", "convention", "unclipped, the data would decide where the weights go"
)
_SHRUNK = Threshold(
    math.exp(-1.0),
    "of the RMS at first",
    "convention",
    "training moves the size of weights far less, unless something pulls",
)
_SAME_BOUND = Threshold(
    1.2,
    "times",
    "convention",
    "a norm clipped to one bound is one number; the rest is the leaf that was read",
)


@final
@dataclass(frozen=True)
class ClippingSaturated(Rule):
    """The gradient is clipped at nearly every step: the clip sets the rate, and starves the run.

    What it detects:
        A gradient that reaches the optimizer much shorter than backward left it, at nearly every
        step looked at, in a run that does not learn. Above all one that is clipped before its
        gradient scaler divided the scale out again.

    Why it is bad:
        A clipped step has the same length whatever the slope: bound times rate. A bound far below
        the usual norm is a rate that much lower. Before `unscale_` the norm is tens of thousands
        of times too large, and what is left after unscaling moves nothing.

    Evidence:
        The gradient when optimizer.step() runs against that when backward() ended, with the factor
        of the gradient scaler taken out; the way that the weights went in the whole run.

    Threshold:
        Cut by more than 1 % at nine looks of ten, while the weights moved too little to change any
        layer's output by as much as itself; cut to less than 1 %, to change that of the middle
        layer. Or cut to less than 1 %, while the loss was still
        falling at the end, with more than half of the way to go. Under an adaptive optimizer, a
        gradient cut to 0; or one cut below the pull of the weight decay, ten times smaller than it
        was, while all matrices shrank to less than 1/e.

    Remedy:
        Call scaler.unscale_(optimizer) before clipping; else raise the bound to the usual norm.

    When it is not a fault:
        A model that learns all the same: clipping at each step is how many large models are
        trained. Adam and its kin, whose steps do not depend on the gradient's length, where nothing
        else is added to it.

    References:
        Pascanu, Mikolov and Bengio 2013; PyTorch documentation, Automatic mixed precision
        examples: gradient clipping.
    """

    name: ClassVar[str] = "clipping-saturated"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {"not-learning", "learning-rate-too-low", "no-update", "gradient-underflow"}
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        cuts = _cuts(segment)
        clipped = [cut for cut in cuts if cut.factor < _CUT.value]
        if len(cuts) < _FEWEST.value or len(clipped) < _NEARLY_ALWAYS.value * len(cuts):
            return
        course = course_of(segment)
        if course.short or course.adversarial or course.blown_up:
            return
        scaled = statistics.median(cut.look.loss_scale for cut in clipped) > 1
        left = statistics.median(cut.factor for cut in clipped)
        severity = _severity(segment, course, left, scaled=scaled)
        if severity is not None:
            yield _finding(segment, clipped, severity, scaled=scaled)


class _Cut(NamedTuple):
    """One look at a step: what share of the gradient was left, and how long that was."""

    look: Look
    factor: float
    norm: float


def _cuts(segment: Segment) -> list[_Cut]:
    """Each look that saw a step; the scale of a gradient scaler is taken out."""
    return [
        _Cut(
            look,
            look.step_gradient_ratio * look.loss_scale,
            look.gradient_norm * look.step_gradient_ratio,
        )
        for look in segment.looks
        if look.step_gradient_ratio is not None
        and look.gradient_norm
        and look.crash is None
        and not look.cleared
    ]


def _severity(segment: Segment, course: Course, left: float, *, scaled: bool) -> Severity | None:
    """Starved: an error. Where it learns, or where the steps' length is not the gradient's: none;
    but a warning where a run with far to go ended on its way, in steps of a hundredth.

    Clipping before unscaling is wrong in any case, but harms only those whose steps shrink.
    """
    group = main_group(segment.looks[-1])
    ways = travels(segment)
    starved = bool(ways) and _reach(ways, left) < REACH.value
    deaf = group is not None and is_adaptive(group[0].kind) and group[0].kind != "Adadelta"
    if starved and course.stuck and not deaf:
        return Severity.ERROR
    if course.stuck and (_is_still(ways, left) or _drowned(segment)):
        return Severity.ERROR
    if starved and course.stuck and scaled:  # what is left of the gradient lies below eps
        return Severity.ERROR
    if starved and not deaf and crawl(segment, course) is not None:
        return Severity.WARNING
    far = not course.solved(_FAR_TO_GO.value) and not course.flat_at_end
    if left < _STARK.value and far and not deaf and not scaled:
        return Severity.WARNING
    return Severity.NOTE if scaled else None


def _is_still(ways: list[Travel], left: float) -> bool:
    """Nothing of the gradient was left, and no weight moved."""
    return not left and bool(ways) and not any(way.path for way in ways)


def _drowned(segment: Segment) -> bool:
    """An adaptive step divides its gradient by its size, weight decay and all: of a clipped one the
    decay is most, where it was next to none of the whole one, and the weights shrank.
    """
    first = next(cut.look for cut in _cuts(segment))
    left = (first.step_gradient_ratio or 0.0) * first.loss_scale
    decays = {o.number: o.groups[0].weight_decay for o in first.optimizers if len(o.groups) == 1}
    matrices = {p.name: p for p in first.parameters if len(p.shape) > 1 and p.gradient is not None}
    for p in matrices.values():
        gradient = p.gradient.rms / first.loss_scale if p.gradient is not None else 0.0
        pull = (decays.get(-1 if p.optimizer is None else p.optimizer) or 0.0) * p.weight.rms
        if not left * gradient < pull < _NEXT_TO_NONE.value * gradient:
            return False
    kept = [
        p.weight.rms / matrices[p.name].weight.rms
        for p in segment.looks[-1].parameters
        if p.name in matrices and matrices[p.name].weight.rms
    ]
    return bool(kept) and max(kept) < _SHRUNK.value


def _reach(ways: list[Travel], left: float) -> float:
    """By how much the layers' outputs can have changed: of all; where next to nothing was left of
    each step, of the middle one, for the last layer alone learns the mean of the targets.
    """
    reaches = [way.reach for way in ways]
    return statistics.median(reaches) if left < _STARK.value else max(reaches)


def _finding(segment: Segment, clipped: list[_Cut], severity: Severity, *, scaled: bool) -> Finding:
    factor = statistics.median(cut.factor for cut in clipped)
    norm = statistics.median(
        (cut.look.gradient_norm or 0.0) / cut.look.loss_scale for cut in clipped
    )
    group = main_group(segment.looks[-1])
    return Finding(
        rule="clipping-saturated",
        severity=severity,
        headline=say("the gradient is clipped before it is unscaled")
        if scaled
        else say(
            "clipping leaves {factor:.2g} of the gradient at nearly every step", factor=factor
        ),
        because=_because(clipped, factor, norm, scaled=scaled),
        confidence=0.98,
        first_step=clipped[0].look.step,
        last_step=clipped[-1].look.step,
        source=group[0].source if group else None,
        observed={
            "share_of_gradient_left": factor,
            "gradient_norm": norm,
            "steps_clipped": len(clipped),
            "loss_scale": clipped[-1].look.loss_scale,
        },
        expected={"share_of_gradient_left": 1.0},
        remedies=(_unscale_first(norm) if scaled else _raise_bound(norm),),
        segment=segment.record.number,
    )


def _because(clipped: list[_Cut], factor: float, norm: float, *, scaled: bool) -> str:
    if scaled:
        return say(
            "The loss was multiplied by {loss_scale:g}, and the gradient with it: its norm "
            "was {norm:.3g} when it was clipped, and {unscaled:.3g} without the factor. Once "
            "the scaler has divided, {factor:.2g} of the gradient is left.",
            loss_scale=clipped[-1].look.loss_scale,
            norm=norm * clipped[-1].look.loss_scale,
            unscaled=norm,
            factor=factor,
        )
    if not factor:
        return say(
            "Of {looks} steps looked at each was multiplied by 0, from a norm of {norm:.3g}. A "
            "bound of 0 is no way to switch clipping off: it leaves nothing.",
            looks=len(clipped),
            norm=norm,
        )
    norms = [cut.norm for cut in clipped]
    bound = (
        say(" to {bound:.2g}", bound=statistics.median(norms))
        if max(norms) <= _SAME_BOUND.value * min(norms)
        else ""
    )
    return say(
        "Of {looks} steps looked at each was cut{bound}, from a norm of "
        "{norm:.3g}: the steps are {times:.2g} times shorter than the learning rate "
        "says.",
        looks=len(clipped),
        bound=bound,
        norm=norm,
        times=1 / max(factor, 1e-30),
    )


def _unscale_first(norm: float) -> Remedy:
    return Remedy(
        "unscale-first",
        "judgement",
        say("Divide the scale out before clipping."),
        "scaler.scale(loss).backward()\n"
        "scaler.unscale_(optimizer)\n"
        f"torch.nn.utils.clip_grad_norm_(model.parameters(), {max(norm, 1.0):.1g})\n"
        "scaler.step(optimizer)\nscaler.update()",
    )


def _raise_bound(norm: float) -> Remedy:
    return Remedy(
        "raise-bound",
        "trial",
        say("Clip only what is out of the ordinary: several times the usual norm."),
        f"torch.nn.utils.clip_grad_norm_(model.parameters(), {5 * norm:.1g})",
    )
