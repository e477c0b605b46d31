"""The rule bias-decay."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import OptimizerLook, ParameterLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.optimizers import all_optimizers
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

_ONE_SIZE = 0.1
"""Spread of gains that have hardly been trained, against their mean."""


@final
@dataclass(frozen=True)
class BiasDecay(Rule):
    """Weight decay pulls at biases and gains of normalisation layers too.

    What it detects:
        One parameter group that holds vectors (biases, gains of normalisation layers) together with
        matrices, under a decay strong enough to shrink them within the run.

    Why it is bad:
        Mostly it is not. A gain is pulled from 1 to 0, and with it the signal that passes; the
        matrices beside it may hold all the same. Large models leave vectors out of the decay.

    Evidence:
        What the group holds, its weight decay and rate, and the size of each vector over the run.

    Threshold:
        Rate times decay times steps above 1. More than a note only where gains fell below 1/e while
        the matrices held, and nothing is learned.

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
            vectors = [rows for rows in own if len(rows[0].shape) == 1]
            if vectors and len(vectors) < len(own):
                matrices = [rows for rows in own if len(rows[0].shape) > 1]
                if _fell(matrices):  # that is excessive-weight-decay, or training
                    continue
                gains = [rows for rows in vectors if _is_gain(rows[0])]
                harm = _fell(gains) and course_of(segment).stuck
                yield _finding(segment, optimizer, gains if harm else vectors, harm=harm)


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


def _is_gain(first: ParameterLook) -> bool:
    """All ones at first, as normalisation layers begin."""
    return first.weight.mean > 0 and first.weight.std < _ONE_SIZE * first.weight.mean


def _fell(histories: list[list[ParameterLook]]) -> bool:
    """The one in the middle lost more than a factor e."""
    kept = [
        rows[-1].weight.rms / rows[0].weight.rms for rows in histories if rows[0].weight.rms > 0
    ]
    return bool(kept) and statistics.median(kept) < _SHRUNK.value


def _finding(
    segment: Segment, optimizer: OptimizerLook, vectors: list[list[ParameterLook]], *, harm: bool
) -> Finding:
    decay, lr = optimizer.groups[0].weight_decay or 0.0, optimizer.groups[0].lr
    names = [rows[0].name for rows in vectors]
    what = (
        say("1 bias or gain")
        if len(names) == 1
        else say("{count} biases and gains", count=len(names))
    )
    first, last = vectors[0][0].weight.rms, vectors[0][-1].weight.rms
    return Finding(
        rule="bias-decay",
        severity=Severity.ERROR if harm else Severity.NOTE,
        headline=say("weight_decay = {decay:g} pulls {what} to zero too", decay=decay, what=what),
        because=say(
            "One group holds matrices and vectors alike. {name} went from an RMS of "
            "{first:.2g} to {last:.2g}",
            name=names[0],
            first=first,
            last=last,
        )
        + (say(", and nothing is learned.") if harm else say("; no harm is to be seen.")),
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
