"""The rule overfitting."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from torchvitals.record.look import Look, Loss
from torchvitals.record.recording import LossSeries, Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.constants import constant_prediction
from torchvitals.rules.evidence.course import LEARNING, course_of
from torchvitals.rules.evidence.evaluations import evaluations_of
from torchvitals.words import say

_LOST = Threshold(
    0.25, "share of the gain", "convention", "a quarter of what was learned is lost again"
)
_SEEN = Threshold(
    0.1, "share of the gain", "convention", "below a tenth the last net is as good as the best"
)
_EARLY = Threshold(
    0.5, "share of the run", "convention", "past the best, as much training again did only harm"
)
_PATIENCE = Threshold(
    5, "evaluations", "convention", "who stops early waits for a few that are no better"
)
_FELL = Threshold(
    0.9, "times", "convention", "the training loss fell on by a tenth: it is no divergence"
)
_SURE = Threshold(
    4.0, "standard errors", "theorem", "chance exceeds them in one normal variable of 30,000"
)
_FEWEST = 6
"""Evaluations: two medians of three."""
_MEDIAN_OF = 3
_WINDOWS = 10
"""A level is the median over a tenth of the evaluations, or of the training losses."""
_MAD_TO_STD = 1.4826
"""A normal variable's standard deviation over its median absolute deviation."""


@final
@dataclass(frozen=True)
class Overfitting(Rule):
    """The net fits its training data ever better, and data that it does not train on ever worse.

    What it detects:
        A loss on other data, computed without gradients again and again during the run, that had
        its best in the middle and has risen since, beyond its own noise and to the end, while the
        training loss kept falling below all that was ever reached on other data.

    Why it is bad:
        What is learned past the best is the training data itself, with its noise: on new data the
        last net does worse than an earlier one did.

    Evidence:
        The losses that PyTorch's loss functions and modules (F.cross_entropy, nn.MSELoss and their
        like) computed without gradients, averaged over each evaluation, beside the training
        losses. A loss that is written by hand is not heard.

    Threshold:
        A quarter of the gain over the best constant prediction is lost again, and the best lay in
        the first half of the run; a tenth is noted. Sure at four standard errors of the evaluations
        about each other.

    Remedy:
        Keep the net of the best evaluation; regularise it, or train it on more data.

    When it is not a fault:
        A gap between the two losses that stays; a loss on other data that comes down again; a run
        that stops soon after its best, or puts the best weights back at its end.

    References:
        Prechelt 1998, Early stopping: but when?; Goodfellow et al. 2016, section 7.8.
    """

    name: ClassVar[str] = "overfitting"
    family: ClassVar[str] = "across"

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        course = course_of(segment)
        if course.short or course.adversarial or not course.learning:
            return
        training = _training_of(segment)
        if training is None:
            yield NotJudged(
                self.name,
                say("what is trained is not known to be one loss function, always the same"),
            )
            return
        passes = _passes(segment, training)
        if not passes:
            yield NotJudged(
                self.name,
                say(
                    "no loss function measured other data under no_grad at {fewest} steps or more",
                    fewest=_FEWEST,
                ),
            )
            return
        risen = [(place, rise) for place in passes if (rise := _rise(place, training)) is not None]
        if risen:
            place, rise = max(risen, key=lambda pair: pair[1].share)
            yield _finding(segment, place, rise, kept=_puts_back(segment, rise))


