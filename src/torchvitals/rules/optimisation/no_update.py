from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from torchvitals.record.look import Look
from torchvitals.record.recording import Segment
from torchvitals.rules.base import Finding, NotJudged, Remedy, Rule, Severity, Threshold
from torchvitals.rules.evidence.optimizers import all_optimizers, highest_lr

_BACKWARDS = Threshold(32, "backwards", "convention", "more than a usual accumulation of gradients before one step")
_UNCHANGED = Threshold(0.99, "share of entries left bit-identical", "theorem", "float32 drops an update below 2^-25 of the weight")


@final
@dataclass(frozen=True)
class NoUpdate(Rule):
    """Gradients arrive, but no parameter moves.

    What it detects:
        backward() without any step; a step with a rate of zero at every look; updates so small that rounding drops them; a
        hand-written update that is lost.

    Why it is bad:
        Nothing is learned, whatever the loss shows.

    Evidence:
        How often each optimizer stepped, its rates, and the share of entries that each step left bit-identical.

    Threshold:
        32 backwards without a step; 99 % of all entries bit-identical after every step, with gradients that are not zero.

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
        optimizers = all_optimizers(segment)
        if optimizers and not any(o.steps for o in optimizers):
            if segment.record.backwards >= _BACKWARDS.value:
                yield _finding(segment, "optimizer.step() is never called", "backward() fills the gradients; only the optimizer's step moves the parameters.", optimizers[0].source, {"steps": 0, "backwards": segment.record.backwards}, "optimizer.step()   # after loss.backward()")
            return
        moving = [look for look in looks if look.stepped]
        if len(moving) > 1 and all(_still(look) for look in moving):
            yield from _unmoved(segment, optimizers[0].source if optimizers else None)


def _still(look: Look) -> bool:
    seen = [p for p in look.parameters if p.unchanged is not None and p.gradient is not None and p.gradient.rms]
    return bool(seen) and all((p.unchanged or 0.0) >= _UNCHANGED.value for p in seen)


def _unmoved(segment: Segment, source: str | None) -> Iterator[Finding]:
    lr = highest_lr(segment)
    if lr == 0.0:
        yield _finding(segment, "the learning rate is 0 at every look", "Each step adds 0 times the gradient.", source, {"learning_rate": 0.0}, "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)")
    elif lr is None:
        if segment.record.backwards >= _BACKWARDS.value:
            yield _finding(segment, "no parameter moves between one backward and the next", "Gradients arrive, but nothing writes to the parameters that the graph reads: an update that makes a new tensor leaves the old one in use.", None, {"backwards": segment.record.backwards}, "with torch.no_grad():\n    w -= learning_rate * w.grad")
    else:
        yield _finding(segment, f"updates at a learning rate of {lr:g} are lost to rounding", "An update below 2^-25 of a float32 weight leaves it bit-identical.", source, {"learning_rate": lr}, "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)")


def _finding(segment: Segment, headline: str, because: str, source: str | None, observed: dict[str, float | int | str | None], code: str) -> Finding:
    return Finding(
        rule="no-update",
        severity=Severity.ERROR,
        headline=headline,
        because=because,
        confidence=0.97,
        first_step=segment.looks[0].step,
        last_step=segment.looks[-1].step,
        where=(),
        source=source,
        observed=observed,
        expected={"share_of_entries_that_move": "most"},
        remedies=(Remedy("step", "judgement", "Let each step move the parameters.", code),),
        segment=segment.record.number,
    )
