"""The rule bias-decay."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, final

import numpy as np

from torchvitals.record.look import Look, OptimizerLook, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import STUCK, course_of
from torchvitals.rules.evidence.optimizers import all_optimizers, main_group
from torchvitals.words import say

_FORGOTTEN = Threshold(
    1.0,
    "decay rate times steps",
    "theorem",
    "what no gradient holds shrinks by exp(-lr wd steps): below 1 that is less than by e",
)
_SHRUNK = Threshold(
    math.exp(-1.0), "of the RMS at first", "theorem", "what a decay rate times steps of 1 leaves"
)

_RISEN = Threshold(
    4.0,
    "standard errors",
    "theorem",
    "chance lifts the end of a level course above its least tenth by this in one run of 3,000",
)

_ITS_WORK = Threshold(
    0.5, "of the rise of the loss", "convention", "the decay explains more of it than all else"
)

_ONE_SIZE = 0.1
"""Spread of gains that have hardly been trained, against their mean."""
_TENTHS = 10
"""Parts of the course whose medians are compared."""
_FEWEST_LOOKS = 2
"""A step that shrank them and one after it."""


@final
@dataclass(frozen=True)
class BiasDecay(Rule):
    """Weight decay pulls at biases and gains of normalisation layers too.

    What it detects:
        One parameter group that holds vectors (biases, gains of normalisation layers) or single
        numbers (the scale or temperature of the scores) together with matrices, under a decay
        strong enough to shrink them within the run.

    Why it is bad:
        Mostly it is not. A gain is pulled from 1 to 0, and with it the signal that passes; the
        matrices beside it may hold all the same. A scale that is learned is pulled away from where
        the loss is least, and nothing else in the net can make up for it. Large models leave
        vectors out of the decay.

    Evidence:
        What the group holds, its weight decay and rate, the size of each vector over the run, and
        which way its gradient pulls it.

    Threshold:
        Rate times decay times steps above 1. More than a note only where gains fell below 1/e while
        the matrices held, and nothing is learned; or where the loss has risen from its least, by
        four standard errors and by 2 % of the first, while vectors of one sign shrank from look to
        look although the gradient of each asked at every one of them that it grow, and what that
        costs by these gradients is more than half of the rise.

    Remedy:
        Two groups: matrices with the decay, vectors without.

    When it is not a fault:
        In nearly every run: with a usual decay it makes no difference that can be measured.

    References:
        He et al. 2019, Bag of Tricks for Image Classification, section 3.1 (no bias decay).
    """

    name: ClassVar[str] = "bias-decay"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning", "vanishing-gradient"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        for optimizer in all_optimizers(segment):
            if len(optimizer.groups) != 1 or not _forgets(optimizer, segment.steps):
                continue
            own = _histories(segment, optimizer.number)
            vectors = [rows for rows in own if len(rows[0].shape) <= 1]
            if vectors and len(vectors) < len(own):
                matrices = [rows for rows in own if len(rows[0].shape) > 1]
                if _fell(matrices):  # that is excessive-weight-decay, or training
                    continue
                yield _finding(segment, optimizer, vectors)


def _forgets(optimizer: OptimizerLook, steps: int) -> bool:
    group = optimizer.groups[0]
    momentum = (group.momentum or 0.0) if optimizer.kind == "SGD" else 0.0
    return group.lr * (group.weight_decay or 0.0) * steps > _FORGOTTEN.value * (1 - momentum)


def _histories(segment: Segment, number: int) -> list[list[ParameterLook]]:
    """What an optimizer holds, each with all that was seen of it."""
    seen: dict[str, list[ParameterLook]] = {}
    for look in segment.looks:
        for p in look.parameters:
            if p.optimizer == number and look.crash is None:
                seen.setdefault(p.name, []).append(p)
    return list(seen.values())


def _missed(segment: Segment, number: int, risen: _Rise) -> set[str]:
    """The vectors that the loss wants back: it rose while decay shrank them against their gradient,
    and that accounts for most of the rise.
    """
    since = [look for look in segment.looks if look.step >= risen.since and look.stepped]
    later = _histories(replace(segment, looks=tuple(since)), number)
    held = [rows for rows in later if len(rows[0].shape) <= 1 and _held_down(rows)]
    cost = sum(_cost(since, rows[0].name, segment.steps - risen.since) for rows in held)
    return {rows[0].name for rows in held} if cost > _ITS_WORK.value * risen.rise else set()


def _cost(looks: list[Look], name: str, steps: int) -> float:
    """What shrinking one vector, of one sign, costs by its slopes, over this many steps."""
    costs = [
        group[1].lr * (group[1].weight_decay or 0.0) * abs(p.gradient.mean * p.weight.mean)
        * math.prod(p.shape)
        for look in looks
        if (group := main_group(look)) is not None
        for p in look.parameters
        if p.name == name and p.gradient is not None
    ]  # fmt: skip
    return statistics.fmean(costs) * steps if costs else 0.0


class _Rise(NamedTuple):
    """The step at which the loss was least, and by how much it has risen since."""

    since: int
    rise: float


def _risen(segment: Segment) -> _Rise | None:
    """None where the loss has not risen from its least by more than chance."""
    course, series = course_of(segment), segment.main_loss
    if series is None or course.short or course.adversarial or course.first_nonfinite is not None:
        return None
    tenths = np.array_split(np.arange(len(series.values)), _TENTHS)
    medians = [float(np.nanmedian(series.values[tenth])) for tenth in tenths]
    best = int(np.nanargmin(medians))
    error = course.noise * (2 / len(tenths[best])) ** 0.5
    rise = medians[-1] - medians[best]
    if not rise > max(_RISEN.value * error, STUCK.value * abs(course.began)):
        return None
    return _Rise(int(series.steps[tenths[best][-1]]), rise)


def _held_down(rows: list[ParameterLook]) -> bool:
    """All its entries have one sign, it shrinks, and its gradient would have it grow."""
    if len(rows) < _FEWEST_LOOKS or not all(map(_of_one_sign, rows)):
        return False
    shrinks = all(
        after.weight.rms < before.weight.rms for before, after in itertools.pairwise(rows)
    )
    return shrinks and all(_wants_to_grow(p) for p in rows)


def _of_one_sign(seen: ParameterLook) -> bool:
    return seen.weight.minimum * seen.weight.maximum > 0


def _wants_to_grow(seen: ParameterLook) -> bool:
    gradient = seen.gradient
    return (
        gradient is not None
        and abs(gradient.mean) > gradient.std / max(gradient.count, 1) ** 0.5
        and gradient.mean * seen.weight.mean < 0
    )


def _is_gain(first: ParameterLook) -> bool:
    """All ones at first, as normalisation layers begin."""
    return first.weight.mean > 0 and first.weight.std < _ONE_SIZE * first.weight.mean


def _fell(histories: list[list[ParameterLook]]) -> bool:
    """The one in the middle lost more than a factor e."""
    kept = [
        rows[-1].weight.rms / rows[0].weight.rms for rows in histories if rows[0].weight.rms > 0
    ]
    return bool(kept) and statistics.median(kept) < _SHRUNK.value


@dataclass(frozen=True)
class _Harm:
    """What the decay of some vectors has done, if anything, and to which of them."""

    severity: Severity
    vectors: list[list[ParameterLook]]
    words: str


def _harm(segment: Segment, number: int, vectors: list[list[ParameterLook]]) -> _Harm:
    gains = [rows for rows in vectors if _is_gain(rows[0])]
    if _fell(gains) and course_of(segment).stuck:
        return _Harm(Severity.ERROR, gains, say(", and nothing is learned."))
    risen = _risen(segment)
    missed = set[str]() if risen is None else _missed(segment, number, risen)
    if risen is not None and missed:
        words = say(
            ", against its own gradient, which asks that it grow; the loss has risen since step "
            "{step}.",
            step=risen.since,
        )
        return _Harm(Severity.WARNING, [rows for rows in vectors if rows[0].name in missed], words)
    return _Harm(Severity.NOTE, vectors, say("; no harm is to be seen."))


def _finding(
    segment: Segment, optimizer: OptimizerLook, vectors: list[list[ParameterLook]]
) -> Finding:
    decay, lr = optimizer.groups[0].weight_decay or 0.0, optimizer.groups[0].lr
    harm = _harm(segment, optimizer.number, vectors)
    names = [rows[0].name for rows in harm.vectors]
    what = (
        say("1 bias, gain or scale")
        if len(names) == 1
        else say("{count} biases, gains and scales", count=len(names))
    )
    first, last = harm.vectors[0][0].weight.rms, harm.vectors[0][-1].weight.rms
    return Finding(
        rule="bias-decay",
        severity=harm.severity,
        headline=say("weight_decay = {decay:g} pulls {what} to zero too", decay=decay, what=what),
        because=say(
            "One group holds matrices and vectors alike. {name} went from an RMS of "
            "{first:.2g} to {last:.2g}",
            name=names[0],
            first=first,
            last=last,
        )
        + harm.words,
        confidence=0.8,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=tuple(dict.fromkeys(name.rsplit(".", 1)[0] for name in names))[:3],
        source=optimizer.source,
        observed={"vectors_decayed": len(names), "weight_decay": decay, "first_vector_rms": last},
        expected={"vectors_decayed": 0},
        remedies=(_two_groups(optimizer.kind, lr, decay),),
        segment=segment.record.number,
    )


def _two_groups(kind: str, lr: float, decay: float) -> Remedy:
    return Remedy(
        "two-groups",
        "trial",
        say("Leave the vectors out of the decay."),
        "matrices = [p for p in model.parameters() if p.dim() > 1]\n"
        "vectors = [p for p in model.parameters() if p.dim() <= 1]\n"
        f'groups = [{{"params": matrices, "weight_decay": {decay:g}}}, '
        '{"params": vectors, "weight_decay": 0.0}]\n'
        f"optimizer = torch.optim.{kind}(groups, lr={lr:g})",
    )
