"""The rule eval-mode-training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from torchvitals.record.look import Look, Operation
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.places import named, source_of
from torchvitals.words import say

_EARLY = Threshold(
    0.5, "share of the run", "convention", "who freezes statistics on purpose does so near the end"
)
_MOVED = Threshold(
    0.1, "share of the loss", "convention", "a tenth is far beyond the noise of ten batches' median"
)
_FEWEST_LOOKS = 2
"""One look alone may have met a backward that evaluates, as adversarial examples do."""
_WINDOW = 10
"""Losses on either side of the switch that are averaged."""


@final
@dataclass(frozen=True)
class EvalModeTraining(Rule):
    """Batch normalisation runs in evaluation mode while the net is trained.

    What it detects:
        Every batch normalisation in the graph uses its running statistics instead of the batch's:
        from the start, with statistics that no batch ever set, or since an evaluation after which
        the net was not put back.

    Why it is bad:
        In evaluation mode the layer does not normalise what it is given; with the statistics that
        it was created with, mean 0 and variance 1, it does nothing at all. Dropout is off as well.
        The weights move on while the statistics stay behind.

    Evidence:
        Which statistics each batch normalisation used in the forward pass of a training step, and
        whether they are still those of a new layer.

    Threshold:
        All such layers at every look, or at every look since the first half of the run.

    Remedy:
        Call model.train() before the training loop, and again after each evaluation.

    When it is not a fault:
        Fine-tuning with frozen statistics, which earlier training has set; statistics frozen near
        the end, for some layers only, or as a new optimizer begins a new phase; a net without such
        layers.

    References:
        Ioffe and Szegedy 2015, algorithm 2; PyTorch documentation, nn.Module.train.
    """

    name: ClassVar[str] = "eval-mode-training"
    family: ClassVar[str] = "mode"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "not-learning",
            "vanishing-gradient",
            "exploding-gradient",
            "dead-relu",
            "saturated-activation",
            "rank-collapse",
            "weight-scale",
            "learning-rate-too-high",
            "nonfinite-values",
            "loss-spike",
            "overfitting",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        seen = [(look, norms) for look in segment.looks if (norms := _norms(look))]
        modes = [_mode(norms) for _, norms in seen]
        if len(seen) < _FEWEST_LOOKS or modes[-1] is not False:
            return
        since = next((k for k in range(len(modes), 0, -1) if modes[k - 1] is not False), 0)
        if len(modes) - since < _FEWEST_LOOKS:
            return
        later = seen[since:]
        if since == 0 and all(o.fresh_statistics is not False for _, norms in later for o in norms):
            if any(o.fresh_statistics for _, norms in later for o in norms):
                yield _never_set(segment, later)
        elif since and True in modes[:since] and _forgotten(segment, seen[since - 1][0], later):
            yield _left_on(segment, later)


_Seen = Sequence[tuple[Look, list[Operation]]]


def _norms(look: Look) -> list[Operation]:
    if look.crash is not None:
        return []
    return [o for o in look.operations if o.kind == "batch_norm" and o.training is not None]


def _mode(norms: list[Operation]) -> bool | None:
    """The mode that all are in; None where some are in the other."""
    modes = {bool(o.training) for o in norms}
    return modes.pop() if len(modes) == 1 else None


def _forgotten(segment: Segment, before: Look, later: _Seen) -> bool:
    """Whether nothing about the switch looks meant: it came early, and no optimizer is new."""
    first = later[0][0]
    built = {o.number for o in before.optimizers} == {o.number for o in first.optimizers}
    end = max(segment.steps, later[-1][0].step)
    return built and before.step < _EARLY.value * end


def _change_since(segment: Segment, step: int) -> float:
    """By how much of itself the loss has changed since a step; 0 where that is not known."""
    series = segment.main_loss
    if series is None or not len(series.values):
        return 0.0
    at = int(np.searchsorted(series.steps, step))
    before = float(np.median(series.values[max(at - _WINDOW, 0) : at + 1]))
    change = float(np.median(series.values[-_WINDOW:])) - before
    return change / abs(before) if before else 0.0


def _never_set(segment: Segment, later: _Seen) -> Finding:
    course = course_of(segment)
    return _finding(
        segment,
        later,
        headline=say("The net is trained in evaluation mode: batch normalisation never normalises"),
        because=say(
            "Its running mean and variance are still 0 and 1, as a new layer has them, and "
            "in evaluation mode it subtracts and divides by these: it passes its input on "
            "as it is. Dropout is off as well."
        ),
        severity=Severity.WARNING if course.learning else Severity.ERROR,
        code=say("model.train()   # before the training loop, and after each evaluation"),
    )


def _left_on(segment: Segment, later: _Seen) -> Finding:
    first = later[0][0].step
    course = course_of(segment)
    change = _change_since(segment, first)
    if course.blown_up or not course.learning or change > _MOVED.value:
        severity = Severity.ERROR
    elif change > -_MOVED.value and course.far_from_learned:
        severity = Severity.WARNING
    else:
        severity = Severity.NOTE
    return _finding(
        segment,
        later,
        headline=say(
            "The net is trained in evaluation mode since step {first} or before", first=first
        ),
        because=say(
            "Batch normalisation trained on the batch's own statistics at first, and on "
            "its running ones since: these no longer follow the weights. Dropout is off as "
            "well."
        ),
        severity=severity,
        code=say(
            "model.eval()\nevaluate(model)\nmodel.train()   # back, before the next training step"
        ),
    )


def _finding(  # noqa: PLR0913  each is one part of a finding, given by name
    segment: Segment, later: _Seen, *, headline: str, because: str, severity: Severity, code: str
) -> Finding:
    look, norms = later[0]
    last = later[-1][1]
    return Finding(
        rule="eval-mode-training",
        severity=severity,
        headline=headline,
        because=because,
        confidence=1.0,
        first_step=look.step,
        last_step=later[-1][0].step,
        where=named(*(o.name for o in norms)),
        source=source_of(segment, norms[0]),
        observed={"layers_in_evaluation_mode": len(last), "looks": len(later)},
        expected={"layers_in_evaluation_mode": 0},
        remedies=(
            Remedy("training-mode", "judgement", say("Put the net back in training mode."), code),
        ),
        segment=segment.record.number,
    )