@dataclass(frozen=True)
class _Training:
    """The one loss function that is trained, in units of its own mean."""

    function: str
    losses: LossSeries
    scale: float
    """From the function's own mean to the losses of the series."""
    baseline: float
    """What the best constant prediction costs; where that is not known, the first loss."""

    def level(self, step: int) -> float:
        """The median of the losses about a step."""
        half = max(len(self.losses.values) // _WINDOWS, 1) // 2
        at = int(np.searchsorted(self.losses.steps, step))
        last = len(self.losses.values) - 1
        start = min(max(at - half, 0), max(last - 2 * half, 0))
        near = self.losses.values[start : start + 2 * half + 1]
        near = near[np.isfinite(near)]
        return float(np.median(near)) / self.scale if len(near) else float("nan")


@dataclass(frozen=True)
class _Passes:
    """The evaluations that one call made."""

    steps: NDArray[np.int64]
    losses: NDArray[np.float64]
    source: str | None


@dataclass(frozen=True)
class _Rise:
    """A loss on other data that has risen from its best."""

    share: float
    """Of what had been gained over a constant prediction."""
    best: float
    best_step: int
    last: float
    last_step: int
    trained: float
    """The training loss at the end."""
    since: int
    """Evaluations since the best."""


def _training_of(segment: Segment) -> _Training | None:
    """None where the losses looked at are not one loss function, always the same."""
    series = segment.main_loss
    if series is None or not len(series.values):
        return None
    looks = [
        look
        for look in segment.looks
        if look.stream == series.stream and not look.brief and look.crash is None
    ]
    seen = [(look, look.losses[0]) for look in looks if len(look.losses) == 1]
    functions = {loss.function for _, loss in seen}
    if len(functions) != 1 or len(seen) != len(looks):
        return None
    ratios = [ratio for look, loss in seen if (ratio := _scale(look, loss)) is not None]
    scale = float(np.median(ratios)) if ratios else 1.0
    if not ratios and not all(loss.whole for _, loss in seen):
        return None
    if not np.isfinite(scale) or scale <= 0:
        return None
    levels = [level for _, loss in seen if (level := constant_prediction(loss)) is not None]
    baseline = float(np.mean(levels)) if levels else float(series.values[0]) / scale
    return _Training(functions.pop(), series, scale, baseline)


def _scale(look: Look, loss: Loss) -> float | None:
    """From the loss function's own mean to the loss of a look."""
    if loss.value and np.isfinite(look.loss):
        return look.loss / loss.value
    return None if loss.part is None else loss.part / look.loss_scale


def _passes(segment: Segment, training: _Training) -> list[_Passes]:
    """The evaluations of each call that computed the loss which is trained."""
    return [
        _Passes(
            np.array([e.step for e in place], dtype=np.int64),
            np.array([e.loss for e in place], dtype=np.float64),
            place[-1].source,
        )
        for place in evaluations_of(segment, training.function)
        if len(place) >= _FEWEST
    ]


def _rise(passes: _Passes, training: _Training) -> _Rise | None:
    """None where the loss on other data has not risen for good while the training loss fell."""
    width = max(_MEDIAN_OF, len(passes.losses) // _WINDOWS)
    levels = np.median(np.lib.stride_tricks.sliding_window_view(passes.losses, width), axis=1)
    at = int(np.argmin(levels))
    best, last = float(levels[at]), float(levels[-1])
    # Second differences see no trend; each is of three losses, weighed 1, -2 and 1.
    noise = _MAD_TO_STD * float(np.median(np.abs(np.diff(passes.losses, 2)))) / 6**0.5
    error = (math.pi / 2 * 2 * noise**2 / width) ** 0.5  # of the difference of two medians
    gain = max(training.baseline - best, LEARNING.value * abs(training.baseline))
    rise, after = last - best, levels[at + 1 :]
    if not gain or rise < _SEEN.value * gain or rise <= _SURE.value * error:
        return None
    if after[-max(len(after) // 3, 1) :].min() < best + rise / 2:
        return None
    lowest = at + int(np.argmin(passes.losses[at : at + width]))
    step, end = int(passes.steps[lowest]), int(passes.steps[-1])
    trained = training.level(end)
    if not trained < min(best, _FELL.value * training.level(step)):
        return None
    since = len(passes.losses) - 1 - lowest
    return _Rise(rise / gain, float(passes.losses[lowest]), step, last, end, trained, since)


def _puts_back(segment: Segment, rise: _Rise) -> bool:
    """Whether an evaluation of its own at the end was like the best: its weights were put back."""
    times: dict[int, int] = {}
    for evaluation in segment.evaluations:
        times[evaluation.place] = times.get(evaluation.place, 0) + 1
    alone = [
        e.loss for e in segment.evaluations if times[e.place] == 1 and e.step >= rise.last_step
    ]
    middle = (rise.best + rise.last) / 2
    return any(abs(loss - rise.best) < abs(loss - rise.trained) and loss < middle for loss in alone)


def _finding(segment: Segment, passes: _Passes, rise: _Rise, *, kept: bool) -> Finding:
    serious = (
        rise.share >= _LOST.value
        and rise.since >= _PATIENCE.value
        and rise.best_step <= _EARLY.value * rise.last_step
        and not kept
    )
    return Finding(
        rule="overfitting",
        severity=Severity.WARNING if serious else Severity.NOTE,
        headline=say(
            "Since step {step} the net gets better on its training data and worse on other data",
            step=rise.best_step,
        ),
        because=say(
            "Computed without gradients, the loss rose from {best:.3g} at step {step} to "
            "{last:.3g} at step {end}, and stayed up; the training loss fell to {trained:.3g} "
            "meanwhile: what the net learns since then holds for its training data alone.",
            best=rise.best,
            step=rise.best_step,
            last=rise.last,
            end=rise.last_step,
            trained=rise.trained,
        ),
        confidence=0.9,
        first_step=rise.best_step,
        last_step=rise.last_step,
        where=(),
        source=passes.source,
        observed={
            "best_loss_on_other_data": rise.best,
            "last_loss_on_other_data": rise.last,
            "last_training_loss": rise.trained,
            "gain_lost_again": round(rise.share, 3),
        },
        expected={"gain_lost_again_below": _SEEN.value},
        remedies=tuple(_remedies(segment, rise)),
        segment=segment.record.number,
    )


def _remedies(segment: Segment, rise: _Rise) -> Iterator[Remedy]:
    yield Remedy(
        "keep-the-best",
        "judgement",
        say(
            "Keep the weights of the best evaluation; here it was at step {step}.",
            step=rise.best_step,
        ),
        say(
            "if val_loss < best_loss:   # after each evaluation; best_loss = inf at first\n"
            "    best_loss, best = val_loss, copy.deepcopy(model.state_dict())\n"
            "model.load_state_dict(best)   # after the training loop"
        ),
    )
    groups = [g for look in segment.looks[-1:] for o in look.optimizers for g in o.groups]
    if groups and not any(group.weight_decay for group in groups):
        yield Remedy(
            "regularise",
            "trial",
            say("Let the weights decay, so that large ones need a reason in all the data."),
            f"optimizer = torch.optim.AdamW(model.parameters(), lr={groups[0].lr:g}, "
            "weight_decay=0.01)",
        )
    yield Remedy(
        "more-data",
        "judgement",
        say("Train on more data, or on changed copies of it; or give the net fewer units."),
        say("nn.Dropout(0.3)   # after the activations, where there is no more data to be had"),
    )
