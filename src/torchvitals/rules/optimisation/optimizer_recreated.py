"""The rule optimizer-recreated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import OptimizerLook
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.course import course_of
from torchvitals.rules.evidence.optimizers import has_memory, is_adaptive
from torchvitals.words import say

_REBUILT = Threshold(
    3, "times", "convention", "phases of a training rebuild an optimizer once or twice"
)
_MEMORY = Threshold(10, "steps", "theorem", "momentum 0.9 remembers 1/(1 - 0.9) steps")

_EVERY_STEP = 1.5
"""Steps each: below this an optimizer is built for every single step, and remembers nothing."""


@final
@dataclass(frozen=True)
class OptimizerRecreated(Rule):
    """The optimizer is built anew in the training loop, and forgets all that it had gathered.

    What it detects:
        One optimizer after another over the same parameters, each alive for fewer steps than its
        memory is long.

    Why it is bad:
        Momentum starts at zero each time, and Adam's running moments with it: each step of a new
        Adam has the same size in every coordinate, whatever the gradient, so that it can neither
        slow down nor average noise.

    Evidence:
        The optimizers that were built, what each holds, and how often each stepped.

    Threshold:
        Rebuilt three times or more, with fewer than 10 steps each: the memory of momentum 0.9.

    Remedy:
        Build it once, before the loop.

    When it is not a fault:
        Plain SGD, which remembers nothing; a new optimizer for a new model or a new phase.

    References:
        Kingma and Ba 2015, section 3 (the bias-corrected moments at the first step).
    """

    name: ClassVar[str] = "optimizer-recreated"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning", "learning-rate-too-high"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        seen = [(look.step, o) for look in segment.looks for o in look.optimizers]
        rebuilt = max((o.rebuilt for _, o in seen), default=0)
        if rebuilt < _REBUILT.value:
            return
        step, optimizer = max(seen, key=lambda pair: (pair[1].rebuilt, pair[0]))
        lifetime = (step + 1) / (rebuilt + 1)
        serious = has_memory(optimizer) and (
            lifetime < _EVERY_STEP or (lifetime < _MEMORY.value and not course_of(segment).learning)
        )
        yield Finding(
            rule=self.name,
            severity=Severity.ERROR if serious else Severity.NOTE,
            headline=say(
                "{kind} is built anew every {often}", kind=optimizer.kind, often=_often(lifetime)
            ),
            because=_because(optimizer, serious=serious),
            confidence=1.0,
            first_step=segment.looks[0].step,
            last_step=seen[-1][0],
            where=(),
            source=optimizer.source,
            observed={"times_built": rebuilt + 1, "steps_each": round(lifetime, 2)},
            expected={"times_built": 1},
            remedies=(_build_once(optimizer),),
            segment=segment.record.number,
        )


def _often(lifetime: float) -> str:
    steps = round(lifetime)
    return say("step") if steps <= 1 else say("{steps} steps", steps=steps)


def _build_once(optimizer: OptimizerLook) -> Remedy:
    rate = f"lr={optimizer.groups[0].lr:g}" if optimizer.groups else "..."
    return Remedy(
        "build-once",
        "judgement",
        say("Build the optimizer once, before the loop."),
        say(
            "optimizer = torch.optim.{kind}(model.parameters(), {rate})   # above the loop",
            kind=optimizer.kind,
            rate=rate,
        ),
    )


def _because(optimizer: OptimizerLook, *, serious: bool) -> str:
    if not serious:
        return say(
            "It remembers nothing between steps that a new one would miss, so this does no "
            "harm here; with momentum or Adam it would."
        )
    if is_adaptive(optimizer.kind):
        return say(
            "A new optimizer has empty moments: its first step has the same length in "
            "every coordinate, whatever the gradient's size, so that it can't settle."
        )
    return say("A new optimizer has no momentum yet: it never builds up.")
