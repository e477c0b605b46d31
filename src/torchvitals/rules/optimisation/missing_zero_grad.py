"""The rule missing-zero-grad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.places import named
from torchvitals.words import say

_LOOKS = Threshold(
    2, "looks", "convention", "one step without zeroing may be meant; the second shows the habit"
)
_OFTEN = Threshold(
    0.8,
    "share of the looks",
    "convention",
    "zeroing once an epoch is rare; in a game of two networks each is stale at the other's turn, "
    "half of the time",
)
_MOST = Threshold(
    0.5,
    "share of the parameters",
    "convention",
    "a wiring fault touches a whole optimizer, not single parameters",
)

_ZERO_GRAD = Remedy(
    "zero-grad",
    "judgement",
    say("Zero the gradients once for each step."),
    "optimizer.zero_grad()\nloss.backward()\noptimizer.step()",
)
_BY_HAND = Remedy(
    "zero-grad",
    "judgement",
    say("Zero the gradients once for each step."),
    say("w.grad = None   # after each update, for each parameter"),
)


@final
@dataclass(frozen=True)
class MissingZeroGrad(Rule):
    """Gradients are never zeroed between steps, so that each step repeats all the earlier ones.

    What it detects:
        Parameters whose gradient, already used by a step, is still there when the next backward
        begins, each time.

    Why it is bad:
        backward() adds to what is there. The update becomes the sum of all gradients since the
        start: an ever growing momentum that never forgets. At a small rate it looks like a
        speed-up, at a larger one it diverges or wanders.

    Evidence:
        At each look that follows a step: whether the gradient of each parameter was non-zero before
        the backward; and at any look, whether it had been zeroed.

    Threshold:
        Most parameters, at two looks or more, and at four of five of all looks after a step.

    Remedy:
        optimizer.zero_grad() before each backward.

    When it is not a fault:
        Accumulation over several backwards before one step; gradients that another loss left in
        parameters which are zeroed before their own turn.

    References:
        PyTorch tutorial, Zeroing out gradients; TrainCheck (OSDI 2025).
    """

    name: ClassVar[str] = "missing-zero-grad"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset(
        {
            "dead-relu",
            "exploding-gradient",
            "learning-rate-too-high",
            "nonfinite-values",
            "not-learning",
            "saturated-activation",
            "unscaled-input",
        }
    )

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        looks = [look for look in segment.looks if look.step and look.crash is None]
        stale = _stale(segment, looks)
        always = [name for name, seen in stale.items() if _hardly_ever_zeroed(seen)]
        if stale and len(always) >= _MOST.value * len(stale):
            yield _finding(segment, looks, always, len(stale))


def _hardly_ever_zeroed(seen: list[bool]) -> bool:
    return len(seen) >= _LOOKS.value and sum(seen) >= _OFTEN.value * len(seen)


def _stale(segment: Segment, looks: list[Look]) -> dict[str, list[bool]]:
    """For each parameter that moves: at each look, whether its last gradient was still there.

    Where no step lies between, it may have been left on purpose; but where it is gone, it was
    zeroed.
    """
    moved = {p.name for look in segment.looks for p in look.parameters if p.update_rms}
    stale: dict[str, list[bool]] = {}
    for look in looks:
        for p in look.parameters:
            if p.name not in moved or p.gradient is None or p.stale_gradient is None:
                continue
            if look.after_step or not p.stale_gradient:
                stale.setdefault(p.name, []).append(p.stale_gradient)
    return stale


def _finding(segment: Segment, looks: list[Look], always: list[str], seen: int) -> Finding:
    optimizer = next((o for look in looks for o in look.optimizers if o.steps), None)
    norms = [look.gradient_norm for look in looks if look.gradient_norm is not None] or [None]
    return Finding(
        rule="missing-zero-grad",
        severity=Severity.ERROR,
        headline=say("gradients are never zeroed: each step adds up all the earlier ones"),
        because=say(
            "backward() adds to the gradients that are there. At each look after a step "
            "the gradients which that step had used were still in place."
        ),
        confidence=1.0,
        first_step=segment.looks[0].step,
        last_step=looks[-1].step,
        where=named(*always),
        source=optimizer.source if optimizer is not None else None,
        observed={
            "parameters_never_zeroed": len(always),
            "parameters": seen,
            "gradient_norm_first": norms[0],
            "gradient_norm_last": norms[-1],
        },
        expected={"parameters_never_zeroed": 0},
        remedies=(_BY_HAND if optimizer is None else _ZERO_GRAD,),
        segment=segment.record.number,
    )
