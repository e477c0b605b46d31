"""The rule no-update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.optimizers import all_optimizers, highest_lr
from torchvitals.words import say

_BACKWARDS = Threshold(
    32, "backwards", "convention", "more than a usual accumulation of gradients before one step"
)
_UNCHANGED = Threshold(
    0.99,
    "share of entries left bit-identical",
    "theorem",
    "float32 drops an update below 2^-25 of the weight",
)

_SPARSE = Threshold(
    0.5, "share of zero gradients", "convention", "rows that a batch does not touch rightly stay"
)


@final
@dataclass(frozen=True)
class NoUpdate(Rule):
    """Gradients arrive, but no parameter moves.

    What it detects:
        backward() without any step; a step with a rate of zero at every look; updates so small that
        rounding drops them; gradients that are zero when the step runs; a hand-written update that
        is lost.

    Why it is bad:
        Nothing is learned, whatever the loss shows.

    Evidence:
        How often each optimizer stepped, its rates, and the share of entries that each step left
        bit-identical.

    Threshold:
        32 backwards without a step; 99 % of all entries bit-identical after every step, with
        gradients that are not zero.

    Remedy:
        Call optimizer.step() after backward(), with a rate above zero.

    When it is not a fault:
        A warm-up that begins at zero; accumulation; a script that only inspects gradients.

    References:
        IEEE 754: an update below half a unit in the last place is lost.
    """

    name: ClassVar[str] = "no-update"
    family: ClassVar[str] = "optimisation"
    explains: ClassVar[frozenset[str]] = frozenset({"not-learning"})

    def judge(self, segment: Segment) -> Iterator[Finding | NotJudged]:
        looks = [look for look in segment.looks if look.crash is None]
        if not looks or not any(look.gradient_norm for look in looks):
            return
        holding = {p.optimizer for look in looks for p in look.parameters}
        alive = all_optimizers(segment)
        optimizers = [o for o in alive if o.number in holding]
        if alive and not optimizers:
            return  # they step over other parameters: parameters-not-optimized tells of it
        source = optimizers[0].source if optimizers else None
        case = None
        stepped = any(o.steps for o in optimizers) or any(look.stepped for look in looks)
        if optimizers and not stepped:
            case = _never_stepped(segment)
        else:
            moving = [look for look in looks if look.stepped]
            if len(moving) > 1 and all(_still(look) for look in moving):
                case = _empty(moving) or _unmoved(segment, highest_lr(segment))
        if case is not None:
            yield _finding(segment, case, source)


def _still(look: Look) -> bool:
    seen = [
        p
        for p in look.parameters
        if p.unchanged is not None
        and p.gradient is not None
        and p.gradient.rms
        and p.gradient.zero_fraction < _SPARSE.value
    ]
    return bool(seen) and all((p.unchanged or 0.0) >= _UNCHANGED.value for p in seen)


class _Case(NamedTuple):
    """One way to move nothing, in words and numbers, and the code that mends it."""

    headline: str
    because: str
    observed: dict[str, float | int | str | None]
    code: str


def _never_stepped(segment: Segment) -> _Case | None:
    if segment.record.backwards < _BACKWARDS.value:
        return None
    return _Case(
        say("optimizer.step() is never called"),
        say("backward() fills the gradients; only the optimizer's step moves the parameters."),
        {"steps": 0, "backwards": segment.record.backwards},
        say("optimizer.step()   # after loss.backward()"),
    )


def _empty(moving: list[Look]) -> _Case | None:
    """Nothing of the gradient is left when the step runs."""
    if all(look.cleared for look in moving):
        headline = say("the gradients are cleared between backward() and optimizer.step()")
        code = "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"
    elif all(look.step_gradient_ratio == 0 for look in moving):
        headline = say("the gradients are multiplied by 0 before optimizer.step()")
        code = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
    else:
        return None
    return _Case(
        headline,
        say("The step finds no gradient, or zeros, and leaves every parameter where it is."),
        {"share_of_gradient_left": 0},
        code,
    )


def _unmoved(segment: Segment, lr: float | None) -> _Case | None:
    if lr == 0.0:
        return _Case(
            say("the learning rate is 0 at every look"),
            say("Each step adds 0 times the gradient."),
            {"learning_rate": 0.0},
            "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)",
        )
    if lr is not None:
        return _Case(
            say("updates at a learning rate of {lr:g} are lost to rounding", lr=lr),
            say("An update below 2^-25 of a float32 weight leaves it bit-identical."),
            {"learning_rate": lr},
            "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)",
        )
    if segment.record.backwards < _BACKWARDS.value:
        return None
    return _Case(
        say("no parameter moves between one backward and the next"),
        say(
            "Gradients arrive, but nothing writes to the parameters that the graph reads: "
            "an update that makes a new tensor leaves the old one in use."
        ),
        {"backwards": segment.record.backwards},
        "with torch.no_grad():\n    w -= learning_rate * w.grad",
    )


def _finding(segment: Segment, case: _Case, source: str | None) -> Finding:
    return Finding(
        rule="no-update",
        severity=Severity.ERROR,
        headline=case.headline,
        because=case.because,
        confidence=0.97,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        source=source,
        observed=case.observed,
        expected={"share_of_entries_that_move": say("most")},
        remedies=(
            Remedy("step", "judgement", say("Let each step move the parameters."), case.code),
        ),
        segment=segment.record.number,
    )
